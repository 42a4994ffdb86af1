"""What the charges of a quote come to, without their words: for those who show many prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from .pipeline import FIRST_AMOUNT, Program, input_groups
from .program.scalar import run
from .rounding import half_up

if TYPE_CHECKING:
    from .quote import Priced, Quote


_Pick = tuple[int, tuple[str, str, str] | None, int, str, int | None, str, str, int]
"""Where the amount stands, its conversion and sign, kind, line and rule, and who collects: by
name, or by a test."""


class Counted(NamedTuple):
    """One charge that is not zero: as :class:`landedcost.Charge`, but for its reasons.

    ``rule`` is that of its first reason, which for a fee tells which fee it is; ``line`` is the
    id of its line.
    """

    kind: str
    line: str | None
    rule: str
    amount_minor: int
    collected: str


def counted(quote: Quote) -> Sequence[Counted]:
    """The charges of a quote that are not zero; they add up to its total."""
    lines = quote.priced.bundle.sorted
    return [
        Counted(kind, lines[at].id if isinstance(at, int) else at, rule, amount, who)
        for kind, at, rule, amount, who in rows(quote)
    ]


Row = tuple[str, int | str | None, str, int, str]
"""What :class:`Counted` has, its line as the place in the bundle's order where that is known."""


def rows(quote: Quote) -> Sequence[Row]:
    """The same as plain tuples, for sums by kind: this is done for each price of a drop."""
    priced, figures = quote.priced, quote.figures
    if priced.beside:
        return [
            (c.kind, c.line, c.rule, c.amount_minor, c.collected)
            for c in quote.charges
            if c.amount_minor
        ]
    later = figures[2]
    tests = _tests(priced) if later else ()
    found: list[Row] = []
    at_checkout, at_door = figures[1], later
    num = den = 1
    conversion: tuple[str, str, str] | None = None
    for position, needs, sign, kind, index, rule, collector, test in _plan(priced.program):
        amount = figures[position]
        if not amount:
            continue
        if needs is not None:
            if needs is not conversion:
                used, conversion = priced.market.rates.get(*needs), needs
                num, den = used.minor_num, used.minor_den
            amount = half_up(amount * num, den)
        amount *= sign
        if later and not (tests[test] if not collector else collector == "checkout"):
            at_door -= amount
            found.append((kind, index, rule, amount, "delivery"))
        else:
            at_checkout -= amount
            found.append((kind, index, rule, amount, "checkout"))
    for rest, who in ((at_checkout, "checkout"), (at_door, "delivery")):
        if rest:
            found.append(("rounding", None, "conversion.sum", rest, who))
    return found


def _plan(program: Program) -> Sequence[_Pick]:
    """What of the program each charge is counted from, worked out once."""
    found: Sequence[_Pick] | None = program.derived.get(_plan)
    if found is None:
        shown = program.layout.shown
        rates = {
            code: None if code == shown else ("shown", code, shown)
            for code in {slot.currency for slot in program.slots}
        }
        found = program.derived[_plan] = tuple(
            (
                position + FIRST_AMOUNT,
                rates[slot.currency],
                -1 if slot.negative else 1,
                slot.kind,
                slot.line,
                reasons[0][1].rule,
                collector,
                test,
            )
            for slot, reasons, collector, test, position in program.picks
        )
    return found


def _tests(priced: Priced) -> Sequence[int]:
    """What the tests of the program say, on which hangs who collects."""
    program = priced.program
    if program.compiled_tests is not None:
        return program.compiled_tests(*priced.inputs)
    regs = run(program.ops, dict(zip(input_groups(len(program.forms)), priced.inputs, strict=True)))
    return [regs[reg] for reg in program.tests]
