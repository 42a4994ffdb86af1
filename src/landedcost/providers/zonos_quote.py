"""What Zonos answers to the mutation of a landed cost.

A refusal may come with status 200 and ``errors``. ``landedCostTotal`` is duties, taxes and fees:
neither goods nor shipping are in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..ports import (
    Amount,
    BadAnswer,
    Denied,
    LandedAnswer,
    LandedAsk,
    Node,
    Problem,
    ProviderError,
)
from .charges import Charges, Exact

_DENIED = ("401", "403", "unauthorized", "unauthenticated", "authentication", "forbidden")
_KINDS = {"duties": "duty", "taxes": "tax", "fees": "fees"}


def read_quote(ask: LandedAsk, answer: Node) -> LandedAnswer:
    """The quote for the terms asked for. Raises Denied or ProviderError if there is none."""
    errors = answer.get("errors")
    faults = [fault["message"].text() for fault in errors.list()] if errors is not None else []
    data = answer.get("data")
    found = data.get("landedCostCalculateWorkflow") if data is not None else None
    quotes = found.list() if found is not None else []
    if data is None or not quotes:
        raise _refused(faults)
    problems = [Problem("refused", fault[:300]) for fault in faults]
    chosen = [quote for quote in quotes if quote["method"].text() == ask.terms]
    if not chosen:
        told = quotes[0]["method"].text()
        problems.append(Problem("other_terms", f"quoted for {told}, not for {ask.terms}"))
    quote = (chosen or quotes)[0]
    code, subtotals = quote["currencyCode"].currency(), quote["amountSubtotals"]
    charges = _charges(ask, quote, _names(ask, data))
    rates = [
        rate
        for name in _KINDS
        for charge in quote[name].list()
        if (rate := charge.get("exchangeRate")) is not None
    ]
    ends = [end.moment() for rate in rates if (end := rate.get("expiresAt")) is not None]
    return LandedAnswer(
        "Zonos Landed Cost",
        frozenset(_KINDS.values()),
        _amount(subtotals, "landedCostTotal", code),
        duty=_amount(subtotals, "duties", code),
        tax=_amount(subtotals, "taxes", code),
        fees=_amount(subtotals, "fees", code),
        lines=charges.lines(),
        reference=quote["id"].text(),
        guaranteed=quote["landedCostGuaranteeCode"].text() != "NOT_APPLICABLE",
        expires=min(ends, default=None),
        problems=(*problems, *charges.problems()),
    )


def _refused(faults: list[str]) -> ProviderError:
    said = "; ".join(faults)[:300]
    if any(word in said.lower() for word in _DENIED):
        return Denied(f"refused: {said}", hint="check the credential token in the settings")
    if said:
        return ProviderError(f"refused: {said}", code="provider_refused")
    return BadAnswer("neither a landed cost nor an error is in the answer")


def _names(ask: LandedAsk, data: Node) -> Mapping[str, str]:
    """The id of our line for each id that Zonos gave an item."""
    names = {}
    for item in data["itemCreateWorkflow"].list():
        at = item["productId"].integer()
        if not 0 <= at < len(ask.goods):
            raise item["productId"].bad("is no line that was asked for")
        names[item["id"].text()] = ask.goods[at].id
    return names


def _charges(ask: LandedAsk, quote: Node, names: Mapping[str, str]) -> Charges:
    charges = Charges([goods.id for goods in ask.goods])
    for name, kind in _KINDS.items():
        for charge in quote[name].list():
            item = charge.get("item")
            if item is None:
                continue
            line = names.get(item["id"].text())
            if line is None:
                raise item["id"].bad("is no item of this quote")
            amount = Exact.of(charge["amount"], charge["currencyCode"].currency())
            formula = charge.get("formula")
            charges.add(line, kind, amount, formula.text() if formula is not None else "")
    return charges


def _amount(node: Node, name: str, code: str) -> Amount | None:
    found = node.get(name)
    return None if found is None else found.amount(code)
