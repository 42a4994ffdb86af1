"""One all-in price on many markets: what the goods are sold for on each, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..client import LandedCost
from ..errors import LandedCostError, RequestError
from ..lines import Amount
from ..request import Bundle, Buyer, Request
from ..whatif.effect import Side, side
from .target import Solved, solve


@dataclass(frozen=True, slots=True)
class AtMarket:
    """The price on one market, or the error that stands in its place.

    ``figures`` is what becomes of it, in minor units of the target's currency: duty, tax, what
    carriers get, and the margin left of the goods price.
    """

    market: str
    solved: Solved | None = None
    figures: Side | None = None
    error: LandedCostError | None = None


def one_price(
    shop: LandedCost,
    bundle: Bundle,
    target: Any,
    buyers: Sequence[Buyer | str],
    *,
    cost: Any = None,
    as_of: date | str | None = None,
    terms: str | None = None,
    channel: str | None = None,
) -> list[AtMarket]:
    """What the goods are sold for so that every buyer pays ``target`` in all (``"59.00 EUR"``).

    The price is in the target's currency everywhere. ``cost`` is what the whole bundle costs the
    seller; without it the margin is what is left before that. Where no goods price makes the
    target, the nearest total stands (see :func:`~landedcost.pricing.target.solve`). A market that
    cannot be priced has its error. Raises RequestError for a target or a cost that cannot be read.
    """
    asked = Request(
        bundle,
        buyers[0] if buyers else shop.seller.country,
        shop.seller,
        shop.clock() if as_of is None else as_of,
        ship_from=shop.ship_from,
        terms=terms or shop.terms,
        channel=channel or shop.channel,
    )
    return everywhere(shop, asked, target, [Buyer.of(buyer) for buyer in buyers], cost=cost)


def everywhere(
    shop: LandedCost, asked: Request, target: Any, buyers: Sequence[Buyer], *, cost: Any = None
) -> list[AtMarket]:
    """:func:`one_price` for a full request: its bundle, seller, sender, rates and day."""
    wanted = Amount.of(target, "target")
    spent = None if cost is None else Amount.of(cost, "cost")
    return [_at(shop, asked.but(buyer=b, currency=wanted.currency), wanted, spent) for b in buyers]


def _at(shop: LandedCost, asked: Request, target: Amount, cost: Amount | None) -> AtMarket:
    name = asked.buyer.label
    try:
        market = shop.market(asked)
        solved = solve(market, asked.bundle, target)
        return AtMarket(name, solved, side(market, solved.quote, cost))
    except LandedCostError as error:
        if isinstance(error, RequestError) and error.where in ("cost", "target"):
            raise
        return AtMarket(name, error=error)
