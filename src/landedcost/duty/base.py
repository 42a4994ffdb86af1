"""The duty of each line: the tariff's own, a preference, a flat amount, or none and why."""

from __future__ import annotations

from dataclasses import dataclass

from ..program.ir import Reg
from ..program.reasons import relieved
from ..program.sheet import Sheet, Slot, Why, Words, minor
from ..regimes.schema import Applied
from .additional import Extra, extra_duties
from .formula import Ratio, evaluate


@dataclass(frozen=True, slots=True)
class Due:
    """The duty of one line before relief: the amount, and its reasons."""

    amount: Reg
    reasons: tuple[Why, ...]
    exact: Ratio
    flat: Reg
    claimed: Reg


def charge_duty(sheet: Sheet) -> None:
    """Fill ``duty`` and add a charge for each line's duty and each additional duty.

    Duty is waived line by line where a threshold or scheme says so, and the whole is not
    collected where the parcel's sum is below a collection minimum.
    """
    b = sheet.b
    free = _no_duty(sheet)
    if free is not None:
        zero = b.const(0)
        for i in range(sheet.count):
            sheet.slots.append(Slot("duty", i, zero, sheet.currency, "import", (free,)))
        return
    due = [_due(sheet, i) for i in range(sheet.count)]
    waived = [b.any(flag for _, flag in sheet.waived_duty[i]) for i in range(sheet.count)]
    for i, d in enumerate(due):
        known = b.any((waived[i], d.flat, d.claimed))
        sheet.missing.append(b.no(known) if sheet.forms[i].unknown else b.const(0))
    zero = b.const(0)
    base = [b.where(waived[i], zero, d.amount) for i, d in enumerate(due)]
    if sheet.per_entry("duty"):
        base = sheet.round_entry("duty", base)
    extras = [extra_duties(sheet, i, due[i].exact, waived[i], due[i].flat) for i in range(len(due))]
    sheet.base_duty = base
    sheet.duty = [b.sum((base[i], *(e.amount for e in extras[i]))) for i in range(sheet.count)]
    for i, found in enumerate(due):
        why = (*relieved(sheet, sheet.waived_duty[i], "duty"), *found.reasons)
        sheet.slots.append(Slot("duty", i, base[i], sheet.currency, "import", why))
        for extra in extras[i]:
            sheet.slots.append(_extra_slot(sheet, i, extra))


def _extra_slot(sheet: Sheet, index: int, extra: Extra) -> Slot:
    waived = relieved(sheet, sheet.waived_duty[index], extra.reasons[-1].label)
    why = (*waived, *extra.reasons)
    return Slot("duty", index, extra.amount, sheet.currency, "import", why)


def _no_duty(sheet: Sheet) -> Why | None:
    """The reason when nothing on this lane bears duty."""
    if not sheet.lane.border:
        return Why(
            "no_border",
            "No customs duty",
            Words(f"the goods stay inside one customs territory, {sheet.regime.customs_territory}"),
            rule=f"{sheet.regime.code}.territory.customs_territory",
        )
    for rule in sheet.lane.of("duty"):
        if rule.settings["method"] == "none":
            return Why(
                rule.rule.name,
                rule.label,
                Words(rule["reason"].value),
                rule=rule.address,
                value=rule["reason"],
            )
    return None


def _due(sheet: Sheet, index: int) -> Due:
    b, form = sheet.b, sheet.forms[index]
    rounding = sheet.rounding_words("duty")
    if form.duty is None:
        exact: Ratio = (b.const(0), b.const(1))
    else:
        exact = evaluate(sheet, index, form.duty)
    value = sheet.value[index]
    percent = form.duty is not None and form.duty[0] == "percent"
    text = ("{0} × {rate}" if percent else "{rate}") + rounding
    reasons = [
        Why("mfn", "Customs duty", sheet.note(text, value), sheet.note("{0}", value), fact="duty")
    ]
    claimed = b.const(0)
    if form.preference is not None and form.preference_rule is not None:
        rule = sheet.lane.of("preference")[form.preference_rule]
        barred = [
            flag
            for scheme, flag in sheet.schemes[index]
            if scheme.rule.name in rule.settings.get("not_under", ())
        ]
        claimed = b.no(b.any(barred))
        better = evaluate(sheet, index, form.preference)
        exact = (b.where(claimed, better[0], exact[0]), b.where(claimed, better[1], exact[1]))
        reasons.insert(
            0,
            Why(
                "preference",
                f"Customs duty, {rule.label}",
                sheet.note("{0} × {rate}" + rounding, value),
                sheet.note("{0}", value),
                rule=rule.address,
                rate=rule["rate"].value,
                value=rule["rate"],
                when=claimed,
            ),
        )
    fine = sheet.fine if sheet.per_entry("duty") else sheet.rounded
    amount = fine("duty", *exact)
    flat = b.const(0)
    for k in form.duty_rules:
        rule = sheet.lane.of("duty")[k]
        flag = _flat_applies(sheet, index, rule, claimed)
        fixed = sheet.convert(
            b.const(minor(rule["amount"])), rule["amount"].currency, sheet.currency
        )
        amount = b.where(flag, fixed, amount)
        exact = (
            b.where(flag, fixed, exact[0]),
            b.where(flag, b.const(1), exact[1]),
        )
        flat = b.either(flat, flag)
        reasons.insert(0, _flat_words(rule, flag))
    return Due(amount, tuple(reasons), exact, flat, claimed)


def _flat_applies(sheet: Sheet, index: int, rule: Applied, claimed: Reg) -> Reg:
    b, settings = sheet.b, rule.settings
    amount = sheet.compared[str(settings["compares"])]
    flag = sheet.test(amount, rule["limit"], bool(settings.get("inclusive", False)))
    return b.both(flag, b.no(claimed)) if settings.get("unless_preference") else flag


def _flat_words(rule: Applied, flag: Reg) -> Why:
    amount, limit = rule["amount"], rule["limit"]
    return Why(
        "flat_per_line",
        rule.label,
        Words(
            f"{amount.value} {amount.currency} for the line, "
            f"instead of the tariff's duty, up to {limit.value} {limit.currency}"
        ),
        Words("one classification line"),
        rule=rule.address,
        rate=f"{amount.value} {amount.currency} per line",
        value=amount,
        when=flag,
    )
