"""The program on many baskets at once: int64 columns, a chunk of rows that fits the cache.

What is the same for every row (rates, rules' amounts, a shared denominator) is folded into ints
before any row is touched. Bounds are worked out for each chunk from its largest inputs; rows
for which some figure on the way could leave 63 bits are told apart, not computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .ir import Reg
from .primitives import (
    LARGEST,
    PRIMITIVES,
    Span,
    allocate_bound,
    allocate_columns,
    allocate_whole,
    divide_bound,
    divide_column,
    divide_whole,
)
from .scalar import Ops, reads

Input = tuple[str, int]
"""The group and the position of an input."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A program made ready for columns: the steps that depend on the row, in order.

    ``known`` are the registers that are one int for every row. ``last`` tells after which step a
    register is not read any more, so that its memory serves again.
    """

    steps: tuple[tuple[Reg, tuple[object, ...]], ...]
    known: Mapping[Reg, Any]
    inputs: tuple[tuple[Reg, Input], ...]
    outputs: tuple[Reg, ...]
    last: tuple[tuple[Reg, ...], ...]


def plan(ops: Ops, outputs: Sequence[Reg], fixed: Mapping[Input, int]) -> Plan:
    """A plan for the registers ``outputs``; ``fixed`` are the inputs that hold for every row."""
    needed = _needed(ops, outputs)
    known: dict[Reg, Any] = {}
    steps: list[tuple[Reg, tuple[object, ...]]] = []
    inputs: list[tuple[Reg, Input]] = []
    for reg in sorted(needed):
        op = ops[reg]
        if op[0] == "const":
            known[reg] = op[1]
        elif op[0] == "in":
            at = (str(op[1]), _int(op[2]))
            if at in fixed:
                known[reg] = fixed[at]
            else:
                inputs.append((reg, at))
        elif all(r in known for r in reads(op)):
            known[reg] = _whole(op, known)
        else:
            steps.append((reg, op))
    kept = {*outputs}
    last: list[list[Reg]] = [[] for _ in steps]
    seen: set[Reg] = set()
    for position in range(len(steps) - 1, -1, -1):
        for r in reads(steps[position][1]):
            if r not in seen and r not in kept and r not in known:
                seen.add(r)
                last[position].append(r)
    return Plan(
        tuple(steps), known, tuple(inputs), tuple(outputs), tuple(tuple(regs) for regs in last)
    )


def _needed(ops: Ops, outputs: Sequence[Reg]) -> set[Reg]:
    found: set[Reg] = set()
    todo = list(outputs)
    while todo:
        reg = todo.pop()
        if reg not in found:
            found.add(reg)
            todo.extend(reads(ops[reg]))
    return found


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _whole(op: tuple[object, ...], regs: Mapping[Reg, Any]) -> Any:
    """One operation on ints."""
    name = str(op[0])
    if name == "div":
        return divide_whole(str(op[1]), regs[_int(op[2])], regs[_int(op[3])])
    if name == "alloc":
        weights: Any = op[2]
        return allocate_whole(regs[_int(op[1])], [regs[w] for w in weights])
    if name == "part":
        return regs[_int(op[1])][_int(op[2])]
    return PRIMITIVES[name].whole(*(regs[_int(a)] for a in op[1:]))


def peak(made: Plan, inputs: Mapping[Reg, Span]) -> int:
    """The largest figure any row can have on the way, given what each input can be."""
    spans: dict[Reg, Span] = dict(inputs)
    parts: dict[Reg, list[int]] = {}
    highest = 0
    for reg, value in made.known.items():
        if isinstance(value, list):
            parts[reg] = value
        else:
            spans[reg] = (value, value)
            highest = max(highest, value)
    for reg, op in made.steps:
        name = str(op[0])
        if name == "part":
            whole = _int(op[1])
            exact = parts[whole][_int(op[2])] if whole in parts else None
            spans[reg] = (exact, exact) if exact is not None else spans[whole]
            continue
        if name == "div":
            span, top = divide_bound(spans[_int(op[2])], spans[_int(op[3])])
        elif name == "alloc":
            weights: Any = op[2]
            span, top = allocate_bound(spans[_int(op[1])], [spans[w] for w in weights])
        else:
            span, top = PRIMITIVES[name].bound(*(spans[_int(a)] for a in op[1:]))
        spans[reg] = span
        highest = max(highest, top)
    return highest


def run_columns(made: Plan, values: Mapping[Reg, Any]) -> list[Any]:
    """The output registers for a chunk of rows; ``values`` are the input columns by register."""
    regs: dict[Reg, Any] = {**made.known, **values}
    for (reg, op), done in zip(made.steps, made.last, strict=True):
        name = op[0]
        if name == "div":
            regs[reg] = divide_column(np, str(op[1]), regs[op[2]], regs[op[3]])  # type: ignore[index]
        elif name == "alloc":
            weights: Any = op[2]
            regs[reg] = allocate_columns(np, regs[_int(op[1])], [regs[w] for w in weights])
        elif name == "part":
            regs[reg] = regs[_int(op[1])][_int(op[2])]
        else:
            primitive = PRIMITIVES[str(name)]
            regs[reg] = primitive.column(np, *(regs[a] for a in op[1:]))  # type: ignore[index]
        for r in done:
            del regs[r]
    return [regs[r] for r in made.outputs]


def safe_rows(made: Plan, values: Mapping[Reg, Any]) -> Any:
    """None when every row is safe, else a column that tells which are.

    The largest of what a basket brings with it is halved until the program is safe; a row with
    more is not. What was learnt (the duty's rate and the like) is left as it is.
    """
    spans = {reg: (int(column.min()), int(column.max())) for reg, column in values.items()}
    if peak(made, spans) <= LARGEST:
        return None
    own = [reg for reg, (group, _) in made.inputs if not group.startswith("P")]
    cap = max((spans[reg][1] for reg in own), default=0)
    while cap:
        cap >>= 1
        capped = {reg: (min(spans[reg][0], cap), min(spans[reg][1], cap)) for reg in own}
        if peak(made, spans | capped) <= LARGEST:
            break
    safe: Any = np.bool_(cap > 0)
    for reg in own:
        safe = safe & (values[reg] <= cap)
    return safe
