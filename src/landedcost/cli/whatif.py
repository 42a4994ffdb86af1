"""``landedcost whatif``: a request or a catalogue before and after a reform."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..client import LandedCost
from ..errors import LandedCostError, RequestError
from ..lines import Amount
from ..money import parse_money
from ..regimes.reform import Reform
from ..request import Request
from ..whatif.break_even import BreakEven, break_even
from ..whatif.effect import Effect, Side, effects
from .inputs import FLAGS, buyer_in, read_input, renamed, shop, split_list
from .options import (
    AsJson,
    AsOf,
    Carrier,
    From,
    Offline,
    Registrations,
    RulesDir,
    Strategy,
    Tariffs,
)
from .output import amount, bulk, cell, show, show_json, table, write

if TYPE_CHECKING:
    from ..bulk.moves import Moves
    from ..tariffs.local import LocalTariffs

_CATALOGS = (".csv", ".parquet", ".toml")


def whatif(
    asked: Annotated[
        str,
        typer.Argument(metavar="REQUEST.json|CATALOG", help="A request, or a catalogue's file."),
    ],
    reform: Annotated[
        list[str] | None,
        typer.Option("--reform", metavar="FILE.toml", help="The reform; may be repeated."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DAY", help="As if the reform had held from this day."),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DE,US,CA-ON", help="The markets.")
    ] = None,
    as_of: AsOf = None,
    cost: Annotated[
        str | None,
        typer.Option("--cost", metavar="12USD", help="What the basket costs you: for the margin."),
    ] = None,
    keep_price: Annotated[
        bool,
        typer.Option("--keep-price", help="You keep the buyer's price and bear what it costs."),
    ] = False,
    break_even_at: Annotated[
        str | None,
        typer.Option(
            "--break-even", metavar="ADDRESS", help="At which value of a rule the margin is gone."
        ),
    ] = None,
    sender: From = None,
    registrations: Registrations = None,
    carrier: Carrier = None,
    strategy: Strategy = "refuse",
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    as_json: AsJson = False,
    offline: Offline = False,
) -> None:
    """Compare prices before and after a change of the rules: what if.

    landedcost whatif REQUEST.json --reform reform.toml --to GB,DE --as-of 2029-06-01
    """
    if not reform and break_even_at is None:
        raise RequestError(
            "what if what?",
            code="missing_field",
            where="--reform",
            hint="give the file of a reform, or the name of one of landedcost rules reforms",
        )
    reforms = [Reform.load(name) for name in reform or ()]
    if since is not None:
        reforms = [one.since(since) for one in reforms]
    with renamed(FLAGS):
        before = shop(carrier, strategy, rules_dir, tariffs)
    after = before.with_reforms(*reforms)
    if Path(asked).suffix.lower() in _CATALOGS:
        if cost is not None or keep_price or break_even_at is not None:
            raise RequestError(
                "a catalogue has no one cost or price",
                code="usage",
                where=asked,
                hint="--cost, --keep-price and --break-even are for a request",
            )
        with renamed({"markets": "--to", "buyer": "--to", "as_of": "--as-of"}):
            moved = _catalog(
                asked,
                tuple(reform or ()),
                since or "",
                to,
                as_of,
                sender,
                registrations,
                strategy,
                rules_dir,
                before.tariffs,
            )
        _tell_catalog(moved, before, after, as_json)
        return
    _request(_parsed(asked, as_of), before, after, to, cost, keep_price, break_even_at, as_json)


def _parsed(name: str, as_of: str | None) -> Request:
    from ..contract import parse_request

    return parse_request(read_input(name), as_of=as_of)


def _request(
    asked: Request,
    before: LandedCost,
    after: LandedCost,
    to: str | None,
    cost: str | None,
    keep_price: bool,
    address: str | None,
    as_json: bool,
) -> None:
    spent = None if cost is None else Amount.of(parse_money(cost, "--cost"), "--cost")
    with renamed({"buyer": "--to", "cost": "--cost"}):
        markets = [buyer_in(m, asked.buyer.kind) for m in split_list(to)] or [asked.buyer]
        found = effects(before, after, asked, markets, cost=spent, keep_price=keep_price)
    turns = []
    if address is not None:
        if spent is None:
            raise RequestError(
                "a margin needs a cost", code="missing_field", where="--cost", hint="--cost 12USD"
            )
        turns = [break_even(before, asked, buyer, address, spent) for buyer in markets]
    if as_json:
        show_json(_document(found, turns, after))
        return
    if after.rules.reforms:
        _show(found, asked, after, spent is not None)
    for turn in turns:
        write(f"{_turned(turn)}\n")


def _show(found: list[Effect], asked: Request, after: LandedCost, costed: bool) -> None:
    names = ", ".join(reform.name for reform in after.rules.reforms)
    first = next((e.before for e in found if isinstance(e.before, Side)), None)
    unit = f", in {first.currency}" if first else ""
    seller = "margin" if costed else "seller's take"
    columns = ("market", "before", "after", "buyer", "duty", "tax", "fees", seller, "who")
    made = table(f"{names}, on {asked.as_of}{unit}", columns, columns[1:-1])
    for one in found:
        if isinstance(one.before, Side) and isinstance(one.after, Side):
            made.add_row(*map(cell, _row(one, one.before, one.after)))
        else:
            sides = [
                amount(s.total, s.currency, named=False) if isinstance(s, Side) else "none"
                for s in (one.before, one.after)
            ]
            errors = [s for s in (one.before, one.after) if isinstance(s, LandedCostError)]
            made.add_row(*map(cell, (one.market, *sides, *[""] * 5, str(errors[-1]))))
    show(made)
    for overlap in after.rules.overlaps:
        write(f"{overlap.address}: {overlap.winner} holds over {overlap.loser}\n")


def _row(one: Effect, before: Side, after: Side) -> tuple[str, ...]:
    unit = before.currency

    def signed(name: str) -> str:
        change = one.change(name) or 0
        return f"{'+' if change > 0 else ''}{amount(change, unit, named=False)}"

    margin = amount(after.margin, unit, named=False)
    return (
        one.market,
        amount(before.total, unit, named=False),
        amount(after.total, unit, named=False),
        signed("total"),
        signed("duty"),
        signed("tax"),
        signed("carriers"),
        f"{margin} ({signed('margin')})",
        _who(one),
    )


def _who(one: Effect) -> str:
    """Who gains and who loses, in words."""
    if one.cannot_keep:
        return "the price cannot be kept, even with free goods"
    keys = {"buyer": "total", "state": "state", "carriers": "carriers", "seller": "margin"}
    changes = {name: one.change(key) or 0 for name, key in keys.items()}
    return _told({**changes, "buyer": -changes["buyer"]})


def _turned(turn: BreakEven) -> str:
    if turn.least is None or turn.margin_at_least is None or turn.margin_at_most is None:
        return f"{turn.market}: no value of {turn.address} from 0 to 100,000 turns the margin"
    low = amount(turn.margin_at_least, turn.currency)
    high = amount(turn.margin_at_most, turn.currency)
    return (
        f"{turn.market}: at {turn.address} = {turn.least} the margin is {low}, "
        f"at {turn.most} it is {high}"
    )


def _document(found: list[Effect], turns: list[BreakEven], after: LandedCost) -> dict[str, Any]:
    from dataclasses import asdict

    names = ("total", "duty", "tax", "carriers", "margin")

    def written(side: Side | LandedCostError) -> dict[str, Any]:
        if isinstance(side, LandedCostError):
            return {"error": side.as_dict()}
        sums = {name: amount(getattr(side, name), side.currency, named=False) for name in names}
        return {"currency": side.currency, **sums, "quote": side.quote.as_dict()}

    return {
        "reforms": [reform.name for reform in after.rules.reforms],
        "overlaps": [asdict(one) for one in after.rules.overlaps],
        "markets": [
            {
                "market": one.market,
                "before": written(one.before),
                "after": written(one.after),
                "who": _who(one),
            }
            for one in found
        ],
        "break_even": [asdict(turn) for turn in turns],
    }


def _catalog(
    asked: str,
    reforms: tuple[str, ...],
    since: str,
    to: str | None,
    as_of: str | None,
    sender: str | None,
    registrations: str | None,
    strategy: str,
    rules_dir: str | None,
    tariffs: LocalTariffs | None,
) -> Moves:
    from ..client import today

    with bulk():
        from ..bulk.earlier import Earlier
        from ..bulk.job import Job
        from ..bulk.moves import moves
        from ..bulk.reprice import reprice

    def job(with_reforms: tuple[str, ...]) -> Job:
        return Job(
            catalog=asked,
            markets=tuple(split_list(to)),
            as_of=as_of or today().isoformat(),
            sender=sender or "US",
            registrations=tuple(split_list(registrations)),
            strategy=strategy,
            rules=rules_dir or "",
            tariffs=str(tariffs.path) if tariffs is not None else "",
            reforms=with_reforms,
            since=since if with_reforms else "",
        )

    with TemporaryDirectory() as folder:
        before = reprice(job(()), Path(folder, "before.parquet")).target
        after = reprice(job(reforms), Path(folder, "after.parquet")).target
        return moves(Earlier(before), Earlier(after))


def _tell_catalog(moved: Moves, before: LandedCost, after: LandedCost, as_json: bool) -> None:
    from dataclasses import asdict

    names = ", ".join(reform.name for reform in after.rules.reforms)
    if as_json:
        show_json({"reforms": names, "markets": [asdict(one) for one in moved.markets]})
        return
    columns = (
        "market", "same", "dearer", "cheaper", "no more", "before", "after", "duty", "tax", "fees",
        "who",
    )  # fmt: skip
    made = table(f"{names}, sums of all prices", columns, columns[1:-1])
    for one in moved.markets:
        sums = (one.before, one.after, one.parts["duty"], one.parts["tax"], one.parts["fee"])
        texts = [amount(v, one.currency, named=False) if one.currency else "" for v in sums]
        counts = (one.same, one.up, one.down, one.lost)
        market = f"{one.market}, {one.currency}" if one.currency else one.market
        row = (market, *(f"{n:,}" for n in counts), *texts, _told(_changes(one.parts)))
        made.add_row(*map(cell, row))
    show(made)


def _changes(parts: Mapping[str, int]) -> dict[str, int]:
    """What each side gains by a change of the charges; the buyer loses what is charged more."""
    return {
        "buyer": -sum(parts.values()),
        "state": parts["duty"] + parts["tax"],
        "carriers": parts["shipping"] + parts["insurance"] + parts["fee"],
        "seller": parts["goods"] + parts["discount"],
    }


def _told(changes: Mapping[str, int]) -> str:
    """Who gains and who loses, in words."""
    parts = [f"{name} {'gains' if v > 0 else 'loses'}" for name, v in changes.items() if v]
    return ", ".join(parts) or "nobody"
