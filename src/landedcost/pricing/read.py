"""Reading the tables of a policy: a closed schema, and every fault with its path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from ..codes import nearest
from ..errors import MoneyError, RequestError
from ..lines import Amount, one_of
from ..money import amount_text, percent
from ..rounding import half_up

_TIME = re.compile(r"(\d{1,6})\s?(s|m|h|d)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_NAMED = {"buyer": Fraction(0), "merchant": Fraction(1)}


def table(value: object, known: Iterable[str], where: str) -> Mapping[str, Any]:
    """``value`` if it is a table with no other keys than ``known``.

    Raises RequestError (``unknown_key``) with the path and the nearest key.
    """
    if not isinstance(value, Mapping):
        raise RequestError(
            f"a table is meant here, not {str(value)[:40]!r}",
            code="bad_type",
            where=where,
            hint=f"write [{where}] and its keys below it",
        )
    keys = tuple(known)
    for key in value:
        if key not in keys:
            name = str(key)[:40]
            close = nearest(name, keys, 1)
            raise RequestError(
                f"unknown key {name!r}",
                code="unknown_key",
                where=f"{where}.{name}",
                hint=f"did you mean {close[0]!r}?" if close else f"known: {', '.join(keys)}",
            )
    return value


def share(value: object, where: str, *, most: int | None = 1) -> Fraction:
    """A share such as ``"50%"``. Raises RequestError for one above ``most``."""
    if not isinstance(value, str):
        raise MoneyError(
            f"not a percentage: {str(value)[:40]!r}",
            code="bad_rate",
            where=where,
            hint='write it as text, such as "12.5%"',
        )
    found = Fraction(*percent(value, where))
    if most is not None and found > most:
        raise MoneyError(
            f"{value} is more than {100 * most}%",
            code="bad_rate",
            where=where,
            hint="give a part of the whole",
        )
    return found


def borne(value: object, where: str) -> Fraction:
    """The merchant's part: ``"merchant"`` all, ``"buyer"`` nothing, ``"50%"`` half of it."""
    if isinstance(value, str) and value.endswith("%"):
        return share(value, where)
    return _NAMED[one_of(value, tuple(_NAMED), where, "unknown_bearer")]


def amounts(value: object, where: str, least: int = 0) -> tuple[Amount, ...]:
    """``"20.00 EUR"``, or a list with one amount for each of several currencies.

    Raises MoneyError for what is none, is below ``least`` minor units, or names a currency twice.
    """
    several = value if isinstance(value, list | tuple) and value else [value]
    found: dict[str, Amount] = {}
    for index, one in enumerate(several):
        at = f"{where}[{index}]" if several is value else where
        amount = Amount.of(one, at)
        if amount.minor < least:
            raise MoneyError(
                "must be above zero" if least else "cannot be negative",
                code="negative_amount",
                where=at,
                hint="leave it out if there is none",
            )
        if amount.currency in found:
            raise MoneyError(
                f"{amount.currency} is named twice",
                code="repeated_currency",
                where=at,
                hint="give one amount for a currency",
            )
        found[amount.currency] = amount
    return tuple(found.values())


def span(value: object, where: str) -> timedelta:
    """A length of time: ``"90s"``, ``"30m"``, ``"24h"`` or ``"7d"``. Raises RequestError."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise RequestError(
            f"not a length of time: {str(value)[:40]!r}",
            code="bad_duration",
            where=where,
            hint='a number and s, m, h or d, such as "24h"',
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def count(value: object, where: str) -> int:
    """A whole number of zero or more. Raises RequestError."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise RequestError(
        f"not a whole number of zero or more: {str(value)[:40]!r}",
        code="bad_quantity",
        where=where,
        hint="write an int, such as 2",
    )


def flag(value: object, where: str) -> bool:
    """True or false. Raises RequestError."""
    if isinstance(value, bool):
        return value
    raise RequestError(
        f"not true or false: {str(value)[:40]!r}",
        code="bad_type",
        where=where,
        hint="write true or false, without quotes",
    )


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with what ``over`` has instead, table by table and key by key."""
    made = dict(base)
    for key, value in over.items():
        before = made.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        made[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return made


def percent_text(value: Fraction) -> str:
    """A share as people write it, ``"12.5%"``; hundredths of a percent are the finest shown."""
    hundredths = value * 10_000
    text = amount_text(half_up(hundredths.numerator, hundredths.denominator), 2)
    return text.rstrip("0").rstrip(".") + "%"
