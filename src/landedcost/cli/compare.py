"""``landedcost compare``: one request, many markets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from ..client import LandedCost
from ..errors import LandedCostError, RequestError
from ..quote import Quote
from ..request import Request
from .inputs import FLAGS, buyer_in, read_input, renamed, shop, split_list
from .options import AsJson, AsOf, Carrier, Offline, RulesDir, Sources, Strategy
from .output import amount, cell, show, show_json, table

_SUMS = ("duty", "tax", "fees", "checkout", "delivery")


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
        str, typer.Option("--to", metavar="DE,US,CA-ON", help="The markets: DE, CA-ON or de-DE.")
    ],
    as_of: AsOf = None,
    carrier: Carrier = None,
    strategy: Strategy = "refuse",
    rules_dir: RulesDir = None,
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
    markets = split_list(to)
    if not markets:
        raise RequestError(
            "no market given", code="missing_field", where="--to", hint="such as DE,US,CA-ON"
        )
    unit = asked.currency or asked.bundle.lines[0].currency
    with renamed(FLAGS):
        answerer = shop(carrier, strategy, rules_dir, () if offline else sources or ())
    found = [_answer(answerer, asked, market, unit) for market in dict.fromkeys(markets)]
    if as_json:
        show_json([_document(answer) for answer in found])
    else:
        _show(found, asked, unit)
    errors = [answer.error for answer in found if answer.error is not None]
    return max(e.exit_code for e in errors) if len(errors) == len(found) else 0


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
    columns = ("market", "total", "buyer pays", *_SUMS, "scheme", "certainty")
    made = table(title, columns, ("total", "buyer pays", *_SUMS))
    for answer in found:
        quote, local = answer.quote, answer.local
        if quote is None or local is None:
            gaps = [""] * (len(columns) - 2)
            made.add_row(cell(answer.market), *gaps, cell(answer.error, "red"))
            continue
        sums = [amount(v, unit, named=False) for v in _sums(quote)]
        total = amount(quote.total_minor, unit, named=False)
        pays = amount(local.total_minor, local.currency)
        scheme = quote.customs["scheme"] or ""
        row = (answer.market, total, pays, *sums, scheme, quote.certainty)
        made.add_row(*map(cell, row))
    show(made)


def _sums(quote: Quote) -> list[int]:
    of = {"duty": 0, "tax": 0, "fee": 0}
    for charge in quote.charges:
        if charge.kind in of:
            of[charge.kind] += charge.amount.minor
    return [*of.values(), quote.checkout_minor, quote.delivery_minor]
