"""What the charges of a quote come to, without their words: for those who show many prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from .pipeline import FIRST_AMOUNT
from .rounding import half_up

if TYPE_CHECKING:
    from .quote import Quote


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
    program, lines = priced.program, priced.bundle.sorted
    shown = program.layout.shown
    found, left = [], figures[0]
    for slot, reasons, _, _, position in program.picks:
        amount = figures[position + FIRST_AMOUNT]
        if not amount:
            continue
        if slot.currency != shown:
            used = priced.market.rates.get("shown", slot.currency, shown)
            amount = half_up(amount * used.minor_num, used.minor_den)
        if slot.negative:
            amount = -amount
        line = None if slot.line is None else lines[slot.line].id
        left -= amount
        found.append(Counted(slot.kind, line, reasons[0][1].rule, amount, "checkout"))
    if left:
        found.append(Counted("rounding", None, "conversion.sum", left, "checkout"))
    return found
