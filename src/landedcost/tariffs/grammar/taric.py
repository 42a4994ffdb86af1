"""Duty expressions of the British and European tariffs.

::

    text    := seasons | 'Entry Price' | unit | expr
    seasons := expr '(' period (',' period)* ')' (',' …)*      the last may stand alone
    period  := day month '-' day month                          both ends included
    expr    := segment (('MIN' | 'MAX') segment)*               the last conjunction splits first
    segment := term (('+' | '-') term)*
    term    := n '%' ['/ Retail Price'] | n currency '/' unit | 'EA' | 'ADSZ' | 'ADFM'

The published tables and the tariff service write units differently (``GBP/100kg`` and
``GBP / 100 kg``). Slips of the tables are put right and named in ``Reading.repairs``.
"""

from __future__ import annotations

import re

from ...currencies import currency
from ..beyond import MONTHS, EntryPrice, Meursing, Season, Seasonal, SupplementaryUnit
from ..rates import AtLeast, AtMost, Duty, Free, Minus, RetailPercent, Specific, Sum, reduced
from .written import NUMBER, Reading, clean, not_read, percent_of, ratio_of

_UNITS = {
    "kg": "kg",
    "g": "g",
    "100kg": "100kg",
    "100kg/net": "100kg",
    "100kg/br": "100kg gross",
    "100kg/gross": "100kg gross",
    "100kg/netdrainedwt": "100kg drained",
    "100kgeda": "100kg drained",
    "100kg/netdry": "100kg dry",
    "100kgmas": "100kg dry",
    "100kgstdqual": "100kg standard quality",
    "100kg/stdqual": "100kg standard quality",
    "100kg/net/%sacchar.": "100kg/% sucrose",
    "kg/lacticmatter": "kg lactic matter",
    "kg/drylacticmatter": "kg dry lactic matter",
    "kg/totalc": "kg total alcohol",
    "kg/totalc.": "kg total alcohol",
    "1000kg": "t",
    "tonne": "t",
    "1000kg/biodiesel": "t biodiesel",
    "l": "litre",
    "hl": "hl",
    "%vol/hl": "% vol/hl",
    "lalc.100%": "litre of pure alcohol",
    "item": "item",
    "p/st": "item",
    "100items": "100items",
    "1000items": "1000items",
    "1000p/st": "1000items",
    "pa": "pair",
    "pair": "pair",
    "m": "m",
    "100m": "100m",
    "m2": "m2",
    "m3": "m3",
}
_UNITS |= {name.replace(" ", "").lower(): name for name in set(_UNITS.values())}
_MEURSING = {"ea": "EA", "adsz": "ADSZ", "ads/z": "ADSZ", "adfm": "ADFM", "adf/m": "ADFM"}
_MARKS = str.maketrans({"€": " EUR", "£": " GBP"})
_JOIN = re.compile(r"\b(MIN|MAX)\b")
_SIGN = re.compile(r"(?<![+-])\s*([+-])\s*")
_PERCENT = re.compile(rf"({NUMBER}) ?%( ?/ ?Retail Price)?", re.IGNORECASE)
_AMOUNT = re.compile(rf"({NUMBER}) ?([A-Z]{{3}}) ?/ ?(.{{1,40}})")
_BARE = re.compile(NUMBER)
_SEASON = re.compile(r"(?P<rate>[^()]{1,120}?) ?\((?P<periods>[^()]{1,200})\) ?(?:, ?|$)")
_PERIOD = re.compile(
    r"(?P<first>\d{1,2}) ?(?P<month>[A-Z]{3,9})? ?- ?(?P<last>\d{1,2}) ?(?P<end>[A-Z]{3,9})"
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_taric(text: str) -> Reading:
    """Read a duty expression.

    Raises RequestError (``bad_duty_text``) for a text that is not understood.
    """
    plain = clean(text.translate(_MARKS))
    repairs: list[str] = []
    if plain.lower() == "entry price":
        return Reading(EntryPrice())
    alone = _unit(plain)
    if alone is not None:
        return Reading(SupplementaryUnit(alone))
    duty = _seasons(plain, repairs) if "(" in plain else _expression(plain, repairs)
    return Reading(duty, tuple(dict.fromkeys(repairs)))


def _unit(written: str) -> str | None:
    return _UNITS.get(re.sub(r"[\s]|(?<=\d),(?=\d)", "", written.lower()))


def _seasons(text: str, repairs: list[str]) -> Duty:
    rates: list[tuple[Duty, tuple[Season, ...]]] = []
    at = 0
    while at < len(text):
        found = _SEASON.match(text, at)
        if found is None:
            if "(" in text[at:] or ")" in text[at:]:
                raise not_read(text, f"the seasons at {text[at : at + 40]!r}")
            rates.append((_expression(text[at:], repairs), ()))
            repairs.append("the last duty names no season: taken for the rest of the year")
            break
        seasons = tuple(_season(p.strip(), text, repairs) for p in found["periods"].split(","))
        rates.append((_expression(found["rate"], repairs), seasons))
        at = found.end()
    return Seasonal(tuple(rates))


def _season(period: str, text: str, repairs: list[str]) -> Season:
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise not_read(text, f"the season {period[:40]!r}")
    last = _month(found["end"], text)
    first = last if found["month"] is None else _month(found["month"], text)
    return Season(
        (first, _day(found["first"], first, period, repairs)),
        (last, _day(found["last"], last, period, repairs)),
    )


def _month(name: str, text: str) -> int:
    if name[:3] not in MONTHS:
        raise not_read(text, f"the month {name!r}")
    return MONTHS.index(name[:3]) + 1


def _day(number: str, month: int, period: str, repairs: list[str]) -> int:
    most = _DAYS[month - 1]
    if int(number) > most:
        repairs.append(f"{period!r} has a day that does not exist: the last of its month is meant")
    return min(max(int(number), 1), most)


def _expression(text: str, repairs: list[str]) -> Duty:
    parts = _JOIN.split(text)
    duty = _segment(parts[0], text, repairs)
    for join, part in zip(parts[1::2], parts[2::2], strict=True):
        right = _segment(part, text, repairs)
        duty = AtLeast(duty, right) if join == "MIN" else AtMost(duty, right)
    return duty


def _segment(text: str, whole: str, repairs: list[str]) -> Duty:
    parts = _SIGN.split(text.strip())
    duty = _term(parts[0], whole, repairs)
    for sign, part in zip(parts[1::2], parts[2::2], strict=True):
        term = _term(part, whole, repairs)
        if sign == "-":
            duty = Minus(duty, term)
        else:
            duty = Sum((*duty.terms, term) if isinstance(duty, Sum) else (duty, term))
    return duty


def _term(text: str, whole: str, repairs: list[str]) -> Duty:
    term = text.strip()
    if term.lower() == "free":
        return Free()
    found = _PERCENT.fullmatch(term)
    if found and found[2]:
        num, den = ratio_of(found[1])
        return RetailPercent(*reduced(num, den * 100))
    if found:
        return percent_of(found[1])
    found = _AMOUNT.fullmatch(term)
    if found:
        unit = _unit(found[3])
        if unit is None:
            raise not_read(whole, f"the unit {found[3]!r}")
        num, den = ratio_of(found[1])
        return Specific(num, den, currency(found[2]).code, unit) if num else Free()
    code = _MEURSING.get(term.replace(" ", "").lower())
    if code:
        return Meursing(code)
    if _BARE.fullmatch(term):
        repairs.append(f"{term!r} has no unit: percent is meant")
        return percent_of(term)
    raise not_read(whole, f"at {term[:40]!r}" if term else "it ends where a rate is expected")
