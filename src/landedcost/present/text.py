"""Amounts and times as a buyer's locale writes them, to the code point of Babel.

The pattern of CLDR is compiled once for a locale and a currency: what stands before and after
the digits, the separators, and how digits are grouped. From then on an amount takes a few
operations on its minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ..currencies import currency as find_currency
from ..lines import Amount

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern

Formatter = Callable[[int], str]
"""From minor units to text."""

_KEPT = 4_096
_NO_BREAK = "\N{NO-BREAK SPACE}"
_ZEROS = {
    "adlm": "\N{ADLAM DIGIT ZERO}",
    "arab": "\N{ARABIC-INDIC DIGIT ZERO}",
    "arabext": "\N{EXTENDED ARABIC-INDIC DIGIT ZERO}",
    "beng": "\N{BENGALI DIGIT ZERO}",
    "cakm": "\N{CHAKMA DIGIT ZERO}",
    "deva": "\N{DEVANAGARI DIGIT ZERO}",
    "hmnp": "\N{NYIAKENG PUACHUE HMONG DIGIT ZERO}",
    "mtei": "\N{MEETEI MAYEK DIGIT ZERO}",
    "mymr": "\N{MYANMAR DIGIT ZERO}",
    "nkoo": "\N{NKO DIGIT ZERO}",
    "olck": "\N{OL CHIKI DIGIT ZERO}",
    "tibt": "\N{TIBETAN DIGIT ZERO}",
}
"""The zero of each numbering system that is some locale's own; nine more digits follow it."""


def locale_of(tag: str) -> Locale:
    """Babel's locale for a tag such as ``de-DE``; for ``und-DE`` the likeliest language.

    A language that CLDR does not know is written as the country's likeliest language is.
    """
    from babel import Locale

    from .locale import known_locale

    return Locale.parse(known_locale(tag))


def money_text(amount: Amount, tag: str, *, code: bool = False, native: bool = False) -> str:
    """``amount`` formatted for the locale, every minor unit shown and none rounded away.

    ``code`` writes the ISO code in place of the symbol, where ``$`` could be several dollars;
    ``native`` writes the digits of the locale's own numbering system. Raises MoneyError for a
    currency that does not exist.
    """
    return _formatter(tag, amount.currency, code, native)(amount.minor)


def formatter(tag: str, currency: str, *, code: bool = False, native: bool = False) -> Formatter:
    """The function that writes minor units of a currency for a locale, compiled once.

    The text is the one Babel gives for the amount in Latin digits, to the code point; with
    ``native`` the one it gives for the locale's default numbering system, its digits put in,
    which Babel leaves Latin. Raises MoneyError for a currency that does not exist.
    """
    return _formatter(tag, currency, code, native)


@lru_cache(maxsize=_KEPT)
def _formatter(tag: str, currency: str, code: bool, native: bool) -> Formatter:
    from babel.numbers import get_decimal_symbol, get_group_symbol, parse_pattern

    digits = find_currency(currency).digits
    locale = locale_of(tag)
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    system = locale.default_numbering_system if native else "latn"
    point = get_decimal_symbol(locale, numbering_system=system) if digits else ""
    group = get_group_symbol(locale, numbering_system=system)
    plus, minus = (
        _around(pattern, locale, currency, value, f"1{point}{'0' * digits}", system)
        for value in (Decimal(1), Decimal(-1))
    )
    if code:
        symbol = locale.currency_symbols.get(currency, currency)
        plus, minus = _coded(plus, symbol, currency), _coded(minus, symbol, currency)
    zero = _ZEROS.get(system, "")
    made = _compiled(plus, minus, point, digits, _grouping(pattern.grouping, group))
    return _translated(made, zero) if zero else made


def _around(
    pattern: NumberPattern, locale: Locale, currency: str, value: Decimal, number: str, system: str
) -> tuple[str, str]:
    """What Babel writes before and after the number."""
    text = pattern.apply(
        value, locale, currency=currency, currency_digits=False, numbering_system=system
    )
    before, _, after = text.partition(number)
    return before, after


def _coded(around: tuple[str, str], symbol: str, currency: str) -> tuple[str, str]:
    """With the code for the symbol, and a no-break space between it and the digits."""
    before, after = (part.replace(symbol, currency) for part in around)
    if before[-1:].isalpha():
        before += _NO_BREAK
    if after[:1].isalpha():
        after = _NO_BREAK + after
    return before, after


def _compiled(
    plus: tuple[str, str],
    minus: tuple[str, str],
    point: str,
    digits: int,
    grouped: Callable[[int], str],
) -> Formatter:
    start, end = plus
    below, below_end = minus
    if not digits:
        return lambda minor: (
            f"{below}{grouped(-minor)}{below_end}" if minor < 0 else f"{start}{grouped(minor)}{end}"
        )
    scale, tails = 10**digits, _tails(point, digits)

    def parted(minor: int) -> str:
        if minor < 0:
            units = -minor // scale
            return f"{below}{grouped(units)}{tails[-minor - units * scale]}{below_end}"
        units = minor // scale
        return f"{start}{grouped(units)}{tails[minor - units * scale]}{end}"

    return parted


@cache
def _tails(point: str, digits: int) -> Sequence[str]:
    """Every fraction as it is written, from ``.00`` to ``.99``."""
    return tuple(f"{point}{rest:0{digits}}" for rest in range(10**digits))


def _grouping(sizes: tuple[int, int], separator: str) -> Callable[[int], str]:
    """How the digits before the point are parted: by threes, like lakhs, or not at all."""
    first, then = sizes
    if sizes == (3, 3):
        if separator == ",":
            return "{:,}".format
        return lambda value: f"{value:,}".replace(",", separator)
    second = first + then

    def parted(value: int) -> str:
        text = str(value)
        width = len(text)
        if width <= first:
            return text
        if width <= second:
            return f"{text[:-first]}{separator}{text[-first:]}"
        head, parts = text[:-second], [text[-second:-first], text[-first:]]
        while len(head) > then:
            parts.insert(0, head[-then:])
            head = head[:-then]
        return separator.join((head, *parts))

    return parted


def _translated(made: Formatter, zero: str) -> Formatter:
    table = {ord("0") + k: chr(ord(zero) + k) for k in range(10)}
    return lambda minor: made(minor).translate(table)


def time_text(moment: datetime, tag: str, zone: tzinfo | None = None, *, long: bool = False) -> str:
    """A day and time as the locale writes them, in ``zone`` or the moment's own, through Babel.

    Such as ``01.10.2026, 20:00``; ``long`` spells the month and names the zone. Raises
    RequestError for a moment without a time zone.
    """
    from babel.dates import format_datetime

    from ..errors import RequestError

    if moment.tzinfo is None:
        raise RequestError(
            "a moment needs a time zone",
            code="naive_time",
            where="moment",
            hint="give an aware datetime, such as datetime(2026, 10, 1, 20, tzinfo=UTC)",
        )
    shown: Any = moment.astimezone(zone) if zone is not None else moment
    text: str = format_datetime(
        shown, "long" if long else "short", tzinfo=shown.tzinfo, locale=locale_of(tag)
    )
    return text
