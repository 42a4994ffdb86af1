"""A year of hourly rates: the European Central Bank's daily ones, with a walk between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import exp, log
from random import Random

from currency_converter import CurrencyConverter

HOURS = 24
NOISE = 0.001
"""The standard deviation of one hour's move beside the way from day to day."""


def daily(base: str, quote: str, first: date, days: int) -> list[float]:
    """The reference rates of ``days`` days and of the day after; a day without has the last."""
    known = CurrencyConverter(
        fallback_on_wrong_date=True,
        fallback_on_missing_rate=True,
        fallback_on_missing_rate_method="last_known",
    )
    return [known.convert(1, base, quote, date=first + timedelta(days=n)) for n in range(days + 1)]


def hourly(
    base: str, quote: str, first: date, days: int, seed: int = 1
) -> Iterator[tuple[datetime, str]]:
    """An instant and a rate for each hour.

    Between two days the logarithm goes straight, plus a random walk that comes back to nothing
    at the end of the day: the days stay the real ones, and the hours are the same on each run.
    """
    random = Random(f"{base}{quote}{first}{seed}")
    known = daily(base, quote, first, days)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    for day in range(days):
        walk = [0.0]
        for _ in range(HOURS):
            walk.append(walk[-1] + random.gauss(0, NOISE))
        low, high = log(known[day]), log(known[day + 1])
        for hour in range(HOURS):
            part = hour / HOURS
            value = exp(low + part * (high - low) + walk[hour] - part * walk[-1])
            yield start + timedelta(days=day, hours=hour), f"{value:.6f}"
