"""The drop that a service shows, if it shows one, and the only way by which facts reach it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio

from ..errors import LandedCostError, RequestError
from ..live.dropped import DropSource, Honoured, rates_told
from ..live.grid import Cell
from ..live.log import Log
from ..live.shared import Shared, Timing
from ..transport.loops import in_thread

if TYPE_CHECKING:
    from ..live.feed import Feed
    from ..live.shelf import Offered

_LOG = logging.getLogger("landedcost.service")
_APART, _LATE = timedelta(milliseconds=250), timedelta(seconds=2)


class Session:
    """A drop on stage. ``clock`` is the time of day, aware.

    With a ``log`` it is one of several workers that show the same drop. It is priced here once in
    either case: what cannot be sold is told at once, and is quick to take over later. Raises
    LandedCostError.
    """

    def __init__(
        self,
        source: DropSource,
        clock: Callable[[], datetime],
        log: Log | None = None,
        timing: Timing | None = None,
    ) -> None:
        if log is not None:
            source.start({}, clock())
            source.stop()
        self.source = source
        self.clock = clock
        self.shared = Shared(source, clock, log, timing=timing)
        self._touched: set[str] = set()
        self._wake = anyio.Event()

    @property
    def feed(self) -> Feed:
        """What pages listen to."""
        return self.shared.feed

    async def rates_moved(self, rates: Mapping[str, str]) -> dict[str, Any]:
        """Commercial rates are these now: how many prices that touched, and the event.

        Raises RequestError, and ProviderError (retryable) where no worker leads.
        """
        return await self.shared.tell("rates", rates_told(rates, self.clock()))

    def touch(self, skus: Iterable[str]) -> None:
        """The stock of some articles may be another: it is read soon, for many calls once."""
        self._touched.update(skus)
        self._wake.set()

    async def offered(self, card: str) -> Offered | Honoured:
        """The price that a page shows under an id, whichever worker showed it.

        Raises RequestError.
        """
        kept, at = self.shared.kept, self.clock()
        return await in_thread(lambda: self.source.offered(card, kept, at))

    async def shown(self, bundle: str, market: str) -> Offered | Honoured:
        """The price that a page shows now of a bundle on a market.

        Raises RequestError (``no_price``) where it shows none.
        """
        for card in self.feed.cards:
            if card.key == (bundle, market) and card.price is not None:
                drop = self.source.drop
                found = None if drop is None else drop.shelf.get(Cell(bundle, market))
                return found or await self.offered(card.price.quote)
        raise RequestError(
            f"no price is shown of {bundle!r} for {market}",
            code="no_price",
            where="card",
            hint="it is sold out, over, or cannot be priced",
        )

    def units(self, offered: Offered | Honoured) -> Mapping[str, int]:
        """What one of the bundle takes from the stock."""
        return self.source.units(offered.cell.bundle)

    async def run(self) -> None:
        """Keep the drop up to date as time passes. Does not return."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._pass_on)
            try:
                await self.shared.run()
            finally:
                self.source.end()

    async def _pass_on(self) -> None:
        """Tell whoever prices of which articles the stock is to be read."""
        while True:
            await self._wake.wait()
            touched, self._touched, self._wake = self._touched, set(), anyio.Event()
            wait = _APART
            try:
                await self.shared.tell("stock", {"skus": sorted(touched)})
            except LandedCostError as error:
                _LOG.info("the stock is read later: %s", error.code)
                self.touch(touched)
                wait = _LATE
            await anyio.sleep(wait.total_seconds())

    @property
    def counts(self) -> tuple[int, int]:
        """How many prices were made here, and how many left alone as no fact of theirs moved."""
        drop = self.source.drop
        return (0, 0) if drop is None else (drop.grid.priced, drop.grid.spared)

    def state(self) -> dict[str, Any]:
        """How it is, for ``/healthz``."""
        return self.shared.state()
