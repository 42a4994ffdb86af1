"""When which bundles of a drop are on sale on which markets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..pricing.zones import zone_of
from .card import Sale
from .grid import Cell

if TYPE_CHECKING:
    from ..pricing.schedule import Drop as Planned
    from ..request import Buyer

Window = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """A scheduled drop, and what it sells where: bundles and markets by name, all if empty."""

    planned: Planned
    bundles: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()

    def sells(self, cell: Cell) -> bool:
        """Whether a bundle is in it on a market."""
        bundle = not self.bundles or cell.bundle in self.bundles
        return bundle and (not self.markets or cell.market in self.markets)


class Sales:
    """The windows of each price; a bundle that no plan names is always on sale.

    ``buyers`` are the markets by label. ``zones`` tells the time zone of countries with several,
    for drops that go by the clock of each viewer. Raises RequestError (``several_zones``) where
    it is needed and not told.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        bundles: Iterable[str],
        buyers: Mapping[str, Buyer],
        at: datetime,
        zones: Mapping[str, str] | None = None,
    ) -> None:
        self._windows: dict[Cell, list[Window]] = {}
        for label, buyer in buyers.items():
            windows = [(plan, _window(plan.planned, buyer, at, zones)) for plan in plans]
            for bundle in bundles:
                cell = Cell(bundle, label)
                found = [window for plan, window in windows if plan.sells(cell)]
                if found:
                    self._windows[cell] = sorted(found, key=lambda window: window[0])

    def sale(self, cell: Cell, now: datetime) -> Sale | None:
        """How it stands with a price: scheduled, live or ended; None if it is always on sale."""
        windows = self._windows.get(cell)
        if windows is None:
            return None
        for start, end in windows:
            if now < start:
                return Sale("scheduled", start, end)
            if end is None or now < end:
                return Sale("live", start, end)
        return Sale("ended", *windows[-1])

    def changes_after(self, now: datetime) -> datetime | None:
        """The next instant after ``now`` when something starts or ends."""
        times = {t for windows in self._windows.values() for w in windows for t in w if t}
        return min((t for t in times if t > now), default=None)

    def turned(self, since: datetime, now: datetime) -> list[Cell]:
        """The prices whose sale started or ended after ``since`` and not after ``now``."""
        return [
            cell
            for cell, windows in self._windows.items()
            if any(t is not None and since < t <= now for window in windows for t in window)
        ]


def _window(
    planned: Planned, buyer: Buyer, at: datetime, zones: Mapping[str, str] | None
) -> Window:
    if planned.zone is not None:
        return planned.window(ZoneInfo(planned.zone))
    start, end = planned.window(zone_of(buyer.country, at, zones))
    return start.astimezone(UTC), end
