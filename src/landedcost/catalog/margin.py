"""What is left to the shop of a sale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..lines import Amount
from ..money import amount_text
from ..quote import Charge, Quote, money_dict
from ..rounding import up

_PARTS = ("goods", "discount")


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left of the price of the goods: ``goods`` less ``cost`` less ``borne``.

    All are minor units of ``currency``, that of the cost. ``borne`` is what the import costs the
    seller besides; what the buyer pays for shipping, duty and tax goes on to others and is not in
    it.
    """

    currency: str
    goods: int
    cost: int
    borne: int

    @classmethod
    def of(cls, quote: Quote, cost: Amount) -> Margin:
        """Of a quote whose goods cost the seller ``cost``. Raises RequestError without a rate.

        Amounts in other currencies go at the commercial rate, what is earned down and what is
        borne up to the minor unit: a margin is not overstated.
        """
        goods = _local([c for c in quote.charges if c.kind in _PARTS])
        borne = _local(quote.seller_costs)
        unit = cost.currency
        earned = sum(_into(quote, Amount(-n, code), unit) for code, n in goods.items())
        return cls(
            unit,
            -earned,
            cost.minor,
            sum(_into(quote, Amount(n, code), unit) for code, n in borne.items()),
        )

    @property
    def minor(self) -> int:
        """What is left, in minor units of ``currency``."""
        return self.goods - self.cost - self.borne

    @property
    def amount(self) -> Amount:
        """What is left."""
        return Amount(self.minor, self.currency)

    @property
    def percent(self) -> str:
        """The share of the goods' price that is left, cut to a tenth: ``41.3%``."""
        if self.goods <= 0:
            return "0.0%"
        return f"{amount_text(self.minor * 1_000 // self.goods, 1)}%"

    def keeps(self, share: tuple[int, int]) -> bool:
        """Whether the share left is at least the ratio ``share``, exactly."""
        num, den = share
        return self.goods > 0 and self.minor * den >= num * self.goods

    def as_dict(self) -> dict[str, Any]:
        """The margin and what it is made of, as JSON has amounts."""
        names = ("goods", "cost", "borne")
        parts = {n: money_dict(Amount(getattr(self, n), self.currency)) for n in names}
        return {**parts, "amount": money_dict(self.amount), "percent": self.percent}


def _local(charges: Iterable[Charge]) -> Mapping[str, int]:
    """The charges by the currency they are made in; a discount is below zero there."""
    found: dict[str, int] = {}
    for charge in charges:
        unit = charge.local.currency
        found[unit] = found.get(unit, 0) + charge.local.minor
    return found


def _into(quote: Quote, amount: Amount, unit: str) -> int:
    """An amount in another currency, up: a cost away from zero, what is earned towards it."""
    if amount.currency == unit:
        return amount.minor
    rate = quote.priced.market.rates.get("shown", amount.currency, unit)
    num, den = amount.minor * rate.minor_num, rate.minor_den
    return -(-num // den) if num < 0 else up(num, den)
