"""The customs value: CIF, FOB, or the retail price times a factor."""

from __future__ import annotations

from ..program.ir import Reg
from ..program.sheet import Sheet, share

COMPARED = {
    "goods": "the goods, freight excluded",
    "value": "the customs value",
    "goods_freight": "the goods and freight",
}


def value_goods(sheet: Sheet) -> None:
    """Fill ``value`` by the lane's valuation rule, and what thresholds compare.

    The comparison takes the value before an entry-level truncation (a Japanese consumer import
    of 9,999 yen is compared as such, not as 9,000).
    """
    b, rule = sheet.b, sheet.lane.valuation
    basis = rule["basis"].value
    factor = rule.get("factor")
    for i in range(sheet.count):
        if basis == "CIF":
            insured = _insurance(sheet, i)
            sheet.value[i] = b.sum((sheet.goods[i], sheet.freight[i], insured))
        elif factor is not None:
            num, den = share(factor)
            top = b.mul(sheet.goods[i], b.const(num))
            sheet.value[i] = sheet.fine("value", top, b.const(den))
        else:
            sheet.value[i] = sheet.goods[i]
    sheet.compared = {
        "goods": b.sum(sheet.goods),
        "value": b.sum(sheet.value),
        "goods_freight": b.add(b.sum(sheet.goods), b.sum(sheet.freight)),
    }
    if sheet.per_entry("value"):
        sheet.value = sheet.round_entry("value", sheet.value)
    elif sheet.step("value") > 1:
        sheet.value = [sheet.rounded("value", v, b.const(1)) for v in sheet.value]


def _insurance(sheet: Sheet, index: int) -> Reg:
    """The insurance of a line; where none was given, the share of the goods customs assumes."""
    assumed = sheet.lane.valuation.get("insurance")
    if sheet.layout.insurance or assumed is None:
        return sheet.insurance[index]
    num, den = share(assumed)
    b = sheet.b
    return sheet.fine("value", b.mul(sheet.goods[index], b.const(num)), b.const(den))
