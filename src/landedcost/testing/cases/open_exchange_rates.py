"""Open Exchange Rates, in the shape of its answers, with figures of our own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from ...ports import RatesAsk
from ..case import Case, Reply, Seen

TODAY = date(2026, 10, 4)
"""The day that is under way where the case plays, in UTC."""


def upstream(seen: Seen) -> Reply:
    """The service: a sheet of any day up to today."""
    name = seen.url.rpartition("/")[2].removesuffix(".json")
    day = TODAY if name == "latest" else date.fromisoformat(name)
    if day > TODAY:
        return Reply(
            400,
            json={
                "error": True,
                "status": 400,
                "message": "not_available",
                "description": "No rates for this day.",
            },
        )
    rates = {"EUR": "0.8745", "GBP": "0.7465", "JPY": "162.41", "XAU": "0.000301"}
    return Reply(
        json={
            "disclaimer": "as is",
            "license": "as agreed",
            "timestamp": int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()),
            "base": seen.params.get("base", "USD"),
            "rates": {code: Decimal(rate) for code, rate in rates.items()},
        }
    )


CASE = Case(
    settings={"app_id": "0123456789abcdef"},
    asks=[RatesAsk(date(2026, 10, 2)), RatesAsk(date(2024, 1, 15)), RatesAsk(date(2026, 10, 5))],
    upstream=upstream,
    unknown=RatesAsk(date(2027, 1, 1)),
)
