"""The tour: how a basket on a lane becomes a landed cost, stage after stage.

``write`` runs the stages once for a kind of basket and leaves a :class:`Program` of integer
operations; running the program on a basket's figures is all that happens per price. Everything
here is pure: no clock, no I/O, no country, no currency by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .bundles.allocation import share_price
from .collection.minimum import leave_uncollected, on_import, too_small
from .collection.settle import Sums, charge_sale, collector, settle
from .duty.base import charge_duty, duty_at_sale
from .facts import LineForm
from .fees.charge import Collected, charge_fees, fees_of
from .program.ir import Builder, Reg
from .program.scalar import Compiled, compile_program
from .program.sheet import BUNDLE_INPUTS, Layout, Sheet, Slot, Why
from .program.spans import Spans, compile_spans
from .regimes.schema import Applied
from .regimes.select import Lane
from .shipping.freight import share_freight
from .tax.charge import charge_tax, collected_at_sale, tax_lines
from .valuation.customs_value import value_goods
from .valuation.thresholds import test_thresholds

COMPILE_UP_TO = 12
"""Lines up to which a program is compiled; longer baskets run it step by step, which for them
takes less time than compiling."""


Pick = tuple[Slot, tuple[tuple[int, Why], ...], str, int, int]
"""A slot, its reasons with the position of their test (-1: always), who collects if that is
fixed, the position of the test that otherwise tells, and the position of its amount."""

FIRST_AMOUNT = 4
"""Outputs before the charges: total, at checkout, on delivery, and whether an answer is barred:
a duty is lacking, or the rules refuse the parcel at its value."""

KINDS = ("goods", "discount", "shipping", "insurance", "duty", "tax", "fee")
"""The kinds of charge in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Program:
    """A basket's calculation on a lane, ready to run."""

    lane: Lane
    forms: tuple[LineForm, ...]
    layout: Layout
    ops: tuple[tuple[object, ...], ...]
    inputs: tuple[tuple[str, ...], ...]
    slots: tuple[Slot, ...]
    seller_costs: tuple[Slot, ...]
    scheme_flags: tuple[tuple[str, Reg], ...]
    sums: Sums
    missing: tuple[Reg, ...]
    claimed: tuple[Reg, ...]
    refused: tuple[tuple[Applied, int, Reg], ...]
    """Refusals above an amount: the rule, the line, and the register of the test."""
    outputs: tuple[Reg, ...]
    tests: tuple[Reg, ...]
    """The registers on which the reasons of the charges hang."""
    compiled: Compiled | None
    compiled_tests: Compiled | None
    picks: tuple[Pick, ...]
    conversions: frozenset[tuple[str, str, str]]
    """The exchange rates that it reads: their use (``shown`` or ``customs``), source, target."""
    derived: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was worked out from the program alone, kept by whoever did."""

    def spans(self, wanted: Sequence[Reg], varying: str) -> Spans:
        """The bounds of ``wanted`` while one amount of the bundle varies.

        Added to them are two tests: whether the rules refuse the parcel at its value, and whether
        a duty is lacking.
        """
        b = Builder(self.ops)
        refused = b.any(flag for _, _, flag in self.refused)
        bars = refused, b.any(self.missing)
        place = "G", BUNDLE_INPUTS.index((varying,))
        return compile_spans(b.ops, (*wanted, *bars), input_groups(len(self.forms)), place)


def input_groups(count: int) -> tuple[str, ...]:
    """``G`` for the basket, then ``A`` (the line's own) and ``P`` (learnt) for each line."""
    return ("G", *(f"{k}{i}" for i in range(count) for k in "AP"))


def write(
    lane: Lane, forms: Sequence[LineForm], layout: Layout, *, compiled: bool = True
) -> Program:
    """Run every stage for one kind of basket; ``compiled`` if it is short enough."""
    sheet = Sheet(lane, forms, layout)
    share_price(sheet)
    share_freight(sheet)
    value_goods(sheet)
    test_thresholds(sheet)
    charge_sale(sheet)
    charge_duty(sheet)
    fees = _tax_and_fees(sheet)
    sums = settle(sheet, fees)
    slots = tuple(sheet.slots)
    lacking = sheet.b.any((*sheet.missing, *(flag for _, _, flag in sheet.refused)))
    outputs = (sums.total, sums.checkout, sums.delivery, lacking, *(s.amount for s in slots))
    ops = tuple(sheet.b.ops)
    groups = input_groups(len(forms))
    short = compiled and len(forms) <= COMPILE_UP_TO
    tests = _tests(slots)
    flags = {
        (rule.rule.settings.get("registration") or rule.rule.name, flag)
        for found in sheet.schemes
        for rule, flag in found
    }
    return Program(
        lane=lane,
        forms=sheet.forms,
        layout=layout,
        ops=ops,
        inputs=tuple(sheet.inputs),
        slots=slots,
        seller_costs=tuple(sheet.seller_costs),
        scheme_flags=tuple(sorted(flags)),
        sums=sums,
        missing=tuple(sheet.missing),
        claimed=tuple(sheet.claimed),
        refused=tuple(sheet.refused),
        outputs=outputs,
        tests=tests,
        compiled=compile_program(ops, outputs, groups) if short else None,
        picks=_picks(slots, tuple(collector(sheet, s) for s in slots), tests),
        compiled_tests=compile_program(ops, tests, groups) if short else None,
        conversions=_conversions(sheet.inputs, lane.regime.currency),
    )


def _conversions(inputs: Sequence[tuple[str, ...]], home: str) -> frozenset[tuple[str, str, str]]:
    """Of rates, and of thresholds in other currencies than that of customs."""
    found = set()
    for kind, *rest in inputs[len(BUNDLE_INPUTS) :]:
        use, source, target = rest[:3] if kind == "rate" else ("customs", rest[1], home)
        if source != target:
            found.add((use, source, target))
    return frozenset(found)


def _tests(slots: Sequence[Slot]) -> tuple[Reg, ...]:
    found = [why.when for slot in slots for why in slot.reasons]
    found += [slot.at_checkout for slot in slots]
    return tuple(dict.fromkeys(reg for reg in found if reg is not None))


def _picks(
    slots: Sequence[Slot], collectors: Sequence[str], tests: Sequence[Reg]
) -> tuple[Pick, ...]:
    at = {reg: position for position, reg in enumerate(tests)}

    def pick(position: int) -> Pick:
        slot = slots[position]
        reasons = tuple((-1 if w.when is None else at[w.when], w) for w in slot.reasons)
        told = -1 if slot.at_checkout is None else at[slot.at_checkout]
        return slot, reasons, collectors[position], told, position

    order = sorted(range(len(slots)), key=lambda i: KINDS.index(slots[i].kind))
    return tuple(pick(i) for i in order)


def _tax_and_fees(sheet: Sheet) -> list[Reg]:
    """Tax and fees, which need each other.

    A fee may be part of the tax base, and be due only where there is tax. Whether there is any
    is judged on the tax before such fees.
    """
    b = sheet.b
    none = [b.const(0)] * sheet.count
    at_sale = [collected_at_sale(sheet, i) for i in range(sheet.count)]
    taxes = tax_lines(sheet, none)
    minimum = too_small(sheet, taxes, at_sale)
    inside = fees_of(sheet, in_tax_base=True)
    amounts: list[Reg] = []
    shares = none
    if inside:
        amounts = charge_fees(sheet, inside, _collected(sheet, taxes, at_sale, minimum))
        shares = b.allocate(b.sum(amounts), sheet.value)
        taxes = tax_lines(sheet, shares)
    charge_tax(sheet, taxes, shares)
    leave_uncollected(sheet, minimum, at_sale)
    rest = fees_of(sheet, in_tax_base=False)
    amounts += charge_fees(sheet, rest, _collected(sheet, [[t] for t in sheet.tax], at_sale, []))
    return amounts


def _collected(
    sheet: Sheet,
    taxes: Sequence[Sequence[Reg]],
    at_sale: Sequence[Reg],
    minimum: Sequence[tuple[Applied, Reg, Reg]],
) -> Collected:
    b = sheet.b
    zero = b.const(0)
    sold = [duty_at_sale(sheet, i) for i in range(sheet.count)]
    parts = zip(sheet.duty, sold, strict=True)
    duty, tax = b.sum(sheet.duty), on_import(sheet, taxes, at_sale)
    at_door = b.sum(d if flag is None else b.where(flag, zero, d) for d, flag in parts)
    for rule, flag, _ in minimum:
        if "duty" in rule.settings["on"]:
            duty, at_door = b.where(flag, zero, duty), b.where(flag, zero, at_door)
        tax = b.where(flag, zero, tax) if "tax" in rule.settings["on"] else tax
    delivered = b.add(at_door, tax) if sheet.lane.key.terms == "DAP" else zero
    return Collected(duty, tax, delivered)
