"""Bundles on markets, priced again and again into a feed: the plainest source of a stream.

It asks for every price each time. Where prices have a policy, stock or a schedule, a session
publishes into the feed instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

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


class Repricing:
    """Prices of ``requests`` (by the bundle's name) for ``buyers``, each held for ``hold``.

    The buyer of a request is replaced. ``pinned`` keeps the day of the requests; otherwise prices
    are those of the day, and hold no longer than it.
    """

    def __init__(
        self,
        shop: LandedCost,
        requests: Mapping[str, Request],
        buyers: Sequence[Buyer],
        *,
        hold: timedelta,
        pinned: bool = False,
    ) -> None:
        self.shop = shop
        self.requests = requests
        self.buyers = buyers
        self.hold = hold
        self.pinned = pinned
        self.failures: list[Failure] = []

    def cards(self, at: datetime) -> list[Card]:
        """Every card as of an instant; what failed is in ``failures``.

        A market that a provider failed on gets no card: what was published before stays as long
        as it holds. One that the rules refuse gets a card without a price.
        """
        self.failures = []
        made = []
        for name, request in self.requests.items():
            for buyer in self.buyers:
                try:
                    made.append(self._card(name, request, buyer, at))
                except LandedCostError as error:
                    self.failures.append(Failure(name, buyer.label, error))
                    if not isinstance(error, ProviderError):
                        made.append(self._bare(name, request, buyer))
        return made

    def _card(self, name: str, request: Request, buyer: Buyer, at: datetime) -> Card:
        asked = request.but(buyer=buyer, currency=None)
        if not self.pinned:
            asked = asked.but(as_of=at.astimezone(UTC).date())
        quote = self.shop.price(asked)
        bundle = asked.bundle
        listed = None
        if bundle.discount is not None:
            whole = Bundle(bundle.lines, shipping=bundle.shipping, insurance=bundle.insurance)
            listed = self.shop.price(asked.but(bundle=whole))
        until = self._until(quote, at)
        title = title_of(bundle)
        return card_of(name, title, buyer.label, quote, valid_until=until, listed=listed)

    def _until(self, quote: Quote, at: datetime) -> datetime:
        if self.pinned:
            return at + self.hold
        return min(
            at + self.hold, datetime.combine(quote.valid_until, time(), UTC) + 86_400 * SECOND
        )

    def _bare(self, name: str, request: Request, buyer: Buyer) -> Card:
        tag = buyer.locale or f"und-{buyer.country}"
        title = title_of(request.bundle)
        return bare_card(name, title, buyer.label, tag, buyer.country, buyer.region or "")

    async def run(self, feed: Feed, clock: Callable[[], datetime], every: timedelta) -> None:
        """Publish anew every so often, and as soon as a price runs out. Does not return."""
        while True:
            at = clock()
            ends = [card.price.valid_until - at for card in feed.cards if card.price is not None]
            await anyio.sleep(max(1, min([every, *ends]) // SECOND))
            cards = await to_thread.run_sync(self.cards, clock())
            feed.publish(cards, clock())


def title_of(bundle: Bundle) -> str:
    """The titles of a bundle's lines, joined."""
    return " + ".join(line.title or line.id for line in bundle.lines)
