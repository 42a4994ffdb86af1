"""A catalogue as record batches of baskets, whatever it came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import RequestError
from .rows import BASKET_AMOUNTS, LINE_COLUMNS, field
from .texts import plain_text

BATCH = 131_072
"""Baskets at once."""


def batches_of(items: Any, size: int = BATCH) -> Iterator[pa.RecordBatch]:
    """``items`` as record batches with one basket a row.

    ``items`` is an Arrow table, batch or reader, anything that hands out Arrow data (a polars
    or pandas frame), an iterable of record batches, or a list of dicts. Rows that share a
    ``basket`` follow each other and are the lines of one basket. Raises RequestError.
    """
    for piece in _grouped(pieces_of(items)):
        for start in range(0, piece.num_rows, size):
            yield piece.slice(start, size)


def pieces_of(items: Any) -> Iterator[pa.RecordBatch]:
    """The record batches of a catalogue as they come, its rows as they are."""
    if isinstance(items, pa.RecordBatch):
        yield items
    elif isinstance(items, pa.Table):
        yield from items.to_batches()
    elif isinstance(items, pa.RecordBatchReader):
        yield from items
    elif hasattr(items, "__arrow_c_stream__"):
        yield from pa.RecordBatchReader.from_stream(items)
    elif isinstance(items, Sequence) and items and all(isinstance(i, dict) for i in items):
        yield from _from_dicts(items)
    elif isinstance(items, Iterable) and not isinstance(items, str | bytes):
        for piece in items:
            if not isinstance(piece, pa.RecordBatch):
                raise _unreadable(piece)
            yield piece
    else:
        raise _unreadable(items)


def _unreadable(items: Any) -> RequestError:
    return RequestError(
        f"not a catalogue: {type(items).__name__}",
        code="bad_type",
        where="items",
        hint="give an Arrow table, a polars or pandas frame, or a list of dicts",
    )


def _from_dicts(items: Sequence[dict[str, Any]]) -> list[pa.RecordBatch]:
    try:
        names = dict.fromkeys(name for item in items for name in item)
        table = pa.table({name: [item.get(name) for item in items] for name in names})
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise RequestError(
            f"the rows are not alike: {error}",
            code="bad_type",
            where="items",
            hint="a field has one type in every row: prices as text, counts as ints",
        ) from None
    found: list[pa.RecordBatch] = table.combine_chunks().to_batches()
    return found


def _grouped(pieces: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows with a ``basket`` brought together; a basket cut by a batch's end is kept back."""
    kept: pa.RecordBatch | None = None
    seen = _Seen()
    for given in pieces:
        if "basket" not in given.schema.names:
            yield given
            continue
        given = pa.record_batch({n: plain_text(given.column(n)) for n in given.schema.names})
        piece = given if kept is None else _joined(kept, given)
        starts = _starts(piece.column("basket"))
        last = int(starts[-1]) if starts.size else 0
        kept = piece.slice(last)
        if last:
            yield _nested(piece.slice(0, last), starts[:-1], seen)
    if kept is not None and kept.num_rows:
        yield _nested(kept, _starts(kept.column("basket")), seen)


def _joined(before: pa.RecordBatch, after: pa.RecordBatch) -> pa.RecordBatch:
    return pa.Table.from_batches([before, after]).combine_chunks().to_batches()[0]


def _starts(baskets: pa.Array) -> Any:
    """Where a basket begins: at the first row, and wherever the name changes."""
    codes = baskets.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if not codes.size:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(codes[1:] != codes[:-1]) + 1])


class _Seen:
    """The names of baskets that are over."""

    def __init__(self) -> None:
        self.names: set[Any] = set()

    def add(self, names: Iterable[Any]) -> None:
        """Raises RequestError for a basket that comes a second time."""
        for name in names:
            if name in self.names:
                raise RequestError(
                    f"the rows of the basket {name!r} are not together",
                    code="scattered_basket",
                    where="basket",
                    hint="sort the catalogue by `basket`",
                )
            self.names.add(name)


def _nested(piece: pa.RecordBatch, starts: Any, seen: _Seen) -> pa.RecordBatch:
    names = piece.column("basket").take(pa.array(starts))
    seen.add(names.to_pylist())
    offsets = pa.array(np.concatenate([starts, [piece.num_rows]]), pa.int32())
    inside = [n for n in piece.schema.names if n in LINE_COLUMNS]
    structs = pa.StructArray.from_arrays(
        [piece.column(n) for n in inside], names=[field(n) for n in inside]
    )
    columns = {"id": names, "lines": pa.ListArray.from_arrays(offsets, structs)}
    for name in BASKET_AMOUNTS:
        if name in piece.schema.names:  # the whole basket's, on its first row
            columns[name] = piece.column(name).take(pa.array(starts))
    return pa.record_batch(columns)
