"""Columns of text: each distinct value once, plain decimals as numbers, ids that are usable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import RequestError
from ..lines import line_id

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_DECIMALS = 6
_WORD = 8
_PAIR = 2


def codes(array: pa.Array) -> tuple[Ints, list[Any]]:
    """A small int for each value, and the distinct values; the last stands for null."""
    short = _short(array) if pa.types.is_string(array.type) else None
    if short is not None:
        return short
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    values = coded.dictionary.to_pylist()
    indices = coded.indices.cast(pa.int64())
    if indices.null_count:
        indices = indices.fill_null(len(values))
    found: Ints = indices.to_numpy(zero_copy_only=False)
    return found, [*values, None]


def _short(array: pa.Array) -> tuple[Ints, list[Any]] | None:
    """The same for texts of one length up to eight bytes, as codes are: they are read as ints."""
    count = len(array)
    if not count or array.null_count:
        return None
    data, offsets = _text_bytes(array)
    width, odd = divmod(data.size, count)
    if odd or not 0 < width <= _WORD or np.any(np.diff(offsets) != width):
        return None
    if width <= _PAIR:
        key = data.reshape(count, width).astype(np.int64)
        place = key[:, 0] if width == 1 else key[:, 0] + (key[:, 1] << 8)
        counts = np.bincount(place)
        distinct = np.flatnonzero(counts)
        number = np.zeros(counts.size, dtype=np.int64)
        number[distinct] = np.arange(distinct.size)
        found, values = number.take(place), distinct.tolist()
    else:
        words = np.zeros((count, _WORD), dtype=np.uint8)
        words[:, :width] = data.reshape(count, width)
        ints = words.view("<i8")[:, 0]
        if np.all(ints == ints[0]):
            found, values = np.zeros(count, dtype=np.int64), [int(ints[0])]
        else:
            coded = pa.array(ints).dictionary_encode()
            found, values = coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_pylist()
    texts = [v.to_bytes(_WORD, "little", signed=True)[:width].decode() for v in values]
    return found, [*texts, None]


def plain_text(column: pa.Array) -> pa.Array:
    """The column, its texts in the one form of text that is read here."""
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    return column


def _text_bytes(column: pa.Array) -> tuple[Any, Any]:
    """The bytes of a column of text, and where each text starts, the last of all ending there."""
    offsets = np.frombuffer(column.buffers()[1], dtype=np.int32)
    offsets = offsets[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(column.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]
    return data, offsets - offsets[0] if offsets[0] else offsets


def plain_decimals(column: pa.Array) -> pa.Array:
    """The texts as decimals if most are plain ones such as ``25.00``, the others null.

    Otherwise the column as it is.
    """
    if not len(column):
        return column
    data, offsets = _text_bytes(column)
    size = np.diff(offsets)
    plain = valid(column) & (size > 0) & (size <= 20)
    if not data.size or not np.any(plain):
        return column
    digit = (data - np.uint8(0x30)) <= 9
    plain[_rows_of(np.flatnonzero(~digit & (data != 0x2E)), offsets)] = False
    last = data.size - 1
    plain &= digit[np.minimum(offsets[:-1], last)] & digit[np.maximum(offsets[1:] - 1, 0)]
    if 2 * np.count_nonzero(plain) < len(column) - column.null_count:
        return column
    texts = column if plain.all() else pc.if_else(pa.array(plain), column, None)
    try:
        return texts.cast(pa.decimal128(38, _DECIMALS))
    except pa.ArrowInvalid:  # more decimals than that, or two points: read one by one
        return column


def valid(column: pa.Array) -> Flags:
    """Which rows have a value."""
    if not column.null_count:
        return np.ones(len(column), dtype=np.bool_)
    found: Flags = column.is_valid().to_numpy(zero_copy_only=False)
    return found


def _rows_of(places: Ints, offsets: Any) -> Ints:
    """The rows that some bytes belong to."""
    found: Ints = np.searchsorted(offsets, places, side="right") - 1
    return found


def plain_ids(column: pa.Array) -> Flags:
    """Which ids are usable: 1 to 200 printable characters, no space at either end."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    column = plain_text(column)
    if not pa.types.is_string(column.type) or not len(column):
        return np.zeros(len(column), dtype=np.bool_)
    data, offsets = _text_bytes(column)
    size = np.diff(offsets)
    good: Flags = valid(column) & (size > 0) & (size <= 200)
    odd = np.flatnonzero((data - np.uint8(0x21)) > 0x7E - 0x21)
    for row in np.unique(_rows_of(odd, offsets)).tolist():
        good[row] = good[row] and _usable(column[row].as_py())
    return good


def _usable(text: str) -> bool:
    try:
        line_id(text)
    except RequestError:
        return False
    return True
