"""Amounts: exact from text to minor units and back, and nothing hostile gets through."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import moneyed
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost import Amount
from landedcost.currencies import currencies, currency
from landedcost.errors import MoneyError
from landedcost.money import amount_text, minor_units, parse_money, percent, ratio, to_money

CODES = [c.code for c in currencies(date(2026, 10, 1))]


@given(st.sampled_from(CODES), st.integers(-(10**12), 10**12))
def test_text_and_minor_units_round_trip_in_every_currency(code: str, minor: int) -> None:
    text = amount_text(minor, currency(code).digits)
    assert minor_units(text, code) == minor
    assert minor_units(Decimal(text), code) == minor
    money = to_money(minor, code)
    assert minor_units(money, code) == minor
    assert str(money.currency) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.0, "float_amount"),
        (True, "bad_amount"),
        ("NaN", "not_finite"),
        ("-Infinity", "not_finite"),
        (Decimal("NaN"), "not_finite"),
        (Decimal("Infinity"), "not_finite"),
        ("1e5", "bad_amount"),
        ("1,000.00", "bad_amount"),
        ("", "bad_amount"),
        (" 5", "bad_amount"),
        ("٥", "bad_amount"),
        ("5.", "bad_amount"),
        ("--5", "bad_amount"),
        ("25.001", "too_precise"),
        ("1" + "0" * 13, "absurd_amount"),
        (10**40, "absurd_amount"),
        (Decimal("1E+29"), "absurd_amount"),
        (Decimal("1E+999999"), "absurd_amount"),
        ("9" * 70, "bad_amount"),
        (None, "bad_amount"),
        (b"5", "bad_amount"),
        (moneyed.Money("5", "USD"), "mixed_currencies"),
    ],
)
def test_what_is_no_amount(value: object, code: str) -> None:
    with pytest.raises(MoneyError) as caught:
        minor_units(value, "EUR", "lines[0].unit_price")
    assert caught.value.code == code
    assert caught.value.where == "lines[0].unit_price"
    assert len(str(caught.value)) < 400


def test_zeros_behind_the_digits_are_no_precision() -> None:
    assert minor_units("25.0000", "EUR") == 2500
    assert minor_units("500.0", "JPY") == 500
    assert minor_units("1.234", "KWD") == 1234


@pytest.mark.parametrize("text", ["25USD", "25.00 USD", "USD 25", "usd25.00"])
def test_prices_as_people_write_them(text: str) -> None:
    assert Amount.of(text) == Amount(2500, "USD")
    assert parse_money(text)[1] == "USD"


@pytest.mark.parametrize("text", ["25", "USD", "25 dollars", "2 5 USD", "25.00 USD EUR", "$25"])
def test_prices_nobody_can_read(text: str) -> None:
    with pytest.raises(MoneyError, match="not an amount with a currency"):
        Amount.of(text, "unit_price")


def test_an_amount_of_nan_is_not_finite() -> None:
    with pytest.raises(MoneyError, match="not a finite amount"):
        Amount.of("NaN USD")
    with pytest.raises(MoneyError, match="a float is not an exact amount"):
        Amount.of(25.0)


def test_rates_are_exact_and_above_zero() -> None:
    assert ratio("0.86") == (43, 50)
    assert ratio(Decimal("1.10")) == (11, 10)
    assert ratio(3) == (3, 1)
    for value, code in (
        ("0", "zero_rate"),
        ("0.000", "zero_rate"),
        ("-1", "bad_rate"),
        (0.86, "bad_rate"),
        ("inf", "bad_rate"),
        (Decimal("NaN"), "bad_rate"),
        ("1e2", "bad_rate"),
        (None, "bad_rate"),
    ):
        with pytest.raises(MoneyError) as caught:
            ratio(value, "rates.USD/EUR")
        assert caught.value.code == code


def test_percentages() -> None:
    assert percent("12%") == (3, 25)
    assert percent("9.975%") == (399, 4000)
    assert percent("0%") == (0, 1)
    with pytest.raises(MoneyError, match="not a percentage"):
        percent("0.12")


def test_money_knows_currencies_that_moneyed_lacks() -> None:
    money = to_money(12345, "XCG")
    assert (str(money.amount), str(money.currency)) == ("123.45", "XCG")
    assert to_money(1, "XCG").currency is money.currency
