"""The cells of a batch as int64 columns; every distinct text is read once, by the scalar reader.

Cells that cannot be read are only marked here: their rows are asked one by one later, and it is
that answer or that error which counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..currencies import currency
from ..errors import LandedCostError, RequestError
from ..lines import MAX_QUANTITY, MAX_WEIGHT_G, line_id, measure_of
from ..money import LIMIT
from .rows import amount, measure, whole

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_DECIMALS = 6
_RANGE = {"quantity": (1, MAX_QUANTITY), "weight_g": (0, MAX_WEIGHT_G), "pairs": (1, 10_000)}


def codes(array: pa.Array) -> tuple[Ints, list[Any]]:
    """A small int for each value, and the distinct values; the last stands for null."""
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    values = coded.dictionary.to_pylist()
    return _ints(coded.indices.cast(pa.int64()), len(values)), [*values, None]


def _ints(array: pa.Array, missing: int) -> Ints:
    if array.null_count:
        array = array.fill_null(missing)
    found: Ints = array.to_numpy(zero_copy_only=False)
    return found


@dataclass(frozen=True)
class Money:
    """Amounts in minor units, 0 where there is none; ``unit`` picks from ``units``."""

    minor: Ints
    unit: Ints
    units: Sequence[str]
    given: Flags

    @cached_property
    def span(self) -> tuple[int, int]:
        """The least and the most of the amounts; 0 where there are no rows."""
        return int(self.minor.min(initial=0)), int(self.minor.max(initial=0))

    @cached_property
    def place(self) -> Ints | None:
        """For each row where its currency is in ``units``, from 1; 0 where there is no amount.

        None where that is the same for all rows.
        """
        found = np.where(self.given, self.unit + 1, 0)
        return found if found.size and np.any(found != found[0]) else None

    def unit_of(self, row: int) -> str:
        """The currency of one row's amount, empty where there is none."""
        return str(self.units[int(self.unit[row])]) if self.given[row] else ""


