"""The lines of a batch: their figures in columns, and what kinds of line there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import LandedCostError, RequestError
from ..facts import DECLARED, DECLARED_UNIT, GOODS, MEASURES, OFF, QUANTITY, UNIT
from ..lines import DAMAGE, MAX_TITLE, Line
from .cells import Cells
from .kinds import KindBook
from .rows import COUNTS, TEXTS, line_of
from .rows import MEASURES as MEASURE_NAMES
from .split import Split
from .texts import Flags, Ints, codes, plain_ids

_BESIDE = ("customs_value", "retail_price", "discount")
_ROOM = 2**62
_BY_POSITION = {position: name for name, position in MEASURES.items()}


class Lines:
    """``count`` lines; ``bad`` marks those that the fast way does not take."""

    def __init__(self, columns: Mapping[str, pa.Array], count: int) -> None:
        self.columns = columns
        self.count = count
        self.cells = Cells(columns, count)
        self.bad = self.cells.bad
        self._check_ids()
        self.price = self.cells.money("unit_price")
        self.bad |= ~self.price.given
        self.beside = {name: self._beside(name) for name in _BESIDE}
        self.counts = {name: self.cells.whole(name) for name in COUNTS}
        self.measures = {name: self.cells.measure(name) for name in MEASURE_NAMES}
        if self.price.span[0] <= 0:
            minor, declared = self.price.minor, self.beside["customs_value"]
            self.bad |= (minor < 0) | ((minor == 0) & (declared == 0))
        self.large: Flags = np.zeros(count, dtype=np.bool_)
        self._check_products()
        self._ints: dict[int, Ints] = {}
        self._spans: dict[int, tuple[int, int]] = {}
        if "discount" in columns:
            off, goods = self.ints(OFF), self.ints(GOODS)
            self.bad |= (off > goods) | ((off == goods) & (self.beside["customs_value"] == 0))

    def row(self, index: int) -> dict[str, Any]:
        """One row's values as they were given."""
        return {name: column[index].as_py() for name, column in self.columns.items()}

    def ints(self, position: int) -> Ints:
        """A column of what :attr:`landedcost.Line.ints` has at ``position``."""
        if position not in self._ints:
            self._ints[position] = self._column(position)
        return self._ints[position]

    def _column(self, position: int) -> Ints:
        quantity = self.counts["quantity"]
        declared = self.beside["customs_value"]
        if position == QUANTITY:
            return quantity
        if position in (UNIT, DECLARED_UNIT):
            return self.price.minor if position == UNIT else declared
        if position == OFF:
            return self.beside["discount"]
        if position in (GOODS, DECLARED):
            return (self.price.minor if position == GOODS else declared) * quantity
        return self._each(_BY_POSITION[position]) * quantity

    def _check_products(self) -> None:
        """Mark lines whose amount or measure for the whole quantity leaves 62 bits."""
        quantity = self.counts["quantity"]
        most = int(quantity.max(initial=1))
        for each in (self.price.minor, *self.beside.values(), *self.measures.values()):
            if each is not self.cells.zeros and int(each.max(initial=0)) * most >= _ROOM:
                self.large |= each > _ROOM // quantity

    def _each(self, name: str) -> Ints:
        if name == "retail_price":
            return self.beside[name]
        return self.counts[name] if name in self.counts else self.measures[name]

    def span(self, position: int) -> tuple[int, int]:
        """The least and the most of that column."""
        if position not in self._spans:
            column = self.ints(position)
            self._spans[position] = int(column.min()), int(column.max())
        return self._spans[position]

    def kinds(self, book: KindBook) -> Ints:
        """The number of each line's kind in ``book``; any number where a line cannot be read.

        Lines of one kind have everything in common that is looked up: currency, code, origin,
        class, pinned rates, and which measures they have.
        """
        found: list[tuple[Ints, Sequence[Any]]] = [(self.price.unit, self.price.units)]
        for name in TEXTS:
            if name in self.columns:
                place, values = codes(self.columns[name])
                found.append((place, [(name, value) for value in values]))
        flags = self._given()
        if flags is not None:
            found.append((flags, range(2 ** (len(MEASURES) + 2))))
        split = Split([(place, len(values)) for place, values in found])
        if len(split.sizes) == 1:
            here: Any = np.zeros(self.count, dtype=np.int64)
        else:
            here = split.places
        return self._numbered(here, len(split.sizes), found, book)

    def _given(self) -> Ints | None:
        """A bit for each measure a line has, a declared value and a discount; None for none."""
        flags: Ints | None = None
        for bit, name in enumerate((*MEASURES, "customs_value", "discount")):
            each = self.beside[name] if name in self.beside else self._each(name)
            if each is not self.cells.zeros:
                more = (each > 0).astype(np.int64) << bit
                flags = more if flags is None else flags | more
        return flags

    def _numbered(
        self, here: Any, count: int, parts: Sequence[tuple[Ints, Sequence[Any]]], book: KindBook
    ) -> Ints:
        """The number in the book of each kind here, which one good line of it tells."""
        first = np.full(count, -1, dtype=np.int64)
        good = np.flatnonzero(~self.bad)[::-1]
        first[here[good]] = good
        readable = np.flatnonzero(first >= 0)
        rows = first[readable]
        columns = [[values[k] for k in place[rows].tolist()] for place, values in parts]
        named = list(zip(*columns, strict=True))
        number = np.zeros(count, dtype=np.int64)
        number[readable] = book.numbers(named, lambda k: self._readable(int(rows[k])))
        found: Ints = number.take(here)
        return found

    def _readable(self, index: int) -> Line | None:
        try:
            return self.line(index)
        except LandedCostError:
            return None  # its rows are asked one by one, for the message

    def whole(self, rows: Ints) -> list[tuple[int, ...]]:
        """The figures of some lines, each as :attr:`landedcost.Line.ints` has them."""
        columns = (self.ints(position)[rows].tolist() for position in range(OFF + 1))
        return list(zip(*columns, strict=True))

    def line(self, index: int, where: str = "lines[0]") -> Line:
        """A row as a line. Raises what reading it alone raises."""
        return line_of(self.row(index), where)

    def _check_ids(self) -> None:
        column = self.columns.get("id")
        if column is None:
            raise RequestError(
                "the catalogue has no column `id`",
                code="missing_column",
                where="id",
                hint="give each line an id, such as its SKU",
            )
        self.bad |= ~plain_ids(column)
        title = self.columns.get("title")
        if title is not None:
            long = pc.fill_null(pc.greater(pc.utf8_length(title), MAX_TITLE), False)
            damaged = pc.fill_null(pc.match_substring(title, DAMAGE), False)
            self.bad |= pc.or_(long, damaged).to_numpy(zero_copy_only=False)

    def _beside(self, name: str) -> Ints:
        """An amount in the price's own currency; 0 where none is given."""
        found = self.cells.money(name)
        if name in self.columns:
            code = np.array([*self.price.units, "?"])
            own = np.array([*found.units, "?"])
            other = found.given & (code[self.price.unit] != own[found.unit])
            least = 0 if name == "discount" else 1
            self.bad |= other | (found.given & (found.minor < least))
        return found.minor
