"""What the charges of a quote come to, without their words: for those who show many prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from .pipeline import FIRST_AMOUNT, Program
from .rounding import half_up

if TYPE_CHECKING:
    from .quote import Quote


_Pick = tuple[int, tuple[str, str, str] | None, int, str, int | None, str]


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
    priced, figures = quote.priced, quote.figures
    if quote.delivery_minor or priced.beside:
        return [
            Counted(c.kind, c.line, c.rule, c.amount_minor, c.collected)
            for c in quote.charges
            if c.amount_minor
        ]
    lines = priced.bundle.sorted
    found, left = [], figures[0]
    code = None
    for position, conversion, sign, kind, index, rule in _plan(priced.program):
        amount = figures[position]
        if not amount:
            continue
        if conversion is not None:
            if conversion is not code:
                used, code = priced.market.rates.get(*conversion), conversion
            amount = half_up(amount * used.minor_num, used.minor_den)
        amount *= sign
        left -= amount
        line = None if index is None else lines[index].id
        found.append(_made(Counted, (kind, line, rule, amount, "checkout")))
    if left:
        found.append(Counted("rounding", None, "conversion.sum", left, "checkout"))
    return found


_made = tuple.__new__
"""A row without the call that names its fields: this is done for each charge of each price."""


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
            )
            for slot, reasons, _, _, position in program.picks
        )
    return found
