"""``landedcost price`` and ``landedcost explain``."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from rich.table import Table

from ..quote import Charge, Quote
from ..request import Request
from .inputs import Inputs, requests, shop
from .options import with_inputs
from .output import amount, cell, plain, show, show_json, table, write


def _answers(inputs: Inputs) -> list[tuple[Request, Quote]]:
    asked = requests(inputs)
    answerer = shop(inputs.carrier, inputs.strategy, inputs.rules_dir, inputs.sources)
    return [(request, answerer.price(request)) for request in asked]


def _print_json(inputs: Inputs, found: dict[str, Any]) -> None:
    several = len(found) > 1
    show_json(found if several else next(iter(found.values())))


@with_inputs
def price(inputs: Inputs) -> None:
    """Price a request: what it costs the buyer, all in.

    Give REQUEST.json (or - for standard input), or flags for a quick look:
    landedcost price --hs 6109.10 --origin VN --value 25USD --weight 180g --to DE --from US
    """
    found = _answers(inputs)
    if inputs.as_json:
        _print_json(inputs, {quote.terms: quote.as_dict() for _, quote in found})
        return
    for request, quote in found:
        show(*_described(request, quote))


@with_inputs
def explain(inputs: Inputs) -> None:
    """Explain a price: a tree of charges, formulas, rules and sources.

    Takes what price takes.
    """
    found = _answers(inputs)
    if inputs.as_json:
        _print_json(inputs, {quote.terms: _tree(quote.explain()) for _, quote in found})
        return
    for _, quote in found:
        lines = str(quote.explain()).splitlines()
        write("".join(f"{plain(line)}\n" for line in lines))


def _tree(node: Any) -> dict[str, Any]:
    return {"text": node.text, "children": [_tree(child) for child in node.children]}


def _described(request: Request, quote: Quote) -> list[RenderableType]:
    """The table of charges, and under it what they come to and what else must be known."""
    buyer = request.buyer
    where = f"{buyer.country}-{buyer.region}" if buyer.region else buyer.country
    title = (
        f"{amount(quote.total_minor, quote.currency)} {quote.terms} on {quote.as_of}, "
        f"{request.channel} from {request.ship_from.country} to {where}"
    )
    charges = table(title, ("what", "line", "amount", "local", "collected", "why"), _FIGURES)
    for charge in quote.charges:
        charges.add_row(*map(cell, _row(charge)))
    return [charges, _summary(quote)]


_FIGURES = ("amount", "local")


def _row(charge: Charge) -> list[str]:
    why = charge.why
    shown, local = charge.amount, charge.local
    other = "" if shown.currency == local.currency else amount(local.minor, local.currency)
    reason = f"{why.formula} [{why.rule}]" if why.rule else why.formula
    return [
        charge.label,
        charge.line or "",
        amount(shown.minor, shown.currency),
        other,
        charge.collected.replace("_", " "),
        reason,
    ]


def _summary(quote: Quote) -> Table:
    customs, unit = quote.customs, quote.currency
    scheme = f", under {customs['scheme']}" if customs["scheme"] else ""
    rows = [
        ("total", amount(quote.total_minor, unit)),
        ("due at checkout", amount(quote.checkout_minor, unit)),
        ("due on delivery", amount(quote.delivery_minor, unit)),
        (
            "customs",
            f"{customs['territory']}, value {customs['customs_value']} {customs['currency']}, "
            f"duty {customs['duty']}, tax {customs['tax']}, fees {customs['fees']}{scheme}",
        ),
        ("certainty", quote.certainty),
        ("valid until", str(quote.valid_until)),
    ]
    for charge in quote.seller_costs:
        borne = charge.local
        rows.append(("seller bears", f"{amount(borne.minor, borne.currency)} {charge.label}"))
    rows += [("note", f"{note.code}: {note.text}") for note in quote.notes]
    made = Table.grid(padding=(0, 2))
    for name, value in rows:
        made.add_row(cell(name), cell(value))
    return made
