"""Which lines a threshold relieves, and which a seller's scheme takes in."""

from __future__ import annotations

from ..program.ir import Reg
from ..program.sheet import Sheet
from ..regimes.schema import Applied
from .customs_value import compared


def _holds(sheet: Sheet, index: int, rule: Applied, limit: str) -> Reg:
    settings = rule.settings
    amount = compared(sheet, index, str(settings["compares"]), str(settings.get("per", "parcel")))
    return sheet.test(amount, rule[limit], bool(settings.get("inclusive", False)))


def test_thresholds(sheet: Sheet) -> None:
    """Fill ``waived_duty``, ``waived_tax`` and ``schemes`` with a test for each rule.

    A scheme that collects the tax at the sale takes precedence over a threshold that would
    waive the tax on import: the seller is registered, so the supply is taxed.
    """
    thresholds, schemes = sheet.lane.of("threshold"), sheet.lane.of("scheme")
    for i, form in enumerate(sheet.forms):
        for k in form.schemes:
            rule = schemes[k]
            flag = _holds(sheet, i, rule, "limit")
            sheet.schemes[i].append((rule, flag))
            if "duty" in rule.settings.get("waives", ()):
                sheet.waived_duty[i].append((rule, flag))
            if "tax" in rule.settings.get("waives", ()):
                sheet.waived_tax[i].append((rule, flag))
        for k in form.thresholds:
            rule = thresholds[k]
            flag = _holds(sheet, i, rule, "amount")
            if "duty" in rule.settings.get("waives", ()):
                sheet.waived_duty[i].append((rule, flag))
            if "tax" in rule.settings.get("waives", ()):
                sheet.waived_tax[i].append((rule, flag))
