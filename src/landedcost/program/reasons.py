"""Words for relief: which threshold, scheme or minimum made an amount zero."""

from __future__ import annotations

from collections.abc import Sequence

from ..regimes.schema import Applied
from .ir import Reg
from .sheet import Sheet, Why

COMPARED = {
    "goods": "the goods without freight",
    "value": "the customs value",
    "goods_freight": "the goods with freight",
}


def relieved(sheet: Sheet, found: Sequence[tuple[Applied, Reg]], what: str) -> list[Why]:
    """One reason for each relief of ``what`` (duty or tax) that may hold on a line."""
    reasons = []
    for rule, flag in found:
        scheme = rule.rule.kind == "scheme"
        limit = rule["limit" if scheme else "amount"]
        compares = str(rule.settings["compares"])
        up_to = "at most" if rule.settings.get("inclusive") else "below"
        each = " of each item" if rule.settings.get("per") == "item" else ""
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
