"""The drop that a service shows, if it shows one, and the only way by which facts reach it.

All of it runs in the event loop that serves the feed: a drop publishes where it is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio

from ..errors import LandedCostError, RequestError

if TYPE_CHECKING:
    from ..live.drop import Drop, Offered, Update
    from ..live.feed import Feed

READ_STOCK = timedelta(seconds=15)
"""How often the stock is read: pages show no reading older than a minute."""
_SECOND = timedelta(seconds=1)
_APART = timedelta(milliseconds=250)
"""How far apart two readings of the stock are at the least."""


class Session:
    """A drop on stage. ``clock`` is the time of day, aware."""

    def __init__(self, drop: Drop, clock: Callable[[], datetime]) -> None:
        self.drop = drop
        self.clock = clock
        self.trouble: LandedCostError | None = None
        self._read_at = clock()
        self._touched: set[str] = set()
        self._wake = anyio.Event()

    @property
    def feed(self) -> Feed:
        """What pages listen to."""
        return self.drop.feed

    def rates_moved(self, rates: Mapping[str, str]) -> Update:
        """Commercial rates are these now. Raises RequestError."""
        return self.drop.rates_moved(rates, self.clock())

    def stock_moved(self, skus: Iterable[str]) -> None:
        """The stock of some articles may be another. What fails is told in :meth:`state`."""
        try:
            self.drop.stock_moved(skus, self.clock())
        except LandedCostError as error:
            self.trouble = error
        else:
            self.trouble = None

    def touch(self, skus: Iterable[str]) -> None:
        """The stock of some articles may be another: it is read soon, for many calls once."""
        self._touched.update(skus)
        self._wake.set()

    def offered(self, card: str) -> Offered:
        """The price that a page shows under an id. Raises RequestError."""
        return self.drop.offered(card, self.clock())

    def shown(self, bundle: str, market: str) -> Offered:
        """The price that a page shows now of a bundle on a market.

        Raises RequestError (``no_price``) where it shows none.
        """
        for card in self.feed.cards:
            if card.key == (bundle, market) and card.price is not None:
                return self.offered(card.price.quote)
        raise RequestError(
            f"no price is shown of {bundle!r} for {market}",
            code="no_price",
            where="card",
            hint="it is sold out, over, or cannot be priced",
        )

    def units(self, offered: Offered) -> Mapping[str, int]:
        """What one of the bundle takes from the stock."""
        return self.drop.goods[offered.cell.bundle].units

    async def run(self) -> None:
        """Keep the drop up to date as time passes. Does not return."""
        while True:
            now = self.clock()
            next_at = min(self.drop.next_at(now), self._read_at + READ_STOCK)
            with anyio.move_on_after(max(next_at - now, _SECOND).total_seconds()):
                await self._wake.wait()
            self.tick(self.clock())
            await anyio.sleep(_APART.total_seconds())

    def tick(self, now: datetime) -> None:
        """Do what is due at an instant; what fails is told in :meth:`state`, and tried again."""
        touched, self._touched, self._wake = self._touched, set(), anyio.Event()
        if now - self._read_at >= READ_STOCK:
            self._read_at = now
            touched = {sku for goods in self.drop.goods.values() for sku in goods.units}
        if touched:
            self.stock_moved(touched)
        try:
            self.drop.advance(now)
        except LandedCostError as error:
            self.trouble = error

    def state(self) -> dict[str, Any]:
        """How it is, for ``/healthz``."""
        return {
            "state": "ok" if self.trouble is None else "degraded",
            "event": self.feed.last_id,
            "listeners": self.feed.listeners,
            "unpriced": len(self.drop.errors),
            "error": None if self.trouble is None else self.trouble.code,
        }
