"""Which reason of a charge holds, row by row: the first whose test does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..program.ir import Reg
from ..program.sheet import Slot, Why
from .texts import Flags


def tests_of(slot: Slot) -> list[Reg]:
    """The registers the reasons of a charge hang on."""
    return [why.when for why in slot.reasons if why.when is not None]


def held(slot: Slot, regs: Mapping[Reg, Any], rows: int) -> list[tuple[Why, Flags]]:
    """Each reason of a charge with the rows on which it is the one that holds."""
    left: Flags = np.ones(rows, dtype=np.bool_)
    found = []
    for why in slot.reasons:
        now = left if why.when is None else left & _flags(regs[why.when], rows)
        found.append((why, now))
        left = left & ~now
    return found


def _flags(column: Any, rows: int) -> Flags:
    found: Flags = np.asarray(column, dtype=np.bool_)
    return found if found.shape == (rows,) else np.broadcast_to(found, (rows,))


def columns_of(regs: Sequence[Reg], columns: Sequence[Any], rows: int) -> dict[Reg, Any]:
    """Registers by number, each one column of ``rows`` values."""
    arrays = map(np.asarray, columns)
    return {
        reg: column if column.shape == (rows,) else np.broadcast_to(column, (rows,))
        for reg, column in zip(regs, arrays, strict=True)
    }
