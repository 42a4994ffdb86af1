"""Places: an ISO country, the customs territory it lies in, and its VAT area, kept apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .codes import EU, country
from .errors import RequestError


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is.

    ``territory`` names the rule file; ``customs_territory`` is what a border is drawn around
    (``EU`` for its members); ``vat_area`` is where one VAT applies.
    """

    country: str
    region: str | None
    territory: str
    customs_territory: str
    vat_area: str


# (country, region): territory, customs territory, VAT area. UCC art. 4 and VAT Directive
# art. 6 for the European special cases; the Windsor Framework for Northern Ireland.
_APART: dict[tuple[str, str | None], tuple[str, str, str]] = {
    ("GB", "NIR"): ("XI", "XI", "GB"),
    ("ES", "CN"): ("ES-CN", "EU", "ES-CN"),
    ("ES", "CE"): ("ES-CE", "ES-CE", "ES-CE"),
    ("ES", "ML"): ("ES-ML", "ES-ML", "ES-ML"),
    ("FI", "01"): ("AX", "EU", "AX"),
    ("AX", None): ("AX", "EU", "AX"),
    ("MC", None): ("FR", "EU", "FR"),
    ("IM", None): ("GB", "GB", "GB"),
    ("LI", None): ("CH", "CH", "CH"),
    ("PR", None): ("US", "US", "US"),
    ("DE", "BUS"): ("DE-BUS", "DE-BUS", "DE-BUS"),
    ("DE", "HEL"): ("DE-HEL", "DE-HEL", "DE-HEL"),
    ("IT", "LIV"): ("IT-LIV", "IT-LIV", "IT-LIV"),
    ("GR", "69"): ("GR-69", "EU", "GR-69"),
    ("GP", None): ("GP", "EU", "GP"),
    ("MQ", None): ("MQ", "EU", "MQ"),
    ("RE", None): ("RE", "EU", "RE"),
    ("GF", None): ("GF", "EU", "GF"),
    ("YT", None): ("YT", "EU", "YT"),
    ("MF", None): ("MF", "EU", "MF"),
}
_ALIASES = {"XI": ("GB", "NIR"), "IC": ("ES", "CN")}
_REGION = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)


def place(country_code: object, region: str | None = None, where: str = "") -> Place:
    """The place of a country and, where it matters, its ISO 3166-2 region.

    ``"US-CA"`` and ``"CA"`` both name California. Raises RequestError (``unknown_country``,
    ``bad_region``).
    """
    if isinstance(country_code, str) and country_code in _ALIASES:
        code, region = _ALIASES[country_code]
    else:
        code = country(country_code, where)
    if region is not None:
        region = _region(code, region, where)
    found = _APART.get((code, region)) or _APART.get((code, None))
    if found is not None:
        return Place(code, region, *found)
    return Place(code, region, code, "EU" if code in EU else code, code)


def _region(code: str, region: object, where: str) -> str:
    text = region.removeprefix(f"{code}-") if isinstance(region, str) else ""
    if _REGION.fullmatch(text):
        return text
    raise RequestError(
        f"not a region of {code}: {str(region)[:40]!r}",
        code="bad_region",
        where=where.replace("country", "region") if where else "region",
        hint=f"write the ISO 3166-2 code, such as {code}-XX, or its last part",
    )
