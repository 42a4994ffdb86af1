"""Baskets of one program: their inputs as columns, computed chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np

from ..program.columns import Input, Plan, run_columns, safe_rows
from ..program.ir import Reg
from ..program.primitives import LARGEST
from ..program.sheet import BUNDLE_INPUTS
from ..quote import Fact
from .baskets import Baskets
from .cells import Flags, Ints, Money
from .wide import Wide

CHUNK = 16_384
"""Rows at once: about what keeps the columns of a chunk in a core's cache."""
FEW = 16
"""Fewer baskets than this are computed one by one: a plan for them would cost more."""
_WIDEST = 2**40
"""A common denominator above this is not used: it would take room from the amounts."""
EXTRAS = ("discount", "shipping", "insurance")


class Kinds:
    """What a market knows of each kind of line: its facts, and the number of its form."""

    def __init__(self, number: Ints, facts: Sequence[Fact | None]) -> None:
        self.number = number
        self.facts = facts
        self.form = np.array([-1 if f is None else f[0] for f in facts], dtype=np.int64)

    def known(self, kind: int) -> Fact:
        """The facts of a kind that has them."""
        found = self.facts[kind]
        assert found is not None
        return found

    @cached_property
    def pinned(self) -> Flags:
        """For each kind whether its duty was given with the request."""
        return np.array(
            [
                f is not None and f[2].duty is not None and f[2].duty.rule == "request.duty"
                for f in self.facts
            ],
            dtype=np.bool_,
        )

    def headings(self, position: int) -> Any:
        """For each kind the code of an additional duty that goes by origin, else empty."""
        facts = [() if f is None else f[2].headings for f in self.facts]
        return np.array([h[position] if position < len(h) else "" for h in facts], dtype=object)

    @cached_property
    def heading(self) -> Ints:
        """For each kind the number of its six-digit code."""
        codes = ["" if f is None else f[2].hs[:6] for f in self.facts]
        numbers = {code: n for n, code in enumerate(dict.fromkeys(codes))}
        return np.array([numbers[code] for code in codes], dtype=np.int64)


