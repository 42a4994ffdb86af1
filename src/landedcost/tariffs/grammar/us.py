"""The rate columns of the Harmonized Tariff Schedule of the United States.

::

    general, other := 'Free' | sum | sugar | reference | 'Free, under bond…'
    sum            := term ('+' term)*
    term           := n '%' [part] | (n '¢' | '$' n) ('/' unit | 'each') [part]
    part           := 'on the case' | 'on lead content' | 'of total sugars' | …
    special        := (rate '(' symbols ')')*  — see :func:`read_special`

A rate on a part of the goods, a reference to another line and a scale by degrees are understood
and kept as what they are; they cannot be computed without the fact they name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..beyond import Conditional, Degrees, Elsewhere, OnPart
from ..rates import Duty, Free, Percent, Specific, reduced
from .written import NUMBER, Reading, added, clean, not_read, percent_of, ratio_of

_UNITS = {
    "kg": "kg",
    "g": "g",
    "t": "t",
    "liter": "litre",
    "pf. liter": "pf.litre",
    "pf.liter": "pf.litre",
    "bbl": "bbl",
    "m2": "m2",
    "m²": "m2",
    "m3": "m3",
    "m³": "m3",
    "m": "m",
    "lin. m": "m",
    "doz.": "dozen",
    "gross": "gross",
    "pr.": "pair",
    "head": "item",
    "article": "item",
    "clean kg": "clean kg",
    "thousand": "1000items",
    "1000": "1000items",
    "1,000": "1000items",
    "1,000 pins": "1000 pins",
    "jewel over 7": "jewel over 7",
    "jewel": "jewel",
    "line/ gross": "line/gross",
    "line/gross": "line/gross",
    "pack": "pack",
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_PART = r"(?P<part>,? ?(?:on|of|upon|including) ?[a-z][a-z ,\-]{1,80})"
_TERM = re.compile(
    rf"(?:(?P<percent>{NUMBER})(?: (?P<fraction>\d{{1,3}}/\d{{1,3}}))? ?(?:%|percent)"
    rf"|(?:\$ ?(?P<dollars>{NUMBER})|(?P<cents>{NUMBER}) ?¢)"
    rf" ?(?:(?P<each>each)|/ ?(?P<unit>{_UNIT})))"
    rf"{_PART}?"
)
_SUGAR = re.compile(
    rf"(?P<top>{NUMBER}) ?¢ ?/kg less (?P<less>{NUMBER}) ?¢ ?/kg for each degree under 100 degrees"
    rf" \(and fractions of a degree in proportion\) but not less(?: than)? (?P<least>{NUMBER}) ?¢ ?"
    r"/kg"
)
_HEADING = r"\d{4}(?:\.\d{2}){0,3}"
_SEE = re.compile(
    rf"See (?:{_HEADING}(?:(?: ?[-–,] ?| or | and ){_HEADING})*"
    r"|additional U\.S\. note \d{1,3}(?:\([a-z]\))?)\.?",
    re.IGNORECASE,
)
_APPLICABLE = re.compile(
    r"The duty(?: rate)? provided (?:for )?in ?(?:the applicable (?:sub)?heading|such subheading"
    rf"|(?:sub)?headings? {_HEADING}(?:(?:, | or | and ){_HEADING})*)"
    rf"(?: ?(?P<sign>\+|plus|minus) ?(?:a duty of )?(?P<rate>{NUMBER}) ?%"
    r"(?P<part> upon the value of the [A-Za-z.\- ]{2,40}content)?)?\.?"
)
_ANOTHER = re.compile(
    r"The rates? (?:of duty )?applicable,? (?:to|in) .{3,160}"
    r"|The (?:duty )?rate provided for (?:originating goods|beneficiary countries) .{3,80}"
    r"|A duty upon the (?:full )?value .{3,200}"
)
_NO_CHANGE = re.compile(r"No change\.?|No additional duty\.?", re.IGNORECASE)
_BOND = re.compile(r"Free, (?P<condition>(?:under bond|for such temporary periods).{0,200})")
_SYMBOL = r"[A-Z]{1,2}[*+]?"
_SYMBOLS = re.compile(rf"\( ?(?P<symbols>{_SYMBOL}(?: ?, ?{_SYMBOL})*) ?,? ?\)")


def read_us(text: str) -> Reading:
    """Read a cell of ``general``, ``other`` or ``additionalDuties``.

    Raises RequestError (``bad_duty_text``) for a text that is not understood.
    """
    return Reading(_duty(clean(text), text))


def _duty(plain: str, text: str) -> Duty:
    if plain.lower() == "free":
        return Free()
    for pattern, make in _PROSE:
        found = pattern.fullmatch(plain)
        if found:
            return make(found)
    return added([_term(part.strip(), text) for part in plain.split("+")])


def _term(part: str, text: str) -> Duty:
    found = _TERM.fullmatch(part)
    if found is None:
        raise not_read(text, f"at {part[:40]!r}" if part else "it ends where a rate is expected")
    duty: Duty
    if found["percent"]:
        duty = percent_of(found["percent"], found["fraction"])
    else:
        num, den = ratio_of(found["dollars"] or found["cents"])
        unit = "item" if found["each"] else _UNITS[found["unit"]]
        duty = Specific(*reduced(num, den * (100 if found["cents"] else 1)), "USD", unit)
    return OnPart(duty, found["part"].strip(" ,")) if found["part"] else duty


def _sugar(found: re.Match[str]) -> Duty:
    def cents(name: str) -> Duty:
        num, den = ratio_of(found[name])
        return Specific(*reduced(num, den * 100), "USD", "kg")

    return Degrees(cents("top"), cents("less"), cents("least"))


def _applicable(found: re.Match[str]) -> Duty:
    codes = tuple(re.findall(_HEADING, found[0]))
    if not found["sign"]:
        return Elsewhere(found[0], codes)
    num, den = ratio_of(found["rate"])
    rate: Duty = Percent(*reduced(num, den * 100))
    if found["part"]:
        rate = OnPart(rate, found["part"].strip())
    if found["sign"] == "minus":
        return Elsewhere(found[0], codes, minus=rate)
    return Elsewhere(found[0], codes, plus=rate)


def _named(found: re.Match[str]) -> Duty:
    return Elsewhere(found[0], tuple(re.findall(_HEADING, found[0])))


def _in_words(found: re.Match[str]) -> Duty:
    return Elsewhere(found[0])


def _conditional(found: re.Match[str]) -> Duty:
    return Conditional(Free(), found["condition"])


_PROSE = (
    (_SUGAR, _sugar),
    (_SEE, _named),
    (_APPLICABLE, _applicable),
    (_ANOTHER, _in_words),
    (_NO_CHANGE, _in_words),
    (_BOND, _conditional),
)


@dataclass(frozen=True, slots=True)
class SpecialRate:
    """One rate of the special column and the programmes it is for; none means every one."""

    duty: Duty
    text: str
    symbols: tuple[str, ...]


def read_special(text: str) -> tuple[SpecialRate, ...]:
    """Read the special column: rates, each followed by the symbols of its programmes.

    Blanks between a rate and the list before it are often missing (``Free (A)2.9% (JP)``), and a
    rate without a list is for every programme. ``A*`` excludes some countries of a programme and
    ``A+`` is for its least developed ones. Raises RequestError (``bad_duty_text``) when any part
    is not understood.
    """
    plain = clean(text)
    out: list[SpecialRate] = []
    at = 0
    for found in _SYMBOLS.finditer(plain):
        rate = plain[at : found.start()].strip(" ,;")
        symbols = re.findall(_SYMBOL, found["symbols"])
        out.append(SpecialRate(_duty(rate, text), rate, tuple(dict.fromkeys(symbols))))
        at = found.end()
    rest = plain[at:].strip()
    if rest and out:
        raise not_read(text, f"{rest[:40]!r} has no programme")
    return tuple(out) or (SpecialRate(_duty(rest, text), rest, ()),)
