"""A yardstick: the same prices as a loop over a pandas frame with Decimal, for one lane.

It knows what the rules of Great Britain say of a parcel of one line from a registered seller on
one day, and nothing else: up to 135 GBP the tax of the sale on the price, above it duty and tax
on the value with freight. Rates of duty are looked up in a dict made beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

PENNY = Decimal("0.01")
LIMIT = Decimal(135)
VAT = Decimal("0.2")


def rounded(value: Decimal) -> Decimal:
    return value.quantize(PENNY, rounding=ROUND_HALF_UP)


def price_frame(
    frame: pd.DataFrame,
    duties: Mapping[tuple[str, str], Decimal],
    rate: Decimal,
    customs_rate: Decimal,
) -> list[int]:
    """Total of each row in pence; prices are texts in dollars."""
    totals = []
    for row in frame.itertuples():
        goods = Decimal(row.unit_price) * row.quantity
        shipping = Decimal(row.shipping)
        sale = rounded((goods + shipping) * rate)
        value = rounded(goods * customs_rate)
        if value <= LIMIT:
            tax = rounded((rounded(goods * rate) + rounded(shipping * rate)) * VAT)
            totals.append(int((sale + tax) * 100))
            continue
        value += rounded(shipping * customs_rate)
        duty = rounded(value * duties[row.hs_code, row.origin])
        tax = rounded((value + duty) * VAT)
        totals.append(int((sale + duty + tax) * 100))
    return totals
