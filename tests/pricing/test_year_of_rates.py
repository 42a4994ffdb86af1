"""A simulated year of hourly rates: shown prices change no more than the policy allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice, pairwise

import pytest
from pricing.hourly_rates import hourly

from landedcost import Bundle, LandedCost, Line
from landedcost.lines import Amount
from landedcost.pricing.charm import Charm
from landedcost.pricing.guards import Rails
from landedcost.pricing.living import remember, settle
from landedcost.pricing.offer import Pricing
from landedcost.pricing.policy import Policy
from landedcost.pricing.sticky import DAY, Shown

YEAR = 365
STICKY = {"band": "1%", "threshold": "5%", "cooldown": "24h", "changes_per_day": 2}


@dataclass(frozen=True)
class Tick:
    """What was wanted and what was shown at an instant, in minor units."""

    at: datetime
    raw: int
    shown: int


def live(raw: Iterable[tuple[datetime, int]], rails: Rails) -> list[Tick]:
    """The prices shown for wanted ones."""
    state: Shown | None = None
    ticks = []
    for at, minor in raw:
        found = settle(minor, rails, state, at)
        state = remember(state, Amount(found.minor, "XXX"), found.anchor, at, rails)
        ticks.append(Tick(at, minor, found.minor))
    return ticks


def changes(ticks: list[Tick]) -> list[tuple[datetime, int, int]]:
    return [(b.at, a.shown, b.shown) for a, b in pairwise(ticks) if a.shown != b.shown]


def check(ticks: list[Tick], most: int, cooldown: timedelta) -> None:
    """No more changes in any 24 hours than ``most``, and nothing comes back in the cooldown."""
    moves = changes(ticks)
    for index, (at, _, after) in enumerate(moves):
        recent = moves[max(0, index - 50) : index + 1]
        assert sum(at - other < DAY for other, _, _ in recent) <= most
        assert all(gone != after for other, gone, _ in recent if at - other < cooldown)


def wanted(quote: str, first: date, minor: int) -> list[tuple[datetime, int]]:
    """A price in dollar cents at each hour of a year, in minor units of another currency."""
    return [(at, int(Fraction(rate) * minor)) for at, rate in hourly("USD", quote, first, YEAR)]


RAILS = Rails(
    charm=Charm(100, (99,)),
    sticky=Policy.of({"sticky": STICKY}).market(LandedCost().ship_from).sticky,
)
YEARS = [
    ("EUR", date(2022, 1, 1), 7_000, RAILS.charm),
    ("GBP", date(2022, 1, 1), 7_000, RAILS.charm),
    ("NOK", date(2020, 1, 1), 7_000, Charm(1000, (900,))),
    ("AUD", date(2020, 1, 1), 7_000, RAILS.charm),
    ("JPY", date(2024, 1, 1), 70, Charm(100, (80,))),
    ("TRY", date(2021, 1, 1), 7_000, Charm(1000, (990,))),
]


@pytest.mark.parametrize(("code", "first", "minor", "charm"), YEARS)
def test_a_year_of_rates(code: str, first: date, minor: int, charm: Charm) -> None:
    rails = replace(RAILS, charm=charm)
    raw = wanted(code, first, minor)
    assert len(raw) == 8_760
    floor = sorted(price for _, price in raw)[len(raw) // 10]
    for one in (rails, replace(rails, floor=floor), replace(rails, max_change=Fraction(1, 20))):
        ticks = live(raw, one)
        floored = one.floor is not None and any(t.shown == one.charm.above(floor) for t in ticks)
        if one.floor is None:
            check(ticks, 2, DAY)
        else:
            assert floored
            assert min(t.shown for t in ticks) >= floor
        assert all(charm.is_point(t.shown) for t in ticks)
        assert 1 < len(changes(ticks)) < 120
    without = live(raw, Rails(charm=charm))
    assert len(changes(without)) > 4 * len(changes(live(raw, rails)))


@pytest.mark.parametrize("part", [Fraction(5, 100), Fraction(-5, 100), Fraction(12, 100)])
@pytest.mark.parametrize("hour", [500, 3_333, 6_001])
def test_a_real_move_is_followed_within_one_tick(part: Fraction, hour: int) -> None:
    """From what the price was set for, all rates move by 5 % at one hour."""
    raw = wanted("EUR", date(2022, 1, 1), 7_000)
    calm = live(raw[:hour], RAILS)
    last = calm[-1]
    state: Shown | None = None
    for tick in calm:
        found = settle(tick.raw, RAILS, state, tick.at)
        state = remember(state, Amount(found.minor, "XXX"), found.anchor, tick.at, RAILS)
    assert state is not None
    moved = state.anchor * (1 + part)
    target = -(-moved.numerator // moved.denominator) if part > 0 else int(moved)
    at = raw[hour][0]
    found = settle(target, RAILS, state, at)
    assert found.minor == RAILS.charm.apply(target) != last.shown
    held = live(
        [*raw[:hour], (at, target), *[(t, target) for t, _ in raw[hour + 1 : hour + 99]]], RAILS
    )
    check(held, 2, DAY)
    assert {t.shown for t in held[hour:]} == {found.minor}


@pytest.mark.slow
def test_a_year_of_offers() -> None:
    """The same through rules, tariffs and the backward solution, each sixth hour of a year."""
    policy = Policy.of(
        {
            "bears": {"freight": "50%"},
            "charm": {"EUR": ".99", "CAD": ".99"},
            "sticky": STICKY,
            "guards": {"floor": ["59.00 EUR", "80.00 CAD"], "ceiling": "500.00 USD"},
        }
    )
    pricing = Pricing(LandedCost("US", registrations=["IOSS"]), policy)
    bundle = Bundle(
        [
            Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180),
            Line("mug", "14.00 USD", hs_code="6912.00", origin="CN", weight_g=350),
        ],
        shipping="12.00 USD",
    )
    for buyer, code, floor in (("de-DE", "EUR", 5900), ("en-CA", "CAD", 8000)):
        state: Shown | None = None
        ticks = []
        for at, rate in islice(hourly("USD", code, date(2025, 10, 1), YEAR), 0, None, 6):
            offer = pricing.offer(bundle, buyer, at=at, shown=state, rates={f"USD/{code}": rate})
            state = offer.shown_after
            assert offer.price.minor == offer.quote.total_minor >= floor
            assert sum(c.amount_minor for c in offer.quote.charges) == offer.price.minor
            assert offer.price == state.price
            assert offer.price.minor % 100 == 99
            ticks.append(Tick(at, state.anchor, offer.price.minor))
        check(ticks, 2, DAY)
        assert 1 < len(changes(ticks)) < 60
