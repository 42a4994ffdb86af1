"""A program of integer operations, built once per lane and kind of basket.

Every operation reads earlier registers and writes one of its own. All values are ints (amounts
in minor units, ratios as a numerator and a denominator, tests as 0 and 1), and amounts are
never negative, so a rounded division needs no sign. Equal operations are written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Reg = int


class Builder:
    """Collects operations; each method returns the register of its result."""

    def __init__(self, ops: Iterable[tuple[object, ...]] = ()) -> None:
        self.ops = list(ops)
        self._seen: dict[tuple[object, ...], Reg] = {op: reg for reg, op in enumerate(self.ops)}

    def _put(self, *op: object) -> Reg:
        found = self._seen.get(op)
        if found is None:
            found = len(self.ops)
            self.ops.append(op)
            self._seen[op] = found
        return found

    def constant(self, reg: Reg) -> int | None:
        """The value of a register that is known while building, else None."""
        op = self.ops[reg]
        return int(str(op[1])) if op[0] == "const" else None

    def const(self, value: int) -> Reg:
        """A fixed value."""
        return self._put("const", value)

    def input(self, group: str, index: int) -> Reg:
        """The ``index``-th int of an input tuple (``G``, or ``A0``, ``P0``… of a line)."""
        return self._put("in", group, index)

    def add(self, a: Reg, b: Reg) -> Reg:
        """``a + b``."""
        x, y = self.constant(a), self.constant(b)
        if x == 0:
            return b
        if y == 0:
            return a
        return self.const(x + y) if x is not None and y is not None else self._put("add", a, b)

    def sum(self, regs: Iterable[Reg]) -> Reg:
        """The sum of any number of registers."""
        total = self.const(0)
        for reg in regs:
            total = self.add(total, reg)
        return total

    def sub(self, a: Reg, b: Reg) -> Reg:
        """``a - b``; the caller sees to it that the result is not negative."""
        x, y = self.constant(a), self.constant(b)
        if y == 0:
            return a
        return self.const(x - y) if x is not None and y is not None else self._put("sub", a, b)

    def mul(self, a: Reg, b: Reg) -> Reg:
        """``a * b``."""
        x, y = self.constant(a), self.constant(b)
        if x == 0 or y == 0:
            return self.const(0)
        if x == 1:
            return b
        if y == 1:
            return a
        return self.const(x * y) if x is not None and y is not None else self._put("mul", a, b)

    def div(self, mode: str, num: Reg, den: Reg) -> Reg:
        """``num / den`` rounded to an int by ``mode``."""
        x = self.constant(num)
        if self.constant(den) == 1 or x == 0:
            return num
        return self._put("div", mode, num, den)

    def least(self, a: Reg, b: Reg) -> Reg:
        """The smaller of two."""
        return self._put("min", a, b)

    def most(self, a: Reg, b: Reg) -> Reg:
        """The larger of two."""
        return self._put("max", a, b)

    def at_most(self, a: Reg, b: Reg) -> Reg:
        """1 where ``a <= b``."""
        return self._put("le", a, b)

    def below(self, a: Reg, b: Reg) -> Reg:
        """1 where ``a < b``."""
        return self._put("lt", a, b)

    def positive(self, a: Reg) -> Reg:
        """1 where ``a > 0``."""
        x = self.constant(a)
        return self.const(int(x > 0)) if x is not None else self._put("lt", self.const(0), a)

    def both(self, a: Reg, b: Reg) -> Reg:
        """1 where both tests hold."""
        x, y = self.constant(a), self.constant(b)
        if x == 0 or y == 0:
            return self.const(0)
        if x == 1 or a == b:
            return b
        return a if y == 1 else self._put("and", a, b)

    def either(self, a: Reg, b: Reg) -> Reg:
        """1 where one test holds at least."""
        x, y = self.constant(a), self.constant(b)
        if x == 1 or y == 1:
            return self.const(1)
        if x == 0 or a == b:
            return b
        return a if y == 0 else self._put("or", a, b)

    def any(self, flags: Iterable[Reg]) -> Reg:
        """1 where any of the tests holds."""
        found = self.const(0)
        for flag in flags:
            found = self.either(found, flag)
        return found

    def no(self, a: Reg) -> Reg:
        """1 where the test does not hold."""
        x = self.constant(a)
        return self.const(1 - x) if x is not None else self._put("not", a)

    def where(self, flag: Reg, yes: Reg, no: Reg) -> Reg:
        """``yes`` where the test holds, else ``no``."""
        x = self.constant(flag)
        if x is not None:
            return yes if x else no
        yes, no = self._given(flag, yes, 2), self._given(flag, no, 3)
        return yes if yes == no else self._put("where", flag, yes, no)

    def _given(self, flag: Reg, reg: Reg, side: int) -> Reg:
        """What a register is once a test is known to hold (side 2) or not to (side 3)."""
        while self.ops[reg][:2] == ("where", flag):
            reg = int(str(self.ops[reg][side]))
        return reg

    def allocate(self, total: Reg, weights: Sequence[Reg]) -> list[Reg]:
        """``total`` shared out by weight: largest remainder, ties to the earlier, conserved."""
        if len(weights) == 1:
            return [total]
        if self.constant(total) == 0:
            return [total] * len(weights)
        whole = self._put("alloc", total, tuple(weights))
        return [self._put("part", whole, i) for i in range(len(weights))]
