"""The program on many baskets at once: int64 columns, a chunk of rows that fits the cache.

Bounds are worked out beforehand from the largest inputs; rows for which some figure on the way
could leave 63 bits are told apart, not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from .ir import Reg
from .plan import Plan, Step, read_by
from .primitives import (
    LARGEST,
    PRIMITIVES,
    Bound,
    Span,
    allocate_bound,
    allocate_columns,
    divide_bound,
    divide_column,
    scale_bound,
    scale_column,
)

USUAL = 2**27
"""What inputs are taken to reach when that is as safe: more than a million in most currencies."""


def peak(made: Plan, inputs: Mapping[Reg, Span]) -> int:
    """The largest figure any row can have on the way, given what each input can be."""
    spans: dict[Reg, Span] = {reg: (value, value) for reg, value in made.known.items()}
    spans.update(inputs)
    highest = max((most for _, most in spans.values()), default=0)
    for reg, step in made.steps:
        spans[reg], top = _bound(step, spans)
        highest = max(highest, top)
    return highest


def _bound(step: Step, spans: Mapping[Reg, Span]) -> Bound:
    args: Any = step[1:]
    match step[0]:
        case "part":  # no part is above the whole
            return spans[args[0]], spans[args[0]][1]
        case "scale":
            return scale_bound(spans[args[1]], args[2], args[3])
        case "div":
            return divide_bound(spans[args[1]], spans[args[2]])
        case "alloc":
            return allocate_bound(spans[args[0]], [spans[w] for w in args[1]])
        case _:
            return PRIMITIVES[str(step[0])].bound(*(spans[reg] for reg in args))


class Columns:
    """A plan ready to run: each step bound to what computes it, and the registers it reads."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.calls = tuple(
            (reg, _bound_to(step), tuple(read_by(step)), over)
            for (reg, step), over in zip(plan.steps, plan.last, strict=True)
        )
        self._proven: Mapping[Reg, Span] = {}

    def safe(self, spans: Mapping[Reg, Span]) -> bool:
        """Whether no figure on the way leaves 63 bits, given what each input can be.

        What is proven for larger inputs is remembered, so that the next rows are quickly told.
        """
        proven = self._proven
        if proven and all(
            proven[reg][0] <= least and most <= proven[reg][1]
            for reg, (least, most) in spans.items()
        ):
            return True
        wider = {reg: (min(least, 1), max(most, USUAL)) for reg, (least, most) in spans.items()}
        for tried in (wider, spans):
            if peak(self.plan, tried) <= LARGEST:
                self._proven = tried
                return True
        return False

    def run(self, values: Mapping[Reg, Any]) -> list[Any]:
        """The output registers for a chunk of rows; ``values`` are the inputs by register."""
        regs: dict[Reg, Any] = {**self.plan.known, **values}
        for reg, call, args, over in self.calls:
            regs[reg] = call(*[regs[arg] for arg in args])
            for done in over:
                del regs[done]
        return [regs[reg] for reg in self.plan.outputs]


def _bound_to(step: Step) -> Callable[..., Any]:
    args: Any = step[1:]
    match step[0]:
        case "part":
            return itemgetter(args[1])
        case "scale":
            return partial(scale_column, np, args[0], args[2], args[3])
        case "div":
            return partial(divide_column, np, args[0])
        case "alloc":
            return _allocated
        case _:
            return partial(PRIMITIVES[str(step[0])].column, np)


def _allocated(total: Any, *weights: Any) -> list[Any]:
    return allocate_columns(np, total, weights)


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
