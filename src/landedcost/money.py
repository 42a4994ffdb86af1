"""Amounts between text and minor units, exact in both directions; the only maker of Money.

Nothing here depends on the Decimal context or the locale: texts are read digit by digit.
"""

from __future__ import annotations

import re
from functools import cache
from math import gcd
from typing import TYPE_CHECKING, Any

from .currencies import currency
from .errors import MoneyError

if TYPE_CHECKING:
    from moneyed import Money

LIMIT = 10**12
"""Major units above which an amount is taken for a mistake."""
_AMOUNT = re.compile(r"(-?)(\d{1,60})(?:\.(\d{1,60}))?", re.ASCII)
_PRICE = re.compile(r"\s*(-?[\d.]+)\s*([A-Za-z]{3})\s*|\s*([A-Za-z]{3})\s*(-?[\d.]+)\s*", re.ASCII)
_NOT_FINITE = frozenset({"nan", "snan", "inf", "infinity", "+inf", "-inf", "-infinity"})


def minor_units(value: object, code: str, where: str = "") -> int:
    """Minor units of ``code`` from ``"25.00"``, an int of major units, Decimal or Money.

    Raises MoneyError: ``float_amount``, ``not_finite``, ``bad_amount``, ``too_precise``,
    ``absurd_amount``, ``mixed_currencies``, ``unknown_currency``.
    """
    digits = currency(code, where).digits
    text = value if type(value) is str else _as_text(value, code, where)
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise _unreadable(text, where)
    sign, whole, rest = found.groups()
    if rest is None:
        minor: int = int(whole) * 10**digits
    else:
        if len(rest) > digits:
            if rest[digits:].strip("0"):
                raise MoneyError(
                    f"{text[:40]} has more decimals than {code}, which has {digits}",
                    code="too_precise",
                    where=where,
                    hint=f"round it to {digits} decimals before",
                )
            rest = rest[:digits]
        minor = int(whole + rest.ljust(digits, "0"))
    if minor > LIMIT * 10**digits:
        raise MoneyError(
            f"{text[:40]} {code} is beyond anything sold",
            code="absurd_amount",
            where=where,
            hint=f"the limit is {LIMIT:,} {code}",
        )
    return -minor if sign else minor


def _as_text(value: object, code: str, where: str) -> str:
    if isinstance(value, bool):
        raise MoneyError(
            f"true and false are no amounts: {value!r}",
            code="bad_amount",
            where=where,
            hint='write the amount as text, such as "25.00"',
        )
    if isinstance(value, float):
        raise MoneyError(
            f"a float is not an exact amount: {value!r}",
            code="float_amount",
            where=where,
            hint='write the amount as text, such as "25.00"',
        )
    if isinstance(value, int):
        return str(value) if abs(value) < 10**50 else "9" * 50
    own = getattr(value, "currency", None)
    if own is not None:
        if str(own) != code:
            raise MoneyError(
                f"an amount in {own} where {code} is meant",
                code="mixed_currencies",
                where=where,
                hint=f"give it in {code}",
            )
        value = getattr(value, "amount", None)
    from decimal import Decimal

    if isinstance(value, Decimal):
        if not value.is_finite():
            raise _unreadable(str(value), where)
        return _plain(value, where)
    raise _unreadable(str(value)[:40], where)


def _plain(value: Any, where: str) -> str:
    sign, figures, exponent = value.as_tuple()
    if exponent > 30 or exponent < -60 or len(figures) > 60:
        raise MoneyError(
            f"{value} is beyond anything sold",
            code="absurd_amount",
            where=where,
            hint=f"the limit is {LIMIT:,}, with no more than 60 digits",
        )
    text = "".join(map(str, figures))
    if exponent >= 0:
        text += "0" * exponent
    else:
        text = text.rjust(1 - exponent, "0")
        text = f"{text[:exponent]}.{text[exponent:]}"
    return f"-{text}" if sign else text


