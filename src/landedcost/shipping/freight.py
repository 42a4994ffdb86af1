"""Freight and insurance in customs currency, shared out over the lines by value."""

from __future__ import annotations

from ..program.sheet import Sheet


def share_freight(sheet: Sheet) -> None:
    """Fill ``freight`` and ``insurance``: converted once, then shared by the goods' value."""
    layout = sheet.layout
    if layout.shipping:
        whole = sheet.convert(sheet.given("shipping"), layout.shipping, sheet.currency)
        sheet.freight = sheet.b.allocate(whole, sheet.goods)
    if layout.insurance:
        whole = sheet.convert(sheet.given("insurance"), layout.insurance, sheet.currency)
        sheet.insurance = sheet.b.allocate(whole, sheet.goods)
