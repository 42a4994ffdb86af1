"""Reading duty text such as ``12%``, ``8% + 26.00 GBP/100kg`` or ``18.8¢/kg + 6.8%``.

One grammar for the dialects of the British, European and American tariffs and of requests::

    duty    := segment (('MIN' | 'MAX') segment)*      the last conjunction splits first
    segment := term (('+' | '-') term)*                from left to right
    term    := 'Free' | number '%' ['/ Retail Price'] | amount '/' unit | amount 'each'
    amount  := number currency | ('$' | '€' | '£') number | number '¢'

``MIN`` is "at least" and ``MAX`` is "at most", as the official British calculator computes them.
Text that says more than a formula can (a rate on the case of a watch, an entry price, a season)
is refused by name, never read in part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...currencies import currency as find_currency
from ...errors import MoneyError, RequestError
from ..rates import (
    AtLeast,
    AtMost,
    Duty,
    Free,
    Minus,
    Percent,
    RetailPercent,
    Specific,
    Sum,
    reduced,
)

_UNITS = {
    "kg": "kg",
    "kilogram": "kg",
    "kgs": "kg",
    "100kg": "100kg",
    "100kgs": "100kg",
    "dtn": "100kg",
    "1000kg": "t",
    "tonne": "t",
    "t": "t",
    "g": "g",
    "l": "litre",
    "litre": "litre",
    "liter": "litre",
    "litres": "litre",
    "hl": "hl",
    "100l": "hl",
    "item": "item",
    "items": "item",
    "each": "item",
    "article": "item",
    "no": "item",
    "p/st": "item",
    "pcs": "item",
    "head": "item",
    "pair": "pair",
    "pr": "pair",
    "pr.": "pair",
    "pairs": "pair",
    "pa": "pair",
    "dozen": "dozen",
    "doz": "dozen",
    "doz.": "dozen",
    "gross": "gross",
    "1000items": "1000items",
    "1000p/st": "1000items",
    "1000": "1000items",
    "thousand": "1000items",
    "m2": "m2",
    "m²": "m2",
    "m": "m",
    "100m": "100m",
    "m3": "m3",
    "m³": "m3",
}
_SPELLED = {
    "m<sup>2</sup>": "m2",
    "m<sup>3</sup>": "m3",
    "1000 items": "1000items",
    "100 kg": "100kg",
    "1000 kg": "1000kg",
    "1000 p/st": "1000p/st",
    "100 l": "100l",
    "100 m": "100m",
}
_BEYOND = (
    (re.compile(r"\b(EA|ADSZ|ADFM)\b|AD S/Z|AD F/M"), "an agricultural component (Meursing table)"),
    (re.compile(r"entry price|SIV", re.I), "an entry price that depends on the season's price"),
    (re.compile(r"\d\s*(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b", re.I), "a season"),
    (
        re.compile(
            r"\b(on|of) (the|total|lead|molybdenum|drained|contents|entire|tungsten|copper|zinc|"
            r"manganese|vanadium|dry|net|full|each|nickel|lactic|sugar|anhydrous|fat|value)",
            re.I,
        ),
        "a base that is only part of the goods",
    ),
    (re.compile(r"lactic|/\s*mas|/\s*net|eda|vol", re.I), "a content the request does not carry"),
    (re.compile(r"\bsee\b|provided|applicable|subheading", re.I), "a reference to another heading"),
    (re.compile(r"\bless\b|degree", re.I), "a scale by degrees"),
    (re.compile(r"\bbond\b|no change|no additional", re.I), "words that are no rate"),
)
_TOKEN = re.compile(
    r"""
    \s*(?:
      (?P<join>MIN\b|MAX\b)
    | (?P<sign>[+-])
    | (?P<free>Free\b)
    | (?P<mark>[$€£])?\s*(?:
        (?:(?P<whole>\d{1,9})\s+)?(?P<top>\d{1,15})/(?P<bottom>\d{1,15})(?=\s*(?:%|[A-Z]{3}\b))
      | (?P<number>\d[\d,]*(?:\.\d+)?)
      )
      \s*(?P<what>%|¢|[A-Z]{3}\b)?
      (?:\s*(?P<each>each)\b|\s*/\s*(?P<unit>Retail\ Price|
          m<sup>[23]</sup>|10{2,3}\s(?:items|kg|p/st|l|m)\b|
          p/st|[A-Za-z0-9.²³]+(?:/st)?))?
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_MARKUP = re.compile(r"</?(?:u|il|i|b)>", re.IGNORECASE)
_MARKS = {"$": "USD", "€": "EUR", "£": "GBP"}


@dataclass(slots=True)
class _Text:
    text: str
    currency: str | None
    where: str

    def fail(self, what: str, at: int | None = None) -> RequestError:
        place = "" if at is None else f" at {self.text[at : at + 20]!r}"
        return RequestError(
            f"not a duty that can be computed: {self.text[:80]!r}{place}: {what}",
            code="bad_duty_text",
            where=self.where,
            hint='write "12%", "8% + 0.30 USD/kg" or "30% MIN 4300 JPY/pair"',
        )


def parse_duty(text: str, *, currency: str | None = None, where: str = "") -> Duty:
    """Read a duty text; ``currency`` stands where an amount names none.

    Raises RequestError (``bad_duty_text``) naming what is not understood.
    """
    source = _Text(_MARKUP.sub("", text).strip(), currency, where)
    if not source.text or len(text) > 300:
        raise source.fail("it is empty" if not source.text else "it is too long")
    for pattern, what in _BEYOND:
        if pattern.search(source.text):
            raise source.fail(f"it names {what}")
    segments: list[Duty] = []
    joins: list[str] = []
    for kind, duty in _segments(source):
        if kind:
            joins.append(kind)
        segments.append(duty)
    return _joined(segments, joins)


def _joined(segments: list[Duty], joins: list[str]) -> Duty:
    if not joins:
        return segments[0]
    left = _joined(segments[:-1], joins[:-1])
    return (AtLeast if joins[-1] == "MIN" else AtMost)(left, segments[-1])


def _segments(source: _Text) -> list[tuple[str, Duty]]:
    found: list[tuple[str, Duty]] = []
    join, sign, at = "", "", 0
    current: Duty | None = None
    while at < len(source.text):
        token = _TOKEN.match(source.text, at)
        if token is None:
            raise source.fail("expected a rate", at)
        if token["join"]:
            if current is None or sign:
                raise source.fail("expected a rate before it", at)
            found.append((join, current))
            join, current = token["join"].upper(), None
        elif token["sign"]:
            if current is None or sign:
                raise source.fail("expected a rate before it", at)
            sign = token["sign"]
        else:
            if current is not None and not sign:
                raise source.fail("expected +, -, MIN or MAX", at)
            current = _plus(current, sign, _term(source, token))
            sign = ""
        at = token.end()
        if not source.text[at:].strip():
            break
    if current is None or sign:
        raise source.fail("it ends where a rate is expected")
    return [*found, (join, current)]


def _plus(current: Duty | None, sign: str, term: Duty) -> Duty:
    if current is None:
        return term
    if sign == "-":
        return Minus(current, term)
    return Sum((*current.terms, term) if isinstance(current, Sum) else (current, term))


def _term(source: _Text, token: re.Match[str]) -> Duty:
    if token["free"]:
        return Free()
    num, den = _number(token)
    what, unit = token["what"], token["unit"]
    if what == "%":
        if unit:
            if unit.lower() != "retail price":
                raise source.fail(f"a percentage per {unit}", token.start())
            return RetailPercent(*reduced(num, den * 100))
        if token["each"] or token["mark"]:
            raise source.fail("a percentage has no unit", token.start())
        return Percent(*reduced(num, den * 100)) if num else Free()
    if what == "¢":
        code, den = "USD", den * 100
    elif token["mark"]:
        code = _MARKS[token["mark"]]
    else:
        code = (what or source.currency or "").upper()
    if not unit and not token["each"]:
        if not num and not what:
            return Free()
        raise source.fail("expected % or a unit such as /kg", token.start())
    if not code:
        raise source.fail("an amount needs a currency", token.start())
    try:
        code = find_currency(code).code
    except MoneyError as error:
        raise source.fail(error.message, token.start()) from None
    return _specific(source, token, num, den, code)


def _specific(source: _Text, token: re.Match[str], num: int, den: int, code: str) -> Duty:
    written = (token["unit"] or "each").lower()
    name = _UNITS.get(_SPELLED.get(re.sub(r"\s+", " ", written), written))
    if name is None:
        raise source.fail(f"the unit {written!r} is not known", token.start())
    return Specific(*reduced(num, den), code, name)


def _number(token: re.Match[str]) -> tuple[int, int]:
    if token["bottom"]:
        bottom = int(token["bottom"]) or 1
        return int(token["whole"] or 0) * bottom + int(token["top"]), bottom
    whole, _, rest = token["number"].replace(",", "").partition(".")
    return int(whole + rest), 10 ** len(rest)
