"""What a row of prices has, and how it is made from a market's columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import LandedCostError
from ..notes import RANKS
from ..pipeline import KINDS
from .baskets import Baskets
from .engine import Priced

SHOWN = ("total", "checkout", "delivery", *KINDS, "rounding")
_AMOUNTS = {
    "total": "total_minor",
    "checkout": "due_at_checkout_minor",
    "delivery": "due_on_delivery_minor",
} | {kind: f"{kind}_minor" for kind in (*KINDS, "rounding")}

SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("id", pa.string()),
        pa.field("market", pa.string()),
        pa.field("currency", pa.string()),
        *(pa.field(name, pa.int64()) for name in _AMOUNTS.values()),
        pa.field("certainty", pa.string()),
        pa.field("basis", pa.uint64()),
        pa.field("error_code", pa.string()),
        pa.field("error_field", pa.string()),
        pa.field("error", pa.string()),
    ]
)
"""One row for each basket and market. ``row`` is the basket's number in the catalogue, from 0.
Amounts are minor units of ``currency``; the kinds add up to the total, discounts being negative.
``basis`` is what the price rests on, if that was asked for; no price rests on 0. A basket that
cannot be priced has no amounts but an error."""


def answer(
    baskets: Baskets, market: str, currency: str, priced: Priced | LandedCostError
) -> pa.RecordBatch:
    """The rows of one market. An error in place of prices is every row's."""
    count = baskets.count
    if isinstance(priced, LandedCostError):
        failed: dict[int, LandedCostError] = dict.fromkeys(range(count), priced)
        amounts: list[Any] = [pa.nulls(count, pa.int64()) for _ in _AMOUNTS]
        certainty: Any = pa.nulls(count, pa.string())
        basis: Any = pa.nulls(count, pa.uint64())
    else:
        failed = priced.errors
        lacking = np.zeros(count, dtype=np.bool_)
        lacking[list(failed)] = True
        lacking |= priced.kept
        columns = {**priced.sums, "rounding": priced.rounding}
        columns["discount"] = -columns["discount"]
        mask = lacking if np.any(lacking) else None
        amounts = [pa.array(columns[name], mask=mask) for name in SHOWN]
        ranks = pa.array(priced.certainty.astype(np.int8), mask=mask)
        certainty = pa.DictionaryArray.from_arrays(ranks, pa.array(RANKS)).cast(pa.string())
        known = priced.basis != 0
        basis = pa.array(priced.basis, mask=~known)
    return pa.record_batch(
        [
            pa.array(np.arange(baskets.first, baskets.first + count)),
            baskets.ids(),
            _same(market, count),
            _same(currency, count),
            *amounts,
            certainty,
            basis,
            *_errors(failed, count),
        ],
        schema=SCHEMA,
    )


def _same(text: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(count, dtype=np.int8)), pa.array([text])
    ).cast(pa.string())


def _errors(failed: dict[int, LandedCostError], count: int) -> list[pa.Array]:
    if not failed:
        return [pa.nulls(count, pa.string())] * 3
    found: list[list[str | None]] = [[None] * count for _ in range(3)]
    for row, error in failed.items():
        text = f"{error.message} ({error.hint})" if error.hint else error.message
        for column, value in zip(found, (error.code, error.where, text), strict=True):
            column[row] = value
    return [pa.array(column, pa.string()) for column in found]
