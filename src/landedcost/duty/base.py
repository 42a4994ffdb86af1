"""The duty of each line: the tariff's own, a preference, a flat amount, or none and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..program.ir import Reg
from ..program.reasons import relieved
from ..program.sheet import Sheet, Slot, Why, Words
from .additional import Base, extra_duties, extra_slot
from .formula import Ratio, evaluate
from .instead import Instead, basis, instead_of_tariff


@dataclass(frozen=True, slots=True)
class Due:
    """The duty of one line before relief: the amount, and its reasons.

    ``known`` is 1 where it does not rest on the tariff's rate, ``alone`` where no additional
    duty is charged beside it.
    """

    amount: Reg
    reasons: tuple[Why, ...]
    exact: Ratio
    known: Reg
    alone: Reg


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
    claimed = [_claimed(sheet, i) for i in range(sheet.count)]
    instead = instead_of_tariff(sheet, claimed)
    due = [_due(sheet, i, claimed[i], instead[i]) for i in range(sheet.count)]
    waived = [b.any(flag for _, flag in sheet.waived_duty[i]) for i in range(sheet.count)]
    for i, d in enumerate(due):
        known = b.either(_all_waived(sheet, i) if sheet.forms[i].unplaced else waived[i], d.known)
        sheet.missing.append(b.no(known) if sheet.forms[i].unknown else b.const(0))
    sheet.claimed = claimed
    zero = b.const(0)
    base = [b.where(waived[i], zero, d.amount) for i, d in enumerate(due)]
    if sheet.per_entry("duty"):
        base = sheet.round_entry("duty", base)
    extras = [extra_duties(sheet, i, Base(d.exact, d.alone, claimed[i])) for i, d in enumerate(due)]
    sheet.duty = [b.sum((base[i], *(e.amount for e in extras[i]))) for i in range(sheet.count)]
    for i, found in enumerate(due):
        why = (*relieved(sheet, sheet.waived_duty[i], "duty"), *found.reasons)
        at = duty_at_sale(sheet, i)
        sheet.slots.append(Slot("duty", i, base[i], sheet.currency, "import", why, at_checkout=at))
        for extra in extras[i]:
            sheet.slots.append(extra_slot(sheet, i, extra, at))


def _all_waived(sheet: Sheet, index: int) -> Reg:
    """1 where a relief waives the additional duties too, and so the goods' origin is no matter."""
    flags = (f for rule, f in sheet.waived_duty[index] if not rule.settings.get("spares"))
    return sheet.b.any(flags)


def duty_at_sale(sheet: Sheet, index: int) -> Reg | None:
    """1 where a scheme has the seller collect the duty too; None where none ever does."""
    flags = [
        flag for rule, flag in sheet.schemes[index] if "duty" in rule.settings.get("collects", ())
    ]
    return sheet.b.any(flags) if flags else None


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


def _claimed(sheet: Sheet, index: int) -> Reg:
    """1 where the line's preference is claimed with evidence and no scheme of the seller bars it.

    Where the rule asks for evidence and the line has none, the claim holds only for parcels of
    which the rule asks for none.
    """
    b, form = sheet.b, sheet.forms[index]
    if form.preference is None or form.preference_rule is None:
        return b.const(0)
    rule = sheet.lane.of("preference")[form.preference_rule]
    barred = rule.settings.get("not_under", ())
    flags = [flag for scheme, flag in sheet.schemes[index] if scheme.rule.name in barred]
    held = b.no(b.any(flags))
    if rule.settings.get("evidence") and not form.evidence:
        free = rule.get("evidence_above")
        goods = sheet.compared["goods"]
        held = b.both(held, b.const(0) if free is None else sheet.test(goods, free, True))
    return held


def _due(sheet: Sheet, index: int, claimed: Reg, instead: Sequence[Instead]) -> Due:
    b, form = sheet.b, sheet.forms[index]
    rounding = sheet.rounding_words("duty")
    if form.duty is None:
        exact: Ratio = (b.const(0), b.const(1))
    else:
        exact = evaluate(sheet, index, form.duty)
    value, on = sheet.dutiable[index], basis(sheet, index)
    percent = form.duty is not None and form.duty[0] == "percent"
    text = ("{0} × {rate}" if percent else "{rate}") + rounding
    reasons = [Why("mfn", "Customs duty", sheet.note(text, value), on, fact="duty")]
    if form.preference is not None and form.preference_rule is not None:
        rule = sheet.lane.of("preference")[form.preference_rule]
        better = evaluate(sheet, index, form.preference)
        own = form.preference_of_tariff
        share = form.preference[0] == "percent"
        exact = (b.where(claimed, better[0], exact[0]), b.where(claimed, better[1], exact[1]))
        reasons.insert(
            0,
            Why(
                "preference",
                f"Customs duty, {rule.label}",
                sheet.note(("{0} × {rate}" if share else "{rate}") + rounding, value),
                on,
                rule=rule.address,
                rate=rule["rate"].value,
                value=None if own else rule["rate"],
                fact="preference" if own else "",
                when=claimed,
            ),
        )
    fine = sheet.fine if sheet.per_entry("duty") else sheet.rounded
    amount = fine("duty", *exact)
    known, alone = claimed, b.const(0)
    for one in instead:
        instead_amount = one.exact[0] if one.fixed else fine("duty", *one.exact)
        amount = b.where(one.flag, instead_amount, amount)
        exact = (
            b.where(one.flag, one.exact[0], exact[0]),
            b.where(one.flag, one.exact[1], exact[1]),
        )
        known = b.either(known, one.flag)
        alone = b.either(alone, one.flag) if one.alone else b.both(alone, b.no(one.flag))
        reasons.insert(0, one.why)
    return Due(amount, tuple(reasons), exact, known, alone)
