"""Amounts as a buyer's locale writes them (Babel's patterns, our digits)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ..currencies import currency
from ..lines import Amount
from ..money import amount_text

if TYPE_CHECKING:
    from babel import Locale


def locale_of(tag: str) -> Locale:
    """Babel's locale for a tag such as ``de-DE``; for ``und-DE`` the likeliest language."""
    from babel import Locale

    return Locale.parse(tag.replace("-", "_"), sep="_")


def money_text(amount: Amount, tag: str) -> str:
    """``amount`` formatted for the locale, every minor unit shown and none rounded away."""
    from babel.numbers import parse_pattern

    locale = locale_of(tag)
    digits = currency(amount.currency).digits
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    value = Decimal(amount_text(amount.minor, digits))
    text: str = pattern.apply(
        value, locale, currency=amount.currency, currency_digits=False, decimal_quantization=False
    )
    return text
