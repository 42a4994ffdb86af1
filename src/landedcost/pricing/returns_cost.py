"""What parcels that come back cost on average, so that the price can carry it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..errors import RequestError
from ..lines import Amount
from . import read

KEYS = (
    "rate",
    "returned",
    "sold",
    "weight",
    "ship_back",
    "handling",
    "not_resaleable",
    "duty_recovered",
    "duty_minimum_claim",
    "tax_recovered",
    "payment_fee",
    "outbound_refunded",
)
Amounts = tuple[Amount, ...]
Convert = Callable[[Amounts], Fraction]
"""Amounts of a policy as exact minor units of the quote's currency."""


def shrunk_rate(returned: int, sold: int, category: Fraction, weight: int) -> Fraction:
    """The return rate of an article, drawn towards that of its category.

    ``(returned + weight · category) : (sold + weight)``: a new article has its category's rate,
    one sold often its own. Exact. Raises RequestError for more returns than sales.
    """
    if returned > sold:
        raise RequestError(
            f"{returned} came back of {sold} sold",
            code="bad_quantity",
            where="returned",
            hint="give the number sold that these came back of",
        )
    if not sold + weight:
        return category
    return Fraction(returned + weight * category, sold + weight)


@dataclass(frozen=True, slots=True)
class Returns:
    """What a return costs a shop, and how often one comes.

    ``rate`` is the share of parcels that come back. A return costs ``ship_back``, ``handling``,
    the goods as far as they are ``not_resaleable``, the duty and the tax as far as they are not
    ``duty_recovered`` and ``tax_recovered``, the ``payment_fee`` that is kept by the payment
    provider, and the share of the outbound freight that is refunded. A duty below
    ``duty_minimum_claim`` is not claimed back at all.
    """

    rate: Fraction
    ship_back: Amounts = ()
    handling: Amounts = ()
    not_resaleable: Fraction = Fraction(0)
    duty_recovered: Fraction = Fraction(0)
    duty_minimum_claim: Amounts = ()
    tax_recovered: Fraction = Fraction(0)
    payment_fee: Amounts = ()
    outbound_refunded: Fraction = Fraction(0)

    @classmethod
    def of(cls, value: Mapping[str, Any], where: str) -> Returns:
        """From a table. Raises RequestError or MoneyError with the path."""
        given = read.table(value, KEYS, where)
        if "rate" not in given:
            raise RequestError(
                "a cost of returns needs how many come back",
                code="missing_field",
                where=f"{where}.rate",
                hint='write rate = "8%"',
            )
        rate = read.share(given["rate"], f"{where}.rate")
        if "sold" in given or "returned" in given:
            numbers = {
                name: read.count(given.get(name, 0), f"{where}.{name}")
                for name in ("returned", "sold", "weight")
            }
            rate = shrunk_rate(category=rate, **numbers)
        fields: dict[str, Any] = {}
        for name in KEYS[4:]:
            if name in given:
                money = name in ("ship_back", "handling", "duty_minimum_claim", "payment_fee")
                reads: Callable[[object, str], Any] = read.amounts if money else read.share
                fields[name] = reads(given[name], f"{where}.{name}")
        return cls(rate, **fields)

    def cost(
        self, convert: Convert, *, freight: int, duty: int, tax: int, goods: Fraction | None
    ) -> Fraction:
        """The expected cost of returns of one parcel, exact, in minor units of its quote.

        ``rate · (ship_back + handling + not_resaleable · goods + (1 - duty_recovered) · duty +
        (1 - tax_recovered) · tax + payment_fee + outbound_refunded · freight)``; ``freight``,
        ``duty`` and ``tax`` are those of the quote, ``goods`` is what the goods cost the shop.
        Raises RequestError where goods are lost and their cost is not known.
        """
        if self.rate and self.not_resaleable and goods is None:
            raise RequestError(
                "some goods that come back cannot be sold again, and their cost is not known",
                code="missing_cost",
                where="cost",
                hint='give the cost of one unit for each line, or not_resaleable = "0%"',
            )
        claimed = self.duty_recovered if duty >= convert(self.duty_minimum_claim) else Fraction(0)
        return self.rate * (
            convert(self.ship_back)
            + convert(self.handling)
            + self.not_resaleable * (goods or 0)
            + (1 - claimed) * duty
            + (1 - self.tax_recovered) * tax
            + convert(self.payment_fee)
            + self.outbound_refunded * freight
        )
