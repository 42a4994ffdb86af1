"""``landedcost cliffs``: at which goods prices another regime takes over, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from ..bundles.adding import Added, adding
from ..bundles.cliffs import Cliff, cliffs, goods_minor
from ..errors import LandedCostError
from ..lines import Amount
from ..market import Market
from ..money import parse_money
from ..quote import money_dict
from ..request import Bundle
from .inputs import FLAGS, buyer_in, read_input, renamed, shop
from .options import AsJson, AsOf, Carrier, Offline, RulesDir, Sources, Strategy, Tariffs
from .output import amount, cell, room, show, show_json, table

_COLUMNS = ("goods from", "total before", "then", "jump")
_WORDS = 40
"""The room that the words of a cliff need beside its figures."""


def show_cliffs(
    request: Annotated[
        str, typer.Argument(metavar="REQUEST.json", help="A request, - for standard input.")
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="en-GB", help="The market: DE, CA-ON, en-GB.")
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--end", metavar="400GBP", help="Up to which price of the goods to look."),
    ] = None,
    as_of: AsOf = None,
    carrier: Carrier = None,
    strategy: Strategy = "refuse",
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    as_json: AsJson = False,
    sources: Sources = None,
    offline: Offline = False,
) -> None:
    """Find the cliffs of a parcel: where more goods bring other rules, and what that costs.

    The goods of the request are looked at as one parcel at every price, up to ten times what they
    cost; below it is told what one more of each line costs.
    """
    from ..contract import parse_request

    asked = parse_request(read_input(request), as_of=as_of)
    last = None if end is None else Amount.of(parse_money(end, "--end"), "--end")
    with renamed({**FLAGS, "buyer": "--to", "end": "--end"}):
        if to is not None:
            asked = asked.but(buyer=buyer_in(to, asked.buyer.kind), currency=None)
        answerer = shop(
            carrier, strategy, rules_dir, tariffs, None, () if offline else sources or ()
        )
        market, bundle = answerer.market(asked), asked.bundle
        found = cliffs(market, bundle, end=last)
    goods = goods_minor(market.price(bundle))
    more = {} if bundle.price else {one.id: _added(market, bundle, one.id) for one in bundle.lines}
    if as_json:
        show_json(_document(market, goods, found, more))
        return
    unit = market.terms.shown
    parts: list[RenderableType] = []
    if found:
        told = f"{asked.buyer.label}, {asked.terms} on {asked.as_of}"
        title = f"{told}: the goods cost {amount(goods, unit)} now"
        parts += _cliffs(title, found)
    else:
        parts.append(cell("no cliff in this range"))
    show(*parts, *([_more(more, unit)] if more else []))


def _added(market: Market, bundle: Bundle, line: str) -> Added | LandedCostError:
    try:
        return adding(market, bundle, line)
    except LandedCostError as error:
        return error


def _cliffs(title: str, found: Sequence[Cliff]) -> list[RenderableType]:
    """The cliffs with what changes beside them or, where there is little room, below the table."""
    rows = [_figures(cliff) for cliff in found]
    wide = room(_COLUMNS, rows) >= _WORDS
    columns = (*_COLUMNS, "because") if wide else _COLUMNS
    made = table(title, columns, _COLUMNS)
    below: list[RenderableType] = []
    for row, cliff in zip(rows, found, strict=True):
        told = _because(cliff)
        if wide:
            made.add_row(*map(cell, row), Text("\n").join(map(cell, told)), end_section=True)
        else:
            made.add_row(*map(cell, row))
            below += (cell(f"{row[0]}: {line}") for line in told)
    return [made, *below]


def _figures(cliff: Cliff) -> list[str]:
    unit = cliff.above.currency
    totals = (cliff.total_below, cliff.total_above)
    texts = ["none" if t is None else amount(t, unit, named=False) for t in totals]
    jump = cliff.jump_minor
    jumped = "" if jump is None else amount(jump, unit, named=False)
    return [amount(cliff.above.minor, unit), *texts, jumped]


def _because(cliff: Cliff) -> list[str]:
    """A line for each thing that changes, the same of several lines once."""
    told = []
    for turn in cliff.turns:
        rule = f" ({', '.join(filter(None, (turn.rule, turn.bound)))})" if turn.rule else ""
        told.append(f"{turn.kind}: {turn.above}, before: {turn.below}{rule}")
    return list(dict.fromkeys(told))


def _more(more: dict[str, Added | LandedCostError], unit: str) -> RenderableType:
    columns = ("one more", "buyer pays", "goods", "beside", "crosses")
    made = table("", columns, columns[1:-1])
    for line, one in more.items():
        if isinstance(one, LandedCostError):
            made.add_row(*map(cell, (line, "none", "", "", str(one))))
            continue
        sums = (one.cost_minor, one.goods_minor, one.beside_minor)
        texts = [amount(minor, unit, named=False) for minor in sums]
        crossed = [amount(cliff.above.minor, unit) for cliff in one.crossed]
        made.add_row(*map(cell, (line, *texts, ", ".join(crossed))))
    return made


def _document(
    market: Market,
    goods: int,
    found: Sequence[Cliff],
    more: dict[str, Added | LandedCostError],
) -> dict[str, Any]:
    unit = market.terms.shown

    def money(minor: int | None) -> dict[str, str] | None:
        return None if minor is None else money_dict(Amount(minor, unit))

    def added(one: Added | LandedCostError) -> dict[str, Any]:
        if isinstance(one, LandedCostError):
            return {"error": one.as_dict()}
        return {
            "cost": money(one.cost_minor),
            "goods": money(one.goods_minor),
            "crossed": [_cliff(cliff) for cliff in one.crossed],
        }

    def _cliff(cliff: Cliff) -> dict[str, Any]:
        return {
            "goods_below": money_dict(cliff.below),
            "goods_above": money_dict(cliff.above),
            "total_below": money(cliff.total_below),
            "total_above": money(cliff.total_above),
            "jump": money(cliff.jump_minor),
            "turns": [
                {name: getattr(turn, name) for name in turn.__dataclass_fields__}
                for turn in cliff.turns
            ],
            "error": cliff.barred and cliff.barred.as_dict(),
        }

    return {
        "goods": money(goods),
        "cliffs": [_cliff(cliff) for cliff in found],
        "one_more": {line: added(one) for line, one in more.items()},
    }
