"""Duties on top of the tariff's: flat, up to a minimum total, or a share of the duty itself."""

from __future__ import annotations

from dataclasses import dataclass

from ..program.ir import Reg
from ..program.sheet import Sheet, Why, share
from ..regimes.schema import Applied

Ratio = tuple[Reg, Reg]


@dataclass(frozen=True, slots=True)
class Extra:
    """One additional duty of a line."""

    amount: Reg
    reasons: tuple[Why, ...]


def stacked(rules: list[tuple[int, Applied]]) -> list[int]:
    """Which of a line's additional duties are charged.

    The highest rate of each group, and none that another applying rule switches off
    (``not_with``).
    """
    names = {rule.rule.name for _, rule in rules}
    best: dict[str, tuple[int, Applied]] = {}
    kept: list[int] = []
    for number, rule in rules:
        if names.intersection(rule.settings.get("not_with", ())):
            continue
        group = rule.settings.get("group")
        if group is None:
            kept.append(number)
        elif group not in best or _rate(rule) > _rate(best[group][1]):
            best[group] = (number, rule)
    return sorted([*kept, *(number for number, _ in best.values())])


def _rate(rule: Applied) -> tuple[int, ...]:
    num, den = share(rule["rate"])
    return (num * 10**12 // den,)


def extra_duties(sheet: Sheet, index: int, base: Ratio, waived: Reg, alone: Reg) -> list[Extra]:
    """The additional duties of a line.

    A minimum-total rule adds what the base duty lacks to the rate; a specific base duty counts
    by its amount, which is its ad valorem equivalent (US note 52(k)). A surcharge is a rate on
    the base duty.
    """
    b = sheet.b
    out = []
    value = sheet.dutiable[index]
    off = b.either(waived, alone)
    for k in sheet.forms[index].additional:
        rule = sheet.lane.of("additional")[k]
        num, den = share(rule["rate"])
        top, bottom = b.mul(value, b.const(num)), b.const(den)
        words, shown = "{0} × {rate}", value
        if rule.settings["method"] == "minimum_total":
            left, right = b.mul(top, base[1]), b.mul(base[0], bottom)
            reached = b.at_most(left, right)
            top = b.where(reached, b.const(0), b.sub(left, b.where(reached, left, right)))
            bottom = b.mul(bottom, base[1])
            words = "{0} × {rate} − the tariff's duty, never below zero"
        elif rule.settings["method"] == "surcharge":
            top, bottom = b.mul(base[0], b.const(num)), b.mul(base[1], b.const(den))
            words, shown = "duty of {0} × {rate}", sheet.rounded("duty", *base)
        amount = b.where(off, b.const(0), sheet.rounded("duty", top, bottom))
        out.append(
            Extra(
                amount,
                (
                    Why(
                        str(rule.settings.get("code") or rule.rule.name),
                        rule.label,
                        sheet.note(words + sheet.rounding_words("duty"), shown),
                        sheet.note("{0}", shown),
                        rule=rule.address,
                        rate=rule["rate"].value,
                        value=rule["rate"],
                    ),
                ),
            )
        )
    return out
