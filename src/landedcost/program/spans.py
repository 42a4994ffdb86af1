"""The program on a range: between which bounds each output lies while one input varies.

Compiled to one Python function, as the program itself is. A register that depends on the input
that varies has two values, the least and the most it can be; the others have one. The bounds
always hold and need not be tight: the narrower the range, the tighter they are, and for a single
figure they are what the program gives. Amounts are never negative, which the bounds rely on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..rounding import ROUNDINGS, allocate
from .ir import Reg
from .scalar import DIVIDE, Ops, reads

Spans = Callable[..., tuple[int, ...]]
"""Takes the input tuples, then the least and the most of what varies; returns the least and the
most of each output, one after the other."""

Place = tuple[str, int]
"""The group and the position of an input."""

_PAIR = {"add": ("{al} + {bl}", "{ah} + {bh}"), "mul": ("{al} * {bl}", "{ah} * {bh}")}
_TEST = {
    "le": ("{ah} <= {bl}", "{al} <= {bh}"),
    "lt": ("{ah} < {bl}", "{al} < {bh}"),
    "and": ("{al} and {bl}", "{ah} and {bh}"),
    "or": ("{al} or {bl}", "{ah} or {bh}"),
}
_SIGN = {"min": "<", "max": ">"}


def compile_spans(ops: Ops, outputs: Sequence[Reg], groups: Sequence[str], varying: Place) -> Spans:
    """A function for the bounds of ``outputs``, given those of the input ``varying``."""
    writer = _Writer(ops, varying)
    for reg in sorted(_needed(ops, outputs)):
        writer.write(reg)
    returned = "".join("{}, {}, ".format(*writer.names[reg]) for reg in outputs)
    head = f"def spans({', '.join(groups)}, low, high):"
    scope: dict[str, Any] = {
        "allocate": allocate,
        "bounds": allocate_spans,
        "half_even": ROUNDINGS["half_even"],
    }
    exec("\n".join((head, *writer.body, f"    return ({returned})")), scope)
    made: Spans = scope["spans"]
    return made


def _needed(ops: Ops, outputs: Sequence[Reg]) -> set[Reg]:
    found: set[Reg] = set()
    todo = list(outputs)
    while todo:
        reg = todo.pop()
        if reg not in found:
            found.add(reg)
            todo.extend(reads(ops[reg]))
    return found


class _Writer:
    """Writes the statements of one register after the other."""

    def __init__(self, ops: Ops, varying: Place) -> None:
        self.ops = ops
        self.varying = varying
        self.names: dict[Reg, tuple[str, str]] = {}
        self.body: list[str] = []

    def write(self, reg: Reg) -> None:
        op: Any = self.ops[reg]
        name, args = op[0], op[1:]
        if name == "const":
            self.names[reg] = str(args[0]), str(args[0])
        elif name == "in":
            text = f"{args[0]}[{args[1]}]"
            self.names[reg] = ("low", "high") if args == self.varying else (text, text)
        elif name == "part":
            low, high = self.names[args[0]]
            self.names[reg] = f"{low}[{args[1]}]", f"{high}[{args[1]}]"
        elif name == "alloc":
            self._alloc(reg, args)
        elif name == "div":
            self._pair(reg, *self._divided(args))
        elif name == "where":
            self._where(reg, args)
        else:
            texts = self._texts(args)
            if name == "not":
                self._pair(reg, f"not {texts['ah']}", f"not {texts['al']}")
            elif name == "sub":
                self._difference(reg, texts)
            elif name in _SIGN:
                sign = _SIGN[name]
                self._pair(reg, *(f"{a} if {a} {sign} {b} else {b}" for a, b in _sides(texts)))
            else:
                low, high = _PAIR.get(name) or _TEST[name]
                self._pair(reg, low.format(**texts), high.format(**texts))

    def _texts(self, regs: Sequence[Reg]) -> dict[str, str]:
        texts = {}
        for letter, reg in zip("abc", regs, strict=False):
            texts[f"{letter}l"], texts[f"{letter}h"] = self.names[reg]
        return texts

    def _pair(self, reg: Reg, low: str, high: str) -> None:
        """The two bounds; where what they are made of does not vary, they are one figure."""
        if low == high or all(a == b for a, b in (self.names[r] for r in reads(self.ops[reg]))):
            self.body.append(f"    r{reg} = {low}")
            self.names[reg] = f"r{reg}", f"r{reg}"
            return
        self.body += (f"    l{reg} = {low}", f"    h{reg} = {high}")
        self.names[reg] = f"l{reg}", f"h{reg}"

    def _divided(self, args: Sequence[Any]) -> tuple[str, str]:
        t = self._texts(args[1:])
        form = DIVIDE[str(args[0])]
        return form.format(a=f"({t['al']})", b=t["bh"]), form.format(a=f"({t['ah']})", b=t["bl"])

    def _difference(self, reg: Reg, t: dict[str, str]) -> None:
        """What is taken away is never more: a bound below zero only says that it is loose."""
        if t["al"] == t["ah"] and t["bl"] == t["bh"]:
            self._pair(reg, f"{t['al']} - {t['bl']}", f"{t['al']} - {t['bl']}")
            return
        self._pair(reg, f"{t['al']} - {t['bh']}", f"{t['ah']} - {t['bl']}")
        self.body.append(f"    if l{reg} < 0: l{reg} = 0")
        self.body.append(f"    if h{reg} < 0: h{reg} = 0")

    def _where(self, reg: Reg, args: Sequence[Reg]) -> None:
        t = self._texts(args)
        if t["al"] == t["ah"]:
            self._pair(
                reg,
                f"{t['bl']} if {t['al']} else {t['cl']}",
                f"{t['bh']} if {t['al']} else {t['ch']}",
            )
            return
        self.body += (
            f"    if {t['al']}: l{reg} = {t['bl']}; h{reg} = {t['bh']}",
            f"    elif not {t['ah']}: l{reg} = {t['cl']}; h{reg} = {t['ch']}",
            "    else:",
            f"        l{reg} = {t['bl']} if {t['bl']} < {t['cl']} else {t['cl']}",
            f"        h{reg} = {t['bh']} if {t['bh']} > {t['ch']} else {t['ch']}",
        )
        self.names[reg] = f"l{reg}", f"h{reg}"

    def _alloc(self, reg: Reg, args: Sequence[Any]) -> None:
        total, weights = args
        low, high = self.names[total]
        lows, highs = zip(*(self.names[w] for w in weights), strict=True)
        if low == high and lows == highs:
            self.body.append(f"    r{reg} = allocate({low}, ({', '.join(lows)}))")
            self.names[reg] = f"r{reg}", f"r{reg}"
            return
        self.body.append(
            f"    l{reg}, h{reg} = bounds({low}, {high}, ({', '.join(lows)}), ({', '.join(highs)}))"
        )
        self.names[reg] = f"l{reg}", f"h{reg}"


def _sides(texts: dict[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return (texts["al"], texts["bl"]), (texts["ah"], texts["bh"])


def allocate_spans(
    low: int, high: int, lows: Sequence[int], highs: Sequence[int]
) -> tuple[Sequence[int], Sequence[int]]:
    """Between which bounds each part of a total lies when it is shared out by weight.

    A part is its exact share rounded down, or one more; the share is least where the weight is
    least and the others are most. Where all weights may be zero a part may be anything.
    """
    if low == high and tuple(lows) == tuple(highs):
        parts = allocate(low, lows)
        return parts, parts
    least, most = sum(lows), sum(highs)
    if not least:
        return [0] * len(lows), [high] * len(lows)
    below, above = [], []
    for small, large in zip(lows, highs, strict=True):
        below.append(low * small // (most - large + small))
        share = high * large // (least - small + large) + 1 if large else 0
        above.append(share if share < high else high)
    return below, above
