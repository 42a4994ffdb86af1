"""What a price rests on, as one number a row: when it is the same, so is the price.

A program and its rates, the facts of each line and the basket's own figures are mixed into 64
bits. A catalogue is priced again after a rate has moved by computing only the rows whose number
is another than before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .certainty import Doubts
from .group import EXTRAS, Group
from .kinds import digest
from .texts import Ints
from .wide import Wide

Basis = np.ndarray[Any, np.dtype[np.uint64]]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


def program_basis(wide: Wide, doubts: Doubts) -> int:
    """What a program with its rates rests on."""
    return digest(wide.ops, wide.sums, wide.bound, wide.program.layout, doubts.always)


def basis_of(group: Group, start: int) -> Basis:
    """What each basket of a group rests on; never 0, which stands for not known."""
    wide, by_kind = group.wide, group.kinds.basis
    found = np.full(group.rows.size, start, dtype=np.uint64)
    for name in EXTRAS:
        money = group.extras[name]
        if money.given.any():
            found = _mixed(found, money.minor[group.rows])
    for line in range(group.lines.shape[1]):
        found = _mixed(found, by_kind[group.kind[:, line]])
        for position in _positions(wide.ops, line):
            found = _mixed(found, group.baskets.lines.ints(position)[group.lines[:, line]])
    return np.maximum(found, np.uint64(1))


def _positions(ops: Sequence[tuple[object, ...]], line: int) -> list[int]:
    """Which figures of a line its program reads."""
    group = f"A{line}"
    return sorted(int(str(op[2])) for op in ops if op[0] == "in" and op[1] == group)


def _mixed(basis: Basis, column: Ints | Basis) -> Basis:
    mixed: Basis = (basis ^ column.astype(np.uint64)) * _FACTOR
    return mixed ^ (mixed >> _SHIFT)
