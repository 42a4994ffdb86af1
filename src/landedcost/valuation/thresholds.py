"""Which lines a threshold relieves, a seller's scheme takes in, or a refusal bars."""

from __future__ import annotations

from ..program.ir import Reg
from ..program.sheet import Sheet, minor
from ..regimes.schema import Applied


def _holds(sheet: Sheet, index: int, rule: Applied, limit: str) -> Reg:
    settings = rule.settings
    what, per = str(settings["compares"]), str(settings.get("per", "parcel"))
    inclusive = bool(settings.get("inclusive", False))
    return sheet.test(sheet.measured(index, what, per, inclusive), rule[limit], inclusive)


def test_thresholds(sheet: Sheet) -> None:
    """Fill ``waived_duty``, ``waived_tax``, ``schemes`` and ``refused`` with a test for each rule.

    A scheme that collects the tax at the sale takes precedence over a threshold that would
    waive the tax on import: the seller is registered, so the supply is taxed. An allowance
    waives nothing: it is taken off the value that bears duty.
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
            if rule.settings.get("effect") == "allowance":
                continue
            flag = _holds(sheet, i, rule, "amount")
            if "duty" in rule.settings.get("waives", ()):
                sheet.waived_duty[i].append((rule, flag))
            if "tax" in rule.settings.get("waives", ()):
                sheet.waived_tax[i].append((rule, flag))
        for k in form.refusals:
            rule = sheet.lane.refusals[k]
            flag = sheet.b.no(_holds(sheet, i, rule, "limit"))
            sheet.refused.append((rule, i, flag))
    _take_allowances(sheet)


def _take_allowances(sheet: Sheet) -> None:
    """Fill ``dutiable``: each line's value less its part of the amounts that are free of duty."""
    b = sheet.b
    sheet.dutiable = list(sheet.value)
    for k, rule in enumerate(sheet.lane.of("threshold")):
        lines = [i for i, form in enumerate(sheet.forms) if k in form.thresholds]
        if rule.settings.get("effect") != "allowance" or not lines:
            continue
        amount = rule["amount"]
        free = sheet.convert(b.const(minor(amount)), amount.currency, sheet.currency)
        values = [sheet.dutiable[i] for i in lines]
        shares = b.allocate(b.least(free, b.sum(values)), values)
        for i, part in zip(lines, shares, strict=True):
            sheet.dutiable[i] = b.sub(sheet.dutiable[i], part)
            sheet.allowed[i].append((rule, part))
