"""When which bundles of a drop are on sale on which markets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..pricing.zones import zone_of
from ..request import Buyer
from .card import Sale
from .grid import Cell

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..pricing.schedule import Scheduled

Window = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """A scheduled drop, and what it sells where: bundles by name and buyers, all if empty."""

    planned: Scheduled
    bundles: frozenset[str] = frozenset()
    buyers: tuple[Buyer, ...] = ()

    def names(self, bundle: str) -> bool:
        """Whether a bundle is in it on some market."""
        return not self.bundles or bundle in self.bundles

    def sells(self, bundle: str, buyer: Buyer) -> bool:
        """Whether a bundle is in it for buyers like one; a country has all its regions."""
        return self.names(bundle) and (
            not self.buyers
            or any(
                one.country == buyer.country and one.region in (None, buyer.region)
                for one in self.buyers
            )
        )


def plans_of(catalog: Catalog) -> list[Plan]:
    """The drops of a shop's file; one that names no markets of its own is for all."""
    plans = []
    for drop in catalog.drops.values():
        own = drop.markets != catalog.settings.markets
        buyers = tuple(Buyer.of(market) for market in drop.markets) if own else ()
        plans.append(Plan(drop.when, frozenset(drop.bundles), buyers))
    return plans


class Sales:
    """The windows of each price.

    A bundle that no plan names is always on sale; one that plans name is sold on their markets
    alone. ``buyers`` are the markets by label. ``zones`` tells the time zone of countries with
    several, for drops that go by the clock of each viewer. Raises RequestError
    (``several_zones``) where it is needed and not told.
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
        for bundle in bundles:
            named = [plan for plan in plans if plan.names(bundle)]
            if not named:
                continue
            for label, buyer in buyers.items():
                sold = [plan.planned for plan in named if plan.sells(bundle, buyer)]
                self._windows[Cell(bundle, label)] = sorted(
                    (_window(planned, buyer, at, zones) for planned in sold),
                    key=lambda window: window[0],
                )
        self._turns = sorted(
            {
                turn
                for windows in self._windows.values()
                for window in windows
                for turn in window
                if turn is not None
            }
        )

    def sold(self, cell: Cell) -> bool:
        """Whether a bundle is ever on sale on a market."""
        return self._windows.get(cell) != []

    def sale(self, cell: Cell, now: datetime) -> Sale | None:
        """How it stands with a price: scheduled, live or ended; None if it is always on sale."""
        windows = self._windows.get(cell)
        if not windows:
            return None
        for start, end in windows:
            if now < start:
                return Sale("scheduled", start, end)
            if end is None or now < end:
                return Sale("live", start, end)
        return Sale("ended", *windows[-1])

    def changes_after(self, now: datetime) -> datetime | None:
        """The next instant after ``now`` when something starts or ends."""
        return next((turn for turn in self._turns if turn > now), None)

    def turned(self, since: datetime, now: datetime) -> list[Cell]:
        """The prices whose sale started or ended after ``since`` and not after ``now``."""
        if not any(since < turn <= now for turn in self._turns):
            return []
        return [
            cell
            for cell, windows in self._windows.items()
            if any(t is not None and since < t <= now for window in windows for t in window)
        ]


def _window(
    planned: Scheduled, buyer: Buyer, at: datetime, zones: Mapping[str, str] | None
) -> Window:
    if planned.zone is not None:
        return planned.window(ZoneInfo(planned.zone))
    return planned.window(zone_of(buyer.country, at, zones))
