"""The program on one basket: compiled to a Python function, or run step by step with a trace.

Both forms do the same integer arithmetic. The compiled one answers; the traced one keeps every
register, from which the explanation reads its figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..rounding import ROUNDINGS, allocate
from .ir import Reg
from .primitives import PRIMITIVES

Ops = Sequence[tuple[object, ...]]
Compiled = Callable[..., tuple[int, ...]]

_INFIX = {"add": "+", "sub": "-", "mul": "*"}
DIVIDE = {
    "half_up": "((2*{a}+{b})//(2*{b}))",
    "down": "({a}//{b})",
    "up": "(-(-{a}//{b}))",
    "half_even": "half_even({a},{b})",
}


def run(ops: Ops, inputs: Mapping[str, Sequence[int]]) -> list[Any]:
    """Every register of the program, in order (a shared-out total is a list)."""
    regs: list[Any] = []
    put = regs.append
    for op in ops:
        name, args = op[0], op[1:]
        if name == "const":
            put(args[0])
        elif name == "in":
            put(inputs[str(args[0])][_int(args[1])])
        elif name == "div":
            put(ROUNDINGS[str(args[0])](regs[_int(args[1])], regs[_int(args[2])]))
        elif name == "alloc":
            weights: Any = args[1]
            put(allocate(regs[_int(args[0])], [regs[w] for w in weights]))
        elif name == "part":
            put(regs[_int(args[0])][_int(args[1])])
        else:
            put(PRIMITIVES[str(name)].whole(*(regs[_int(a)] for a in args)))
    return regs


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def compile_program(ops: Ops, outputs: Sequence[Reg], groups: Sequence[str]) -> Compiled:
    """A Python function of the input tuples ``groups`` that returns the output registers."""
    return _Writer(ops, outputs).function(groups)


class _Writer:
    """Writes one assignment per register that is used more than once, the rest in place."""

    def __init__(self, ops: Ops, outputs: Sequence[Reg]) -> None:
        self.ops = ops
        self.outputs = outputs
        self.uses = [0] * len(ops)
        for reg in outputs:
            self._count(reg)
        self.text: dict[Reg, str] = {}
        self.body: list[str] = []

    def _count(self, first: Reg) -> None:
        todo = [first]
        while todo:
            reg = todo.pop()
            self.uses[reg] += 1
            if self.uses[reg] == 1:
                todo.extend(reads(self.ops[reg]))

    def function(self, groups: Sequence[str]) -> Compiled:
        for reg in range(len(self.ops)):
            if self.uses[reg]:
                self._write(reg)
        returned = "".join(f"{self.text[r]}, " for r in self.outputs)
        lines = [f"def program({', '.join(groups)}):", *self.body, f"    return ({returned})"]
        scope: dict[str, Any] = {
            "allocate": allocate,
            "allocate2": _allocate2,
            "allocate3": _allocate3,
            "half_even": ROUNDINGS["half_even"],
        }
        exec("\n".join(lines), scope)
        made: Compiled = scope["program"]
        return made

    def _write(self, reg: Reg) -> None:
        op = self.ops[reg]
        name, args = op[0], op[1:]
        if name == "const":
            self.text[reg] = str(args[0])
            return
        if name == "alloc":
            self._allocation(reg, args)
            return
        if name == "part":
            self.text[reg] = f"a{args[0]}_{args[1]}"
            return
        wordy = name in ("div", "min", "max", "where")
        expression = self._expression(str(name), args)
        if self.uses[reg] == 1 and not wordy and len(expression) < 200:
            self.text[reg] = expression
        else:
            self.body.append(f"    r{reg} = {expression}")
            self.text[reg] = f"r{reg}"

    def _expression(self, name: str, args: tuple[object, ...]) -> str:
        if name == "in":
            return f"{args[0]}[{args[1]}]"
        if name == "div":
            a, b = self._named(_int(args[1])), self._named(_int(args[2]))
            mode = str(args[0])
            if mode == "half_up" and b.isdigit():
                return f"((2*{a}+{b})//{2 * int(b)})"
            return DIVIDE[mode].format(a=a, b=b)
        texts = [self.text[_int(a)] for a in args]
        if name in _INFIX:
            return f"({texts[0]}{_INFIX[name]}{texts[1]})"
        if name in ("min", "max"):
            a, b = (self._named(_int(x)) for x in args)
            return f"({a} if {a} {'<' if name == 'min' else '>'} {b} else {b})"
        if name == "where":
            return f"({texts[1]} if {texts[0]} else {texts[2]})"
        sign = {"le": "<=", "lt": "<", "and": "and", "or": "or"}
        return f"(not {texts[0]})" if name == "not" else f"({texts[0]} {sign[name]} {texts[1]})"

    def _named(self, reg: Reg) -> str:
        text = self.text[reg]
        if text.isalnum() or text.isdigit():
            return text
        name = f"r{reg}"
        if text != name:
            self.body.append(f"    {name} = {text}")
            self.text[reg] = name
        return name

    def _allocation(self, reg: Reg, args: tuple[object, ...]) -> None:
        weights: Any = args[1]
        names = ", ".join(f"a{reg}_{i}" for i in range(len(weights)))
        texts = ", ".join(self.text[w] for w in weights)
        total = self.text[_int(args[0])]
        if len(weights) in (2, 3):
            call = f"allocate{len(weights)}({total}, {texts})"
        else:
            call = f"allocate({total}, ({texts}))"
        self.body.append(f"    {names} = {call}")


def reads(op: tuple[object, ...]) -> list[Reg]:
    """The registers an operation reads."""
    name, args = op[0], op[1:]
    if name in ("const", "in"):
        return []
    if name == "div":
        return [_int(args[1]), _int(args[2])]
    if name == "alloc":
        weights: Any = args[1]
        return [_int(args[0]), *weights]
    if name == "part":
        return [_int(args[0])]
    return [_int(a) for a in args]


def _allocate2(total: int, a: int, b: int) -> Sequence[int]:
    whole = a + b
    if not whole:
        return allocate(total, (a, b))
    first, rest = divmod(total * a, whole)
    if 2 * rest >= whole:
        first += 1
    return first, total - first


def _allocate3(total: int, a: int, b: int, c: int) -> Sequence[int]:
    whole = a + b + c
    if not whole or total < 0:
        return allocate(total, (a, b, c))
    x, of_x = divmod(total * a, whole)
    y, of_y = divmod(total * b, whole)
    z, of_z = divmod(total * c, whole)
    left = total - x - y - z
    if not left:
        return x, y, z
    if left == 1:
        if of_x >= of_y and of_x >= of_z:
            return x + 1, y, z
        return (x, y + 1, z) if of_y >= of_z else (x, y, z + 1)
    if of_z <= of_x and of_z <= of_y:
        return x + 1, y + 1, z
    return (x + 1, y, z + 1) if of_y <= of_x else (x, y + 1, z + 1)
