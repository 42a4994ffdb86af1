"""The expected cost of returns: its closed form, a simulation of it, and its laws."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import RequestError
from landedcost.lines import Amount
from landedcost.pricing.returns_cost import Returns, shrunk_rate

ONE = Returns(
    rate=Fraction(8, 100),
    ship_back=(Amount(900, "EUR"),),
    handling=(Amount(250, "EUR"),),
    not_resaleable=Fraction(1, 5),
    duty_recovered=Fraction(3, 10),
    duty_minimum_claim=(Amount(1000, "EUR"),),
    tax_recovered=Fraction(9, 10),
    payment_fee=(Amount(80, "EUR"),),
    outbound_refunded=Fraction(1, 2),
)


def same(amounts: tuple[Amount, ...]) -> Fraction:
    return Fraction(sum(one.minor for one in amounts))


def test_closed_form() -> None:
    found = ONE.cost(same, freight=700, duty=1200, tax=1900, goods=Fraction(1500))
    whole = 900 + 250 + 300 + Fraction(7, 10) * 1200 + Fraction(1, 10) * 1900 + 80 + 350
    assert found == Fraction(8, 100) * whole


def test_a_duty_below_the_least_claim_is_lost() -> None:
    at = ONE.cost(same, freight=0, duty=1000, tax=0, goods=Fraction(0))
    below = ONE.cost(same, freight=0, duty=999, tax=0, goods=Fraction(0))
    assert below - at == ONE.rate * (999 - 700)


def test_a_simulation_agrees_within_three_standard_errors() -> None:
    draws, random = 200_000, np.random.default_rng(20261001)
    freight, duty, tax, goods = 700, 1200, 1900, 1500

    def happens(share: Fraction) -> np.ndarray:
        return random.random(draws) < share.numerator / share.denominator

    each = np.full(draws, 900 + 250 + 80)
    each += happens(ONE.not_resaleable) * goods
    each += ~happens(ONE.duty_recovered) * duty
    each += ~happens(ONE.tax_recovered) * tax
    each += happens(ONE.outbound_refunded) * freight
    each *= happens(ONE.rate)
    expected = ONE.cost(same, freight=freight, duty=duty, tax=tax, goods=Fraction(goods))
    error = each.std(ddof=1) / sqrt(draws)
    assert abs(each.mean() - expected) < 3 * error


@given(
    st.fractions(0, 1),
    st.fractions(0, 1),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)
def test_more_returns_never_cost_less(
    low: Fraction, high: Fraction, freight: int, duty: int, tax: int
) -> None:
    low, high = sorted((low, high))
    costs = [
        Returns(rate, ONE.ship_back, tax_recovered=Fraction(1, 2)).cost(
            same, freight=freight, duty=duty, tax=tax, goods=None
        )
        for rate in (Fraction(0), low, high)
    ]
    assert costs[0] == 0
    assert costs == sorted(costs)


def test_lost_goods_need_their_cost() -> None:
    with pytest.raises(RequestError) as caught:
        ONE.cost(same, freight=0, duty=0, tax=0, goods=None)
    assert caught.value.code == "missing_cost"


def test_rates_are_drawn_to_the_category() -> None:
    category = Fraction(1, 10)
    assert shrunk_rate(0, 0, category, 100) == category
    assert shrunk_rate(0, 0, category, 0) == category
    assert shrunk_rate(50, 100, category, 0) == Fraction(1, 2)
    assert category < shrunk_rate(50, 100, category, 100) < Fraction(1, 2)
    with pytest.raises(RequestError):
        shrunk_rate(2, 1, category, 10)
