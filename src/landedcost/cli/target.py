"""``landedcost target``: one all-in price on many markets, and what is left of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table

from ..lines import Amount
from ..money import parse_money
from ..pricing.everywhere import AtMarket, everywhere
from ..pricing.target import Solved
from ..quote import money_dict
from ..request import Request
from ..whatif.effect import Side
from .inputs import FLAGS, buyer_in, read_input, renamed, shop, split_list
from .options import AsJson, AsOf, Carrier, Offline, RulesDir, Sources, Strategy, Tariffs
from .output import amount, cell, room, show, show_json, table

_PARTS = ("duty", "tax", "carriers")
_FIGURES = ("goods", *_PARTS, "total", "gap", "margin")


def target(
    request: Annotated[
        str, typer.Argument(metavar="REQUEST.json", help="A request, - for standard input.")
    ],
    price: Annotated[
        str, typer.Option("--price", metavar="'59.00 EUR'", help="What the buyer pays in all.")
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="DE,FR,IT", help="The markets: DE, CA-ON, de-DE.")
    ] = None,
    cost: Annotated[
        str | None,
        typer.Option("--cost", metavar="12USD", help="What the basket costs you: for the margin."),
    ] = None,
    as_of: AsOf = None,
    carrier: Carrier = None,
    strategy: Strategy = "refuse",
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    as_json: AsJson = False,
    sources: Sources = None,
    offline: Offline = False,
) -> int:
    """Solve a price backwards: sell the goods for what, so that the buyer pays this in all?

    landedcost target REQUEST.json --price "59.00 EUR" --to DE,FR,IT
    """
    from ..contract import parse_request

    asked = parse_request(read_input(request), as_of=as_of)
    wanted = Amount.of(parse_money(price, "--price"), "--price")
    spent = None if cost is None else Amount.of(parse_money(cost, "--cost"), "--cost")
    with renamed({**FLAGS, "buyer": "--to", "target": "--price", "cost": "--cost"}):
        buyers = [buyer_in(m, asked.buyer.kind) for m in split_list(to)] or [asked.buyer]
        answerer = shop(
            carrier, strategy, rules_dir, tariffs, None, () if offline else sources or ()
        )
        found = everywhere(answerer, asked, wanted, buyers, cost=spent)
    if as_json:
        show_json([_document(one) for one in found])
    else:
        _show(found, asked, wanted, spent is not None)
    errors = [one.error for one in found if one.error is not None]
    return max(e.exit_code for e in errors) if len(errors) == len(found) else 0


def _show(found: list[AtMarket], asked: Request, wanted: Amount, costed: bool) -> None:
    unit = wanted.currency
    title = f"{amount(wanted.minor, unit)} all in, {asked.terms} on {asked.as_of}, in {unit}"
    rows = []
    for one in found:
        if one.solved is not None and one.figures is not None:
            sums = _sums(one.solved, one.figures)
            row = {name: amount(sums[name], unit, named=False) for name in _FIGURES}
            row = {"market": one.market, **row, "certainty": one.solved.quote.certainty}
            rows.append(row | ({"gap": ""} if one.solved.exact else {}))
    left_out = () if costed else ("margin",)
    columns = [name for name in ("market", *_FIGURES, "certainty") if name not in left_out]
    parts: list[RenderableType] = [_table(title, columns, rows)] if rows else []
    errors = [f"{one.market}: {one.error}" for one in found if one.error is not None]
    show(*parts, *(cell(text, "red") for text in errors))


def _table(title: str, columns: list[str], rows: list[dict[str, str]]) -> Table:
    """All columns where there is room; where there is little, the parts go below the market."""
    if room(columns, [[row[name] for name in columns] for row in rows]) >= 0:
        made = table(title, columns, _FIGURES)
        for row in rows:
            made.add_row(*(cell(row[name]) for name in columns))
        return made
    few = [name for name in columns if name not in _PARTS]
    made = table(title, few, _FIGURES)
    for row in rows:
        told = cell(row["market"])
        for name in _PARTS:
            told.append(f"\n{name} {row[name]}", style="dim")
        made.add_row(told, *(cell(row[name]) for name in few[1:]), end_section=True)
    return made


def _sums(solved: Solved, figures: Side) -> dict[str, int]:
    sums = (
        solved.goods.minor,
        figures.duty,
        figures.tax,
        figures.carriers,
        figures.total,
        solved.gap_minor,
        figures.margin,
    )
    return dict(zip(_FIGURES, sums, strict=True))


def _document(one: AtMarket) -> dict[str, Any]:
    if one.solved is None or one.figures is None:
        return {"market": one.market, "error": one.error and one.error.as_dict()}
    unit, solved = one.figures.currency, one.solved
    return {
        "market": one.market,
        "goods": money_dict(solved.goods),
        "exact": solved.exact,
        "gap": money_dict(Amount(solved.gap_minor, unit)),
        "margin": money_dict(Amount(one.figures.margin, unit)),
        "quote": solved.quote.as_dict(),
    }
