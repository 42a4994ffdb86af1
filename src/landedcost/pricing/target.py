"""A target all-in price, solved backwards to the goods price.

The total is no smooth function of the goods price: it jumps at thresholds, steps where customs
rounds, and where a parcel is refused there is none. So nothing is assumed of it. The program of
the bundle says between which bounds all totals of a range of goods prices lie; a range that could
hold a better answer than the others is halved, until a single goods price is the best. What is
left out was proven worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from ..errors import RequestError
from ..lines import Amount, one_of
from ..quote import money_dict

if TYPE_CHECKING:
    from ..market import Market
    from ..quote import Quote
    from ..request import Bundle
    from ..shipping.zones import ShippingOffer

SIDES = ("nearest", "below", "above")
LEAST = 1
"""The least price of the goods, in minor units: nothing is sold for nothing."""
MOST = 10**15
"""Beyond this nothing is searched; no amount is as large."""

Rank = tuple[int, bool, int]
"""How far a total is from the target, whether above, and the goods price, the highest first."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The bundle at the goods price found, and its quote.

    ``gap_minor`` is the quote's total less the target, in minor units of the shown currency: 0
    where it is ``exact``.
    """

    bundle: Bundle
    quote: Quote
    exact: bool
    gap_minor: int

    @property
    def goods(self) -> Amount:
        """What the goods are sold for."""
        assert self.bundle.price is not None
        return self.bundle.price


def solve(
    market: Market,
    bundle: Bundle,
    target: Any,
    *,
    side: str = "nearest",
    carried: ShippingOffer | None = None,
) -> Solved:
    """The goods price at which ``bundle`` costs a buyer of ``market`` exactly ``target`` all in.

    ``target`` is in the currency the market shows (``"59.00 EUR"``). Where several goods prices
    make the same total, the highest is taken, which leaves the seller most. Where none makes the
    target, the nearest total there is, the lower of two as near; with ``side`` ``"below"`` or
    ``"above"`` the nearest on that side. Goods prices at which the rules refuse the parcel are
    passed over. ``carried`` is a carrier's offer, as in :meth:`~landedcost.market.Market.price`.

    Raises RequestError for a target in another currency or one that is not above zero, where no
    total lies on the side asked for, and where a duty that is not known may hide a nearer total;
    otherwise what :meth:`~landedcost.market.Market.price` raises.
    """
    one_of(side, SIDES, "side", "unknown_side")
    wanted = _checked(market, target)
    found = _search(market, bundle, wanted, side, carried)
    if found is None:
        market.price(bundle.at(Amount(LEAST, wanted.currency)), carried)  # raises if none is sold
        text = money_dict(wanted)
        raise RequestError(
            f"no goods price makes a total {side} {text['amount']} {text['currency']}",
            code="unreachable_price",
            where="target",
            hint="shipping, duty and tax alone may cost more: raise the target, or bear a part",
        )
    made = bundle.at(Amount(found, wanted.currency))
    quote = market.price(made, carried)
    gap = quote.total_minor - wanted.minor
    return Solved(made, quote, not gap, gap)


def _checked(market: Market, target: Any) -> Amount:
    wanted = Amount.of(target, "target")
    if wanted.currency != market.terms.shown:
        raise RequestError(
            f"the target is in {wanted.currency}, the market shows {market.terms.shown}",
            code="wrong_currency",
            where="target",
            hint="give the target in the buyer's currency, or name a currency for the buyer",
        )
    if wanted.minor <= 0:
        raise RequestError(
            "a target price is above zero",
            code="bad_target",
            where="target",
            hint="give what the buyer is to pay in all",
        )
    return wanted


def _search(
    market: Market, bundle: Bundle, wanted: Amount, side: str, carried: ShippingOffer | None
) -> int | None:
    """The best goods price in minor units, or None where no total lies on the side.

    The range that could be best is halved first, so the first single price that comes up is the
    answer. Raises what pricing raises where a duty that is not known would come first.
    """
    target = wanted.minor
    bounds = market.spans(bundle.at(Amount(LEAST, wanted.currency)), carried)
    heap: list[tuple[Rank, int]] = []
    unknown: list[tuple[Rank, int]] = []

    def look(low: int, high: int) -> None:
        least, most, refused, perhaps, missing, _ = bounds(low, high)
        rank = _rank(least, most, target, side, high)
        if rank is None or refused:
            return
        if not missing:
            heappush(heap, (rank, low))
        elif not perhaps:
            heappush(unknown, (rank, low))

    look(LEAST, max(target, LEAST))
    look(max(target, LEAST) + 1, MOST)
    while heap:
        rank, low = heappop(heap)
        high = -rank[2]
        if low < high:
            middle = (low + high) // 2
            look(low, middle)
            look(middle + 1, high)
            continue
        if rank[0] and unknown and unknown[0][0] < rank:
            break
        return low
    if unknown:
        market.price(bundle.at(Amount(unknown[0][1], wanted.currency)), carried)  # raises
    return None


def _rank(least: int, most: int, target: int, side: str, high: int) -> Rank | None:
    """How good the best of some goods prices can be; None where no total is on the side."""
    if least > target:
        return None if side == "below" else (least - target, True, -high)
    if most < target:
        return None if side == "above" else (target - most, False, -high)
    return 0, False, -high
