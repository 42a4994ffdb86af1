"""A duty as written in a tariff, computed exactly: one ratio until the single rounding."""

from __future__ import annotations

from typing import Any

from ..facts import MEASURES, QUANTITY, RETAIL, Shape
from ..program.ir import Reg
from ..program.sheet import Sheet

Ratio = tuple[Reg, Reg]


def evaluate(sheet: Sheet, index: int, shape: Shape) -> Ratio:
    """The duty of a line in customs minor units, as a numerator and a denominator."""
    b = sheet.b
    name = shape[0]
    parts: Any = shape[1:]
    if name in ("percent", "retail", "specific"):
        return _leaf(sheet, index, str(name), parts)
    ratios = [evaluate(sheet, index, part) for part in parts]
    if name == "sum":
        total = ratios[0]
        for other in ratios[1:]:
            total = _add(sheet, total, other)
        return total
    (a, p), (c, q) = ratios
    left, right = b.mul(a, q), b.mul(c, p)
    den = b.mul(p, q)
    if name == "at_least":
        return b.most(left, right), den
    if name == "at_most":
        return b.least(left, right), den
    less = b.below(left, right)
    return b.where(less, b.const(0), b.sub(left, b.where(less, left, right))), den


def _leaf(sheet: Sheet, index: int, name: str, parts: Any) -> Ratio:
    b = sheet.b
    num, den = sheet.param(index, parts[0]), sheet.param(index, parts[0] + 1)
    if name == "percent":
        return b.mul(sheet.dutiable[index], num), den
    if name == "retail":
        form = sheet.forms[index]
        retail = sheet.convert(sheet.line(index, RETAIL), form.currency, sheet.currency)
        return b.mul(retail, num), den
    currency, measure = parts[1], parts[2]
    position = QUANTITY if measure == "quantity" else MEASURES[measure]
    top = b.mul(sheet.line(index, position), num)
    if currency != sheet.currency:
        top = b.mul(top, sheet.given("rate", "customs", currency, sheet.currency, "num"))
        den = b.mul(den, sheet.given("rate", "customs", currency, sheet.currency, "den"))
    return top, den


def _add(sheet: Sheet, one: Ratio, other: Ratio) -> Ratio:
    b = sheet.b
    if one[1] == other[1]:
        return b.add(one[0], other[0]), one[1]
    return (
        b.add(b.mul(one[0], other[1]), b.mul(other[0], one[1])),
        b.mul(one[1], other[1]),
    )
