"""From a price to show to the quote that costs it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from ..errors import RequestError
from ..facts import Remark
from ..lines import Amount
from ..quote import Quote
from .charm import ANY, Charm
from .costs import charged
from .target import solve

if TYPE_CHECKING:
    from datetime import datetime

    from ..request import Bundle
    from .guards import Rails
    from .sticky import Shown

_LOOK = 12
"""How many price points on either side are tried where one cannot be made exactly."""
_LESS = (*range(1, 21), 25, 32, 40, 50, 64, 80, 100)
"""Minor units of freight that the shop may bear, so that a price can be made exactly.

Where tax is rounded to whole units of a currency and freight stands beside the headline, up to one
unit may be needed. The greater ones are tried only while they are a hundredth of the price.
"""
_COMPARED = "landed_source"
"""The code of what is said of a comparison at list prices."""
_TURNS = 16
"""How often what stands beside a headline is looked at again; tax beside it settles in a few."""


@dataclass(frozen=True, slots=True)
class Made:
    """A quote, what of it is shown, and what less of freight it charges; in minor units."""

    quote: Quote
    shown: int
    less: int = 0


class Maker:
    """Makes prices of one bundle on one market, each by its goods price.

    What is shown is the total, or with ``headline`` what the law of the market has in front.
    ``used`` are the conversions of what was priced so far.
    """

    def __init__(self, listed: Quote, headline: bool) -> None:
        self.listed = listed
        self.headline = headline
        self.used = set(listed.priced.program.conversions)

    def shown(self, quote: Quote) -> int:
        """What of a quote is shown, in minor units of its currency."""
        if not self.headline:
            return quote.total_minor
        from ..present.headline import headline_minor

        return headline_minor(quote)

    def make(
        self, price: int, rails: Rails, state: Shown | None, at: datetime, *, declared: bool
    ) -> Made:
        """The quote that shows ``price``, or as near as there is, in this order.

        As the freight is; with a little less of it; another price point within ``rails``, unless
        the price is ``declared`` or what is shown now; the nearest, within ``rails`` if there is
        one on either side, and none below the floor.
        Raises as :func:`~landedcost.pricing.target.solve`.
        """
        if price == self.shown(self.listed):
            return Made(self.listed, price)
        found = self._solve(price)
        if found.shown == price:
            return found
        for one in self._with_less_freight(price):
            if one.shown == price:
                return one
        held = state is not None and price == state.price.minor
        if rails.charm != ANY and not held and not declared:
            for point in _points(rails.charm, price):
                if rails.apply(point, state, at)[0] == point:
                    other = self._solve(point)
                    if other.shown == point:
                        return other
        if rails.floor is not None and found.shown < rails.floor:
            return self._above(rails.floor)
        return found if held else self._bounded(found, price, rails, state, at)

    def _bounded(
        self, found: Made, price: int, rails: Rails, state: Shown | None, at: datetime
    ) -> Made:
        """What was found, or the nearest on the other side of the price where only that is bound.

        Where neither is within the rails, what was found stands, and its step says so.
        """
        bare = replace(rails, charm=ANY)

        def fits(shown: int) -> bool:
            return bare.apply(shown, state, at)[0] == shown

        if fits(found.shown):
            return found
        side = "below" if found.shown > price else "above"
        try:
            other = self._solve(price, side=side)
        except RequestError as error:
            if error.code != "unreachable_price":
                raise
            return found
        return other if fits(other.shown) else found

    def _with_less_freight(self, price: int) -> Iterator[Made]:
        """The price made with a few minor units less of freight.

        Duty and tax are rounded each by itself, so some totals lie between two goods prices.
        """
        freight = charged(self.listed, "shipping")
        most = min(freight - 1, max(20, price // 100))
        for less in takewhile(most.__ge__, _LESS):
            bundle = copy(self.listed.priced.bundle)
            bundle.shipping = Amount(freight - less, self.listed.currency)
            yield self._solve(price, bundle=bundle, less=less)

    def _above(self, floor: int) -> Made:
        found = self._solve(floor, side="above")
        wanted = floor
        while found.shown < floor:
            wanted += floor - found.shown
            found = self._solve(wanted, side="above")
        return found

    def _solve(
        self, price: int, *, side: str = "nearest", bundle: Bundle | None = None, less: int = 0
    ) -> Made:
        """The nearest there is. What stands beside a headline moves with it, so it is retried."""
        priced = self.listed.priced
        beside = self.listed.total_minor - self.shown(self.listed)
        for _ in range(_TURNS):
            found = solve(
                priced.market,
                priced.bundle if bundle is None else bundle,
                Amount(price + beside, self.listed.currency),
                side=side,
                carried=priced.carried,
            )
            self.used |= found.quote.priced.program.conversions
            made = Made(self._told(found.quote), self.shown(found.quote), less)
            now = found.quote.total_minor - made.shown
            if made.shown == price or now == beside:
                break
            beside = now
        return made

    def _told(self, quote: Quote) -> Quote:
        """The quote with what was said of the listed one, as far as it is true of this price."""
        listed = self.listed.priced
        said = tuple(remark for remark in listed.remarks if remark.code != _COMPARED)
        for one in listed.beside:
            text = f"what {one.provider} says is of the list prices; this price goes by the rules"
            certainty = "estimated" if one.replaces else "exact"
            said += (Remark("landed_source_at_list", text, certainty),)
        return Quote(quote.priced._replace(remarks=said), quote.figures) if said else quote


def _points(charm: Charm, price: int) -> list[int]:
    """Other price points around one, the nearest first."""
    found, low, high = [], price, price
    for _ in range(_LOOK):
        low, high = charm.below(low - 1), charm.above(high + 1)
        found += [low, high]
    return sorted((p for p in found if p > 0), key=lambda p: abs(p - price))
