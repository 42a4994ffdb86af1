"""Days as people write them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime

from .errors import RequestError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day(value: object, where: str = "") -> date:
    """A date from ``"2026-10-01"``, a date, or a datetime (its own calendar day).

    Raises RequestError (``bad_date``) for anything else.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        year, month, number = (int(part) for part in value.split("-"))
        if year and 1 <= month <= 12 and 1 <= number <= monthrange(year, month)[1]:
            return date(year, month, number)
    raise RequestError(
        f"not a day: {str(value)[:40]!r}",
        code="bad_date",
        where=where,
        hint="write it as 2026-10-01",
    )
