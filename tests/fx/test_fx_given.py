"""Rates given in a request: taken as they are, inverted and crossed exactly, or refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import MoneyError, RequestError
from landedcost.fx.given import GivenRates

DAY = date(2026, 10, 1)


def found(rates: dict[str, Any], base: str, quote: str) -> Fraction | None:
    rate = GivenRates.of(rates).find(base, quote)
    return None if rate is None else Fraction(rate.num, rate.den)


def test_a_pair_is_taken_as_given() -> None:
    rate = GivenRates.of({"USD/EUR": "0.86"}).find("USD", "EUR", DAY)
    assert rate is not None
    assert (rate.base, rate.quote, rate.num, rate.den) == ("USD", "EUR", 43, 50)
    assert (rate.provider, rate.source) == ("request", "given with the request")
    assert (rate.on, rate.stale) == (DAY, False)


def test_the_opposite_pair_is_inverted_exactly() -> None:
    assert found({"USD/EUR": "0.86"}, "EUR", "USD") == Fraction(50, 43)
    rate = GivenRates.of({"USD/EUR": "0.86"}).find("EUR", "USD")
    assert rate is not None
    assert rate.source == "given with the request as USD/EUR"


def test_a_pair_given_both_ways_is_used_as_given() -> None:
    rates = {"USD/EUR": "0.86", "EUR/USD": "1.15"}
    assert found(rates, "EUR", "USD") == Fraction("1.15")
    assert found(rates, "USD", "EUR") == Fraction("0.86")


@pytest.mark.parametrize("pairs", [("USD/EUR", "EUR/GBP"), ("EUR/USD", "GBP/EUR")])
def test_one_currency_in_the_middle_is_enough(pairs: tuple[str, str]) -> None:
    rates = dict(zip(pairs, ("0.8", "0.5"), strict=True))
    one, two = (Fraction("0.8"), Fraction("0.5"))
    expected = one * two if pairs[0] == "USD/EUR" else 1 / one / two
    assert found(rates, "USD", "GBP") == expected


def test_two_currencies_in_the_middle_are_too_many() -> None:
    rates = {"USD/EUR": "0.8", "EUR/GBP": "0.5", "GBP/JPY": "200"}
    assert found(rates, "USD", "JPY") is None
    assert found(rates, "EUR", "JPY") == 100


def test_the_middle_is_the_euro_where_there_is_a_choice() -> None:
    rates = {"CHF/USD": "1", "USD/GBP": "1", "CHF/EUR": "2", "EUR/GBP": "2"}
    for order in (list(rates), list(reversed(rates))):
        assert found({pair: rates[pair] for pair in order}, "CHF", "GBP") == 4


def test_a_pair_not_given_is_not_known() -> None:
    assert found({"USD/EUR": "0.86"}, "USD", "GBP") is None
    assert found({}, "USD", "GBP") is None


@pytest.mark.parametrize("value", ["0.86", Decimal("0.860"), "00.86"])
def test_texts_and_decimals_are_exact(value: object) -> None:
    assert found({"USD/EUR": value}, "USD", "EUR") == Fraction(43, 50)


def test_whole_numbers_are_rates_too() -> None:
    assert found({"EUR/JPY": 175}, "EUR", "JPY") == 175


@pytest.mark.parametrize(
    "value",
    [
        *("0", "0.000", 0, Decimal(0)),
        *("-0.86", -1, Decimal("-1")),
        *("NaN", "Infinity", Decimal("NaN"), float("nan"), float("inf")),
        *(0.86, True, None, [1]),
        *("", "a lot", "1,1", "1/2", "1e5", "٣"),
    ],
)
def test_what_is_no_rate_is_refused_with_its_path(value: object) -> None:
    with pytest.raises(MoneyError) as caught:
        GivenRates.of({"USD/EUR": value})
    assert caught.value.where == "rates.USD/EUR"
    assert caught.value.exit_code == 2
    assert caught.value.hint


@pytest.mark.parametrize(
    "pair", ["USDEUR", "USD-EUR", "USD/", "/EUR", "usd/eur", "USD/EUR/GBP", "USD/USD", "", 7, None]
)
def test_what_is_no_pair_is_refused(pair: Any) -> None:
    with pytest.raises(RequestError) as caught:
        GivenRates.of({pair: "0.86"}, "customs_rates")
    assert caught.value.code == "bad_pair"
    assert caught.value.where == f"customs_rates.{pair}"


def test_an_unknown_currency_in_a_pair() -> None:
    with pytest.raises(MoneyError) as caught:
        GivenRates.of({"USD/EUX": "0.86"})
    assert (caught.value.code, caught.value.where) == ("unknown_currency", "rates.USD/EUX")


def test_rates_that_are_no_mapping() -> None:
    wrong: Any = [("USD/EUR", "0.86")]
    with pytest.raises(RequestError) as caught:
        GivenRates.of(wrong)
    assert (caught.value.code, caught.value.where) == ("bad_rates", "rates")


@given(st.integers(1, 10**12), st.integers(0, 12), st.integers(1, 10**12), st.integers(0, 12))
def test_there_and_back_is_one(a: int, digits_a: int, b: int, digits_b: int) -> None:
    one, two = (
        f"{n // 10**d}.{n % 10**d:0{d}d}" if d else str(n)
        for n, d in ((a, digits_a), (b, digits_b))
    )
    rates = {"USD/EUR": one, "EUR/GBP": two}
    there, back = found(rates, "USD", "GBP"), found(rates, "GBP", "USD")
    assert there is not None
    assert back is not None
    assert there * back == 1
    assert there == Fraction(one) * Fraction(two)
