"""How certain each price is, row by row, by the same remarks that a single quote makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..market import Market
from ..notes import RANKS, parcel_remarks, rate_remarks, unverified_stages
from ..pipeline import Program
from ..program.ir import Reg
from .group import Group, Part
from .kinds import rank
from .reasons import held, tests_of
from .texts import Flags

Ranks = np.ndarray[Any, np.dtype[np.int8]]

_ESTIMATED = RANKS.index("estimated")


class Doubts:
    """What makes the prices of one program less than exact."""

    def __init__(self, market: Market, program: Program) -> None:
        lane = market.lane
        self.always = max(rank(rate_remarks(market, program)), rank(parcel_remarks(lane, program)))
        stages = {stage for stage, values in unverified_stages(lane).items() if values}
        if "" in stages:
            self.always = max(self.always, _ESTIMATED)
        slots = program.slots
        self.tariff = [s for s in slots if s.kind == "duty" and s.reasons[-1].fact == "duty"]
        self.values = [s for s in slots if any(w.value and not w.value.verified for w in s.reasons)]
        self.staged = [s for s in slots if s.kind in stages]
        tests = [r for slot in (*self.tariff, *self.values) for r in tests_of(slot)]
        self.registers: tuple[Reg, ...] = tuple(
            dict.fromkeys([*tests, *(slot.amount for slot in self.staged)])
        )
        """What must be known of a row."""

    def ranks(self, group: Group, part: Part, regs: Mapping[Reg, Any]) -> Ranks | int:
        """The place in ``RANKS`` of each row of a chunk; one int where it is the same for all."""
        found: Any = self.always
        if found == len(RANKS) - 1:
            return len(RANKS) - 1
        kinds, kind = group.kinds, group.kind[part]
        size = kind.shape[0]
        if kinds.any_notes:
            for line in range(kind.shape[1]):
                found = np.maximum(found, kinds.note.take(kind[:, line]))
        for slot in self.tariff:
            doubt = kinds.rate.take(kind[:, slot.line])
            if not np.any(doubt):
                continue
            for why, rows in held(slot, regs, size):
                if why.code in ("mfn", "not_collected") or why.fact == "preference":
                    found = np.maximum(found, doubt * rows)
        for slot in self.values:
            for why, rows in held(slot, regs, size):
                if why.value is not None and not why.value.verified:
                    found = _at_least(found, rows)
        for slot in self.staged:
            found = _at_least(found, np.asarray(regs[slot.amount]) != 0)
        return found if isinstance(found, int) else np.asarray(found, dtype=np.int8)


def _at_least(ranks: Any, rows: Flags) -> Any:
    return np.maximum(ranks, rows.view(np.int8) * np.int8(_ESTIMATED))
