"""``landedcost target``: one all-in price on many markets, and what is left of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import RenderableType

from ..lines import Amount
from ..money import parse_money
from ..pricing.everywhere import AtMarket, everywhere
from ..pricing.target import Solved
from ..quote import money_dict
from ..request import Request
from ..whatif.effect import Side
from .inputs import FLAGS, buyer_in, read_input, renamed, shop, split_list
from .options import AsJson, AsOf, Carrier, Offline, RulesDir, Sources, Strategy, Tariffs
from .output import amount, cell, show, show_json, table

_FIGURES = ("goods", "duty", "tax", "shipping, fees", "total", "gap", "margin")


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
    figures = _FIGURES if costed else _FIGURES[:-1]
    made = table(title, ("market", *figures, "certainty"), figures)
    for one in found:
        if one.solved is not None and one.figures is not None:
            sums = _sums(one.solved, one.figures)[: len(figures)]
            texts = [amount(minor, unit, named=False) for minor in sums]
            if one.solved.exact:
                texts[figures.index("gap")] = ""
            made.add_row(*map(cell, (one.market, *texts, one.solved.quote.certainty)))
    parts: list[RenderableType] = [made] if made.row_count else []
    errors = [f"{one.market}: {one.error}" for one in found if one.error is not None]
    show(*parts, *(cell(text, "red") for text in errors))


def _sums(solved: Solved, figures: Side) -> tuple[int, ...]:
    return (
        solved.goods.minor,
        figures.duty,
        figures.tax,
        figures.carriers,
        figures.total,
        solved.gap_minor,
        figures.margin,
    )


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
