"""Drops by the clock of the viewer or the shop, across every change of clocks there is."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from landedcost.errors import RequestError
from landedcost.pricing.schedule import Schedule, Scheduled, instant
from landedcost.pricing.zones import zone_of

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@cache
def changes(name: str, year: int) -> list[datetime]:
    """The instants of a year when clocks of a zone change, found by looking."""
    zone, found = ZoneInfo(name), []
    low = datetime(year, 1, 1, tzinfo=UTC)
    while low.year == year:
        high = low + timedelta(days=5)
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            before, after = low, high
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                same = middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset()
                before, after = (middle, after) if same else (before, middle)
            found.append(after.replace(microsecond=0))
        low = high
    return found


ZONES = sorted(available_timezones())


def test_there_are_zones_that_change() -> None:
    assert sum(bool(changes(name, 2026)) for name in ZONES) > 150
    assert changes("Europe/Berlin", 2026) == [at("2026-03-29T01:00"), at("2026-10-25T01:00")]


@pytest.mark.parametrize("kept", ["buyer", "shop"])
def test_a_drop_across_a_change_of_clocks_starts_once_in_every_zone(kept: str) -> None:
    """Around each change, in steps of the clock from an hour before to an hour after it."""
    for name in ZONES:
        zone = ZoneInfo(name)
        for change in changes(name, 2026):
            shown = change.astimezone(zone).replace(tzinfo=None)
            for minutes in (-150, -60, -30, -1, 0, 1, 30, 60, 150):
                starts = shown + minutes * MINUTE
                table = {"starts": starts, "ends": starts + 120 * MINUTE, "zone": kept}
                schedule = Schedule.of({"drop": table}, shop_zone=name)
                tick, running, begun, ended = change - 360 * MINUTE, False, 0, 0
                while tick < change + 480 * MINUTE:
                    now = schedule.active(tick, zone) is not None
                    begun += now and not running
                    ended += running and not now
                    running, tick = now, tick + 10 * MINUTE
                assert (begun, ended) == (1, 1), (name, starts)


def test_every_minute_of_a_year_of_changes_keeps_its_order() -> None:
    """Later on the wall is never earlier in time, and clocks show it or have skipped it."""
    for name in ZONES:
        zone = ZoneInfo(name)
        for change in changes(name, 2026):
            shown = change.astimezone(zone).replace(tzinfo=None)
            last = None
            for minutes in range(-180, 181, 15):
                time = shown + minutes * MINUTE
                found = instant(time, zone)
                assert last is None or found >= last
                back = found.astimezone(zone).replace(tzinfo=None)
                assert back >= time
                if back > time:  # skipped: a second before it was not yet that late
                    earlier = (found - timedelta(seconds=1)).astimezone(zone)
                    assert earlier.replace(tzinfo=None) < time
                last = found


@pytest.mark.parametrize(
    ("zone", "time", "expected"),
    [
        ("Europe/Berlin", "2026-03-29T20:00", "2026-03-29T18:00"),
        ("Europe/Berlin", "2026-03-28T20:00", "2026-03-28T19:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),  # skipped: 3:00 is the first
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),  # comes twice: the first
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),  # half an hour is skipped
        ("Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a day that did not exist
        ("Asia/Kathmandu", "2026-06-01T20:00", "2026-06-01T14:15"),
    ],
)
def test_golden_instants(zone: str, time: str, expected: str) -> None:
    assert instant(wall(time), ZoneInfo(zone)) == at(expected)


TOML = """
[drops.spring]
starts = "2026-03-29T20:00"
ends = 2026-03-29T22:00:00
zone = "buyer"

[drops.world]
starts = "2026-04-02T20:00"
ends = "2026-04-03T20:00"

