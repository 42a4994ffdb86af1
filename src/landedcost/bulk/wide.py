"""A program with the sums a row of prices shows, run on columns or, row by row, on ints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..pipeline import COMPILE_UP_TO, KINDS, Program, input_groups
from ..program.columns import Columns
from ..program.ir import Builder, Reg
from ..program.plan import Input, plan
from ..program.scalar import compile_program, run

if TYPE_CHECKING:
    from .certainty import Doubts

SUMS = ("total", "delivery", "lacking", "rounding", *KINDS)
"""What is worked out for each basket: the sums of the quote; why there is no price (which line's
duty is lacking, from 1, or with numbers above those which refusal holds; 0 where there is one);
what converting each currency's sum once leaves against the charges one by one; and the charges of
each kind in the currency shown (discounts as positive amounts)."""


_PLANS = 16
_RARE = 32
"""Baskets up to which a program is run step by step, neither compiled nor made a plan of."""


@dataclass
class Wide:
    """One kind of basket: its program, and the register of each of :data:`SUMS`.

    ``shown`` are the registers of every charge in the shown currency; ``doubts`` is what makes
    its prices less than exact, ``basis`` what the program itself rests on; both are worked out when
    first needed.
    """

    program: Program
    bound: tuple[int, ...]
    ops: tuple[tuple[object, ...], ...]
    sums: tuple[Reg, ...]
    shown: tuple[Reg, ...]
    doubts: Doubts | None = None
    basis: int | None = None
    exactly: int = 0
    """How many baskets were computed on ints so far."""

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The names of the input tuples."""
        return input_groups(len(self.program.forms))

    @cached_property
    def _plans(self) -> dict[object, Columns]:
        return {}

    @cached_property
    def _compiled(self) -> dict[tuple[Reg, ...], Any]:
        return {}

    def exact(self, inputs: Sequence[Sequence[int]], outputs: Sequence[Reg]) -> tuple[int, ...]:
        """Some registers of one basket on Python ints, which have no limit."""
        self.exactly += 1
        if len(self.program.forms) > COMPILE_UP_TO or self.exactly <= _RARE:
            regs = run(self.ops, dict(zip(self.groups, inputs, strict=True)))
            return tuple(int(regs[r]) for r in outputs)
        wanted = tuple(outputs)
        if wanted not in self._compiled:
            self._compiled[wanted] = compile_program(self.ops, wanted, self.groups)
        found: tuple[int, ...] = self._compiled[wanted](*inputs)
        return found

    @property
    def new(self) -> bool:
        """Whether so few baskets came that making a plan for them costs more than it saves."""
        return not self._plans and self.exactly <= _RARE

    def columns(self, outputs: Sequence[Reg], fixed: Mapping[Input, int]) -> Columns:
        """Some registers in columns; ``fixed`` are inputs that hold for every row."""
        key = (tuple(outputs), tuple(fixed.items()))
        found = self._plans.get(key)
        if found is None:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            found = self._plans[key] = Columns(plan(self.ops, outputs, fixed))
        return found


def widen(program: Program, bound: tuple[int, ...]) -> Wide:
    """The program with each charge converted to the shown currency, and the kinds added up.

    A charge is converted alone and half up, as :class:`landedcost.Charge` shows it.
    """
    b = Builder(program.ops)
    target = program.layout.shown
    shown = []
    for slot in program.slots:
        if slot.currency == target:
            shown.append(slot.amount)
            continue
        pair = ("rate", "shown", slot.currency, target)
        num, den = (b.input("G", program.inputs.index((*pair, part))) for part in ("num", "den"))
        shown.append(b.div("half_up", b.mul(slot.amount, num), den))
    kinds = [
        b.sum(reg for reg, slot in zip(shown, program.slots, strict=True) if slot.kind == kind)
        for kind in KINDS
    ]
    off = KINDS.index("discount")
    parts = b.sum(reg for place, reg in enumerate(kinds) if place != off)
    total, _, delivery, _ = program.outputs[:4]  # at checkout is what is not on delivery
    rounding = b.sub(b.add(total, kinds[off]), parts)  # the one figure that may be below zero
    sums = (total, delivery, _lacking(b, program), rounding, *kinds)
    return Wide(program, bound, tuple(b.ops), sums, tuple(shown))


def _lacking(b: Builder, program: Program) -> Reg:
    found = b.const(0)
    for place, flag in reversed(list(enumerate(program.missing, 1))):
        found = b.where(flag, b.const(place), found)
    after = len(program.forms) + 1
    for place, (_, _, flag) in reversed(list(enumerate(program.refused, after))):
        found = b.where(flag, b.const(place), found)
    return found
