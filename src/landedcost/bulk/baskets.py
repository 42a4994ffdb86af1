"""Baskets of a batch: which lines belong together, in the order a program takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import RequestError
from ..facts import GOODS, OFF, WEIGHT_G
from ..request import MAX_LINES, Bundle
from .cells import Cells, Money
from .kinds import KindBook
from .lines import Lines
from .rows import BASKET_AMOUNTS, LINE_COLUMNS, bundle_of, field
from .split import ByKind
from .texts import Flags, Ints, codes, plain_text


@dataclass(frozen=True)
class Members:
    """Baskets of one number of lines: their numbers, and a row of line and kind numbers each.

    ``by_kind`` finds baskets of one line by its kind.
    """

    baskets: Ints
    lines: np.ndarray[Any, np.dtype[np.int64]]
    kind: np.ndarray[Any, np.dtype[np.int64]]

    @cached_property
    def by_kind(self) -> ByKind | None:
        """The baskets by the kind of their only line, None where they have more."""
        return ByKind(self.kind[:, 0]) if self.kind.shape[1] == 1 else None

    def take(self, rows: Any) -> Members:
        """Some of them."""
        return Members(self.baskets[rows], self.lines[rows], self.kind[rows])


class Baskets:
    """A record batch as baskets: one row each, with the line's columns or a list ``lines``.

    ``first`` is the number of the first basket in the whole catalogue; ``book`` numbers the
    kinds of line for every batch. Raises RequestError for a batch that lacks the columns needed.
    """

    def __init__(self, batch: pa.RecordBatch, first: int = 0, book: KindBook | None = None) -> None:
        self.count = batch.num_rows
        self.first = first
        self.book = book or KindBook()
        columns = {name: batch.column(name) for name in batch.schema.names}
        nested = columns.get("lines")
        self.columns = {n: plain_text(c) for n, c in columns.items() if n != "lines"}
        if nested is None:
            found = {field(n): c for n, c in self.columns.items() if n in LINE_COLUMNS}
            self.offsets: Ints = np.arange(self.count + 1, dtype=np.int64)
            self.lines = Lines(found, self.count)
        else:
            self.offsets, inside = _unnested(nested)
            self.lines = Lines(inside, int(self.offsets[-1]))
        self.nested = nested is not None
        sizes = np.diff(self.offsets)
        self.sizes = sizes
        self.bad: Flags = (sizes == 0) | (sizes > MAX_LINES)
        self.large: Flags = np.zeros(self.count, dtype=np.bool_)
        for flags, of_lines in ((self.bad, self.lines.bad), (self.large, self.lines.large)):
            if np.any(of_lines):
                flags[self._owner[of_lines]] = True
        self.extras = {name: self._extra(name) for name in BASKET_AMOUNTS}
        self._check_reduced()

    @cached_property
    def rows(self) -> pa.Array:
        """The baskets' numbers in the catalogue."""
        return pa.array(np.arange(self.first, self.first + self.count))

    @cached_property
    def _none(self) -> Cells:
        return Cells({}, self.count)

    @property
    def zeros(self) -> Ints:
        """A column of zeros, one for all that needs one."""
        return self._none.zeros

    def ids(self) -> pa.Array:
        """The baskets' ids: of the only line, or the column ``id`` beside ``lines``."""
        return self._ids

    @cached_property
    def _ids(self) -> pa.Array:
        found = self.columns.get("id")
        if found is None:
            return self.rows.cast(pa.string())
        return found.cast(pa.string())

    @cached_property
    def kind(self) -> Ints:
        """The number of each line's kind in the book."""
        return self.lines.kinds(self.book)

    @cached_property
    def weights(self) -> Ints:
        """The net weight of each basket in grams, -1 where a line has none."""
        column = self.lines.columns.get("weight_g")
        if column is None:
            return np.full(self.count, -1, dtype=np.int64)
        whole = self._whole(self.lines.ints(WEIGHT_G))
        lacking = column.is_null().to_numpy(zero_copy_only=False)
        whole[self._owner[lacking]] = -1
        return whole

    @cached_property
    def _owner(self) -> Ints:
        """The basket of each line."""
        return np.repeat(np.arange(self.count), self.sizes)

    def _whole(self, column: Ints) -> Ints:
        """The sum of a column of lines for each basket."""
        sums = np.concatenate([[0], np.cumsum(column)])
        found: Ints = sums[self.offsets[1:]] - sums[self.offsets[:-1]]
        return found

    @cached_property
    def same(self) -> tuple[Members, ...]:
        """The baskets by their number of lines; lines in the order of their ids.

        Baskets that use an id twice are left out, and marked as bad.
        """
        return tuple(self._same())

    def _same(self) -> Iterator[Members]:
        fine = ~self.bad & ~self.large
        present = np.bincount(self.sizes[fine], minlength=1)
        for size in np.flatnonzero(present).tolist():
            baskets = np.flatnonzero(fine & (self.sizes == size))
            lines = self.offsets[baskets][:, None] + np.arange(size)
            if size > 1:
                lines = self._by_id(baskets, lines)
                keep = ~self.bad[baskets]
                baskets, lines = baskets[keep], lines[keep]
            if baskets.size:
                yield Members(baskets, lines, self.kind.take(lines))

    def _by_id(self, baskets: Ints, lines: Any) -> Any:
        """Each basket's lines sorted by id; baskets with an id twice are marked bad."""
        ids = self.lines.columns["id"]
        rising = self._rising[lines[:, 0]]
        for k in range(1, lines.shape[1] - 1):
            rising = rising & self._rising[lines[:, k]]
        unsorted = np.flatnonzero(~rising)
        if not unsorted.size:
            return lines
        place, texts = codes(ids)
        order = sorted(range(len(texts) - 1), key=texts.__getitem__)
        rank = np.empty(len(texts), dtype=np.int64)
        rank[order] = np.arange(len(order))
        some = lines[unsorted]
        ranks = rank[place[some]]
        by = np.argsort(ranks, axis=1, kind="stable")
        ranks = np.take_along_axis(ranks, by, axis=1)
        lines[unsorted] = np.take_along_axis(some, by, axis=1)
        twice = np.any(ranks[:, 1:] == ranks[:, :-1], axis=1)
        self.bad[baskets[unsorted[twice]]] = True
        return lines

    @cached_property
    def _rising(self) -> Flags:
        """For each line but the last whether its id is below that of the next."""
        ids = self.lines.columns["id"]
        below = pc.less(ids.slice(0, len(ids) - 1), ids.slice(1))
        found: Flags = pc.fill_null(below, False).to_numpy(zero_copy_only=False)
        return found

    def _extra(self, name: str) -> Money:
        """An amount of the whole basket, in the currency of its first line unless it names one."""
        column = self.columns.get(name)
        if column is None:
            return self._none.no_money
        cells = Cells({name: column, "currency": self._first_currency}, self.count)
        found = cells.money(name)
        self.bad |= cells.bad | (found.given & (found.minor < 0))
        return found

    @cached_property
    def _first_currency(self) -> pa.Array:
        """The currency of each basket's first line, null where it has none."""
        price = self.lines.price
        if not price.unit.size:
            return pa.nulls(self.count, pa.string())
        start = np.minimum(self.offsets[:-1], price.unit.size - 1)
        unit = price.unit if not self.nested else price.unit.take(start)
        blank = np.array([not code for code in price.units], dtype=np.bool_)
        lacking = blank.take(unit) if np.any(blank) else None
        return pa.DictionaryArray.from_arrays(
            pa.array(unit, mask=lacking), pa.array([str(u) for u in price.units])
        )

    def _check_reduced(self) -> None:
        """Mark baskets whose discount may be above their goods, or whose price may be none."""
        discount, price = self.extras["discount"], self.extras["price"]
        if np.any(discount.minor):
            alone = self.lines.ints(GOODS) - self.lines.ints(OFF)
            self.bad |= discount.minor > self._whole(alone)
        self.bad |= price.given & (discount.given | (price.minor <= 0))

    def bundle(self, basket: int) -> Bundle:
        """One basket as a bundle, read alone. Raises RequestError and MoneyError."""
        start, stop = int(self.offsets[basket]), int(self.offsets[basket + 1])
        rows = [self.lines.row(k) for k in range(start, stop)]
        asked = {n: self.columns[n][basket].as_py() for n in BASKET_AMOUNTS if n in self.columns}
        return bundle_of(rows, asked)


def _unnested(nested: pa.Array) -> tuple[Ints, Mapping[str, pa.Array]]:
    kind = nested.type
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not pa.types.is_struct(
        kind.value_type
    ):
        raise RequestError(
            f"the column `lines` is {kind}, not a list of records",
            code="bad_type",
            where="lines",
            hint="give each basket a list of its lines",
        )
    sizes = pc.fill_null(pc.list_value_length(nested), 0).cast(pa.int64()).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    flat = pc.list_flatten(nested)
    if flat.null_count:
        raise RequestError(
            "a line of the column `lines` is null",
            code="bad_type",
            where="lines",
            hint="leave the line out of the list",
        )
    names = [field.name for field in flat.type]
    return offsets, {n: plain_text(c) for n, c in zip(names, flat.flatten(), strict=True)}
