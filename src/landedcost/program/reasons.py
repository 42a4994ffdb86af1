"""Words for relief: which threshold, scheme or minimum made an amount zero."""

from __future__ import annotations

from collections.abc import Sequence

from ..regimes.schema import Applied
from .ir import Reg
from .sheet import Sheet, Why, Words

COMPARED = {
    "goods": "the goods without freight",
    "value": "the customs value",
    "goods_freight": "the goods with freight",
}

_EACH = {
    "item": " of each item",
    "day": ", with the buyer's other parcels of the day, which are not known here,",
}


def relieved(sheet: Sheet, found: Sequence[tuple[Applied, Reg]], what: str) -> list[Why]:
    """One reason for each relief of ``what`` (duty or tax) that may hold on a line.

    A threshold, a scheme, or a rate that stands for the tax as well.
    """
    reasons = []
    for rule, flag in found:
        if rule.rule.kind == "duty":
            reasons.append(_included(rule, flag, what))
            continue
        scheme = rule.rule.kind == "scheme"
        limit = rule["limit" if scheme else "amount"]
        compares = str(rule.settings["compares"])
        up_to = "at most" if rule.settings.get("inclusive") else "below"
        each = _EACH.get(str(rule.settings.get("per", "")), "")
        reasons.append(
            Why(
                "scheme" if scheme else "below_threshold",
                f"No {what}: {rule.label}",
                sheet.note(f"{COMPARED[compares]}{each} is {up_to} {limit.value} {limit.currency}"),
                sheet.note("{0}", sheet.compared[compares]),
                rule=rule.address,
                rate="0",
                value=limit,
                when=flag,
            )
        )
    return reasons


def _included(rule: Applied, flag: Reg, what: str) -> Why:
    """The reason for no tax where one rate stands for the duty and the tax together."""
    return Why(
        "included",
        f"No {what} beside it: {rule.label}",
        Words("one rate, charged as duty, stands for duty and tax"),
        rule=rule.address,
        rate="0",
        value=rule["rate"],
        when=flag,
    )
