"""Processing and handling fees: fixed, by value with a floor and a cap, or by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..program.ir import Reg
from ..program.sheet import Sheet, Slot, Why, Words, minor, share
from ..regimes.schema import Applied, Dated

_WHEN_NOT = {
    "if_tax": "no tax is due on the import",
    "if_duty_or_tax": "no duty or tax is due on the import",
    "on_delivery": "nothing is collected on delivery",
    "unless_relieved": "the parcel is below a threshold",
}


@dataclass(frozen=True, slots=True)
class Collected:
    """What of a basket is due on the import, and what of it the carrier collects."""

    duty: Reg
    tax: Reg
    on_delivery: Reg


def fees_of(sheet: Sheet, *, in_tax_base: bool) -> list[Applied]:
    """The fees of the lane that are, or are not, part of the tax base."""
    if sheet.lane.supply:
        return []
    return [
        rule
        for rule in sheet.lane.of("fee")
        if bool(rule.settings.get("in_tax_base", False)) is in_tax_base
        and (sheet.lane.border or rule.settings.get("due") == "on_delivery")
    ]


def charge_fees(sheet: Sheet, rules: Sequence[Applied], collected: Collected) -> list[Reg]:
    """Add a charge for each fee, zero ones with their reason; returns their amounts."""
    amounts = []
    for rule in rules:
        currency, full, words, basis = _full(sheet, rule)
        flag, reasons = _due(sheet, rule, collected)
        amount = sheet.b.where(flag, full, sheet.b.const(0))
        paid = Why(
            rule.rule.name,
            rule.label,
            words,
            basis,
            rule=rule.address,
            rate=_rate_text(rule),
            value=_main(rule),
        )
        if rule.settings.get("payer") == "seller":
            sheet.seller_costs.append(
                Slot("fee", None, amount, currency, "import", (*reasons, paid))
            )
            owed = Why(
                "owed_by_seller",
                rule.label,
                Words("owed by the seller; it may not be passed on as a line of its own"),
                words,
                rule=rule.address,
                rate=_rate_text(rule),
                value=_main(rule),
            )
            zero = sheet.b.const(0)
            sheet.slots.append(Slot("fee", None, zero, currency, "import", (*reasons, owed)))
            amounts.append(zero)
            continue
        sheet.slots.append(Slot("fee", None, amount, currency, "import", (*reasons, paid)))
        amounts.append(sheet.convert(amount, currency, sheet.currency))
    return amounts


def _due(sheet: Sheet, rule: Applied, collected: Collected) -> tuple[Reg, list[Why]]:
    b = sheet.b
    due = str(rule.settings.get("due", "always"))
    flag = {
        "always": b.const(1),
        "if_tax": b.positive(collected.tax),
        "if_duty_or_tax": b.positive(b.add(collected.duty, collected.tax)),
        "on_delivery": b.positive(collected.on_delivery),
        "unless_relieved": _entered(sheet),
    }[due]
    reasons = []
    band = rule.settings.get("band")
    if band:
        amount = sheet.compared[str(rule.settings["compares"])]
        limit = rule["limit"]
        inside = sheet.test(amount, limit, bool(rule.settings.get("inclusive", False)))
        within = inside if band == "up_to" else b.no(inside)
        side = "above" if band == "up_to" else "not above"
        reasons.append(
            _not_due(
                rule,
                f"the parcel is {side} {limit.value} {limit.currency}",
                b.no(within),
                limit,
            )
        )
        flag = b.both(flag, within)
    if due != "always":
        reasons.append(_not_due(rule, _WHEN_NOT[due], b.no(flag), None))
    return flag, reasons


def _entered(sheet: Sheet) -> Reg:
    """1 where some line is not relieved of its duty by a threshold: the parcel needs an entry."""
    b = sheet.b
    relieved = (
        b.any(f for rule, f in waived if not rule.settings.get("spares"))
        for waived in sheet.waived_duty
    )
    return b.any(b.no(flag) for flag in relieved)


def _not_due(rule: Applied, words: str, when: Reg, value: Dated | None) -> Why:
    return Why(
        "not_due",
        f"No fee: {rule.label}",
        Words(words),
        rule=rule.address,
        rate=_rate_text(rule),
        value=value,
        cites=_main(rule),
        when=when,
    )


def _main(rule: Applied) -> Dated:
    return rule.get("amount") or rule["rate"]


def _rate_text(rule: Applied) -> str:
    amount, rate = rule.get("amount"), rule.get("rate")
    parts = []
    if amount is not None:
        each = " per line" if rule.settings["method"] == "per_line" else ""
        parts.append(f"{amount.value} {amount.currency}{each}")
    if rate is not None:
        parts.append(rate.value)
    return " + ".join(parts)


def _full(sheet: Sheet, rule: Applied) -> tuple[str, Reg, Words, Words]:
    b, method = sheet.b, rule.settings["method"]
    parcel = Words("one parcel")
    if method == "fixed":
        amount = rule["amount"]
        words = Words(f"{amount.value} {amount.currency} for the parcel")
        return amount.currency, b.const(minor(amount)), words, parcel
    if method == "per_line":
        amount = rule["amount"]
        count = sheet.given("headings")
        words = Words(f"{amount.value} {amount.currency} for each six-digit code")
        full = b.mul(b.const(minor(amount)), count)
        return amount.currency, full, words, Words("the parcel's six-digit codes")
    num, den = share(rule["rate"])
    value = b.sum(sheet.value)
    full = sheet.rounded("fee", b.mul(value, b.const(num)), b.const(den))
    text = "{0} × " + rule["rate"].value
    fixed, least, most = rule.get("amount"), rule.get("min"), rule.get("max")
    if method == "percent_plus_fixed" and fixed is not None:
        full = b.add(full, b.const(minor(fixed)))
        text = f"{fixed.value} {fixed.currency} + {text}"
    if least is not None:
        full = b.most(full, b.const(minor(least)))
        text += f", at least {least.value} {least.currency}"
    if most is not None:
        full = b.least(full, b.const(minor(most)))
        text += f", at most {most.value} {most.currency}"
    return sheet.currency, full, sheet.note(text, value), sheet.note("customs value {0}", value)