@dataclass(slots=True)
class Group:
    """Baskets of one program: ``lines`` and ``kind`` have a row of line and kind numbers each.

    ``guarded`` counts those computed on Python ints; ``too_large`` are those whose answer itself
    is more than a column can hold.
    """

    wide: Wide
    baskets: Baskets
    extras: Mapping[str, Money]
    kinds: Kinds
    rows: Ints
    lines: Any
    kind: Any
    guarded: int = 0
    too_large: list[int] = field(default_factory=list)

    def only(self, rows: Flags) -> None:
        """Keep some of the baskets."""
        self.rows, self.lines, self.kind = self.rows[rows], self.lines[rows], self.kind[rows]

    def columns(self, outputs: Sequence[Reg]) -> Iterator[tuple[Ints, list[Any]]]:
        """The registers ``outputs``, chunk by chunk, with the chunk's positions in the group."""
        if not self.rows.size:
            return
        if self.rows.size < FEW:
            yield np.arange(self.rows.size), self._exact(np.arange(self.rows.size), outputs)
            return
        fixed, tables = self._figures()
        made = self.wide.plan(outputs, fixed)
        for start in range(0, self.rows.size, CHUNK):
            part = np.arange(start, min(start + CHUNK, self.rows.size))
            values = {reg: self._input(at, part, tables) for reg, at in made.inputs}
            safe = safe_rows(made, values)
            if safe is None:
                yield part, run_columns(made, values)
                continue
            yield from self._some(made, part, values, np.broadcast_to(safe, part.shape), outputs)

    def _some(
        self, made: Plan, part: Ints, values: Mapping[Reg, Any], safe: Any, outputs: Sequence[Reg]
    ) -> Iterator[tuple[Ints, list[Any]]]:
        """A chunk in two: the rows that are safe in columns, and the others on ints."""
        inside = part[safe]
        if inside.size:
            picked = {reg: column[safe] for reg, column in values.items()}
            yield inside, run_columns(made, picked)
        outside = part[~safe]
        self.guarded += outside.size
        yield outside, self._exact(outside, outputs)

    def _figures(self) -> tuple[dict[Input, int], dict[Input, Ints]]:
        """The inputs that hold for every row, and by kind of line those that were learnt."""
        at = len(BUNDLE_INPUTS)
        fixed: dict[Input, int] = {("G", at + k): v for k, v in enumerate(self.wide.bound)}
        tables: dict[Input, Ints] = {}
        for position in range(self.kind.shape[1]):
            present = np.flatnonzero(np.bincount(self.kind[:, position])).tolist()
            params = {k: self.kinds.known(k)[1] for k in present}
            group = f"P{position}"
            for at in range(0, len(params[present[0]]), 2):
                ratios = {k: (p[at], p[at + 1]) for k, p in params.items()}
                self._ratio(group, at, ratios, fixed, tables)
        return fixed, tables

    def _ratio(
        self,
        group: str,
        at: int,
        ratios: Mapping[int, tuple[int, int]],
        fixed: dict[Input, int],
        tables: dict[Input, Ints],
    ) -> None:
        """Rates brought to one denominator, which then is the same for every row."""
        common = lcm(*(den for _, den in ratios.values()))
        if common <= _WIDEST:
            ratios = {k: (num * (common // den), common) for k, (num, den) in ratios.items()}
        for offset in (0, 1):
            column = {k: ratio[offset] for k, ratio in ratios.items()}
            if len(set(column.values())) == 1:
                fixed[group, at + offset] = next(iter(column.values()))
            else:
                table = np.zeros(len(self.kinds.facts), dtype=np.int64)
                for k, value in column.items():
                    table[k] = value
                tables[group, at + offset] = table

    def _input(self, at: Input, part: Ints, tables: Mapping[Input, Ints]) -> Any:
        group, position = at
        if group == "G":
            rows = self.rows[part]
            if position < len(EXTRAS):
                return self.extras[EXTRAS[position]].minor[rows]
            return self._headings(part)
        line = int(group[1:])
        if group[0] == "P":
            return tables[at][self.kind[part, line]]
        return _taken(self.baskets.lines.ints(position), self.lines[part, line])

    def _headings(self, part: Ints) -> Ints:
        codes = np.sort(self.kinds.heading[self.kind[part]], axis=1)
        found: Ints = 1 + np.count_nonzero(codes[:, 1:] != codes[:, :-1], axis=1)
        return found

    def _exact(self, part: Ints, outputs: Sequence[Reg]) -> list[Any]:
        """The registers for some rows, worked out on Python ints."""
        found = []
        for k in part.tolist():
            values = self.wide.exact(self._whole(k), outputs)
            if max(values) > LARGEST:
                self.too_large.append(int(self.rows[k]))
                values = (0,) * len(values)
            found.append(values)
        return list(zip(*found, strict=True))

    def _whole(self, row: int) -> list[tuple[int, ...]]:
        """One basket's inputs as a program on ints takes them."""
        basket = int(self.rows[row])
        lines = self.baskets.lines
        inputs: list[tuple[int, ...]] = [
            (
                *(int(self.extras[name].minor[basket]) for name in EXTRAS),
                int(self._headings(np.array([row]))[0]),
                *self.wide.bound,
            )
        ]
        for line, kind in zip(self.lines[row].tolist(), self.kind[row].tolist(), strict=True):
            inputs += [lines.whole(line), self.kinds.known(kind)[1]]
        return inputs


def _taken(column: Ints, rows: Ints) -> Ints:
    """Some rows of a column; without copying where they follow each other."""
    first, last = int(rows[0]), int(rows[-1])
    if last - first == rows.size - 1 and (rows.size < 2 or int(rows[1]) == first + 1):
        return column[first : last + 1]
    return column[rows]
