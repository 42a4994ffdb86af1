"""What the buyer pays for the goods, line by line, once discount or fixed price is shared out."""

from __future__ import annotations

from ..facts import DECLARED, DECLARED_UNIT, GOODS, OFF, UNIT
from ..program.ir import Reg
from ..program.sheet import Sheet

FINER = 1_000
"""Lines in several currencies are weighed in thousandths of a minor unit of the price's."""


def share_price(sheet: Sheet) -> None:
    """Fill ``net``, ``paid``, ``goods`` and ``unit``.

    A fixed price or a discount is shared out by what the lines cost by themselves (largest
    remainder, no cent lost, the id first in order among equals). A gift keeps its declared customs
    value, whatever is paid. Amounts go to customs currency at the customs rate, half up.
    """
    alone = [_alone(sheet, i) for i in range(sheet.count)]
    if sheet.layout.price:
        sheet.paid = [sheet.layout.price] * sheet.count
        sheet.net = sheet.b.allocate(sheet.given("price"), _weights(sheet, alone))
    else:
        _take_discount(sheet, alone)
    reduced = bool(sheet.layout.price or sheet.layout.discount)
    home = sheet.currency
    for i, form in enumerate(sheet.forms):
        if form.gift:
            sheet.goods[i] = sheet.convert(sheet.line(i, DECLARED), form.currency, home)
            sheet.unit[i] = sheet.convert(sheet.line(i, DECLARED_UNIT), form.currency, home)
            continue
        sheet.goods[i] = sheet.convert(sheet.net[i], sheet.paid[i], home)
        sheet.unit[i] = None
        if not (reduced or form.off):
            sheet.unit[i] = sheet.convert(sheet.line(i, UNIT), form.currency, home)


def _alone(sheet: Sheet, index: int) -> Reg:
    """What a line costs by itself, its own discount taken off."""
    whole = sheet.line(index, GOODS)
    if not sheet.forms[index].off:
        return whole
    return sheet.b.sub(whole, sheet.line(index, OFF))


def _weights(sheet: Sheet, alone: list[Reg]) -> list[Reg]:
    """What the lines cost, comparable: exact in one currency, else at the commercial rates."""
    b, layout = sheet.b, sheet.layout
    if len(set(layout.lines)) == 1:
        return alone
    finer = [b.mul(amount, b.const(FINER)) for amount in alone]
    return [
        sheet.convert(amount, unit, layout.price, "shown")
        for amount, unit in zip(finer, layout.lines, strict=True)
    ]


def _take_discount(sheet: Sheet, alone: list[Reg]) -> None:
    b, layout = sheet.b, sheet.layout
    sheet.net = list(alone)
    if not layout.discount:
        return
    weights = [
        sheet.convert(p, c, layout.discount, "shown")
        for p, c in zip(alone, layout.lines, strict=True)
    ]
    off = b.allocate(sheet.given("discount"), weights)
    for i, form in enumerate(sheet.forms):
        less = off[i]
        if form.currency != layout.discount:
            less = sheet.convert(less, layout.discount, form.currency, "shown")
            less = b.least(alone[i], less)
        sheet.net[i] = b.sub(alone[i], less)
