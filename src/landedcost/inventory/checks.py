"""What may be asked of a stock, checked, and instants as whole microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ..errors import RequestError
from ..lines import MAX_QUANTITY, line_id

MAX_STOCK = 10**9
MAX_SKUS = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)


def micros(instant: object, where: str) -> int:
    """Microseconds since 1970. Raises RequestError (``naive_time``)."""
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        raise RequestError(
            f"not an instant: {instant!r}",
            code="naive_time",
            where=where,
            hint="give a datetime with a time zone, such as datetime.now(UTC)",
        )
    return (instant - _EPOCH) // _STEP


def instant_of(us: int) -> datetime:
    """The instant of so many microseconds since 1970, in UTC."""
    return _EPOCH + us * _STEP


def count(value: object, least: int, most: int, where: str) -> int:
    """A number of units. Raises RequestError (``bad_units``)."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise RequestError(
            f"not a number of units: {value!r}",
            code="bad_units",
            where=where,
            hint=f"a whole number from {least:,} to {most:,}",
        )
    return value


def wanted(units: Mapping[str, int]) -> dict[str, int]:
    """What is to be reserved, in the order in which rows are locked. Raises RequestError."""
    if not 0 < len(units) <= MAX_SKUS:
        raise RequestError(
            f"{len(units)} articles to reserve",
            code="bad_units",
            where="units",
            hint=f"from 1 to {MAX_SKUS:,}, each with its number of units",
        )
    for sku, number in units.items():
        line_id(sku, "units")
        count(number, 1, MAX_QUANTITY, f"units[{sku!r}]")
    return {sku: units[sku] for sku in sorted(units)}
