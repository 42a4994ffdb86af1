"""A program made ready for columns: what holds for every row is worked out before any row is.

The program is written anew with what is fixed for the rows at hand (rates, a shared denominator)
put in as numbers; whatever then depends on no row is folded away. A multiplication and a
division by such numbers become one step, in lowest terms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any

from .ir import Builder, Reg
from .primitives import PRIMITIVES, allocate_whole, divide_whole
from .scalar import Ops, reads

Input = tuple[str, int]
"""The group and the position of an input."""

Step = tuple[object, ...]
"""An operation of the program, or ``("scale", mode, reg, num, den)`` with two plain numbers."""

WRITTEN: Mapping[str, Callable[..., Reg]] = {
    "add": Builder.add,
    "sub": Builder.sub,
    "mul": Builder.mul,
    "min": Builder.least,
    "max": Builder.most,
    "le": Builder.at_most,
    "lt": Builder.below,
    "and": Builder.both,
    "or": Builder.either,
    "not": Builder.no,
    "where": Builder.where,
}
"""What writes each operation that has no arguments of its own kind."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that depend on the row, in order.

    ``known`` are the registers that are one int for every row. ``last`` tells after which step a
    register is not read any more, so that its memory serves again.
    """

    steps: tuple[tuple[Reg, Step], ...]
    known: Mapping[Reg, int]
    inputs: tuple[tuple[Reg, Input], ...]
    outputs: tuple[Reg, ...]
    last: tuple[tuple[Reg, ...], ...]


def plan(ops: Ops, outputs: Sequence[Reg], fixed: Mapping[Input, int]) -> Plan:
    """A plan for the registers ``outputs``; ``fixed`` are the inputs that hold for every row."""
    b = Builder()
    at: dict[Reg, Any] = {}
    for reg in sorted(_uses(ops, outputs)):
        at[reg] = _again(b, ops[reg], at, fixed)
    wanted = tuple(at[reg] for reg in outputs)
    steps: dict[Reg, Step] = dict(enumerate(b.ops))
    uses = _uses(b.ops, wanted)
    for reg in sorted(uses):
        scaled = _scale(b, reg, uses)
        if scaled is not None:
            steps[reg] = scaled
    needed = sorted(_uses(steps, wanted))
    rest = [(reg, steps[reg]) for reg in needed if steps[reg][0] not in ("const", "in")]
    known = {reg: b.constant(reg) for reg in needed if steps[reg][0] == "const"}
    return Plan(
        tuple(rest),
        {reg: value for reg, value in known.items() if value is not None},
        tuple((r, (str(s[1]), _int(s[2]))) for r in needed if (s := steps[r])[0] == "in"),
        wanted,
        _last(rest, {*wanted, *known}),
    )


def read_by(step: Step) -> list[Reg]:
    """The registers a step reads."""
    return [_int(step[2])] if step[0] == "scale" else reads(step)


def _uses(ops: Mapping[Reg, Step] | Ops, outputs: Sequence[Reg]) -> dict[Reg, int]:
    """How often each register that is needed is read; an output counts as read once more."""
    found: dict[Reg, int] = {}
    todo = list(outputs)
    while todo:
        reg = todo.pop()
        found[reg] = found.get(reg, 0) + 1
        if found[reg] == 1:
            todo.extend(read_by(ops[reg]))
    return found


def _last(steps: Sequence[tuple[Reg, Step]], kept: set[Reg]) -> tuple[tuple[Reg, ...], ...]:
    found: list[tuple[Reg, ...]] = []
    seen = set(kept)
    for _, step in reversed(steps):
        over = tuple(reg for reg in dict.fromkeys(read_by(step)) if reg not in seen)
        seen.update(over)
        found.append(over)
    return tuple(reversed(found))


def _again(b: Builder, op: Step, at: Mapping[Reg, Any], fixed: Mapping[Input, int]) -> Any:
    """One operation written anew: its register, or those of the parts of a sharing-out."""
    name = str(op[0])
    if name == "const":
        return b.const(_int(op[1]))
    if name == "in":
        place = (str(op[1]), _int(op[2]))
        return b.const(fixed[place]) if place in fixed else b.input(*place)
    if name == "part":
        return at[_int(op[1])][_int(op[2])]
    args = [at[reg] for reg in reads(op)]
    values = [value for reg in args if (value := b.constant(reg)) is not None]
    known = len(values) == len(args)
    if name == "alloc":
        if known:
            return [b.const(part) for part in allocate_whole(values[0], values[1:])]
        return b.allocate(args[0], args[1:])
    if name == "div":
        mode = str(op[1])
        return b.const(divide_whole(mode, *values)) if known else b.div(mode, *args)
    if known:
        return b.const(int(PRIMITIVES[name].whole(*values)))
    return WRITTEN[name](b, *args)


def _scale(b: Builder, reg: Reg, uses: Mapping[Reg, int]) -> Step | None:
    """A division as one step with the multiplication before it, where both are by numbers."""
    op = b.ops[reg]
    if op[0] != "div":
        return None
    over, den = b.ops[_int(op[2])], b.constant(_int(op[3]))
    if den is None or over[0] != "mul" or uses[_int(op[2])] > 1:
        return None
    for this, other in ((1, 2), (2, 1)):
        num = b.constant(_int(over[this]))
        if num is not None:
            common = gcd(num, den)
            return ("scale", op[1], over[other], num // common, den // common)
    return None


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
