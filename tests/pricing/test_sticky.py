"""Stickiness: what is held, what is followed, and the state that is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from landedcost.errors import RequestError
from landedcost.lines import Amount
from landedcost.pricing.charm import Charm
from landedcost.pricing.guards import Rails
from landedcost.pricing.living import remember, settle
from landedcost.pricing.sticky import Earlier, Shown, Sticky, moment

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
RULE = Sticky(
    band=Fraction(1, 100),
    threshold=Fraction(5, 100),
    cooldown=timedelta(hours=24),
    changes_per_day=2,
)
RAILS = Rails(charm=Charm(100, (99,)), sticky=RULE)


def run(moves: list[tuple[int, int]], rails: Rails = RAILS) -> list[int]:
    """The prices shown for wanted prices, each some hours after the one before."""
    state, at, prices = None, NOW, []
    for hours, raw in moves:
        at += timedelta(hours=hours)
        found = settle(raw, rails, state, at)
        state = remember(state, Amount(found.minor, "EUR"), found.anchor, at, rails)
        prices.append(found.minor)
    return prices


def test_a_small_move_is_never_followed() -> None:
    assert run([(0, 5950), (100, 5990), (100, 5892), (100, 6005)]) == [5999] * 4


def test_a_middling_move_waits_for_the_cooldown() -> None:
    assert run([(0, 5950), (1, 6120), (22, 6120), (1, 6120)]) == [5999, 5999, 5999, 6099]


def test_a_real_move_is_followed_at_once() -> None:
    assert run([(0, 6000), (1, 6300)]) == [5999, 6299]
    assert run([(0, 6000), (1, 5700)]) == [5999, 5699]


def test_a_real_move_is_one_of_the_rate_not_of_the_ending() -> None:
    """5 % of what was wanted count, even where the endings make less of it."""
    assert run([(0, 6040), (1, 6343)]) == [5999, 6299]


def test_nothing_comes_back_within_the_cooldown() -> None:
    prices = run([(0, 6000), (1, 6400), (1, 6000), (1, 6000), (21, 6000), (1, 6000)])
    assert prices == [5999, 6399, 6399, 6399, 6399, 5999]


def test_a_third_price_may_be_shown_meanwhile() -> None:
    assert run([(0, 6000), (1, 6400), (1, 5800)]) == [5999, 6399, 5799]


def test_no_more_changes_than_are_allowed() -> None:
    prices = run([(0, 6000), (1, 6400), (1, 6800), (1, 7300), (21, 7300), (1, 7300)])
    assert prices == [5999, 6399, 6799, 6799, 6799, 7299]


def test_the_last_change_is_kept_for_a_real_move() -> None:
    rule = Sticky(Fraction(1, 100), Fraction(5, 100), timedelta(hours=1), 2)
    rails = Rails(charm=RAILS.charm, sticky=rule)
    prices = run([(0, 6000), (2, 6120), (2, 6240), (1, 6500)], rails)
    assert prices == [5999, 6099, 6099, 6499]


def test_the_floor_is_above_all_of_it() -> None:
    floor = Rails(charm=RAILS.charm, sticky=RULE, floor=5999)
    state = Shown(Amount(5899, "EUR"), NOW, 5899, (Earlier(5999, NOW),))
    found = settle(5900, floor, state, NOW + timedelta(hours=1))
    assert found.minor == 5999
    assert found.trail[-1].code == "floor"


def test_a_clipped_move_goes_on() -> None:
    rails = Rails(sticky=Sticky(threshold=Fraction(5, 100)), max_change=Fraction(5, 100))
    assert run([(0, 10_000), (1, 12_000), (1, 12_000), (1, 12_000), (1, 12_000)], rails) == [
        10_000,
        10_500,
        11_025,
        11_576,
        12_000,
    ]


def test_a_named_price_does_not_stick() -> None:
    state = Shown(Amount(5900, "EUR"), NOW, 5900)
    found = settle(5890, RAILS, state, NOW, declared=True)
    assert (found.minor, found.trail) == (5890, ())


def test_without_rules_every_move_is_followed() -> None:
    assert run([(0, 6000), (1, 6001), (1, 6000)], Rails()) == [6000, 6001, 6000]


def test_the_state_goes_through_json() -> None:
    state = Shown(Amount(5999, "EUR"), NOW, 5950, (Earlier(6099, NOW - timedelta(hours=3)),))
    assert Shown.of(json.loads(json.dumps(state.as_dict()))) == state
    assert state.as_dict()["since"] == "2026-10-01T12:00:00Z"


def test_the_state_forgets_what_no_longer_counts() -> None:
    state: Shown = Shown(Amount(100, "EUR"), NOW, 100)
    for day in range(1, 60):
        state = state.then(100 + day, NOW + timedelta(days=day), 0, RULE.memory)
    assert len(state.earlier) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"since": "2026-10-01T12:00:00"},
        {"since": None},
        {"since": "soon"},
        {"price_minor": "59"},
        {"anchor_minor": -1},
        {"earlier": [{"until": "2026-10-01T12:00:00Z"}]},
        {"currency": "EURO"},
        {"more": 1},
    ],
)
def test_what_is_no_state(change: dict[str, object]) -> None:
    good = Shown(Amount(5999, "EUR"), NOW, 5950).as_dict()
    with pytest.raises(RequestError):
        Shown.of({**good, **change})


def test_a_moment_has_a_zone() -> None:
    assert moment(datetime(2026, 10, 1, 14, tzinfo=timezone(timedelta(hours=2)))) == NOW
    with pytest.raises(RequestError):
        moment(datetime(2026, 10, 1))  # noqa: DTZ001
