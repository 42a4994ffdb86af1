"""Batches that come in any order from any part of a catalogue: every row has a key of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from ..errors import RequestError
from .catalog import BATCH
from .rows import BASKET_AMOUNTS, LINE_COLUMNS
from .texts import plain_text

ROW = "row"
"""The column that numbers the baskets of the whole catalogue."""
_READ = {"lines", ROW, *LINE_COLUMNS, *BASKET_AMOUNTS}


def columns_read(names: Sequence[str]) -> list[str]:
    """The columns of a frame that prices are made from.

    Raises RequestError for a frame whose rows are no whole baskets, or have no key.
    """
    if "basket" in names:
        raise RequestError(
            "rows that share a `basket` may be in different parts of the catalogue",
            code="scattered_basket",
            where="basket",
            hint="make them one row with a list `lines` before: group by `basket`",
        )
    if ROW not in names and "id" not in names:
        raise RequestError(
            "the baskets have neither an id nor a number",
            code="missing_key",
            where="id",
            hint="add a column `id` or `row`: the prices come in any order",
        )
    return [name for name in names if name in _READ]


def keyed(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
    """A batch whose baskets have ids, and each basket's number: null where it has none.

    The numbers are those of the column ``row``; without an ``id`` beside ``lines`` they are the
    ids too. Raises RequestError as :func:`columns_read` does, and for numbers that are none.
    """
    names = batch.schema.names
    columns_read(names)
    if ROW not in names:
        return batch, pa.nulls(batch.num_rows, pa.int64())
    numbers = batch.column(ROW)
    if not pa.types.is_integer(numbers.type) or numbers.null_count:
        raise RequestError(
            "the column `row` does not number every basket",
            code="bad_type",
            where=ROW,
            hint="fill it with whole numbers, or leave it out and use `id`",
        )
    if "id" not in names:
        batch = batch.append_column("id", numbers.cast(pa.string()))
    return batch, numbers.cast(pa.int64())


def gathered(batches: Iterable[pa.RecordBatch], size: int = BATCH) -> Iterator[pa.RecordBatch]:
    """Small batches put together: no more than ``size`` rows at once, none of them lost."""
    kept: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        for start in range(0, batch.num_rows, size):
            piece = batch.slice(start, size)
            if rows + piece.num_rows > size:
                yield _joined(kept)
                kept, rows = [], 0
            kept.append(piece)
            rows += piece.num_rows
    if rows:
        yield _joined(kept)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    plain = [
        pa.record_batch({name: plain_text(b.column(name)) for name in b.schema.names})
        for b in batches
    ]
    return pa.concat_batches(plain)
