"""What a rule charges instead of the tariff's duty: an amount a line or a parcel, or one rate.

A rate may hold between two amounts only, may have a fixed amount taken off once a parcel, and
may stand for the tax as well (a global rate).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..program.ir import Reg
from ..program.sheet import Sheet, Why, Words, minor, share
from ..regimes.schema import Applied
from .formula import Ratio


@dataclass(frozen=True, slots=True)
class Instead:
    """One rule on one line: where it applies, the duty as a ratio, and its words.

    ``alone`` says that no additional duty is charged beside it, ``fixed`` that the duty is an
    amount in minor units, which needs no rounding.
    """

    flag: Reg
    exact: Ratio
    why: Why
    alone: bool
    fixed: bool = False


def instead_of_tariff(sheet: Sheet, claimed: Sequence[Reg]) -> list[list[Instead]]:
    """For each line the rules that may take the place of the tariff's duty, the last one wins.

    ``claimed`` has for each line the test of its preference. A rate that replaces the tax is
    noted in ``waived_tax``.
    """
    out: list[list[Instead]] = [[] for _ in range(sheet.count)]
    for k, rule in enumerate(sheet.lane.of("duty")):
        lines = [i for i, form in enumerate(sheet.forms) if k in form.duty_rules]
        if not lines:
            continue
        flags = [_applies(sheet, i, rule, claimed[i]) for i in lines]
        if rule.settings["method"] == "flat_per_line":
            found = [_flat(sheet, rule, flag) for flag in flags]
        elif rule.settings["method"] == "flat_per_parcel":
            found = _shared(sheet, rule, lines, flags)
        else:
            found = _rates(sheet, rule, lines, flags)
        for i, flag, one in zip(lines, flags, found, strict=True):
            out[i].append(one)
            if "tax" in rule.settings.get("replaces", ()):
                sheet.waived_tax[i].append((rule, flag))
    return out


def _applies(sheet: Sheet, index: int, rule: Applied, claimed: Reg) -> Reg:
    """1 where the parcel (or an item) lies in the rule's band, and no preference goes before."""
    b, settings = sheet.b, rule.settings
    inclusive, per = bool(settings.get("inclusive", False)), str(settings.get("per", "parcel"))
    flag = b.const(1)
    for name in ("limit", "over"):
        bound = rule.get(name)
        if bound is not None:
            amount = sheet.measured(index, str(settings["compares"]), per, inclusive)
            held = sheet.test(amount, bound, inclusive)
            flag = b.both(flag, held if name == "limit" else b.no(held))
    return b.both(flag, b.no(claimed)) if settings.get("unless_preference") else flag


def _flat(sheet: Sheet, rule: Applied, flag: Reg) -> Instead:
    amount = rule["amount"]
    fixed = sheet.convert(sheet.b.const(minor(amount)), amount.currency, sheet.currency)
    why = Why(
        "flat_per_line",
        rule.label,
        Words(
            f"{amount.value} {amount.currency} for the line, instead of the tariff's duty, "
            f"{_band(rule)}"
        ),
        Words("one classification line"),
        rule=rule.address,
        rate=f"{amount.value} {amount.currency} per line",
        value=amount,
        when=flag,
    )
    return Instead(flag, (fixed, sheet.b.const(1)), why, alone=True, fixed=True)


def _shared(
    sheet: Sheet, rule: Applied, lines: Sequence[int], flags: Sequence[Reg]
) -> list[Instead]:
    """One amount for the parcel, shared out by value over the lines that it stands for."""
    b, amount = sheet.b, rule["amount"]
    whole = sheet.convert(b.const(minor(amount)), amount.currency, sheet.currency)
    weights = [b.where(f, sheet.value[i], b.const(0)) for f, i in zip(flags, lines, strict=True)]
    text = f"{{0}} of {amount.value} {amount.currency} for the parcel, instead of other duties"
    return [
        Instead(
            flag,
            (part, b.const(1)),
            Why(
                "flat_per_parcel",
                rule.label,
                sheet.note(text, part),
                basis(sheet, i),
                rule=rule.address,
                rate=f"{amount.value} {amount.currency} per parcel",
                value=amount,
                when=flag,
            ),
            alone=True,
            fixed=True,
        )
        for i, flag, part in zip(lines, flags, b.allocate(whole, weights), strict=True)
    ]


def _rates(
    sheet: Sheet, rule: Applied, lines: Sequence[int], flags: Sequence[Reg]
) -> list[Instead]:
    """The rate on each line's value, less its part of what is taken off once a parcel."""
    b = sheet.b
    num, den = (b.const(part) for part in share(rule["rate"]))
    values = [sheet.dutiable[i] for i in lines]
    less = rule.get("deduct")
    parts = [b.const(0)] * len(lines)
    if less is not None:
        whole = sheet.convert(b.const(minor(less)), less.currency, sheet.currency)
        weights = [b.where(f, v, b.const(0)) for f, v in zip(flags, values, strict=True)]
        parts = b.allocate(whole, weights)
    covers_tax = "tax" in rule.settings.get("replaces", ())
    words = ["{0} × {rate}"]
    if less is not None:
        words.append(f", less {{1}} of {less.value} {less.currency}")
    words.append(sheet.rounding_words("duty"))
    words.append(", in place of duty and tax" if covers_tax else ", in place of the tariff's duty")
    if band := _band(rule):
        words.append(f" {band}")
    found = []
    for i, flag, value, part in zip(lines, flags, values, parts, strict=True):
        top, off = b.mul(value, num), b.mul(part, den)
        if less is not None:
            top = b.sub(top, b.least(top, off))
        why = Why(
            "global_rate" if covers_tax else "single_rate",
            rule.label,
            sheet.note("".join(words), value, *([part] if less is not None else [])),
            basis(sheet, i),
            rule=rule.address,
            rate=rule["rate"].value,
            value=rule["rate"],
            when=flag,
        )
        found.append(Instead(flag, (top, den), why, alone=covers_tax))
    return found


def _band(rule: Applied) -> str:
    """``"above 50 USD, up to 3000 USD"``, as far as the rule has bounds."""
    over, limit = rule.get("over"), rule.get("limit")
    closed = bool(rule.settings.get("inclusive", False))
    parts = []
    if over is not None:
        parts.append(f"{'above' if closed else 'from'} {over.value} {over.currency}")
    if limit is not None:
        parts.append(f"{'up to' if closed else 'below'} {limit.value} {limit.currency}")
    return ", ".join(parts)


def basis(sheet: Sheet, index: int) -> Words:
    """The value that bears duty, and what of the customs value an allowance has freed."""
    if not sheet.allowed[index]:
        return sheet.note("{0}", sheet.dutiable[index])
    free = sheet.b.sum(part for _, part in sheet.allowed[index])
    labels = ", ".join(rule.label for rule, _ in sheet.allowed[index])
    return sheet.note(f"{{0}} less {{1}} ({labels})", sheet.value[index], free)