class Cells:
    """Columns of one length by name; ``bad`` marks the rows with a cell that cannot be read."""

    def __init__(self, columns: Mapping[str, pa.Array], count: int) -> None:
        self.columns = columns
        self.count = count
        self.bad: Flags = np.zeros(count, dtype=np.bool_)

    def money(self, name: str) -> Money:
        """The amounts of a column. Raises RequestError for a column of floats."""
        column = self.columns.get(name)
        if column is None:
            none = np.zeros(self.count, dtype=np.int64)
            return Money(none, none, ("",), none > 0)
        if pa.types.is_floating(column.type):
            raise RequestError(
                f"the column `{name}` holds floats, which are no exact amounts",
                code="float_amount",
                where=name,
                hint="store it as text or as a decimal",
            )
        unit, units = self._currency
        if pa.types.is_string(column.type):
            column = plain_decimals(column)
        if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type):
            return self._scaled(self.columns[name], column, unit, units)
        price, texts = codes(column)
        both, pairs = codes(pa.array(price * len(units) + unit))
        minor, place, known = [0], [0], [""]
        given = [False]
        for pair in pairs[:-1]:
            found = _quiet(amount, texts[pair // len(units)], units[pair % len(units)], name)
            given.append(found is not None)
            minor.append(found.minor if found is not None else 0)
            code = found.currency if found is not None else ""
            if code not in known:
                known.append(code)
            place.append(known.index(code))
        at = both + 1
        absent = price == len(texts) - 1
        given_rows = np.array(given)[at]
        self.bad |= ~given_rows & ~absent
        return Money(np.array(minor)[at], np.array(place)[at], known, given_rows)

    @cached_property
    def _currency(self) -> tuple[Ints, list[Any]]:
        column = self.columns.get("currency")
        if column is None:
            return np.zeros(self.count, dtype=np.int64), [None]
        return codes(column)

    def _scaled(self, column: pa.Array, numbers: pa.Array, unit: Ints, units: list[Any]) -> Money:
        """Amounts in major units, as numbers; what is given but no number is marked."""
        given: Flags = numbers.is_valid().to_numpy(zero_copy_only=False)
        self.bad |= ~given & column.is_valid().to_numpy(zero_copy_only=False)
        values, scale, fits = _unscaled(numbers)
        minor = np.zeros(self.count, dtype=np.int64)
        for place in np.flatnonzero(np.bincount(unit, minlength=1)).tolist():
            known = _quiet(currency, units[place])
            rows = unit == place
            if known is None:
                self.bad |= rows & given
                continue
            up, down = 10 ** max(0, known.digits - scale), 10 ** max(0, scale - known.digits)
            small = np.abs(values) <= LIMIT * 10**scale
            exact = (values % down == 0) & small & fits
            self.bad |= rows & given & ~exact
            minor = np.where(rows & exact, np.where(exact, values, 0) // down * up, minor)
        return Money(minor, unit, [str(u) for u in units], given & (minor >= 0))

    def whole(self, name: str) -> Ints:
        """The whole numbers of a column, within what a line may have; the default where none is."""
        least, most = _RANGE[name]
        default = 1 if name == "quantity" else 0
        column = self.columns.get(name)
        if column is None:
            return np.full(self.count, default, dtype=np.int64)
        if pa.types.is_integer(column.type):
            found = _ints(column.cast(pa.int64(), safe=False), default)
        else:
            found = self._parsed(column, lambda value: whole(value, name), default)
        given: Flags = column.is_valid().to_numpy(zero_copy_only=False)
        out = given & ((found < least) | (found > most))
        self.bad |= out
        return np.where(out, default, found)

    def measure(self, name: str) -> Ints:
        """The measures of a column in millionths."""
        column = self.columns.get(name)
        if column is None:
            return np.zeros(self.count, dtype=np.int64)
        return self._parsed(column, lambda value: measure_of(measure(value), name), 0)

    def _parsed(self, column: pa.Array, read: Callable[[Any], int], default: int) -> Ints:
        """Each distinct value read once; a bad one marks its rows."""
        place, values = codes(column)
        found = [_quiet(read, value) for value in values[:-1]]
        good = [isinstance(f, int) and not isinstance(f, bool) for f in found]
        numbers = [f if ok else default for f, ok in zip(found, good, strict=True)]
        self.bad |= ~np.array([*good, True])[place]
        return np.array([*numbers, default], dtype=np.int64)[place]


def _quiet(read: Callable[..., Any], *args: Any) -> Any:
    """What ``read`` returns, or None where it raises: the row is asked again, alone, for why."""
    try:
        return read(*args)
    except LandedCostError:
        return None


def _unscaled(column: pa.Array) -> tuple[Ints, int, Flags]:
    """The ints of a decimal or integer column, its scale, and which of them fit."""
    if pa.types.is_integer(column.type):
        values = _ints(column.cast(pa.int64(), safe=False), 0)
        fits = np.ones(len(values), dtype=np.bool_)
        if column.type == pa.uint64():
            fits = values >= 0
        return values, 0, fits
    wide = column.cast(pa.decimal128(38, column.type.scale))
    raw = np.frombuffer(wide.buffers()[1], dtype=np.int64).reshape(-1, 2)
    raw = raw[wide.offset : wide.offset + len(wide)]
    given = wide.is_valid().to_numpy(zero_copy_only=False)
    values = np.where(given, raw[:, 0], 0)
    fits = ~given | (raw[:, 1] == np.where(raw[:, 0] < 0, -1, 0))
    return values, column.type.scale, fits


def plain_text(column: pa.Array) -> pa.Array:
    """The column, its texts in the one form of text that is read here."""
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    return column


def plain_decimals(column: pa.Array) -> pa.Array:
    """The texts as decimals if most are plain ones such as ``25.00``, the others null.

    Otherwise the column as it is.
    """
    data, offsets, size = _bytes(column)
    plain = column.is_valid().to_numpy(zero_copy_only=False) & (size > 0) & (size <= 20)
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


def _bytes(column: pa.Array) -> tuple[Any, Ints, Ints]:
    """The bytes of a column of text, and where each text starts and how long it is."""
    wide = column.cast(pa.large_string())
    offsets = np.frombuffer(wide.buffers()[1], dtype=np.int64)
    offsets = offsets[wide.offset : wide.offset + len(wide) + 1]
    data = np.frombuffer(wide.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]
    return data, offsets - offsets[0], np.diff(offsets)


def _rows_of(places: Ints, offsets: Ints) -> Ints:
    """The rows that some bytes belong to."""
    found: Ints = np.searchsorted(offsets, places, side="right") - 1
    return found


def plain_ids(column: pa.Array) -> Flags:
    """Which ids are usable: 1 to 200 printable characters, no space at either end."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return np.zeros(len(column), dtype=np.bool_)
    data, offsets, size = _bytes(column)
    good: Flags = column.is_valid().to_numpy(zero_copy_only=False) & (size > 0) & (size <= 200)
    odd = np.flatnonzero((data <= 0x20) | (data >= 0x7F))
    if odd.size:
        for row in np.unique(_rows_of(odd, offsets)).tolist():
            good[row] = good[row] and _quiet(line_id, column[row].as_py()) is not None
    return good
