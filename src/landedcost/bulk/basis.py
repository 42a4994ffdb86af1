"""What a price rests on, as one number a row: when it is the same, so is the price.

A program and its rates, the facts of each line and the basket's own figures are mixed into 64
bits. A catalogue is priced again after a rate has moved by computing only the rows whose number
is another than before.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from .cells import Ints
from .certainty import Doubts, KindDoubts
from .group import EXTRAS, Group, Kinds

Basis = np.ndarray[Any, np.dtype[np.uint64]]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


def digest(*parts: object) -> np.uint64:
    """Eight bytes over the text of some values."""
    found = blake2b(repr(parts).encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(found, "little"))


def kinds_basis(kinds: Kinds, known: KindDoubts) -> Basis:
    """For each kind of line what its price rests on: the rates learnt, and what is doubtful."""
    numbers = zip(kinds.facts, known.notes.tolist(), known.rates.tolist(), strict=True)
    found = [
        np.uint64(0) if f is None else digest(f[1], f[2].hs[:6], f[2].form, note, rate)
        for f, note, rate in numbers
    ]
    return np.array(found, dtype=np.uint64)


def basis_of(group: Group, doubts: Doubts, by_kind: Basis) -> Basis:
    """What each basket of a group rests on; never 0, which stands for not known."""
    wide = group.wide
    start = digest(wide.ops, wide.sums, wide.bound, wide.program.layout, doubts.always)
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