def _unreadable(text: str, where: str) -> MoneyError:
    if text.strip().lower().lstrip("+") in _NOT_FINITE:
        return MoneyError(
            f"not a finite amount: {text[:40]}",
            code="not_finite",
            where=where,
            hint='write digits and a point, such as "25.00"',
        )
    return MoneyError(
        f"not an amount: {text[:40]!r}",
        code="bad_amount",
        where=where,
        hint='write digits and a point, such as "25.00"',
    )


def amount_text(minor: int, digits: int) -> str:
    """Minor units as plain decimal text: ``-1230`` with two digits is ``"-12.30"``."""
    if not digits:
        return str(minor)
    text = str(abs(minor)).rjust(digits + 1, "0")
    return f"{'-' if minor < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def to_money(minor: int, code: str) -> Money:
    """``moneyed.Money`` of minor units; currencies moneyed lacks are made known to it."""
    from decimal import Decimal

    from moneyed import Money

    return Money(Decimal(amount_text(minor, currency(code).digits)), _moneyed(code))


@cache
def _moneyed(code: str) -> Any:
    import moneyed

    if code in moneyed.CURRENCIES:
        return moneyed.get_currency(code)
    own = currency(code)
    return moneyed.Currency(own.code, numeric=own.number, sub_unit=10**own.digits, name=own.name)


def ratio(value: object, where: str = "") -> tuple[int, int]:
    """An exact, reduced ratio above zero from decimal text, an int or a Decimal.

    Raises MoneyError: ``zero_rate``, ``bad_rate`` (negative, not finite, a float, no number).
    """
    if isinstance(value, bool | float):
        raise MoneyError(
            f"a float is not an exact rate: {value!r}",
            code="bad_rate",
            where=where,
            hint='write the rate as text, such as "0.86"',
        )
    text = value if isinstance(value, str) else None
    if text is None:
        try:
            text = _as_text(value, "", where)
        except MoneyError:
            text = str(value)[:40]
    found = _AMOUNT.fullmatch(text)
    if found is None or found[1]:
        raise MoneyError(
            f"not a rate: {text[:40]!r}",
            code="bad_rate",
            where=where,
            hint='write digits and a point, such as "0.86"',
        )
    rest = found[3] or ""
    num, den = int(found[2] + rest), 10 ** len(rest)
    if not num:
        raise MoneyError(
            "a rate of zero would make everything free",
            code="zero_rate",
            where=where,
            hint="leave the rate out if it is not known",
        )
    common = gcd(num, den)
    return num // common, den // common


def percent(text: str, where: str = "") -> tuple[int, int]:
    """``"12%"`` as an exact ratio, 3/25; ``"0%"`` is 0/1. Raises MoneyError (``bad_rate``)."""
    found = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,12}))?\s?%", text, re.ASCII)
    if found is None:
        raise MoneyError(
            f"not a percentage: {text[:40]!r}",
            code="bad_rate",
            where=where,
            hint='write it as "12.5%"',
        )
    rest = found[2] or ""
    num, den = int(found[1] + rest), 100 * 10 ** len(rest)
    common = gcd(num, den)
    return num // common, den // common


def parse_money(text: str, where: str = "") -> tuple[str, str]:
    """``"25USD"``, ``"25.00 USD"`` or ``"USD 25"`` as amount text and currency text.

    Raises MoneyError (``bad_amount``) when it is not one number and three letters.
    """
    found = _PRICE.fullmatch(text) if len(text) < 120 else None
    if found is None:
        bare = text.strip().split(" ")[0]
        if bare.lower().lstrip("+-") in ("nan", "inf", "infinity"):
            raise _unreadable(bare, where)
        raise MoneyError(
            f"not an amount with a currency: {text[:40]!r}",
            code="bad_amount",
            where=where,
            hint='write "25.00 USD"',
        )
    amount, code = (found[1], found[2]) if found[1] else (found[4], found[3])
    return amount, code.upper()
