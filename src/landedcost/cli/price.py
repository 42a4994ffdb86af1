"""``landedcost price`` and ``landedcost explain``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from ..errors import RequestError
from ..present.headline import headline
from ..quote import Charge, Quote
from .inputs import Inputs, requests, shop
from .options import with_inputs
from .output import amount, bulk, cell, plain, room, show, show_json, table, unmarked, write


def _answers(inputs: Inputs) -> list[Quote]:
    if inputs.row is not None:
        return [_row_of(inputs.file, inputs.row, inputs.catalog)]
    asked = requests(inputs)
    answerer = shop(
        inputs.carrier,
        inputs.strategy,
        inputs.rules_dir,
        inputs.tariffs,
        inputs.reforms,
        inputs.sources,
        inputs.fx_margin,
    )
    return [answerer.price(request) for request in asked]


def _row_of(prices: str | None, row: int, catalog: str | None) -> Quote:
    """A row of a file of prices, asked again alone. Raises RequestError."""
    if prices is None:
        raise RequestError(
            "a row of which file of prices?",
            code="missing_field",
            where="--row",
            hint="landedcost explain prices.parquet --row 0",
        )
    with bulk():
        from ..bulk.earlier import Earlier
        from ..bulk.replay import Replay

    return Replay(Earlier(Path(prices)), Path(catalog) if catalog else None).quote(row)


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
        _print_json(inputs, {quote.terms: quote.as_dict() for quote in found})
        return
    for quote in found:
        show(*_described(quote))


@with_inputs
def explain(inputs: Inputs) -> None:
    """Explain a price: a tree of charges, formulas, rules and sources.

    Takes what price takes: a request, flags, or a row of a file that reprice has written:
    landedcost explain prices.parquet --row 0
    """
    found = _answers(inputs)
    if inputs.as_json:
        _print_json(inputs, {quote.terms: _tree(quote.explain()) for quote in found})
        return
    for quote in found:
        lines = str(quote.explain()).splitlines()
        write("".join(f"{plain(line)}\n" for line in lines))


def _tree(node: Any) -> dict[str, Any]:
    return {"text": node.text, "children": [_tree(child) for child in node.children]}


def _described(quote: Quote) -> list[RenderableType]:
    """The table of charges, and under it what they come to and what else must be known."""
    lane = quote.lane
    buyer = lane.buyer
    where = f"{buyer.country}-{buyer.region}" if buyer.region else buyer.country
    title = (
        f"{amount(quote.total_minor, quote.currency)} {quote.terms} on {quote.as_of}, "
        f"{lane.channel} from {lane.sender.country} to {where}"
    )
    return [_charges(title, [_row(charge) for charge in quote.charges]), _summary(quote)]


_COLUMNS = ("what", "line", "amount", "local", "collected", "why")
_FIGURES = ("amount", "local")
_WORDS = 24
"""The width that a column of words should have; it can be read at half of it."""


def _charges(title: str, rows: Sequence[Sequence[str]]) -> Table:
    """A row for each charge, its reason beside the figures or, on a narrow terminal, below."""
    left = room(_COLUMNS[1:-1], [row[1:-1] for row in rows])
    if left >= 2 * _WORDS:
        made = table(title, _COLUMNS, _FIGURES)
        for row in rows:
            made.add_row(*map(cell, row))
        return made
    made = table(title, _COLUMNS[:-1], _FIGURES, whole=left >= _WORDS // 2)
    for what, *figures, why in rows:
        told = cell(what).append(f"\n{plain(why)}", style="dim")
        made.add_row(told, *map(cell, figures), end_section=True)
    return made


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


def headline_told(quote: Quote) -> str:
    """The price to show by the law of the market, its label, and what stands outside it."""
    found = headline(quote)
    told = [f"{amount(found.amount.minor, quote.currency)} {unmarked(found.label)}".rstrip()]
    told += [
        f"{part.kind.replace('_', ' ')} {amount(part.amount.minor, quote.currency)}"
        for part in found.outside
    ]
    return "; outside it: ".join(filter(None, (told[0], ", ".join(told[1:]))))


def _summary(quote: Quote) -> Table:
    customs, unit = quote.customs, quote.currency
    scheme = f", under {customs['scheme']}" if customs["scheme"] else ""
    rows = [
        ("total", amount(quote.total_minor, unit)),
        ("headline", headline_told(quote)),
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
    for rate in (e.as_dict() for e in quote.exchange if e.market != e.net):
        told = f"{rate['pair']} {rate['market']} + {rate['margin']} = {rate['net']}"
        rows.append(("exchange", told))
    for charge in quote.seller_costs:
        borne = charge.local
        rows.append(("seller bears", f"{amount(borne.minor, borne.currency)} {charge.label}"))
    rows += [("note", f"{note.code}: {note.text}") for note in quote.notes]
    made = Table.grid(padding=(0, 2))
    for name, value in rows:
        made.add_row(cell(name), cell(value))
    return made
