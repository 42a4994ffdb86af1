"""Places: an ISO country, the customs territory it lies in, and its VAT area, kept apart.

Which parts of a country are set apart, and by which postal codes they are known, is data:
``places.toml`` beside this module.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from .codes import EU, country
from .errors import RequestError

_REGION = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)
_POSTAL = re.compile(r"[A-Z0-9](?:[A-Z0-9]{0,11})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is.

    ``territory`` names the rule file; ``customs_territory`` is what a border is drawn around
    (``EU`` for its members); ``vat_area`` is where one VAT applies. ``names`` are those that a
    rule may use for the place: a part set apart does not go by the name of its country.
    """

    country: str
    region: str | None
    territory: str
    customs_territory: str
    vat_area: str
    names: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.names:
            object.__setattr__(self, "names", frozenset({self.territory, self.country}))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a country, or a country inside another's area, as ``places.toml`` has it.

    ``postal`` are first characters of postal codes; ``law`` is what sets the place apart.
    A part without a ``territory`` keeps to the rules of its country, by its ``region``.
    """

    name: str
    country: str
    region: str = ""
    postal: tuple[str, ...] = ()
    territory: str = ""
    customs_territory: str = ""
    vat_area: str = ""
    apart: bool = False
    aliases: tuple[str, ...] = ()
    law: str = ""


def parts() -> Sequence[Part]:
    """Every entry of ``places.toml``, in file order."""
    return _table()[0]


def parts_of(country_code: str) -> list[Part]:
    """The parts of a country that have rules or a region of their own."""
    return [p for p in parts() if p.country == country_code and p.region]


@cache
def _table() -> tuple[Sequence[Part], Mapping[tuple[str, str], Part], Mapping[str, Part]]:
    import tomllib
    from importlib import resources

    file = resources.files("landedcost").joinpath("places.toml")
    found: list[Part] = []
    for entry in tomllib.loads(file.read_text(encoding="utf-8"))["place"]:
        lists = {k: tuple(v) for k, v in entry.items() if isinstance(v, list)}
        found.append(Part(**{**entry, **lists}))
    by_region = {(p.country, p.region): p for p in found}
    by_alias = {alias: p for p in found for alias in p.aliases}
    return tuple(found), by_region, by_alias


def place(
    country_code: object,
    region: str | None = None,
    where: str = "",
    postal_code: str | None = None,
) -> Place:
    """The place of a country and, where it matters, its region or postal code.

    ``region`` is the ISO 3166-2 part: ``"US-CA"`` and ``"CA"`` both name California. A postal
    code names the region where that decides on the rules, such as 35001 for the Canary Islands.
    Raises RequestError (``unknown_country``, ``bad_region``, ``bad_postal_code``).
    """
    _, by_region, by_alias = _table()
    alias = by_alias.get(str(country_code)) or by_alias.get(f"{country_code}-{region}")
    if alias is not None:
        code, region = alias.country, alias.region
    else:
        code = country(country_code, where)
    if region is not None:
        region = _region(code, region, where)
    if postal_code is not None:
        region = _by_postal(code, region, postal_code, where)
    part = by_region.get((code, region or "")) or by_region.get((code, ""))
    if part is None or not part.territory:
        union = "EU" if code in EU else code
        return Place(code, region, code, union, code, frozenset({code, union}))
    names = {part.territory, part.customs_territory}
    if not part.apart:
        names.add(code)
    return Place(
        code, region, part.territory, part.customs_territory, part.vat_area, frozenset(names)
    )


def _by_postal(code: str, region: str | None, postal_code: object, where: str) -> str | None:
    at = where.replace("country", "postal_code") if where else "postal_code"
    text = re.sub(r"[ -]", "", postal_code).upper() if isinstance(postal_code, str) else ""
    if not _POSTAL.fullmatch(text):
        raise RequestError(
            f"not a postal code: {str(postal_code)[:40]!r}",
            code="bad_postal_code",
            where=at,
            hint="letters and digits, blanks and hyphens between them, such as 35001",
        )
    found = [
        (len(start), p.region)
        for p in parts_of(code)
        for start in p.postal
        if text.startswith(start)
    ]
    if not found:
        return region
    named = max(found)[1]
    if region is not None and region != named:
        raise RequestError(
            f"the postal code {postal_code} lies in {code}-{named}, not in {code}-{region}",
            code="bad_postal_code",
            where=at,
            hint="give one of the two, or both of the same place",
        )
    return named


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
