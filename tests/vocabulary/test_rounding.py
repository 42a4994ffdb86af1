"""Roundings against exact fractions, and an allocation that loses nothing."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from landedcost.rounding import ROUNDINGS, allocate

NUM = st.integers(-(10**30), 10**30)
DEN = st.integers(1, 10**15)


@given(NUM, DEN)
def test_each_rounding_against_fractions(num: int, den: int) -> None:
    exact = Fraction(num, den)
    sign = -1 if exact < 0 else 1
    assert ROUNDINGS["half_up"](num, den) == sign * floor(abs(exact) + Fraction(1, 2))
    assert ROUNDINGS["half_even"](num, den) == round(exact)
    assert ROUNDINGS["down"](num, den) == sign * floor(abs(exact))
    assert ROUNDINGS["up"](num, den) == sign * ceil(abs(exact))


@given(NUM, st.lists(st.integers(0, 10**18), min_size=1, max_size=30))
def test_an_allocation_is_conserved_and_fair(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights) or len(weights)
    for part, weight in zip(parts, weights if sum(weights) else [1] * len(weights), strict=True):
        assert abs(part - Fraction(total * weight, whole)) < 1
    assert [-p for p in allocate(-total, weights)] == parts


def test_ties_go_to_the_earlier() -> None:
    assert allocate(5, [1, 1]) == [3, 2]
    assert allocate(-5, [1, 1]) == [-3, -2]
    assert allocate(2, [0, 0, 0]) == [1, 1, 0]
    assert allocate(7, [0, 5, 0]) == [0, 7, 0]
