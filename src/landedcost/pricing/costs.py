"""What a price leaves to the shop: exchange of the policy's amounts, costs, and the margin."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..codes import nearest
from ..currencies import currency
from ..errors import MoneyError, RequestError
from ..facts import QUANTITY
from ..lines import Amount

if TYPE_CHECKING:
    from ..quote import Quote
    from ..request import Bundle

Amounts = tuple[Amount, ...]


class Exchange:
    """Amounts in the currency of a quote, exact, at the market rate without the shop's margin.

    ``used`` are the conversions asked for so far: ``shown``, source and target.
    """

    def __init__(self, quote: Quote) -> None:
        self.currency = quote.currency
        self.used: set[tuple[str, str, str]] = set()
        self._rates = quote.priced.market.rates

    def one(self, amount: Amount) -> Fraction:
        """Minor units of the quote's currency. Raises RequestError where there is no rate."""
        if amount.currency == self.currency:
            return Fraction(amount.minor)
        conversion = ("shown", amount.currency, self.currency)
        self.used.add(conversion)
        rate = self._rates.get(*conversion).rate
        num = rate.num * 10 ** currency(self.currency).digits
        return Fraction(amount.minor * num, rate.den * 10 ** currency(amount.currency).digits)

    def many(self, amounts: Amounts) -> Fraction:
        """The one of several that is in the quote's currency, else the first; 0 for none."""
        own = next((one for one in amounts if one.currency == self.currency), None)
        if own is not None:
            return Fraction(own.minor)
        return self.one(amounts[0]) if amounts else Fraction(0)


def cost_of_goods(
    bundle: Bundle, cost: Mapping[str, Any] | None, exchange: Exchange
) -> Fraction | None:
    """What the goods of a bundle cost the shop, from the cost of one unit by line; None if unknown.

    Raises RequestError for a line without a cost or a cost without a line, MoneyError for one
    that is no amount.
    """
    if cost is None:
        return None
    ids = [line.id for line in bundle.lines]
    for name in cost:
        if name not in ids:
            close = nearest(str(name), ids, 1)
            raise RequestError(
                f"no line has the id {name!r}",
                code="unknown_line",
                where=f"cost.{name}",
                hint=f"did you mean {close[0]!r}?" if close else f"lines: {', '.join(ids[:5])}",
            )
    found = Fraction(0)
    for line in bundle.lines:
        at = f"cost.{line.id}"
        if line.id not in cost:
            raise RequestError(
                "the cost of this line is missing",
                code="missing_cost",
                where=at,
                hint="give what one unit of each line costs you, or no costs at all",
            )
        each = Amount.of(cost[line.id], at)
        if each.minor < 0:
            raise MoneyError(
                "cannot be negative",
                code="negative_amount",
                where=at,
                hint="write a cost as a positive amount",
            )
        found += exchange.one(each) * line.ints[QUANTITY]
    return found


def charged(quote: Quote, *kinds: str) -> int:
    """What the charges of some kinds come to, in minor units of the quote's currency."""
    return sum(one.amount_minor for one in quote.charges if one.kind in kinds)


def kept(quote: Quote, listed: Quote) -> int:
    """What a quote leaves for the goods: all but freight, duty, tax, fees and seller's costs.

    The freight is what it is at list prices, however little of it is charged.
    """
    given = charged(quote, "duty", "tax", "fee") + charged(listed, "shipping", "insurance")
    return quote.total_minor - given - sum(one.amount_minor for one in quote.seller_costs)
