"""The drop that a service shows, if it shows one, and the only way by which facts reach it.

All of it runs in the event loop that serves the feed: a drop publishes where it is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import LandedCostError, RequestError
from ..live.grid import Cell

if TYPE_CHECKING:
    from datetime import datetime

    from ..live.drop import Drop, Update
    from ..live.feed import Feed
    from ..live.keep import Keeper
    from ..live.shelf import Offered


class Session:
    """A drop on stage, and the keeper that keeps it."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

    @property
    def drop(self) -> Drop:
        """What is on sale."""
        return self.keeper.drop

    @property
    def feed(self) -> Feed:
        """What pages listen to."""
        return self.drop.feed

    async def run(self) -> None:
        """Keep the drop up to date until cancelled."""
        await self.keeper.run()

    def rates_moved(self, rates: Mapping[str, str]) -> Update:
        """Commercial rates are these now. Raises RequestError."""
        return self.drop.rates_moved(rates, self._now())

    def touch(self, skus: Iterable[str]) -> None:
        """The stock of some articles may be another: it is read soon, for many calls once."""
        self.keeper.touch(skus)

    def offered(self, card: str) -> Offered:
        """The price that a page shows under an id. Raises RequestError."""
        return self.drop.offered(card, self._now())

    def shown(self, bundle: str, market: str) -> Offered:
        """The price that a page shows now of a bundle on a market.

        Raises RequestError (``no_price``) where it shows none.
        """
        for card in self.feed.cards:
            if card.key == (bundle, market) and card.price is not None:
                found = self.drop.shelf.get(Cell(bundle, market))
                if found is not None:
                    return found
        raise RequestError(
            f"no price is shown of {bundle!r} for {market}",
            code="no_price",
            where="card",
            hint="it is sold out, over, or cannot be priced",
        )

    def units(self, offered: Offered) -> Mapping[str, int]:
        """What one of the bundle takes from the stock."""
        return self.drop.goods[offered.cell.bundle].units

    def state(self) -> dict[str, Any]:
        """How it is, for ``/healthz``, which is open to all: codes of what fails, no texts."""
        troubles = {
            name: error.code if isinstance(error, LandedCostError) else "internal"
            for name, error in self.keeper.troubles.items()
        }
        return {**self.keeper.health(), "troubles": troubles}

    def _now(self) -> datetime:
        return max(self.keeper.clock(), self.drop.at)
