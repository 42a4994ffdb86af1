"""How certain each price is, row by row, by the same remarks that a single quote makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..asked import Asked
from ..facts import Remark
from ..lines import Line
from ..market import Market
from ..notes import (
    RANKS,
    certainty_of,
    lane_remarks,
    parcel_remarks,
    rate_remarks,
    unverified_stages,
)
from ..pipeline import Program
from ..program.ir import Reg
from ..quote import Fact
from .cells import Flags, Ints
from .group import Group
from .reasons import held, tests_of

_ESTIMATED = RANKS.index("estimated")


def rank(remarks: Iterable[Remark]) -> int:
    """The place of the least certain of the remarks in ``RANKS``."""
    return RANKS.index(certainty_of(remarks))


class KindDoubts:
    """What is said of each kind of line: by the rules' notes, and by the tariff's rates."""

    def __init__(
        self, market: Market, lines: Sequence[Line | None], facts: Sequence[Fact | None]
    ) -> None:
        notes = [
            0 if n is None else rank(lane_remarks(market.lane, [Asked.of(n, market.lane)]))
            for n in lines
        ]
        rates = [0 if f is None else rank(f[2].remarks) for f in facts]
        self.notes = np.array(notes, dtype=np.int64)
        self.rates = np.array(rates, dtype=np.int64)
        self.any_notes = bool(np.any(self.notes))


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

    def ranks(self, group: Group, known: KindDoubts, part: Ints, regs: Mapping[Reg, Any]) -> Ints:
        """The place in ``RANKS`` of each row of a chunk."""
        found = np.full(part.size, self.always, dtype=np.int64)
        kind = group.kind[part]
        if known.any_notes:
            found = np.maximum(found, known.notes[kind].max(axis=1))
        for slot in self.tariff:
            doubt = known.rates[kind[:, slot.line]]
            if not np.any(doubt):
                continue
            for why, rows in held(slot, regs, part.size):
                if why.code in ("mfn", "not_collected"):
                    found = np.where(rows, np.maximum(found, doubt), found)
        for slot in self.values:
            for why, rows in held(slot, regs, part.size):
                if why.value is not None and not why.value.verified:
                    found = _at_least(found, rows)
        for slot in self.staged:
            found = _at_least(found, np.asarray(regs[slot.amount]) != 0)
        return found


def _at_least(ranks: Ints, rows: Flags) -> Ints:
    found: Ints = np.where(rows, np.maximum(ranks, _ESTIMATED), ranks)
    return found
