"""From a landed cost to the price a shop shows, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..lines import Amount
from ..quote import Quote, money_dict
from ..request import Bundle, Buyer
from .decision import Decision, Step
from .policy import Policy
from .sticky import Shown, moment

if TYPE_CHECKING:
    from ..client import LandedCost
    from ..fx.margin import FxMargin
    from ..present.headline import Headline
    from ..territories import Place


@dataclass(frozen=True)
class Offer:
    """A price to be shown, and how it came about.

    ``quote`` has the goods price at which the bundle costs ``price`` all in: its charges add up
    to it. ``shown`` is what the policy was about: the same, or the headline of the quote.
    ``listed`` is the landed cost at list prices. ``margin`` is what remains to the shop after
    freight, duty, tax, fees, the goods' own cost and the expected cost of returns, None where
    the costs were not given. ``shown_after`` is the state to give to the next offer.
    ``conversions`` are the exchange rates it rests on, those of the policy's own amounts too: what
    each is used for (``shown`` or ``customs``), its source and its target.
    """

    quote: Quote
    listed: Quote
    price: Amount
    shown: Amount
    steps: tuple[Step, ...]
    margin: Amount | None
    shown_after: Shown
    conversions: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def headline(self) -> Headline:
        """What to show first by the law of the market, with its label in the buyer's language."""
        from ..present.headline import headline

        return headline(self.quote)

    @property
    def binding(self) -> str:
        """The code of the last step that changed the price; ``list`` where none did."""
        return next((s.code for s in reversed(self.steps) if s.before != s.after), "list")

    def as_dict(self) -> dict[str, Any]:
        """The offer as a JSON object; ``quote`` is the answer document of the contract."""
        return {
            "price": money_dict(self.price),
            "shown": money_dict(self.shown),
            "listed": money_dict(Amount(self.listed.total_minor, self.listed.currency)),
            "binding": self.binding,
            "headline": self.headline.as_dict(),
            "margin": None if self.margin is None else money_dict(self.margin),
            "steps": [step.as_dict() for step in self.steps],
            "shown_after": self.shown_after.as_dict(),
            "quote": self.quote.as_dict(),
        }

    def __repr__(self) -> str:
        price = money_dict(self.price)
        return f"Offer({price['amount']} {price['currency']}, bound by {self.binding})"


class Pricing:
    """A shop with its policy: hands out offers.

    ``shop`` is a :class:`~landedcost.LandedCost`, ``policy`` a :class:`~landedcost.Policy`.
    """

    def __init__(self, shop: LandedCost, policy: Policy) -> None:
        self.shop = shop
        self.policy = policy
        self._shops: dict[FxMargin, LandedCost] = {}

    def shop_for(self, where: Place) -> LandedCost:
        """The shop as it sells to a place: with the policy's margin on exchange rates."""
        margin = self.policy.market(where).fx_margin
        if margin is None or margin == self.shop.fx_margin:
            return self.shop
        found = self._shops.get(margin)
        if found is None:
            found = copy(self.shop)
            found.fx_margin = margin
            self._shops[margin] = found
        return found

    def close(self) -> None:
        """Close the connections to live sources that were opened here; not the shop's own."""
        for shop in self._shops.values():
            shop.close()

    def offer(
        self,
        bundle: Bundle,
        buyer: Buyer | str,
        *,
        at: datetime,
        shown: Shown | None = None,
        cost: Mapping[str, Any] | None = None,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
        terms: str | None = None,
        channel: str | None = None,
    ) -> Offer:
        """The price to show a buyer at an instant.

        ``at`` has a zone; its day in UTC is the day of rules and rates. ``shown`` is what the
        same buyers were shown before: ``shown_after`` of the last offer. ``cost`` is what one
        unit of each line costs the shop, by line id. The rest is as in
        :meth:`~landedcost.LandedCost.price_for`, whose errors it raises; and RequestError for a
        hand-set price below the floor, a cost that is needed and missing, or a price that no
        goods price makes.
        """
        buyer = Buyer.of(buyer)
        listed = self.shop_for(buyer.place).price_for(
            bundle,
            buyer,
            as_of=moment(at).date(),
            rates=rates,
            customs_rates=customs_rates,
            terms=terms,
            channel=channel,
        )
        return self.decide(listed, at=at, shown=shown, cost=cost)

    def decide(
        self,
        listed: Quote,
        *,
        at: datetime,
        shown: Shown | None = None,
        cost: Mapping[str, Any] | None = None,
    ) -> Offer:
        """The same for a quote at list prices that there is already. Raises as :meth:`offer`."""
        return self._taken(self._decision(listed, at, shown, cost))

    def follow(
        self,
        listed: Quote,
        *,
        at: datetime,
        shown: Shown,
        cost: Mapping[str, Any] | None = None,
    ) -> Offer | Shown:
        """The state to keep where ``shown`` goes on being shown, else the offer in its place.

        For a price that stays no quote is made, so this is quick: it is what a drop asks at every
        tick. Raises as :meth:`offer`.
        """
        made = self._decision(listed, at, shown, cost)
        return made.stays() or self._taken(made)

    def _decision(
        self,
        listed: Quote,
        at: datetime,
        shown: Shown | None,
        cost: Mapping[str, Any] | None,
    ) -> Decision:
        policy = self.policy.market(listed.lane.buyer)
        return Decision(listed, policy, moment(at), shown, cost)

    def _taken(self, made: Decision) -> Offer:
        made.take()
        return Offer(
            quote=made.quote,
            listed=made.listed,
            price=Amount(made.quote.total_minor, made.unit),
            shown=Amount(made.maker.shown(made.quote), made.unit),
            steps=tuple(made.steps),
            margin=made.margin,
            shown_after=made.after,
            conversions=made.conversions,
        )
