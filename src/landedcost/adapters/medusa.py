"""Medusa v2: tax lines, which are rates and no amounts.

``examples/medusa_shim`` is the same in TypeScript, over HTTP. Source of the shapes:
https://docs.medusajs.com/resources/references/tax/interfaces/tax.ItemTaxLineDTO
"""

from __future__ import annotations

from typing import Any

from ..errors import RequestError
from ..money import amount_text
from ..quote import Quote
from ..rounding import half_up
from .due import due

PROVIDER = "landedcost"
DECIMALS = 12
"""Of a percentage: enough that Medusa's amount comes to the very minor unit again."""


def to_tax_lines(quote: Quote, shipping_line_id: str | None = None) -> dict[str, Any]:
    """Duty and tax as percentages of each line's discounted price, with codes of their own.

    What belongs to no line, or to one that costs nothing, becomes a percentage of shipping:
    ``shipping_lines`` names the shipping line given. Where neither can bear it, it is in
    ``left_over``, in minor units: put that on the shipping price. Lines, shipping, both with
    these rates, and ``left_over`` add up to ``quote.checkout_minor``. Raises RequestError
    (``nothing_due``).
    """
    found = due(quote)
    items: list[dict[str, str]] = []
    parcel = {
        "duty": found.duty,
        "tax": found.tax,
        "fees": found.fees + found.insurance + found.rest,
    }
    for one in found.lines:
        for code, amount in (("duty", one.duty), ("tax", one.tax), ("fees", one.fees)):
            if not amount:
                continue
            if one.goods <= 0:
                parcel[code] += amount
                continue
            rate = percent(amount, one.goods)
            items.append({"line_item_id": one.line.id, **_named(code, rate)})
    shipping, left = [], 0
    for code, amount in parcel.items():
        if not amount:
            continue
        if shipping_line_id is None or found.shipping <= 0 or amount < 0:
            left += amount
            continue
        rate = percent(amount, found.shipping)
        shipping.append({"shipping_line_id": shipping_line_id, **_named(code, rate)})
    return {"item_lines": items, "shipping_lines": shipping, "left_over": left}


def _named(code: str, rate: str) -> dict[str, str]:
    names = {"duty": "Import duty", "tax": "Import tax", "fees": "Import fees"}
    return {"rate": rate, "code": code, "name": names[code], "provider_id": PROVIDER}


def percent(amount: int, price: int) -> str:
    """``amount`` in percent of ``price``, to ``DECIMALS`` decimals. Raises RequestError."""
    if price <= 0:
        raise RequestError(
            f"no percentage of {price}",
            code="bad_rate",
            where="price",
            hint="a price above zero has percentages",
        )
    return amount_text(half_up(amount * 100 * 10**DECIMALS, price), DECIMALS)
