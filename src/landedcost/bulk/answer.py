"""What a row of prices has, and how it is made from a market's columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import LandedCostError
from ..notes import RANKS
from ..pipeline import KINDS
from .baskets import Baskets
from .priced import Priced
from .texts import Flags, Ints

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
        failed: Mapping[int, LandedCostError] = dict.fromkeys(range(count), priced)
        figures: list[Any] = [pa.nulls(count, SCHEMA.field(n).type) for n in _AMOUNTS.values()]
        figures += [pa.nulls(count, pa.string()), pa.nulls(count, pa.uint64())]
    else:
        failed = priced.errors
        figures = _figures(baskets, priced)
    return pa.record_batch(
        [
            baskets.rows,
            baskets.ids(),
            _same(market, count),
            _same(currency, count),
            *figures,
            *_errors(failed, count),
        ],
        schema=SCHEMA,
    )


def _figures(baskets: Baskets, priced: Priced) -> list[pa.Array]:
    """Amounts, certainty and basis; the columns share what they can."""
    unpriced = priced.unpriced
    valid = None if unpriced is None else _bits(~unpriced)
    found = []
    for name in SHOWN:
        column = _column(priced, name)
        found.append(_ints(baskets.zeros if column is None else column, valid))
    found.append(_certainty(priced, unpriced))
    if priced.basis is None:
        return [*found, pa.nulls(baskets.count, pa.uint64())]
    return [*found, pa.array(priced.basis, mask=priced.basis == 0)]


def _column(priced: Priced, name: str) -> Ints | None:
    """A column of amounts as it is shown, None where all are zero."""
    if name == "checkout":
        total, delivery = priced.sum("total"), priced.sum("delivery")
        return total if total is None or delivery is None else total - delivery
    found = priced.sum(name)
    return -found if name == "discount" and found is not None else found


def _ints(column: Ints, valid: Any) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), column.size, [valid, pa.py_buffer(column)])


def _bits(flags: Flags) -> Any:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _certainty(priced: Priced, unpriced: Flags | None) -> pa.Array:
    ranks = priced.certainty
    if unpriced is None and ranks.size and ranks.min() == ranks.max():
        return _same(RANKS[int(ranks[0])], ranks.size)
    coded = pa.DictionaryArray.from_arrays(pa.array(ranks, mask=unpriced), pa.array(RANKS))
    return coded.cast(pa.string())


def _same(text: str, count: int) -> pa.Array:
    """A column of one text."""
    data = text.encode()
    edges = np.arange(count + 1, dtype=np.int32) * np.int32(len(data))
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(data * count)]
    return pa.Array.from_buffers(pa.string(), count, buffers)


def _errors(failed: Mapping[int, LandedCostError], count: int) -> list[pa.Array]:
    """Code, field and message of each row's error; rows that share one share its texts."""
    if not failed:
        return [pa.nulls(count, pa.string())] * 3
    distinct = {id(error): error for error in failed.values()}
    place = {known: k for k, known in enumerate(distinct)}
    at = np.full(count, -1, dtype=np.int64)
    at[list(failed)] = [place[id(error)] for error in failed.values()]
    index = pa.array(at, mask=at < 0)
    told = [
        (
            error.code,
            error.where,
            f"{error.message} ({error.hint})" if error.hint else error.message,
        )
        for error in distinct.values()
    ]
    return [pa.array(column, pa.string()).take(index) for column in zip(*told, strict=True)]
