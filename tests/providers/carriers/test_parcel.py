"""Units told to carriers: exact where they can be, and never a parcel smaller than it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.ports import Amount, NoAnswer, ShippingAsk
from landedcost.providers.parcel import (
    centimetres,
    crosses_border,
    customs_gap,
    inches,
    kilograms,
    line_grams,
    major,
    ounces,
    ounces_within,
    quotable,
    size,
)

GRAMS_IN_OUNCE = Fraction(28_349_523_125, 10**9)
Parcel = Callable[..., ShippingAsk]


def test_units_of_the_house() -> None:
    assert str(kilograms(1)) == "0.001"
    assert str(kilograms(12_345)) == "12.345"
    assert str(centimetres(101)) == "10.1"
    assert str(major(Amount(1250, "USD"))) == "12.50"
    assert str(major(Amount(1250, "JPY"))) == "1250"
    assert str(major(Amount(1250, "KWD"))) == "1.250"


def test_units_of_america() -> None:
    assert str(ounces(1)) == "0.1"
    assert str(ounces(800)) == "28.3"  # 28.219
    assert str(ounces(454)) == "16.1"  # 16.014, above a pound
    assert str(ounces_within(360)) == "12.698"
    assert str(inches(254)) == "10.0"
    assert str(inches(255)) == "10.1"  # 10.039


@given(st.integers(1, 10**9))
def test_a_parcel_is_never_told_lighter_or_smaller(n: int) -> None:
    weight, length = Fraction(ounces(n)) * GRAMS_IN_OUNCE, Fraction(inches(n)) * Fraction(254, 10)
    assert n <= weight < n + GRAMS_IN_OUNCE / 10
    assert n <= length < n + Fraction(254, 100)
    assert Fraction(kilograms(n)) * 1000 == n
    assert Fraction(centimetres(n)) * 10 == n


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=9), st.integers(0, 10**4))
def test_what_is_in_a_parcel_is_never_told_heavier_than_it(lines: list[int], rest: int) -> None:
    assert sum(map(ounces_within, lines), Decimal(0)) <= ounces(sum(lines) + rest)


def test_the_weight_of_one_line_follows_from_the_others(parcel: Parcel) -> None:
    shirt, mug = parcel().goods
    assert line_grams(parcel()) == (360, 350)
    assert line_grams(parcel(goods=(replace(shirt, weight_g=None), mug))) == (360, 350)
    assert line_grams(parcel(goods=(replace(shirt, weight_g=None),), weight_g=9)) == (9,)


def test_the_weight_of_two_lines_does_not(parcel: Parcel) -> None:
    shirt, mug = (replace(one, weight_g=None) for one in parcel().goods)
    assert line_grams(parcel(goods=(shirt, mug))) is None
    assert line_grams(parcel(goods=(shirt, parcel().goods[1]), weight_g=350)) is None


def test_what_a_declaration_lacks_is_named(parcel: Parcel) -> None:
    shirt, mug = parcel().goods
    assert customs_gap(parcel()) == ""
    assert customs_gap(parcel(goods=())) == "the goods"
    assert customs_gap(parcel(goods=(shirt, replace(mug, origin="")))) == "the origin of mug"
    free = replace(mug, unit_price=Amount(0, "USD"))
    assert customs_gap(parcel(goods=(shirt, free))) == "the value of mug"
    bare = tuple(replace(one, weight_g=None) for one in (shirt, mug))
    assert customs_gap(parcel(goods=bare)) == "the weight of each line"


def test_a_size_is_the_parcels_own_or_the_one_that_is_set(parcel: Parcel) -> None:
    assert size(parcel(), (1, 1, 1)) == (300, 200, 101)
    assert size(parcel(size_mm=None), (1, 2, 3)) == (1, 2, 3)
    with pytest.raises(NoAnswer, match="size of the parcel"):
        size(parcel(size_mm=None), None)


def test_what_is_not_quoted(parcel: Parcel) -> None:
    quotable(parcel())
    with pytest.raises(NoAnswer, match="sea"):
        quotable(parcel(channel="sea"))
    with pytest.raises(NoAnswer, match="weight is not known"):
        quotable(parcel(weight_g=0, packaging_g=0))


def test_a_border_is_between_countries(parcel: Parcel) -> None:
    assert crosses_border(parcel())
    assert not crosses_border(parcel(buyer=parcel().sender))
