"""The sums: what is due at checkout, what on delivery, in the currency shown."""

from __future__ import annotations

from dataclasses import dataclass

from ..facts import GOODS, OFF
from ..program.ir import Reg
from ..program.sheet import Sheet, Slot, Why, Words

CHECKOUT, DELIVERY = "checkout", "delivery"


@dataclass(frozen=True, slots=True)
class Sums:
    """Registers of the answer's sums: shown currency, then customs currency."""

    total: Reg
    checkout: Reg
    delivery: Reg
    customs_value: Reg
    duty: Reg
    tax: Reg
    fees: Reg


def charge_sale(sheet: Sheet) -> None:
    """Add the charges the seller makes: goods, discount, shipping, insurance.

    Goods are shown at what the lines cost, or at their parts of the bundle's fixed price.
    """
    layout = sheet.layout
    for i, unit in enumerate(sheet.paid):
        why = Why("goods", "Goods", Words("unit price × quantity"), fact="goods")
        amount = sheet.net[i] if layout.price else sheet.line(i, GOODS)
        sheet.slots.append(Slot("goods", i, amount, unit, CHECKOUT, (why,)))
    for name, currency in (
        ("discount", layout.discount),
        ("shipping", layout.shipping),
        ("insurance", layout.insurance),
    ):
        if currency:
            why = Why(name, name.capitalize(), Words("as given for the bundle"), fact=name)
            slot = Slot(
                name,
                None,
                sheet.given(name),
                currency,
                CHECKOUT,
                (why,),
                negative=name == "discount",
            )
            sheet.slots.append(slot)
    for i, form in enumerate(sheet.forms):
        if form.off and not layout.price:
            why = Why("discount", "Discount", Words("as given for the line"), fact="discount")
            amount, unit = sheet.line(i, OFF), form.currency
            slot = Slot("discount", i, amount, unit, CHECKOUT, (why,), negative=True)
            sheet.slots.append(slot)


def settle(sheet: Sheet, fees: list[Reg]) -> Sums:
    """Convert each currency's sum once and add up."""
    b = sheet.b
    checkout = _shown(sheet, [(s, _part(sheet, s, CHECKOUT)) for s in sheet.slots])
    delivery = _shown(sheet, [(s, _part(sheet, s, DELIVERY)) for s in sheet.slots])
    return Sums(
        total=b.add(checkout, delivery),
        checkout=checkout,
        delivery=delivery,
        customs_value=b.sum(sheet.value),
        duty=b.sum(sheet.duty),
        tax=b.sum(sheet.tax),
        fees=b.sum(fees),
    )


def collector(sheet: Sheet, slot: Slot) -> str:
    """Who collects a charge when that does not depend on the amounts, else empty.

    The seller collects all of their own charges, and under DDP everything; under DAP the
    carrier collects what the import owes, save what a scheme collects at the sale.
    """
    if slot.collected == CHECKOUT or sheet.lane.key.terms == "DDP":
        return CHECKOUT
    if slot.at_checkout is None:
        return DELIVERY
    known = sheet.b.constant(slot.at_checkout)
    return "" if known is None else (CHECKOUT if known else DELIVERY)


def _part(sheet: Sheet, slot: Slot, who: str) -> Reg:
    b = sheet.b
    known = collector(sheet, slot)
    if known:
        return slot.amount if known == who else b.const(0)
    assert slot.at_checkout is not None
    yes, no = (slot.amount, b.const(0)) if who == CHECKOUT else (b.const(0), slot.amount)
    return b.where(slot.at_checkout, yes, no)


def _shown(sheet: Sheet, parts: list[tuple[Slot, Reg]]) -> Reg:
    b, shown = sheet.b, sheet.layout.shown
    plus: dict[str, list[Reg]] = {}
    minus: dict[str, list[Reg]] = {}
    for slot, reg in parts:
        (minus if slot.negative else plus).setdefault(slot.currency, []).append(reg)
    added, taken = [], []
    for currency, regs in plus.items():
        whole = b.sum(regs)
        if currency in minus:
            whole = b.sub(whole, b.sum(minus.pop(currency)))
        added.append(sheet.convert(whole, currency, shown, "shown"))
    for currency, regs in minus.items():
        taken.append(sheet.convert(b.sum(regs), currency, shown, "shown"))
    return b.sub(b.sum(added), b.sum(taken))
