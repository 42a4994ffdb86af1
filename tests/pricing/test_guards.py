"""Guard rails: their order, their trail, and that nothing goes below the floor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landedcost.lines import Amount
from landedcost.pricing.charm import ANY, Charm
from landedcost.pricing.guards import ORDER, Rails
from landedcost.pricing.living import remember, settle
from landedcost.pricing.sticky import DAY, Shown, Sticky

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
NINES = Charm(100, (99,))


def shown(minor: int, hours: int = 48) -> Shown:
    return Shown(Amount(minor, "EUR"), NOW - timedelta(hours=hours), minor)


def codes(rails: Rails, minor: int, state: Shown | None = None) -> tuple[int, list[str]]:
    price, trail = rails.apply(minor, state, NOW)
    return price, [bound.code for bound in trail]


@pytest.mark.parametrize(
    ("rails", "wanted", "state", "price", "bound"),
    [
        (Rails(), 1234, None, 1234, []),
        (Rails(floor=2000), 1500, None, 2000, ["floor"]),
        (Rails(floor=2000, charm=NINES), 1599, None, 2099, ["floor"]),
        (Rails(floor=2000, ceiling=2050, charm=NINES), 1599, None, 2000, ["floor"]),
        (Rails(ceiling=2000), 2500, None, 2000, ["ceiling"]),
        (Rails(ceiling=2000, charm=NINES), 2599, None, 1999, ["ceiling"]),
        (Rails(ceiling=50, charm=NINES), 2599, None, 50, ["ceiling"]),
        (Rails(min_margin=1800, charm=NINES), 999, None, 1899, ["min_margin"]),
        (Rails(min_margin=3000, ceiling=2000), 999, None, 2000, ["min_margin", "ceiling"]),
        (Rails(floor=2500, ceiling=2000), 9999, None, 2500, ["ceiling", "floor"]),
        (Rails(max_change=Fraction(1, 10)), 1500, shown(1000), 1100, ["max_change"]),
        (Rails(max_change=Fraction(1, 10)), 500, shown(1000), 900, ["max_change"]),
        (Rails(max_change=Fraction(1, 10)), 500, shown(999), 900, ["max_change"]),
        (Rails(max_change=Fraction(1, 10), charm=NINES), 2999, shown(1999), 2099, ["max_change"]),
        (Rails(max_change=Fraction(1, 100), charm=NINES), 2999, shown(1999), 1999, ["max_change"]),
        (
            Rails(max_change=Fraction(1, 10), floor=3000),
            2999,
            shown(1000),
            3000,
            ["max_change", "floor"],
        ),
        (Rails(sticky=Sticky(changes_per_day=0)), 1100, shown(1000), 1000, ["changes_per_day"]),
    ],
)
def test_what_binds(
    rails: Rails, wanted: int, state: Shown | None, price: int, bound: list[str]
) -> None:
    assert codes(rails, wanted, state) == (price, bound)


def test_the_largest_change_of_a_day_counts_all_prices_of_the_day() -> None:
    rails = Rails(max_change_per_day=Fraction(1, 10))
    state = shown(1000)
    for hour, (wanted, price) in enumerate(
        [(1050, 1050), (1200, 1100), (1200, 1100), (900, 990), (980, 990)]
    ):
        at = NOW + timedelta(hours=hour)
        found, _ = rails.apply(wanted, state, at)
        assert found == price
        state = remember(state, Amount(found, "EUR"), found, at, rails)
    found, _ = rails.apply(1200, state, NOW + timedelta(hours=48))
    assert found == 1089


@st.composite
def rails(draw: st.DrawFn, floor: bool = False) -> Rails:
    amounts = st.none() | st.integers(1, 20_000)
    shares = st.none() | st.fractions(0, 1, max_denominator=100)
    return Rails(
        min_margin=draw(amounts),
        ceiling=draw(amounts),
        max_change=draw(shares),
        max_change_per_day=draw(shares),
        floor=draw(st.integers(1, 20_000) if floor else amounts),
        charm=draw(st.sampled_from([ANY, NINES, Charm(500, (0,), "down"), Charm(10, (9,), "up")])),
        sticky=Sticky(
            band=draw(st.sampled_from([Fraction(0), Fraction(1, 50)])),
            threshold=draw(st.sampled_from([None, Fraction(1, 20)])),
            cooldown=timedelta(hours=draw(st.sampled_from([0, 5, 24, 72]))),
            changes_per_day=draw(st.none() | st.integers(0, 3)),
        ),
    )


WANTED = st.lists(st.tuples(st.integers(1, 30_000), st.integers(0, 30)), min_size=1, max_size=25)


@given(rails(floor=True), WANTED, st.booleans())
@settings(max_examples=300)
def test_no_sequence_of_prices_goes_below_the_floor(
    rule: Rails, wanted: list[tuple[int, int]], declared: bool
) -> None:
    state, at = None, NOW
    for raw, hours in wanted:
        at += timedelta(hours=hours)
        found = settle(raw, rule, state, at, declared=declared)
        assert rule.floor is not None
        assert found.minor >= rule.floor
        state = remember(state, Amount(found.minor, "EUR"), found.anchor, at, rule)


@given(rails(), WANTED)
@settings(max_examples=300)
def test_the_trail_leads_from_what_was_wanted_to_what_is_shown(
    rule: Rails, wanted: list[tuple[int, int]]
) -> None:
    state, at = None, NOW
    for raw, hours in wanted:
        at += timedelta(hours=hours)
        found = settle(raw, rule, state, at)
        price = raw
        for bound in found.trail:
            assert bound.before == price
            assert bound.why
            price = bound.after
        assert price == found.minor
        order = [b.code for b in found.trail if b.code in ORDER]
        assert order == sorted(order, key=ORDER.index)
        assert found == settle(raw, rule, state, at)
        state = remember(state, Amount(found.minor, "EUR"), found.anchor, at, rule)


@given(rails(), WANTED)
@settings(max_examples=300)
def test_limits_of_change_hold_wherever_the_floor_does_not_overrule_them(
    rule: Rails, wanted: list[tuple[int, int]]
) -> None:
    state, at = None, NOW
    history: list[tuple[datetime, int]] = []
    floored: list[datetime] = []
    for raw, hours in wanted:
        at += timedelta(hours=hours)
        found = settle(raw, rule, state, at)
        changed = state is not None and found.minor != state.price.minor
        if found.trail and found.trail[-1].code == "floor":
            floored.append(at)
        elif changed:
            assert state is not None
            before = state.price.minor
            most = rule.sticky.changes_per_day
            moves = [t for (_, p), (t, q) in pairwise(history) if p != q]
            if most is not None:
                assert sum(at - t < DAY for t in moves) < most
            if rule.max_change is not None:
                assert abs(found.minor - before) <= rule.max_change * before
            for (_, p), (t, q) in pairwise(history):
                if p != q and at - t < rule.sticky.cooldown:
                    assert found.minor != p
            if rule.max_change_per_day is not None and not floored:
                gone = [p for (_, p), (t, _) in pairwise(history) if at - t < DAY]
                past = [before, *gone]
                share = rule.max_change_per_day
                assert found.minor <= min(past) * (1 + share)
                assert found.minor >= max(past) * (1 - share)
        history.append((at, found.minor))
        state = remember(state, Amount(found.minor, "EUR"), found.anchor, at, rule)


def test_the_floor_does_not_bring_back_what_was_just_taken_away() -> None:
    sticky = Sticky(cooldown=timedelta(hours=1))
    state = Shown(Amount(1999, "EUR"), NOW - timedelta(minutes=40), 1999)
    state = state.then(2399, NOW - timedelta(minutes=20), 2399, DAY)
    rails = Rails(floor=1950, charm=NINES, sticky=sticky)
    assert codes(rails, 1899, state) == (2399, ["cooldown"])
    later = rails.apply(1899, state, NOW + timedelta(hours=1))
    assert later[0] == 1999
    below = Rails(floor=2500, charm=NINES, sticky=sticky)
    assert codes(below, 1899, state)[0] == 2599  # what is shown is below the floor itself
