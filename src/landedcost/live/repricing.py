"""Bundles on markets, priced again and again into a feed: the plainest source of a stream.

It asks for every price each time. Where prices have a policy, stock or a schedule, a session
publishes into the feed instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

import anyio
from anyio import to_thread

from ..client import LandedCost
from ..errors import LandedCostError, ProviderError
from ..quote import Quote
from ..request import Bundle, Buyer, Request
from .card import Card
from .feed import Feed
from .quoted import bare_card, card_of

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Failure:
    """A bundle that could not be priced on a market."""

    bundle: str
    market: str
    error: LandedCostError


class Sold(Protocol):
    """A bundle that can be priced for anybody: :class:`Asked`, or one of a shop's file."""

    @property
    def name(self) -> str:
        """What it is called in the feed."""
        ...

    @property
    def title(self) -> str:
        """What it is called on a card."""
        ...

    def priced(self, buyer: Buyer, at: datetime) -> tuple[Quote, Quote | None]:
        """Its quote at an instant, and the quote without what it saves as a bundle.

        The second is None where it saves nothing. Raises LandedCostError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A bundle that is sold as a request says, but for the buyer and the day."""

    shop: LandedCost
    name: str
    request: Request

    @property
    def title(self) -> str:
        """The titles of its lines, joined."""
        return " + ".join(line.title or line.id for line in self.request.bundle.lines)

    def priced(self, buyer: Buyer, at: datetime) -> tuple[Quote, Quote | None]:
        """See :meth:`Sold.priced`."""
        day = at.astimezone(UTC).date()
        asked = self.request.but(buyer=buyer, currency=None, as_of=day)
        bundle = asked.bundle
        quote = self.shop.price(asked)
        if bundle.discount is None:
            return quote, None
        whole = Bundle(bundle.lines, shipping=bundle.shipping, insurance=bundle.insurance)
        return quote, self.shop.price(asked.but(bundle=whole))


class Repricing:
    """Prices of bundles for ``buyers``, each held for ``hold``.

    Prices are those of the day in UTC, and hold no longer than it; ``day`` pins another one.
    """

    def __init__(
        self,
        bundles: Sequence[Sold],
        buyers: Sequence[Buyer],
        *,
        hold: timedelta,
        day: date | None = None,
    ) -> None:
        self.bundles = bundles
        self.buyers = buyers
        self.hold = hold
        self.day = day
        self.failures: list[Failure] = []

    def cards(self, at: datetime) -> list[Card]:
        """Every card as of an instant; what failed is in ``failures``.

        A market that a provider failed on gets no card: what was published before stays as long
        as it holds. One that the rules refuse gets a card without a price.
        """
        self.failures = []
        made = []
        for sold in self.bundles:
            for buyer in self.buyers:
                try:
                    made.append(self._card(sold, buyer, at))
                except LandedCostError as error:
                    self.failures.append(Failure(sold.name, buyer.label, error))
                    if not isinstance(error, ProviderError):
                        made.append(self._bare(sold, buyer))
        return made

    def _card(self, sold: Sold, buyer: Buyer, at: datetime) -> Card:
        when = at if self.day is None else datetime.combine(self.day, time(), UTC)
        quote, listed = sold.priced(buyer, when)
        until = self._until(quote, at)
        return card_of(sold.name, sold.title, buyer.label, quote, valid_until=until, listed=listed)

    def _until(self, quote: Quote, at: datetime) -> datetime:
        if self.day is not None:
            return at + self.hold
        return min(
            at + self.hold, datetime.combine(quote.valid_until, time(), UTC) + 86_400 * SECOND
        )

    def _bare(self, sold: Sold, buyer: Buyer) -> Card:
        tag = buyer.locale or f"und-{buyer.country}"
        return bare_card(sold.name, sold.title, buyer.label, tag, buyer.country, buyer.region or "")

    async def run(self, feed: Feed, clock: Callable[[], datetime], every: timedelta) -> None:
        """Publish anew every so often, and as soon as a price runs out. Does not return."""
        while True:
            at = clock()
            ends = [card.price.valid_until - at for card in feed.cards if card.price is not None]
            await anyio.sleep(max(1, min([every, *ends]) // SECOND))
            cards = await to_thread.run_sync(self.cards, clock())
            feed.publish(cards, clock())
