"""Frankfurter as it answers, with figures of its own documentation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ...ports import CUSTOMS, RatesAsk
from ..case import Case, Reply, Seen

_RATES = {"AUD": "1.7712", "CHF": "0.9227", "CZK": "24.254", "GBP": "0.85363", "JPY": "185.72"}


def upstream(seen: Seen) -> Reply:
    """The service: the day asked for, or 404 before its first one."""
    day = seen.url.rpartition("/")[2]
    if day < "1999-01-04":
        return Reply(404, json={"message": "not found"})
    rates = {code: Decimal(text) for code, text in _RATES.items()}
    return Reply(
        json={
            "amount": Decimal("1.0"),
            "base": seen.params["base"],
            "date": day,
            "rates": {**rates, "USD": Decimal("1.1435")},
        }
    )


CASE = Case(
    settings={},
    asks=[
        RatesAsk(date(2026, 7, 9)),
        RatesAsk(date(2024, 1, 15)),
        RatesAsk(date(2026, 7, 9), CUSTOMS, "EU"),
    ],
    upstream=upstream,
    unknown=RatesAsk(date(1990, 1, 1)),
)
