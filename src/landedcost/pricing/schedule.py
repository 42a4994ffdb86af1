"""Drops: when what is on sale, by the clock of the viewer or of the shop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import RequestError
from . import read
from .sticky import moment
from .zones import zone as zone_named

BUYER = "buyer"
_KEYS = ("starts", "ends", "zone")
_WALL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?", re.ASCII)
_SECOND = timedelta(seconds=1)
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)
"""How far clocks are ahead of UTC and behind it."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One drop: ``starts`` and ``ends`` (exclusive; None: open) as clocks on a wall show them.

    ``zone`` is the zone of these clocks: for all viewers one instant. Without it each viewer's
    own clock counts, and the drop moves around the earth.
    """

    name: str
    starts: datetime
    ends: datetime | None = None
    zone: str | None = None

    def window(self, viewer: ZoneInfo) -> tuple[datetime, datetime | None]:
        """Start and end as instants in UTC, for a viewer in a zone.

        A time that a change of clocks skips is the first instant after; one that comes twice is
        the first. A drop that lies wholly in a skipped hour runs its length from there.
        """
        where = viewer if self.zone is None else zone_named(self.zone)
        start = instant(self.starts, where)
        if self.ends is None:
            return start, None
        end = instant(self.ends, where)
        return start, end if end > start else start + (self.ends - self.starts)

    def _span(self) -> tuple[datetime, datetime]:
        """The instants between which it runs for anybody."""
        last = datetime.max.replace(tzinfo=UTC)
        if self.zone is not None:
            start, end = self.window(zone_named(self.zone))
            return start, end or last
        end = last if self.ends is None else self.ends.replace(tzinfo=UTC) + _WEST
        return self.starts.replace(tzinfo=UTC) - _EAST, end


@dataclass(frozen=True)
class Schedule:
    """The drops of a shop, none of which overlaps another for any viewer."""

    drops: tuple[Scheduled, ...] = ()
    _windows: dict[str, list[tuple[datetime, datetime | None, Scheduled]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, table: Mapping[str, Any], where: str = "drops", shop_zone: str = "UTC") -> Schedule:
        """From tables by name, each with ``starts``, ``ends`` and ``zone``.

        ``zone`` is ``"buyer"`` for the clock of each viewer, ``"shop"`` (the default) for
        ``shop_zone``, or the name of a zone. Raises RequestError for a time that is none or has
        an offset, for an end before the start, and for drops that overlap.
        """
        drops = []
        for name, value in read.table(table, table, where).items():
            at = f"{where}.{name}"
            given = read.table(value, _KEYS, at)
            if "starts" not in given:
                raise RequestError(
                    "a drop needs its start",
                    code="missing_field",
                    where=f"{at}.starts",
                    hint='write starts = "2026-10-01T20:00"',
                )
            starts = _wall(given["starts"], f"{at}.starts")
            ends = _wall(given["ends"], f"{at}.ends") if "ends" in given else None
            if ends is not None and ends <= starts:
                raise RequestError(
                    f"ends at {ends} and starts at {starts}",
                    code="bad_bounds",
                    where=f"{at}.ends",
                    hint="an end is after the start; it is itself no longer in the drop",
                )
            kept = given.get("zone", "shop")
            if kept != BUYER:
                kept = zone_named(shop_zone if kept == "shop" else kept, f"{at}.zone").key
            drops.append(Scheduled(name, starts, ends, None if kept == BUYER else kept))
        drops.sort(key=lambda drop: (drop.starts, drop.name))
        for index, drop in enumerate(drops):
            for other in drops[index + 1 :]:
                if _overlap(drop, other):
                    raise RequestError(
                        f"overlaps {drop.name!r} for some viewers",
                        code="overlapping_drops",
                        where=f"{where}.{other.name}",
                        hint="end one before the other starts; by the clocks of viewers a drop "
                        "starts up to 14 hours before, and ends up to 12 hours after, UTC shows it",
                    )
        return cls(tuple(drops))

    def active(self, at: datetime, viewer: ZoneInfo | str) -> Scheduled | None:
        """The drop that runs at an instant for a viewer in a zone. Raises RequestError."""
        now = moment(at)
        for start, end, drop in self._of(viewer):
            if start <= now and (end is None or now < end):
                return drop
        return None

    def next_change(self, at: datetime, viewer: ZoneInfo | str) -> datetime | None:
        """The first instant after ``at`` (in UTC) when a drop starts or ends for a viewer."""
        now = moment(at)
        times = [t for start, end, _ in self._of(viewer) for t in (start, end) if t is not None]
        return min((t for t in times if t > now), default=None)

    def _of(self, viewer: ZoneInfo | str) -> list[tuple[datetime, datetime | None, Scheduled]]:
        where = viewer if isinstance(viewer, ZoneInfo) else zone_named(viewer)
        found = self._windows.get(str(where))
        if found is None:
            found = [(*drop.window(where), drop) for drop in self.drops]
            self._windows[str(where)] = found
        return found


def instant(wall: datetime, where: ZoneInfo) -> datetime:
    """The instant in UTC when clocks in a zone first show ``wall`` or, if skipped, a later time."""
    early = (wall.replace(tzinfo=where, fold=0)).astimezone(UTC)
    if early.astimezone(where).replace(tzinfo=None) == wall:
        return early
    before, after = wall.replace(tzinfo=where, fold=1).astimezone(UTC), early
    while after - before > _SECOND:
        middle = before + _SECOND * ((after - before) // _SECOND // 2)
        if middle.astimezone(where).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


def _wall(value: object, where: str) -> datetime:
    """A time without an offset, from text or as TOML has it. Raises RequestError."""
    found = value if isinstance(value, datetime) else None
    if isinstance(value, str) and _WALL.fullmatch(value):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
    if found is None or found.tzinfo is not None or found.microsecond:
        raise RequestError(
            f"not a time on the wall: {str(value)[:40]!r}",
            code="bad_date",
            where=where,
            hint='write "2026-10-01T20:00", without an offset, and `zone` beside it',
        )
    return found


def _overlap(one: Scheduled, other: Scheduled) -> bool:
    if one.zone == other.zone:
        return one.ends is None or other.starts < one.ends
    (start, end), (start2, end2) = one._span(), other._span()
    return start < end2 and start2 < end
