"""``landedcost compare``: one request, many markets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table

from ..client import LandedCost
from ..errors import LandedCostError, RequestError
from ..quote import Quote
from ..regimes.load import RuleBook
from ..request import Request
from .inputs import FLAGS, buyer_in, read_input, renamed, rule_book, shop, split_list
from .options import (
    AsJson,
    AsOf,
    Carrier,
    Offline,
    Reforms,
    RulesDir,
    Sources,
    Strategy,
    Tariffs,
)
from .output import amount, cell, plain, room, show, show_json, table

_UNION = "EU"
"""The country that a file of shared rules names."""
_PARTS = ("duty", "tax", "fees")
_DUE = ("checkout", "delivery")
_AMOUNTS = ("total", "buyer pays", *_PARTS, *_DUE)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A market's price in the common currency and in the buyer's own, or why there is none."""

    market: str
    quote: Quote | None = None
    local: Quote | None = None
    error: LandedCostError | None = None


def compare(
    request: Annotated[
        str, typer.Argument(metavar="REQUEST.json", help="A request, - for standard input.")
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="DE,US,CA-ON|all", help="The markets: DE, CA-ON, de-DE.")
    ],
    as_of: AsOf = None,
    carrier: Carrier = None,
    strategy: Strategy = "refuse",
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    as_json: AsJson = False,
    sources: Sources = None,
    offline: Offline = False,
) -> int:
    """Compare what a request costs in several markets.

    The buyer is replaced, the rest of the request stays. Sums are in the request's currency, or
    in that of its first line when it names none. A market that cannot be priced says why.
    """
    from ..contract import parse_request

    asked = parse_request(read_input(request), as_of=as_of)
    markets = _everywhere(rule_book(rules_dir)) if to == "all" else split_list(to)
    if not markets:
        raise RequestError(
            "no market given", code="missing_field", where="--to", hint="such as DE,US,CA-ON"
        )
    unit = asked.currency or asked.bundle.lines[0].currency
    with renamed(FLAGS):
        asking = () if offline else sources or ()
        answerer = shop(carrier, strategy, rules_dir, tariffs, reform, asking)
    found = [_answer(answerer, asked, market, unit) for market in dict.fromkeys(markets)]
    if as_json:
        show_json([_document(answer) for answer in found])
    else:
        _show(found, asked, unit)
    errors = [answer.error for answer in found if answer.error is not None]
    return max(e.exit_code for e in errors) if len(errors) == len(found) else 0


def _everywhere(book: RuleBook) -> list[str]:
    """Every territory that has rules and is a place, not a union of some."""
    return [code for code in book.codes if book.regime(code).country != _UNION]


def _answer(answerer: LandedCost, asked: Request, market: str, unit: str) -> _Answer:
    try:
        with renamed({"buyer": "--to"}):
            buyer = buyer_in(market, asked.buyer.kind)
            quote = answerer.price(asked.but(buyer=buyer, currency=unit))
            local = answerer.price(asked.but(buyer=buyer, currency=None))
        return _Answer(market, quote, local)
    except LandedCostError as error:
        return _Answer(market, error=error)


def _document(answer: _Answer) -> dict[str, Any]:
    if answer.quote is None or answer.local is None:
        return {"market": answer.market, "error": answer.error and answer.error.as_dict()}
    quote = answer.quote.as_dict()
    return {"market": answer.market, "local": answer.local.as_dict()["total"], "quote": quote}


def _show(found: list[_Answer], asked: Request, unit: str) -> None:
    title = f"{asked.terms} on {asked.as_of} from {asked.ship_from.country}, sums in {unit}"
    rows = [row for answer in found if (row := _row(answer, unit))]
    errors = [f"{a.market}: {a.error}" for a in found if a.error is not None]
    parts: list[RenderableType] = [_table(title, rows)] if rows else []
    show(*parts, *(cell(text, "red") for text in errors))


def _row(answer: _Answer, unit: str) -> dict[str, str]:
    """What is shown of a market, by column; nothing for one that could not be priced."""
    quote, local = answer.quote, answer.local
    if quote is None or local is None:
        return {}
    sums = [amount(v, unit, named=False) for v in _sums(quote)]
    return {
        "market": answer.market,
        "total": amount(quote.total_minor, unit, named=False),
        "buyer pays": amount(local.total_minor, local.currency),
        **dict(zip((*_PARTS, *_DUE), sums, strict=True)),
        "scheme": str(quote.customs["scheme"] or ""),
        "certainty": quote.certainty,
    }


def _table(title: str, rows: list[dict[str, str]]) -> Table:
    """The columns there is room for; where there is little, the parts go below the market."""
    columns = list(rows[0])
    due = [name for name in columns if name not in _DUE]
    few = [name for name in due if name not in (*_PARTS, "scheme")]
    for names in (columns, due):
        cells = [[row[name] for name in names] for row in rows]
        if room(names, cells) >= 0:
            made = table(title, names, _AMOUNTS)
            for texts in cells:
                made.add_row(*map(cell, texts))
            return made
    whole = room(few, [[row[name] for name in few] for row in rows]) >= 0
    made = table(title, few, _AMOUNTS, whole=whole)
    for row in rows:
        told = cell(row["market"])
        for name in (*_PARTS, "scheme"):
            if row[name]:
                told.append("\n" + plain(f"{name} {row[name]}"), style="dim")
        made.add_row(told, *(cell(row[name]) for name in few[1:]), end_section=True)
    return made


def _sums(quote: Quote) -> list[int]:
    of = {"duty": 0, "tax": 0, "fee": 0}
    for charge in quote.charges:
        if charge.kind in of:
            of[charge.kind] += charge.amount.minor
    return [*of.values(), quote.checkout_minor, quote.delivery_minor]
