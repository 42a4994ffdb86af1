"""One request before and after a reform: what the buyer, the state and the seller gain or lose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..client import LandedCost
from ..errors import LandedCostError, RequestError
from ..facts import GOODS, OFF
from ..lines import Amount
from ..market import Market
from ..quote import Quote
from ..request import Bundle, Buyer, Request
from ..rounding import half_up


@dataclass(frozen=True, slots=True)
class Side:
    """A price and what becomes of it, all in minor units of ``currency``.

    ``state`` is duty and tax, ``carriers`` shipping, insurance and fees; ``margin`` is what is
    left to the seller of the price of the goods, after what the seller bears of the import and,
    if it was told, the cost of the goods. The first three are what the buyer pays, save for the
    rounding of conversions.
    """

    quote: Quote
    currency: str
    total: int
    duty: int
    tax: int
    carriers: int
    margin: int

    @property
    def state(self) -> int:
        """Duty and tax."""
        return self.duty + self.tax


@dataclass(frozen=True, slots=True)
class Effect:
    """What a reform does on one market.

    An error stands where there is no price. ``lowered`` is by how much the seller lowers the
    goods, in the currency of the discount, to keep the buyer's price; None if that was not
    asked or is not needed. With ``cannot_keep`` the buyer pays more even for free goods.
    """

    market: str
    before: Side | LandedCostError
    after: Side | LandedCostError
    lowered: Amount | None = None
    cannot_keep: bool = False

    def change(self, name: str) -> int | None:
        """How a figure of :class:`Side` changes; None where one of the prices is missing."""
        if isinstance(self.before, LandedCostError) or isinstance(self.after, LandedCostError):
            return None
        return int(getattr(self.after, name)) - int(getattr(self.before, name))


def effects(
    before: LandedCost,
    after: LandedCost,
    request: Request,
    markets: Sequence[Buyer],
    *,
    cost: Amount | None = None,
    keep_price: bool = False,
) -> list[Effect]:
    """The effect on each market, in one currency: the request's, or its first line's.

    ``cost`` is what the whole basket costs the seller. With ``keep_price`` the buyer goes on
    paying what they paid before if the reform makes it dearer: the seller lowers the goods.
    Raises RequestError for a cost in a currency without a rate.
    """
    unit = request.currency or request.bundle.lines[0].currency
    found = []
    for buyer in markets:
        asked = request.but(buyer=buyer, currency=unit)
        old = _side(before, asked, cost)
        new = _side(after, asked, cost)
        effect = Effect(buyer.label, old, new)
        if keep_price and (effect.change("total") or 0) > 0:
            effect = _kept(effect, after, asked, cost)
        found.append(effect)
    return found


def _side(shop: LandedCost, asked: Request, cost: Amount | None) -> Side | LandedCostError:
    try:
        market = shop.market(asked)
        return side(market, market.price(asked.bundle), cost)
    except LandedCostError as error:
        if isinstance(error, RequestError) and error.where == "cost":
            raise
        return error


def side(market: Market, quote: Quote, cost: Amount | None) -> Side:
    """A quote as what becomes of it. Raises RequestError for a cost without a rate."""
    of = dict.fromkeys(("goods", "discount", "shipping", "insurance", "duty", "tax", "fee"), 0)
    for charge in quote.charges:
        if charge.kind in of:
            of[charge.kind] += charge.amount_minor
    borne = sum(charge.amount_minor for charge in quote.seller_costs)
    return Side(
        quote,
        quote.currency,
        quote.total_minor,
        of["duty"],
        of["tax"],
        of["shipping"] + of["insurance"] + of["fee"],
        of["goods"] + of["discount"] - borne - _shown(market, cost, quote.currency),
    )


def _shown(market: Market, cost: Amount | None, unit: str) -> int:
    if cost is None:
        return 0
    try:
        rate = market.rates.get("shown", cost.currency, unit)
    except LandedCostError as error:
        error.where = "cost"
        raise
    return half_up(cost.minor * rate.minor_num, rate.minor_den)


def _kept(effect: Effect, shop: LandedCost, asked: Request, cost: Amount | None) -> Effect:
    """The effect when the seller lowers the goods until the buyer pays what they paid before."""
    assert isinstance(effect.before, Side)
    market, bundle = shop.market(asked), asked.bundle
    own = bundle.discount or Amount(0, bundle.lines[0].currency)
    lines = [line for line in bundle.lines if line.currency == own.currency]
    limit = sum(line.ints[GOODS] - line.ints[OFF] for line in lines) - own.minor
    if bundle.price is not None:
        own, limit = Amount(0, bundle.price.currency), bundle.price.minor - 1
    lowered, quote = least_discount(market, bundle, own, limit, effect.before.total)
    return replace(
        effect,
        after=side(market, quote, cost),
        lowered=lowered,
        cannot_keep=quote.total_minor > effect.before.total,
    )


def least_discount(
    market: Market, bundle: Bundle, own: Amount, limit: int, total: int
) -> tuple[Amount, Quote]:
    """How much the goods must be lowered for the buyer to pay ``total`` at most, and the quote.

    With any less the buyer would pay more than ``total``, also where lower goods cost more because
    another regime takes over. If no price of the goods does, the answer is ``limit``. A fixed
    price is lowered instead of a discount raised.
    """
    price = bundle.price

    def lowered(by: int) -> Bundle:
        if price is not None:
            return bundle.at(Amount(price.minor - by, own.currency))
        less = own.minor + by
        return Bundle(
            bundle.lines,
            discount=Amount(less, own.currency) if less else None,
            shipping=bundle.shipping,
            insurance=bundle.insurance,
        )

    if price is not None:
        limit = min(limit, price.minor - 1)
    by = 0
    if limit > 0 and market.price(bundle).total_minor > total:
        varying = "discount" if price is None else "price"
        spans = market.spans(lowered(1), varying=varying)

        def bounds(low: int, high: int) -> tuple[int, ...]:
            if price is None:
                return spans(own.minor + low, own.minor + high)
            return spans(price.minor - high, price.minor - low)

        by = _least(bounds, limit, total)
    return Amount(by, own.currency), market.price(lowered(by))


def _least(bounds: Callable[[int, int], tuple[int, ...]], limit: int, total: int) -> int:
    """The least figure from 1 to ``limit`` that brings the total down to ``total``, or ``limit``.

    A range of figures that all leave it above is left out whole.
    """
    todo = [(1, limit)]
    while todo:
        low, high = todo.pop()
        least, _, refused, _, missing, _ = bounds(low, high)
        if least > total or refused or missing:
            continue
        if low == high:
            return low
        middle = (low + high) // 2
        todo += ((middle + 1, high), (low, middle))
    return limit
