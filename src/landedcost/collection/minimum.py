"""Sums too small to be collected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..program.ir import Reg
from ..program.sheet import Sheet, Why
from ..regimes.schema import Applied


def too_small(
    sheet: Sheet, taxes: Sequence[Sequence[Reg]], at_sale: Sequence[Reg]
) -> list[tuple[Applied, Reg, Reg]]:
    """Each collection minimum of the lane, with its test and the sum it looked at.

    What a scheme collects at the sale is not part of the sum.
    """
    b = sheet.b
    found = []
    for rule in sheet.lane.of("minimum"):
        if sheet.lane.supply:
            break
        what = rule.settings.get("on", ())
        duty = b.sum(sheet.duty) if "duty" in what else b.const(0)
        tax = on_import(sheet, taxes, at_sale) if "tax" in what else b.const(0)
        whole = b.add(duty, tax)
        flag = sheet.test(whole, rule["amount"], bool(rule.settings.get("inclusive", False)))
        found.append((rule, b.both(flag, b.positive(whole)), whole))
    return found


def on_import(sheet: Sheet, taxes: Sequence[Sequence[Reg]], at_sale: Sequence[Reg]) -> Reg:
    """The tax of all lines that is due on the import rather than at the sale."""
    b = sheet.b
    return b.sum(b.where(at_sale[i], b.const(0), b.sum(taxes[i])) for i in range(sheet.count))


def leave_uncollected(
    sheet: Sheet, found: Sequence[tuple[Applied, Reg, Reg]], at_sale: Sequence[Reg]
) -> None:
    """Set the duty and tax charges to zero where a minimum holds, with the reason."""
    b = sheet.b
    zero = b.const(0)
    for rule, flag, whole in found:
        what = rule.settings.get("on", ())
        for position, slot in enumerate(sheet.slots):
            if slot.kind not in what or slot.line is None:
                continue
            off = flag if slot.kind == "duty" else b.both(flag, b.no(at_sale[slot.line]))
            side = "at most" if rule.settings.get("inclusive") else "below"
            amount = rule["amount"]
            why = Why(
                "not_collected",
                f"{slot.reasons[-1].label}: too little to be collected",
                sheet.note(f"{{0}} in all is {side} {amount.value} {amount.currency}", whole),
                sheet.note("{0}", whole),
                rule=rule.address,
                rate="0",
                value=amount,
                when=b.both(off, b.positive(slot.amount)),
            )
            sheet.slots[position] = replace(
                slot, amount=b.where(off, zero, slot.amount), reasons=(why, *slot.reasons)
            )
        if "duty" in what:
            sheet.duty = [b.where(flag, zero, d) for d in sheet.duty]
        if "tax" in what:
            sheet.tax = [
                b.where(b.both(flag, b.no(at_sale[i])), zero, t) for i, t in enumerate(sheet.tax)
            ]
