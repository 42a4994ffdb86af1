"""The explanation: a tree of sums, charges and reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..currencies import currency
from ..lines import Amount
from ..money import amount_text

if TYPE_CHECKING:
    from ..quote import Charge, Quote

_TITLES = {
    "goods": "Goods",
    "discount": "Discount",
    "shipping": "Shipping",
    "insurance": "Insurance",
    "duty": "Customs duty",
    "tax": "Tax",
    "fee": "Fees",
    "rounding": "Rounding",
    "adjustment": "Adjustment",
}


@dataclass(slots=True)
class Node:
    """One line of the explanation, with what is below it."""

    text: str
    children: list[Node] = field(default_factory=list)

    def add(self, text: str) -> Node:
        """A child with ``text``; returns it."""
        node = Node(text)
        self.children.append(node)
        return node

    def lines(self, prefix: str = "") -> Iterator[str]:
        """The tree drawn, one text line at a time."""
        for child in self.children:
            last = child is self.children[-1]
            yield f"{prefix}{'└── ' if last else '├── '}{child.text}"
            yield from child.lines(prefix + ("    " if last else "│   "))

    def __str__(self) -> str:
        return "\n".join([self.text, *self.lines()])


def explain(quote: Quote) -> Node:
    """The whole quote as a tree: total, kinds of charge, charges, reasons, notes, sources."""
    unit = quote.currency
    root = Node(f"{_text(Amount(quote.total_minor, unit))} {quote.terms} on {quote.as_of}")
    root.add(f"due at checkout {_text(Amount(quote.checkout_minor, unit))}")
    root.add(f"due on delivery {_text(Amount(quote.delivery_minor, unit))}")
    customs = quote.customs
    root.add(
        f"customs of {customs['territory']}: value {customs['customs_value']} "
        f"{customs['currency']}, duty {customs['duty']}, tax {customs['tax']}, "
        f"fees {customs['fees']}" + (f", under {customs['scheme']}" if customs["scheme"] else "")
    )
    kinds = dict.fromkeys(c.kind for c in quote.charges)
    for kind in kinds:
        charges = [c for c in quote.charges if c.kind == kind]
        whole = Amount(sum(c.amount.minor for c in charges), unit)
        node = root.add(f"{_TITLES[kind]} {_text(whole)}")
        for charge in charges:
            _charge(node, charge)
    if quote.seller_costs:
        node = root.add("Borne by the seller, not part of the price")
        for charge in quote.seller_costs:
            _charge(node, charge)
    if any(e.market != e.net for e in quote.exchange):
        node = root.add("Exchange rates")
        for rate in (e.as_dict() for e in quote.exchange):
            with_margin = f" + {rate['margin']} = {rate['net']}" if rate["margin"] != "0%" else ""
            node.add(f"{rate['pair']} ({rate['use']}) {rate['market']}{with_margin}")
    root.add(f"certainty: {quote.certainty}")
    if quote.notes:
        notes = root.add("Notes")
        for note in quote.notes:
            notes.add(f"{note.code}: {note.text}")
    sources = root.add("Answered by")
    for source in quote.provenance:
        day = f" as of {source.as_of}" if source.as_of else ""
        sources.add(f"{source.kind}: {source.provider}{day}{' (stale)' if source.stale else ''}")
    return root


def _charge(node: Node, charge: Charge) -> None:
    line = f" · {charge.line}" if charge.line else ""
    local = ""
    if charge.local.currency != charge.amount.currency:
        local = f" ({_text(charge.local)})"
    collected = charge.collected.replace("_", " ")
    child = node.add(f"{_text(charge.amount)}{local} {charge.label}{line} [{collected}]")
    why = charge.why
    child.add(why.formula)
    rate = f" at {why.rate}" if why.rate else ""
    child.add(f"rule {why.rule}{rate}")
    if why.source:
        dated = why.as_of and not why.rule.startswith(("request.", "conversion."))
        since = f", since {why.as_of}" if dated else ""
        child.add(f"source {why.source}{since}")


def _text(amount: Amount) -> str:
    return f"{amount_text(amount.minor, currency(amount.currency).digits)} {amount.currency}"
