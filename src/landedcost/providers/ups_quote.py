"""What UPS answers to a question for a landed cost.

UPS publishes a schema and a sample that write names differently (``totalDutyAndTax`` and
``totalDutyandTax``, ``commodityID`` and ``commodityId``, ``errors`` and ``error``), so names are
read without regard to capitals. ``grandTotal`` is duty, tax and brokerage: neither goods nor
freight are in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ports import (
    Amount,
    BadAnswer,
    LandedAnswer,
    LandedAsk,
    LandedLine,
    Node,
    Problem,
    ProviderError,
)


def read_quote(ask: LandedAsk, answer: Node) -> LandedAnswer:
    """A quote of the basket that was asked for. Raises ProviderError if UPS refuses all of it."""
    answer = Node(_lower(answer.value))
    problems = list(_faults(answer))
    shipment = answer.get("shipment")
    if shipment is None:
        if problems:
            raise ProviderError(f"refused: {problems[0].text}", code="provider_refused")
        raise BadAnswer("neither a shipment nor an error is in the answer")
    problems += _faults(shipment)
    code = shipment["currencycode"].currency()
    lines = []
    for item in shipment["shipmentitems"].list():
        goods = _asked(ask, item["commodityid"])
        if not item["iscalculable"].flag():
            problems.append(Problem("not_calculable", "UPS could not calculate the line", goods))
            lines.append(LandedLine(goods))
            continue
        applied = item.get("hscode")
        lines.append(
            LandedLine(
                goods,
                duty=item["commodityduty"].amount(item["commoditycurrencycode"].currency()),
                tax=item["commodityvat"].amount(item["commoditycurrencycode"].currency()),
                fees=_either(item, ("totalcommoditytaxesandfees", "totalcommoditytaxandfee"), code),
                hs_code=applied.hs_code() if applied is not None and applied.value else None,
            )
        )
    answered = {line.id for line in lines}
    missing = [goods.id for goods in ask.goods if goods.id not in answered]
    problems += [Problem("not_answered", "the line is not in the answer", id) for id in missing]
    lines += [LandedLine(id) for id in missing]
    return _whole(shipment, code, tuple(lines), tuple(problems))


def _whole(
    shipment: Node, code: str, lines: tuple[LandedLine, ...], problems: tuple[Problem, ...]
) -> LandedAnswer:
    """The answer with the amounts of the whole basket, if every line of it was calculated."""
    source, covers = "UPS Landed Cost", frozenset({"duty", "tax", "fees"})
    if any(problem.line for problem in problems):
        return LandedAnswer(source, covers, lines=lines, problems=problems)
    duty = _amount(shipment, "totalduties", code)
    tax = _amount(shipment, "totalvat", code)
    charges = [
        _amount(shipment, name, code)
        for name in (
            "totalbrokeragefees",
            "totalcommodityleveltaxesandfees",
            "totalshipmentleveltaxesandfees",
        )
    ]
    told = [charge.minor for charge in charges if charge is not None]
    fees = Amount(sum(told), code) if len(told) == len(charges) else None
    total = _amount(shipment, "grandtotal", code)
    parts = [part.minor for part in (duty, tax, fees) if part is not None]
    if total is not None and len(parts) == len(covers) and abs(sum(parts) - total.minor) > 1:
        text = f"duty, tax and fees make {sum(parts)}, the total is {total.minor}, in minor units"
        problems = (*problems, Problem("does_not_add_up", text))
    return LandedAnswer(source, covers, total, duty, tax, fees, lines, problems=problems)


def _amount(node: Node, name: str, code: str) -> Amount | None:
    found = node.get(name)
    return None if found is None else found.amount(code)


def _either(node: Node, names: tuple[str, ...], code: str) -> Amount | None:
    found = (_amount(node, name, code) for name in names)
    return next((amount for amount in found if amount is not None), None)


def _asked(ask: LandedAsk, node: Node) -> str:
    at = node.integer()
    if not 0 <= at < len(ask.goods):
        raise node.bad("is no line that was asked for")
    return ask.goods[at].id


def _faults(node: Node) -> Iterator[Problem]:
    """What UPS says it could not do: an object, a list of them, or a text, by either name."""
    for name in ("error", "errors"):
        found = node.get(name)
        if found is None or found.value in ("", []):
            continue
        for fault in found.list() if isinstance(found.value, list) else [found]:
            if isinstance(fault.value, str):
                yield Problem("refused", fault.value[:300])
                continue
            words = [fault.get(word) for word in ("code", "message", "description", "field")]
            text = ": ".join(str(word.value) for word in words if word is not None and word.value)
            yield Problem("refused", text[:300] or "an error without words")


def _lower(value: Any) -> Any:
    """The same JSON with every name in small letters. Raises BadAnswer if two become one."""
    if isinstance(value, list):
        return [_lower(part) for part in value]
    if not isinstance(value, dict):
        return value
    lowered = {name.lower(): _lower(part) for name, part in value.items()}
    if len(lowered) != len(value):
        raise BadAnswer(f"names that differ in capitals only: {', '.join(sorted(value))[:120]}")
    return lowered