[drops.open]
starts = "2026-05-01T00:00"
zone = "America/New_York"
"""


def drops() -> Schedule:
    return Schedule.of(tomllib.loads(TOML)["drops"], shop_zone="Europe/Berlin")


def test_the_clock_of_the_viewer_and_that_of_the_shop() -> None:
    schedule = drops()
    names = {
        zone: [
            getattr(schedule.active(at(time), zone), "name", None)
            for time in ("2026-03-29T11:30", "2026-03-29T18:30", "2026-04-02T18:00")
        ]
        for zone in ("Asia/Tokyo", "Europe/Berlin", "America/New_York")
    }
    assert names == {
        "Asia/Tokyo": ["spring", None, "world"],
        "Europe/Berlin": [None, "spring", "world"],
        "America/New_York": [None, None, "world"],
    }


def test_next_change() -> None:
    schedule = drops()
    seen, now = [], at("2026-03-01T00:00")
    while (change := schedule.next_change(now, BERLIN)) is not None:
        seen.append(change)
        now = change
    assert seen == [
        at("2026-03-29T18:00"),
        at("2026-03-29T20:00"),
        at("2026-04-02T18:00"),
        at("2026-04-03T18:00"),
        at("2026-05-01T04:00"),
    ]
    assert getattr(schedule.active(at("2031-01-01T00:00"), BERLIN), "name", "") == "open"


def test_an_end_is_no_longer_in_the_drop() -> None:
    schedule = drops()
    assert schedule.active(at("2026-03-29T19:59"), BERLIN)
    assert schedule.active(at("2026-03-29T20:00"), BERLIN) is None


def test_a_drop_in_a_skipped_hour_still_runs() -> None:
    drop = Scheduled("night", wall("2026-03-29T02:10"), wall("2026-03-29T02:50"))
    assert drop.window(BERLIN) == (at("2026-03-29T01:00"), at("2026-03-29T01:40"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("2026-05-01T10:00", "2026-05-01T12:00", "buyer"), ("2026-05-01T11:59", None, "buyer")),
        (("2026-05-01T10:00", None, "shop"), ("2027-05-01T11:59", None, "shop")),
        (("2026-05-01T10:00", "2026-05-01T12:00", "buyer"), ("2026-05-01T23:00", None, "shop")),
        (
            ("2026-05-01T10:00", "2026-05-01T12:00", "Asia/Tokyo"),
            ("2026-05-01T02:30", None, "Europe/London"),
        ),
    ],
)
def test_overlaps_are_refused(
    first: tuple[str, str | None, str], second: tuple[str, str | None, str]
) -> None:
    tables = [
        {k: v for k, v in zip(("starts", "ends", "zone"), one, strict=True) if v is not None}
        for one in (first, second)
    ]
    for one, two in (tables, tables[::-1]):
        with pytest.raises(RequestError) as caught:
            Schedule.of({"one": one, "two": two})
        assert caught.value.code == "overlapping_drops"


def test_neighbours_do_not_overlap() -> None:
    first = {"starts": "2026-05-01T10:00", "ends": "2026-05-01T12:00", "zone": "buyer"}
    second = {"starts": "2026-05-01T12:00", "ends": "2026-05-01T14:00", "zone": "buyer"}
    third = {"starts": "2026-05-02T14:00", "ends": "2026-05-03T14:00"}
    assert len(Schedule.of({"a": first, "b": second, "c": third}).drops) == 3


@pytest.mark.parametrize(
    ("table", "where", "code"),
    [
        ({"a": {}}, "drops.a.starts", "missing_field"),
        ({"a": {"starts": "20:00"}}, "drops.a.starts", "bad_date"),
        ({"a": {"starts": "2026-02-30T20:00"}}, "drops.a.starts", "bad_date"),
        ({"a": {"starts": "2026-05-01T20:00Z"}}, "drops.a.starts", "bad_date"),
        ({"a": {"starts": at("2026-05-01T20:00")}}, "drops.a.starts", "bad_date"),
        ({"a": {"starts": "2026-05-01T20:00", "end": 1}}, "drops.a.end", "unknown_key"),
        ({"a": {"starts": "2026-05-01T20:00", "zone": "Berlin"}}, "drops.a.zone", "unknown_zone"),
        (
            {"a": {"starts": "2026-05-01T20:00", "ends": "2026-05-01T20:00"}},
            "drops.a.ends",
            "bad_bounds",
        ),
        ({"a": 5}, "drops.a", "bad_type"),
    ],
)
def test_what_is_no_drop(table: dict[str, object], where: str, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        Schedule.of(table)
    assert (caught.value.where, caught.value.code) == (where, code)


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(RequestError):
        drops().active(datetime(2026, 5, 1), BERLIN)  # noqa: DTZ001


NOW = at("2026-10-01T12:00")


def test_the_zone_of_a_country() -> None:
    zones = {code: zone_of(code, NOW).key for code in ("DE", "JP", "GB", "XI", "IT", "SG")}
    assert zones == {
        "DE": "Europe/Berlin",  # Büsingen, the other one, keeps the same time
        "JP": "Asia/Tokyo",
        "GB": "Europe/London",
        "XI": "Europe/London",
        "IT": "Europe/Rome",
        "SG": "Asia/Singapore",
    }


@pytest.mark.parametrize("code", ["US", "CA", "AU", "ES", "PT", "BR"])
def test_none_of_several_zones_is_guessed(code: str) -> None:
    with pytest.raises(RequestError) as caught:
        zone_of(code, NOW)
    assert caught.value.code == "several_zones"
    assert "zones" in caught.value.hint


def test_a_shop_may_say_which() -> None:
    assert zone_of("US", NOW, {"US": "America/New_York"}).key == "America/New_York"
    with pytest.raises(RequestError) as caught:
        zone_of("US", NOW, {"US": "New York"})
    assert caught.value.code == "unknown_zone"
