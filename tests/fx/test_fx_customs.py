"""The day EU customs takes its rate from, and what stands in for other authorities' rates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import NotInForce
from landedcost.fx.customs import customs_day, customs_rate, second_last_wednesday
from landedcost.fx.rates import EcbRates, RateTable

ECB = EcbRates.load()


@pytest.mark.parametrize(
    ("on", "day"),
    [
        ("2026-10-01", "2026-09-23"),
        ("2026-10-31", "2026-09-23"),
        ("2026-11-01", "2026-10-21"),
        ("2026-01-15", "2025-12-24"),
        ("2025-01-31", "2024-12-18"),
        ("2024-03-01", "2024-02-21"),
        ("2023-03-31", "2023-02-15"),
        ("2019-12-05", "2019-11-20"),
        ("2026-07-15", "2026-06-17"),
    ],
)
def test_customs_day(on: str, day: str) -> None:
    assert customs_day(date.fromisoformat(on)) == date.fromisoformat(day)


@given(st.dates(date(2000, 2, 1), date(2100, 1, 1)))
def test_customs_day_is_the_same_wednesday_all_month(on: date) -> None:
    day = customs_day(on)
    assert day.weekday() == 2
    assert (day + timedelta(days=7)).month == day.month
    assert (day + timedelta(days=14)).month == on.month
    assert customs_day(on.replace(day=1)) == day
    assert second_last_wednesday(day.year, day.month) == day


def test_the_eu_takes_one_rate_for_the_month() -> None:
    first = customs_rate(ECB, "EU", "USD", "EUR", date(2026, 10, 1))
    last = customs_rate(ECB, "EU", "USD", "EUR", date(2026, 10, 31))
    assert first == last
    assert first.rate.on == date(2026, 9, 23)
    assert not first.rate.stale
    assert not first.approximate
    assert "Art 146" in first.rule


def test_a_member_with_its_own_currency_has_its_own_authority() -> None:
    found = customs_rate(ECB, "EU", "USD", "SEK", date(2026, 10, 1))
    assert found.rate.on == date(2026, 9, 23)
    assert found.approximate
    assert "national authority" in found.rule


@pytest.mark.parametrize("territory", ["GB", "XI", "US", "JP"])
def test_elsewhere_the_rate_of_the_day_stands_in(territory: str) -> None:
    found = customs_rate(ECB, territory, "USD", "GBP", date(2026, 9, 30))
    assert found.rate == ECB.rate("USD", "GBP", date(2026, 9, 30))
    assert found.approximate
    assert "not bundled" in found.rule


def test_one_currency_needs_no_rate() -> None:
    for territory in ("EU", "GB"):
        found = customs_rate(ECB, territory, "EUR", "EUR", date(1990, 1, 1))
        assert (found.rate.num, found.rate.den, found.approximate) == (1, 1, False)


def test_a_snapshot_older_than_the_customs_day_only_stands_in() -> None:
    found = customs_rate(ECB, "EU", "USD", "EUR", date(2026, 12, 3))
    assert found.approximate
    assert found.rate.on == date(2026, 10, 30)
    assert "2026-11-18" in found.rule


def test_a_holiday_takes_the_last_rate_before_it() -> None:
    rows = {date(2026, 9, 22): {"USD": "1.25"}, date(2026, 9, 24): {"USD": "1.3"}}
    found = customs_rate(RateTable(rows), "EU", "USD", "EUR", date(2026, 10, 5))
    assert (found.rate.on, found.approximate) == (date(2026, 9, 22), False)
    gap = {date(2026, 9, 1): {"USD": "1.25"}, date(2026, 9, 24): {"USD": "1.3"}}
    assert customs_rate(RateTable(gap), "EU", "USD", "EUR", date(2026, 10, 5)).approximate


def test_each_month_since_2019_12_has_its_own_day_bundled() -> None:
    month = date(2019, 12, 1)
    while month <= date(2026, 11, 1):
        found = customs_rate(ECB, "EU", "USD", "EUR", month)
        assert (found.rate.on, found.approximate) == (customs_day(month), False)
        month = (month + timedelta(days=31)).replace(day=1)


def test_before_the_table_nothing_is_in_force() -> None:
    with pytest.raises(NotInForce):
        customs_rate(ECB, "EU", "USD", "EUR", date(2007, 12, 31))
