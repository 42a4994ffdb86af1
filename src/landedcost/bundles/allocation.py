"""What the buyer pays for the goods, line by line, once the discount is shared out."""

from __future__ import annotations

from ..facts import DECLARED, DECLARED_UNIT, GOODS, UNIT
from ..program.sheet import Sheet


def share_discount(sheet: Sheet) -> None:
    """Fill ``net``, ``goods`` and ``unit``.

    The discount is shared by line price (largest remainder, no cent lost). A gift keeps its
    declared customs value, which no discount lowers. Amounts go to customs currency at the
    customs rate, half up.
    """
    b, layout = sheet.b, sheet.layout
    home = sheet.currency
    priced = [sheet.line(i, GOODS) for i in range(sheet.count)]
    off = [b.const(0)] * sheet.count
    if layout.discount:
        weights = [
            sheet.convert(p, c, layout.discount, "shown")
            for p, c in zip(priced, layout.lines, strict=True)
        ]
        off = b.allocate(sheet.given("discount"), weights)
    for i, form in enumerate(sheet.forms):
        if layout.discount and form.currency != layout.discount:
            less = sheet.convert(off[i], layout.discount, form.currency, "shown")
            sheet.net[i] = b.sub(priced[i], b.least(priced[i], less))
        else:
            sheet.net[i] = b.sub(priced[i], off[i])
        if form.gift:
            sheet.goods[i] = sheet.convert(sheet.line(i, DECLARED), form.currency, home)
            sheet.unit[i] = sheet.convert(sheet.line(i, DECLARED_UNIT), form.currency, home)
        else:
            sheet.goods[i] = sheet.convert(sheet.net[i], form.currency, home)
            sheet.unit[i] = sheet.convert(sheet.line(i, UNIT), form.currency, home)
