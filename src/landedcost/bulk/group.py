"""Baskets of one program: their inputs as columns, computed chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..program.columns import Columns, safe_rows
from ..program.ir import Reg
from ..program.plan import Input
from ..program.primitives import LARGEST
from ..program.sheet import BUNDLE_INPUTS
from .baskets import Baskets, Members
from .cells import Money
from .kinds import Kinds
from .split import KindSplit, Split
from .texts import Flags, Ints
from .wide import Wide

CHUNK = 16_384
"""Rows at once: about what keeps the columns of a chunk in a core's cache."""
FEW = 16
"""Fewer baskets than this of a program that is new are computed one by one, on ints."""
FEWEST = 4
"""Fewer than this of any program."""
EXTRAS = ("discount", "shipping", "insurance", "price")


Part = slice | Ints
"""Some rows of a group: a chunk that follows each other, or their positions."""


class Group:
    """Baskets of one program: ``part`` of the ``split`` of baskets of as many lines.

    ``example`` are the kinds of the lines of one of them. ``guarded`` counts the baskets computed
    on Python ints; ``too_large`` are those whose answer itself is more than a column can hold.
    """

    def __init__(
        self,
        wide: Wide,
        baskets: Baskets,
        extras: Mapping[str, Money],
        kinds: Kinds,
        among: Members,
        split: Split | KindSplit,
        part: int,
        example: list[int],
    ) -> None:
        self.wide = wide
        self.baskets = baskets
        self.extras = extras
        self.kinds = kinds
        self.guarded = 0
        self.too_large: list[int] = []
        self.size = split.sizes[part]
        self.example = example
        self._among = among
        self._split = split, part
        self._members: Members | None = None

    @property
    def members(self) -> Members:
        """The baskets at hand."""
        if self._members is None:
            split, part = self._split
            self._members = self._among.take(split.rows(part))
        return self._members

    @property
    def rows(self) -> Ints:
        """The numbers of the baskets."""
        return self.members.baskets

    @property
    def lines(self) -> Any:
        """For each basket the numbers of its lines."""
        return self.members.lines

    @property
    def kind(self) -> Any:
        """For each basket the kinds of its lines."""
        return self.members.kind

    def only(self, rows: Flags) -> None:
        """Keep some of the baskets."""
        self._members = self._among = self.members.take(rows)
        self.size = self.rows.size

    def columns(
        self, outputs: Sequence[Reg], *, spread: bool = False
    ) -> Iterator[tuple[Part, list[Any]]]:
        """The registers ``outputs``, chunk by chunk, with the chunk's positions in the group.

        Where the group has most of the baskets it was split from, it is quicker to compute them
        all in their order than to pick these out: with ``spread`` the others become members too,
        for the caller to put their own figures in place afterwards.
        """
        if not self.size:
            return
        if self.size < (FEW if self.wide.new else min(FEW, FEWEST)):
            yield slice(0, self.size), self._exact(np.arange(self.size), outputs)
            return
        fixed, tables = self._figures()
        ready = self.wide.columns(outputs, fixed)
        made = ready.plan
        spans = {reg: self._span(at, tables) for reg, at in made.inputs}
        all_safe = ready.safe(spans)
        if spread and all_safe and 4 * self.size > 3 * self._among.baskets.size:
            self._members = self._among
        for start in range(0, self.rows.size, CHUNK):
            part = slice(start, min(start + CHUNK, self.rows.size))
            values = {reg: self._input(at, part, tables) for reg, at in made.inputs}
            safe = None if all_safe else safe_rows(made, values)
            if safe is None:
                yield part, ready.run(values)
            else:
                yield from self._some(ready, part, values, safe, outputs)

    def _some(
        self,
        ready: Columns,
        part: slice,
        values: Mapping[Reg, Any],
        safe: Any,
        outputs: Sequence[Reg],
    ) -> Iterator[tuple[Part, list[Any]]]:
        """A chunk in two: the rows that are safe in columns, and the others on ints."""
        places = np.arange(part.start, part.stop)
        safe = np.broadcast_to(safe, places.shape)
        if np.any(safe):
            picked = {reg: column[safe] for reg, column in values.items()}
            yield places[safe], ready.run(picked)
        outside = places[~safe]
        self.guarded += outside.size
        yield outside, self._exact(outside, outputs)

    def _figures(self) -> tuple[dict[Input, int], dict[Input, Ints]]:
        """The inputs that hold for every row, and by kind of line those that were learnt."""
        start = len(BUNDLE_INPUTS)
        fixed: dict[Input, int] = {("G", start + k): v for k, v in enumerate(self.wide.bound)}
        tables: dict[Input, Ints] = {}
        for position, kind in enumerate(self.example):
            form = int(self.kinds.form[kind])
            for at in range(0, len(self.kinds.fact(kind)[1]), 2):
                for offset, found in enumerate(self.kinds.ratio(form, at)):
                    place = (f"P{position}", at + offset)
                    if isinstance(found, int):
                        fixed[place] = found
                    else:
                        tables[place] = found
        return fixed, tables

    def _span(self, at: Input, tables: Mapping[Input, Ints]) -> tuple[int, int]:
        """What an input can be; never less than what it is in these rows."""
        group, position = at
        if at in tables:
            return int(tables[at].min()), int(tables[at].max())
        if group != "G":
            return self.baskets.lines.span(position)
        if position < len(EXTRAS):
            return self.extras[EXTRAS[position]].span
        return 1, self._among.kind.shape[1]

    def _input(self, at: Input, part: slice, tables: Mapping[Input, Ints]) -> Any:
        group, position = at
        if group == "G":
            if position < len(EXTRAS):
                return taken(self.extras[EXTRAS[position]].minor, self.rows[part])
            return self._headings(part)
        line = int(group[1:])
        if group[0] == "P":
            return tables[at].take(self.kind[part, line])
        return taken(self.baskets.lines.ints(position), self.lines[part, line])

    def _headings(self, part: Part) -> Ints:
        codes = np.sort(self.kinds.heading[self.kind[part]], axis=1)
        found: Ints = 1 + np.count_nonzero(codes[:, 1:] != codes[:, :-1], axis=1)
        return found

    def _exact(self, part: Ints, outputs: Sequence[Reg]) -> list[Any]:
        """The registers for some rows, worked out on Python ints."""
        found = []
        for row, inputs in zip(self.rows[part].tolist(), self._whole(part), strict=True):
            values = self.wide.exact(inputs, outputs)
            if max(values) > LARGEST:
                self.too_large.append(row)
                values = (0,) * len(values)
            found.append(values)
        return list(zip(*found, strict=True))

    def _whole(self, part: Ints) -> Iterator[list[tuple[int, ...]]]:
        """The inputs of some baskets, as a program on ints takes them."""
        rows, lines, kinds = self.rows[part], self.lines[part], self.kind[part]
        amounts = [self.extras[name].minor[rows].tolist() for name in EXTRAS]
        own = zip(*amounts, self._headings(part).tolist(), strict=True)
        figures = [self.baskets.lines.whole(lines[:, k]) for k in range(lines.shape[1])]
        for basket, kind, *line in zip(own, kinds.tolist(), *figures, strict=True):
            inputs = [(*basket, *self.wide.bound)]
            for of_line, number in zip(line, kind, strict=True):
                inputs += [of_line, self.kinds.fact(number)[1]]
            yield inputs


def together(rows: Ints) -> slice | None:
    """Rows in rising order as a slice, if none is left out between them."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first == rows.size - 1 else None


def taken(column: Ints, rows: Ints) -> Ints:
    """Some rows of a column; without copying where they follow each other."""
    if rows.size and (rows.size < 2 or int(rows[1]) == int(rows[0]) + 1):
        run = together(rows)
        if run is not None:
            return column[run]
    return column.take(rows)
