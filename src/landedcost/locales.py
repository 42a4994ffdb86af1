"""From a buyer's locale to a country and its currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from .codes import country
from .errors import RequestError

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?[-_]([A-Za-z]{2})", re.ASCII)

# Where CLDR as Babel ships it is behind: the day a territory took its new currency.
_CHANGED: dict[str, tuple[date, str, str]] = {
    "BG": (date(2026, 1, 1), "BGN", "EUR"),
    "HR": (date(2023, 1, 1), "HRK", "EUR"),
    "CW": (date(2025, 3, 31), "ANG", "XCG"),
    "SX": (date(2025, 3, 31), "ANG", "XCG"),
    "ZW": (date(2024, 4, 5), "ZWL", "ZWG"),
    "SL": (date(2022, 7, 1), "SLL", "SLE"),
}


@dataclass(frozen=True, slots=True)
class BuyerLocale:
    """A locale with a territory: the tag in its usual spelling, and what follows from it."""

    tag: str
    language: str
    country: str
    currency: str


def buyer_locale(tag: object) -> BuyerLocale:
    """Read a locale such as ``"de-DE"``, ``"zh-Hant-TW"`` or ``"en_GB"``.

    Raises RequestError (``bad_locale``) when it has no territory or is not known.
    """
    found = _TAG.fullmatch(tag) if isinstance(tag, str) else None
    if found is None:
        raise RequestError(
            f"a buyer's locale needs a language and a territory: {str(tag)[:40]!r}",
            code="bad_locale",
            where="buyer.locale",
            hint='write "de-DE", or give a Buyer with a country',
        )
    language, script, territory = found[1].lower(), found[2], found[3].upper()
    code = country(territory, "buyer.locale")
    parts = [language, script.title() if script else "", territory]
    name = "-".join(p for p in parts if p)
    _known(language, name)
    return BuyerLocale(name, language, code, currency_of(code, date.max))


@cache
def _known(language: str, name: str) -> None:
    from babel.localedata import exists

    if not exists(language):
        raise RequestError(
            f"no such language: {language!r} in {name!r}",
            code="bad_locale",
            where="buyer.locale",
            hint="write a language of two or three letters, such as de",
        )


@cache
def currency_of(country_code: str, on: date) -> str:
    """The currency a country pays in on a day. Raises RequestError where it has none."""
    if country_code in _CHANGED:
        since, before, after = _CHANGED[country_code]
        return after if on >= since else before
    if country_code == "XI":
        return "GBP"
    from babel.numbers import get_territory_currencies

    day = min(max(on, date(1999, 1, 1)), date(2100, 1, 1))
    found = get_territory_currencies(country_code, day, day, tender=True)
    if not found:
        raise RequestError(
            f"no currency is known for {country_code}",
            code="unknown_currency",
            where="currency",
            hint="give `currency`",
        )
    return str(found[0])
