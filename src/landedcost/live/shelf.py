"""The prices that are shown: by cell, by the id they go by, and when each is made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from ..errors import RequestError
from .grid import Cell

if TYPE_CHECKING:
    from ..pricing.offer import Offer
    from ..quote import Quote

_RENEWED = 5
"""A price is made again when a fifth of its time is left, so that none runs out."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A price that is shown: the offer, the id it goes by on a page, and until when it holds."""

    id: str
    cell: Cell
    offer: Offer
    shown_at: datetime
    valid_until: datetime

    @property
    def quote(self) -> Quote:
        """The quote at the price that is shown."""
        return self.offer.quote


@dataclass(frozen=True, slots=True)
class Earlier:
    """A price that was shown before a restart, or by another worker: what is known of it.

    ``quote`` is the id of the quote that was offered.
    """

    id: str
    quote: str
    shown_at: datetime
    valid_until: datetime


class Shelf:
    """What is shown now, and what was shown not long before and still holds.

    ``hold`` is how long a price holds; where ``by_day``, never past the day of its quote. A price
    that is the one of ``earlier`` goes on by its id, to its end.
    """

    def __init__(
        self,
        epoch: str,
        hold: timedelta,
        *,
        by_day: bool,
        earlier: Mapping[Cell, Earlier] | None = None,
    ) -> None:
        self.epoch = epoch
        self._earlier = dict(earlier or {})
        self.hold = hold
        self.by_day = by_day
        self._number = 0
        self._shown: dict[Cell, Offered] = {}
        self._kept: dict[str, Offered] = {}
        self._when: dict[Cell, datetime] = {}
        self._queue: list[tuple[datetime, Cell]] = []

    def get(self, cell: Cell) -> Offered | None:
        """The price that a cell shows."""
        return self._shown.get(cell)

    def put(self, cell: Cell, offer: Offer, now: datetime) -> None:
        """Show a price from now on. The one before goes on being honoured to its end."""
        id, start, before = "", now, self._earlier.pop(cell, None)
        if before is not None and before.quote == offer.quote.id:
            end, renewed = self._span(offer, before.shown_at)
            if end == before.valid_until and now < renewed:
                id, start = before.id, before.shown_at
        if not id:
            self._number += 1
            id = f"{self.epoch}.{self._number}"
        end, renewed = self._span(offer, start)
        made = Offered(id, cell, offer, start, end)
        self._shown[cell] = self._kept[made.id] = made
        self.plan(cell, renewed)

    def _span(self, offer: Offer, start: datetime) -> tuple[datetime, datetime]:
        """Until when a price holds, and when it is made again."""
        end, renewed = start + self.hold, start + self.hold - self.hold // _RENEWED
        over = _midnight(offer.quote.valid_until)
        return (over, over) if self.by_day and over <= end else (end, renewed)

    def remove(self, cell: Cell) -> None:
        """Show no price for a cell. The one before goes on being honoured to its end."""
        self._shown.pop(cell, None)
        self._when.pop(cell, None)

    def plan(self, cell: Cell, at: datetime) -> None:
        """Look at a cell again at an instant, and not before."""
        self._when[cell] = at
        heappush(self._queue, (at, cell))

    def due(self, now: datetime) -> list[Cell]:
        """The cells to look at again, each told until it is planned anew or removed."""
        found = []
        while self._queue and self._queue[0][0] <= now:
            entry = heappop(self._queue)
            if self._when.get(entry[1]) == entry[0]:
                found.append(entry)
        for entry in found:
            heappush(self._queue, entry)
        return [cell for _, cell in dict.fromkeys(found)]

    def next_at(self) -> datetime | None:
        """When the next cell is to be looked at."""
        while self._queue and self._when.get(self._queue[0][1]) != self._queue[0][0]:
            heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def forget(self, now: datetime) -> None:
        """Let go of the prices that hold no more; they ended in the order they were made in."""
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if oldest.valid_until > now:
                return
            del self._kept[oldest.id]

    def find(self, id: str, now: datetime) -> Offered:
        """The price under an id. Raises RequestError (``no_such_quote``, ``expired``)."""
        found = self._kept.get(id)
        if found is None:
            raise no_such_quote(id)
        if now >= found.valid_until:
            raise expired(id, found.valid_until)
        return found

    def knows(self, id: str) -> bool:
        """Whether a price was made here under an id, and may hold still."""
        return id in self._kept


def no_such_quote(id: str) -> RequestError:
    """The error for an id that no price goes by."""
    return RequestError(
        f"no price is shown under {id[:60]!r}",
        code="no_such_quote",
        where="id",
        hint="take the id from the card; prices that ended are forgotten",
    )


def expired(id: str, end: datetime) -> RequestError:
    """The error for a price that held until ``end``."""
    return RequestError(
        f"the price {id!r} held until {end.isoformat()}",
        code="expired",
        where="id",
        hint="take the card as it is now",
    )


def _midnight(day: date) -> datetime:
    """The end of the last day on which a quote holds."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
