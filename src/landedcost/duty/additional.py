"""Duties on top of the tariff's: flat, up to a minimum total, or a share of the duty itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..facts import Layer, Way
from ..program.ir import Reg
from ..program.reasons import relieved
from ..program.sheet import Sheet, Slot, Why, Words, share
from ..regimes.schema import Applied

Ratio = tuple[Reg, Reg]


@dataclass(frozen=True, slots=True)
class Extra:
    """One additional duty of a line: its amount as due, and its reasons."""

    amount: Reg
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """What additional duties rest on: the tariff's duty as a ratio, and when it stands alone.

    ``claimed`` is 1 where the line's preference holds.
    """

    exact: Ratio
    alone: Reg
    claimed: Reg


def extra_duties(sheet: Sheet, index: int, base: Base) -> list[Extra]:
    """The additional duties of a line, the exempted ones as zero and why.

    A minimum-total rule adds what the base duty lacks to the rate; a specific base duty counts
    by its amount, which is its ad valorem equivalent (US note 52(k)). A surcharge is a rate on
    the base duty. A relief of the duty leaves those due that it spares.
    """
    return [
        _extra(sheet, index, base, layer, position)
        for position, layer in enumerate(sheet.forms[index].additional)
    ]


def _extra(sheet: Sheet, index: int, base: Base, layer: Layer, position: int) -> Extra:
    b = sheet.b
    rule = sheet.lane.of("additional")[layer.rule]
    relief = [
        (by, flag)
        for by, flag in sheet.waived_duty[index]
        if rule.rule.names.isdisjoint(by.settings.get("spares", ()))
    ]
    plain = _by_way(sheet, index, base, rule, layer.plain, position)
    amount, reasons = plain.amount, plain.reasons
    if layer.claimed != layer.plain:
        other = _by_way(sheet, index, base, rule, layer.claimed, position)
        amount = b.where(base.claimed, other.amount, amount)
        reasons = (*(replace(why, when=base.claimed) for why in other.reasons), *reasons)
    off = b.either(b.any(flag for _, flag in relief), base.alone)
    amount = b.where(off, b.const(0), amount)
    freed = relieved(sheet, relief, rule.label)
    if b.constant(base.alone) != 0:
        words = Words("another duty stands in its place too")
        freed.append(replace(reasons[-1], formula=words, when=base.alone, value=None))
    return Extra(amount, (*freed, *reasons))


def _by_way(
    sheet: Sheet, index: int, base: Base, rule: Applied, way: Way | None, position: int
) -> Extra:
    """The duty as it touches the line one way: exempt, on the whole value or on a part of it."""
    b = sheet.b
    code = str(rule.settings.get("code") or rule.rule.name)
    if way is None:
        words = Words("it goes by whether the preference is claimed")
        why = Why(code, f"No {rule.label}", words, rule=rule.address, cites=rule["rate"])
        return Extra(b.const(0), (replace(why, fact=f"extra{position}"),))
    if way.exempt >= 0:
        return Extra(b.const(0), (_exempt(sheet, rule, way.exempt, code, position),))
    value = sheet.dutiable[index]
    num, den = share(rule["rate"])
    top, bottom = b.mul(value, b.const(num)), b.const(den)
    words_, shown = "{0} × {rate}", value
    due = b.any(flag for _, flag in sheet.waived_duty[index])
    if rule.settings["method"] == "minimum_total":
        lacking = b.where(due, b.const(0), base.exact[0])
        left, right = b.mul(top, base.exact[1]), b.mul(lacking, bottom)
        reached = b.at_most(left, right)
        top = b.where(reached, b.const(0), b.sub(left, b.where(reached, left, right)))
        bottom = b.mul(bottom, base.exact[1])
        words_ = "{0} × {rate} − the tariff's duty, never below zero"
    elif rule.settings["method"] == "surcharge":
        top, bottom = b.mul(base.exact[0], b.const(num)), b.mul(base.exact[1], b.const(den))
        words_, shown = "duty of {0} × {rate}", sheet.rounded("duty", *base.exact)
    regs: Sequence[Reg] = (shown,)
    if way.share >= 0:
        part = sheet.param(index, way.share), sheet.param(index, way.share + 1)
        top, bottom = b.mul(top, part[0]), b.mul(bottom, part[1])
        regs = (b.div("half_up", b.mul(shown, part[0]), part[1]), shown)
        words_ = words_.replace("{0}", "{0}, the part of {1} it falls on,")
    basis = "{0} of {1}" if way.share >= 0 else "{0}"
    why = Why(
        code,
        rule.label,
        sheet.note(words_ + sheet.rounding_words("duty"), *regs),
        sheet.note(basis, *regs),
        rule=rule.address,
        rate=rule["rate"].value,
        value=rule["rate"],
        fact=f"extra{position}",
    )
    return Extra(sheet.rounded("duty", top, bottom), (why,))


def _exempt(sheet: Sheet, rule: Applied, number: int, code: str, position: int) -> Why:
    by = sheet.lane.of("exemption")[number]
    own = by.settings.get("code")
    return Why(
        str(own or code),
        f"No {rule.label}: {by.label}",
        Words("exempt; otherwise {rate} of the value"),
        rule=by.address,
        rate=rule["rate"].value,
        value=by["effect"],
        fact="" if own else f"extra{position}",
    )


def extra_slot(sheet: Sheet, index: int, extra: Extra, at_checkout: Reg | None) -> Slot:
    """The charge of an additional duty."""
    return Slot(
        "duty",
        index,
        extra.amount,
        sheet.currency,
        "import",
        extra.reasons,
        at_checkout=at_checkout,
    )
