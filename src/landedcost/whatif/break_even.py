"""At which value of a rule the seller's margin is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ..client import LandedCost
from ..errors import LandedCostError, RequestError
from ..lines import Amount
from ..money import amount_text
from ..regimes.reform import Reform
from ..request import Buyer, Request
from .effect import Side, effects

_STEPS = 10**7
_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The two neighbouring values of a rule between which the margin turns.

    ``least`` and ``most`` are texts as a rule file has them, ``most`` the greater; the margins
    beside them are in minor units of ``currency``, and exactly one of them is below zero. None
    for all of it where no value of the range searched makes the difference.
    """

    address: str
    market: str
    currency: str = ""
    least: str | None = None
    most: str | None = None
    margin_at_least: int | None = None
    margin_at_most: int | None = None


def break_even(
    shop: LandedCost, request: Request, buyer: Buyer, address: str, cost: Amount
) -> BreakEven:
    """Between which values of ``address`` the margin turns, if the buyer's price is kept.

    Searched are values from 0 to 100,000 in hundredths: a percentage if the rule's is one. The
    value is the only change, on the day of the request. Raises RequestError for an unknown
    address or one whose value is text, and where the basket has no price.
    """
    shape = _shape(shop, address, request.as_of)

    def margin(step: int) -> Side:
        reform = Reform({address: {request.as_of: shape(step)}}, name=f"{address} = {shape(step)}")
        (found,) = effects(
            shop, shop.with_reforms(reform), request, [buyer], cost=cost, keep_price=True
        )
        for one in (found.before, found.after):
            if isinstance(one, LandedCostError):
                raise one
        assert isinstance(found.after, Side)
        return found.after

    low, high = 0, _STEPS
    at_low, at_high = margin(low), margin(high)
    if (at_low.margin < 0) == (at_high.margin < 0):
        return BreakEven(address, buyer.label, at_low.currency)
    while high - low > 1:
        middle = (low + high) // 2
        at_middle = margin(middle)
        if (at_middle.margin < 0) == (at_low.margin < 0):
            low, at_low = middle, at_middle
        else:
            high, at_high = middle, at_middle
    return BreakEven(
        address,
        buyer.label,
        at_low.currency,
        shape(low),
        shape(high),
        at_low.margin,
        at_high.margin,
    )


def _shape(shop: LandedCost, address: str, on: date) -> Callable[[int], str]:
    """How a value of the address is written, given hundredths."""
    code = address.partition(".")[0]
    key, _, name = address.partition(".")[2].rpartition(".")
    shop.rules.with_reforms(Reform({address: {on: None}}))  # raises where there is none
    last = shop.rules.file(code)[0].rules[key].values[name][-1]
    if not any(c.isdigit() for c in last.value) or "/" in last.value:
        raise RequestError(
            f"{address} is {last.value!r}, no number to search for",
            code="bad_address",
            where="--break-even",
            hint="name an amount or a percentage",
        )
    if last.value.endswith("%"):
        return lambda step: f"{amount_text(step, _DECIMALS)}%"
    unit = f" {last.currency}" if last.currency else ""
    return lambda step: f"{amount_text(step, _DECIMALS)}{unit}"
