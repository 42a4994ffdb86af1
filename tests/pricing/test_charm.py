"""Price points: a golden table, and the laws they keep."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.currencies import currencies, currency
from landedcost.errors import RequestError
from landedcost.money import amount_text, minor_units
from landedcost.present.cash import cash_step
from landedcost.pricing.charm import ANY, MODES, USUAL, Charm

GOLDEN = [
    # code, ending, price, up, nearest, down
    ("EUR", ".99", "12.34", "12.99", "11.99", "11.99"),
    ("EUR", ".99", "12.49", "12.99", "12.99", "11.99"),
    ("EUR", ".99", "12.99", "12.99", "12.99", "12.99"),
    ("EUR", ".99", "13.00", "13.99", "12.99", "12.99"),
    ("EUR", ".99", "0.40", "0.99", "0.99", "0.99"),
    ("EUR", ".99", "0.00", "0.00", "0.00", "0.00"),
    ("GBP", ".95", "20.00", "20.95", "19.95", "19.95"),
    ("USD", ".00", "20.00", "20.00", "20.00", "20.00"),
    ("USD", ".00", "20.50", "21.00", "21.00", "20.00"),
    ("USD", ".00", "0.30", "1.00", "1.00", "1.00"),
    ("USD", "*9.90", "24.00", "29.90", "19.90", "19.90"),
    ("USD", ["*4.99", "*9.99"], "22.00", "24.99", "19.99", "19.99"),
    ("USD", [".49", ".99"], "22.00", "22.49", "21.99", "21.99"),
    ("JPY", "10", "1234", "1240", "1230", "1230"),
    ("JPY", "100", "1250", "1300", "1300", "1200"),
    ("JPY", "*80", "1234", "1280", "1280", "1180"),
    ("KRW", "100", "45678", "45700", "45700", "45600"),
    ("CHF", "0.05", "12.33", "12.35", "12.35", "12.30"),
    ("CHF", "*.90", "12.33", "12.90", "11.90", "11.90"),
    ("HUF", "10", "12344.00", "12350.00", "12340.00", "12340.00"),
    ("HUF", "*90", "12344.00", "12390.00", "12390.00", "12290.00"),
    ("KWD", "*.900", "7.250", "7.900", "6.900", "6.900"),
    ("KWD", "0.250", "7.260", "7.500", "7.250", "7.250"),
]


@pytest.mark.parametrize(("code", "ending", "price", "up", "nearest", "down"), GOLDEN)
def test_golden(code: str, ending: object, price: str, up: str, nearest: str, down: str) -> None:
    minor, digits = minor_units(price, code), currency(code).digits
    found = {mode: amount_text(Charm.of(ending, code, mode).apply(minor), digits) for mode in MODES}
    assert found == {"up": up, "nearest": nearest, "down": down}


@st.composite
def charms(draw: st.DrawFn) -> Charm:
    step = draw(st.integers(1, 2_000))
    endings = draw(st.sets(st.integers(0, step - 1), min_size=1, max_size=5))
    return Charm(step, tuple(sorted(endings)), draw(st.sampled_from(MODES)))


@given(charms(), st.integers(0, 10**7), st.integers(0, 10**7))
def test_laws(charm: Charm, a: int, b: int) -> None:
    low, high = sorted((a, b))
    first, second = charm.apply(low), charm.apply(high)
    assert first <= second
    assert charm.apply(first) == first
    assert first == low == 0 or (first > 0 and charm.is_point(first))
    if low:
        gap = charm.above(low) - charm.below(low)
        assert gap <= charm.step
        if charm.below(low) > 0:
            assert abs(first - low) <= (gap // 2 if charm.mode == "nearest" else gap)
            if charm.mode == "up":
                assert low <= first
            if charm.mode == "down":
                assert first <= low
        assert charm.below(low) <= low <= charm.above(low)


@given(charms(), st.integers(1, 10**6))
def test_above_and_below_leave_out_no_point(charm: Charm, price: int) -> None:
    above, below = charm.above(price), charm.below(price)
    assert charm.is_point(above)
    assert charm.is_point(below)
    assert not any(charm.is_point(p) for p in range(price, above))
    assert not any(charm.is_point(p) for p in range(below + 1, price + 1))


@pytest.mark.parametrize(
    "text", ["", "*", ".", "x", "-5", "0", "0.00", ".9999", "1e3", None, 5, []]
)
def test_what_is_no_ending(text: object) -> None:
    with pytest.raises(RequestError) as caught:
        Charm.of(text, "EUR", where="policy.charm.EUR")
    assert caught.value.where == "policy.charm.EUR"
    assert caught.value.hint


def test_an_ending_finer_than_the_currency() -> None:
    with pytest.raises(RequestError) as caught:
        Charm.of(".99", "JPY")
    assert caught.value.code == "too_precise"


def test_any() -> None:
    assert [ANY.apply(n) for n in (-5, 0, 1, 12345)] == [-5, 0, 1, 12345]


def test_usual_endings_are_endings_and_payable_currencies() -> None:
    for code, text in USUAL.items():
        charm = Charm.of(text, code)
        assert charm.is_point(charm.apply(123_456))


def test_cash_steps_are_those_of_cldr() -> None:
    steps = {c: cash_step(c) for c in ("CHF", "CAD", "DKK", "SEK", "NOK", "CZK", "HUF", "TWD")}
    assert steps == {
        "CHF": 5,
        "CAD": 5,
        "DKK": 50,
        "SEK": 100,
        "NOK": 100,
        "CZK": 100,
        "HUF": 100,
        "TWD": 100,
    }
    assert cash_step("EUR") == cash_step("JPY") == 1
    assert cash_step("IDR") == 100
    assert cash_step("IQD") == 1000  # three digits in the standard, none in use


def test_every_currency_has_a_cash_step() -> None:
    assert all(cash_step(c.code) >= 1 for c in currencies(date(2026, 10, 1)))
