"""What can be paid in coins: the cash increments of CLDR."""

from __future__ import annotations

from functools import cache

from ..currencies import currency


@cache
def cash_step(code: str) -> int:
    """The smallest cash increment of a currency, in its minor units: 5 for CHF, 100 for SEK.

    It is CLDR's, which knows digits and an increment for cash and follows no coin: the forint is
    paid in whole forints there, although the smallest Hungarian coin is 5 HUF. Raises MoneyError
    for a currency that is none.
    """
    from babel.core import get_global

    digits = currency(code).digits
    fractions = get_global("currency_fractions")
    _, _, cash_digits, increment = fractions.get(code, (0, 0, digits, 0))
    step: int = max(int(increment), 1) * 10 ** max(digits - int(cash_digits), 0)
    return step
