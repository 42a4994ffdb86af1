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

from ..currencies import currency
from ..errors import LandedCostError, RequestError
from ..lines import MAX_QUANTITY, MAX_WEIGHT_G, measure_of
from ..money import LIMIT
from .rows import amount, measure, whole
from .texts import Flags, Ints, codes, plain_decimals, valid

_INT64_DIGITS = 18
_RANGE = {"quantity": (1, MAX_QUANTITY), "weight_g": (0, MAX_WEIGHT_G), "pairs": (1, 10_000)}


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

    @cached_property
    def zeros(self) -> Ints:
        """A column of zeros, one for all that needs one."""
        return np.zeros(self.count, dtype=np.int64)

    @cached_property
    def no_money(self) -> Money:
        """A column without amounts."""
        return Money(self.zeros, self.zeros, ("",), np.zeros(self.count, dtype=np.bool_))

    def money(self, name: str) -> Money:
        """The amounts of a column. Raises RequestError for a column of floats."""
        column = self.columns.get(name)
        if column is None:
            return self.no_money
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
        given = valid(numbers)
        if numbers is not column:
            self.bad |= ~given & valid(column)
        values, scale, fits = _unscaled(numbers)
        present = np.flatnonzero(np.bincount(unit, minlength=1)).tolist()
        if len(present) == 1:
            minor, good = _minor(values, scale, units[present[0]])
        else:
            minor, good = self.zeros.copy(), np.zeros(self.count, dtype=np.bool_)
            for place in present:
                rows = unit == place
                minor[rows], good[rows] = _minor(values[rows], scale, units[place])
        if fits is not None:
            good = good & fits
        if not good.all():
            self.bad |= given & ~good
            minor = np.where(good & given, minor, 0)
        return Money(minor, unit, [str(u) for u in units], given)

    def whole(self, name: str) -> Ints:
        """The whole numbers of a column, within what a line may have; the default where none is."""
        least, most = _RANGE[name]
        default = 1 if name == "quantity" else 0
        column = self.columns.get(name)
        if column is None:
            return np.full(self.count, default, dtype=np.int64) if default else self.zeros
        if pa.types.is_integer(column.type):
            found = _ints(column.cast(pa.int64(), safe=False), default)
        else:
            found = self._parsed(column, lambda value: whole(value, name), default)
        if not found.size or (found.min() >= least and found.max() <= most):
            return found
        out = (found < least) | (found > most)
        self.bad |= out & valid(column)
        return np.where(out, default, found)

    def measure(self, name: str) -> Ints:
        """The measures of a column in millionths."""
        column = self.columns.get(name)
        if column is None:
            return self.zeros
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


def _ints(array: pa.Array, missing: int) -> Ints:
    if array.null_count:
        array = array.fill_null(missing)
    found: Ints = array.to_numpy(zero_copy_only=False)
    return found


def _minor(values: Ints, scale: int, code: Any) -> tuple[Ints, Flags]:
    """Minor units of a currency from amounts with ``scale`` decimals, and which are right."""
    known = _quiet(currency, code)
    if known is None:
        return np.zeros(values.size, dtype=np.int64), np.zeros(values.size, dtype=np.bool_)
    up, down = 10 ** max(0, known.digits - scale), 10 ** max(0, scale - known.digits)
    limit = LIMIT * 10**scale
    good: Flags = (values <= limit) & (values >= -limit)
    minor = values
    if down > 1:
        minor = values // down
        good &= minor * down == values
    return (minor * up if up > 1 else minor), good


def _unscaled(column: pa.Array) -> tuple[Ints, int, Flags | None]:
    """The ints of a decimal or integer column, its scale, and which of them fit (None: all)."""
    if pa.types.is_integer(column.type):
        values = _ints(column.cast(pa.int64(), safe=False), 0)
        return values, 0, values >= 0 if column.type == pa.uint64() else None
    kind = column.type
    if not pa.types.is_decimal128(kind):
        column = column.cast(pa.decimal128(38, kind.scale))
    raw = np.frombuffer(column.buffers()[1], dtype=np.int64).reshape(-1, 2)
    raw = raw[column.offset : column.offset + len(column)]
    low, high = np.ascontiguousarray(raw[:, 0]), raw[:, 1]
    if column.null_count:
        given = valid(column)
        low, high = np.where(given, low, 0), np.where(given, high, 0)
    return low, kind.scale, None if kind.precision <= _INT64_DIGITS else high == low >> 63
