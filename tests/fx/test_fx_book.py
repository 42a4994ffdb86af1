"""Which rate a market takes: what was given first, customs and commercial kept apart."""

from __future__ import annotations

from datetime import date

import pytest

from landedcost.errors import NotInForce, RequestError
from landedcost.fx.book import RateBook
from landedcost.fx.given import GivenRates
from landedcost.fx.rates import EcbRates

ECB = EcbRates.load()
DAY = date(2026, 10, 5)


def test_customs_and_commercial_rates_are_kept_apart() -> None:
    book = RateBook(ECB, DAY, "EU")
    assert book.get("customs", "USD", "EUR").rate.on == date(2026, 9, 23)
    assert book.get("shown", "USD", "EUR").rate.on == date(2026, 9, 30)
    given = RateBook(ECB, DAY, "EU", given=GivenRates.of({"USD/EUR": "0.5"}))
    assert given.get("customs", "USD", "EUR").rate.provider == "ecb"
    assert given.get("shown", "USD", "EUR").rate.provider == "request"
    assert given.get("shown", "USD", "EUR").rate.on == DAY


def test_the_ratio_is_of_minor_units() -> None:
    rates = {"KWD/JPY": "500", "USD/JPY": "150"}
    book = RateBook(ECB, DAY, "JP", GivenRates.of(rates), GivenRates.of(rates))
    used = book.get("customs", "USD", "JPY")
    assert 1000 * used.minor_num // used.minor_den == 1500
    used = book.get("shown", "KWD", "JPY")
    assert 1000 * used.minor_num // used.minor_den == 500


def test_a_commercial_rate_stands_in_where_no_other_is_known() -> None:
    given = GivenRates.of({"USD/EUR": "0.5", "XCG/EUR": "0.5"})
    assert "customs too" in RateBook(ECB, DAY, "EU", given).get("customs", "XCG", "EUR").note
    old = RateBook(ECB, date(2001, 1, 1), "EU", given)
    assert "customs too" in old.get("customs", "USD", "EUR").note


def test_no_rate_at_all_is_an_error() -> None:
    with pytest.raises(RequestError):
        RateBook(ECB, DAY, "EU").get("customs", "XCG", "EUR")
    with pytest.raises(NotInForce):
        RateBook(ECB, date(2001, 1, 1), "EU").get("customs", "USD", "EUR")
