"""``landedcost offer``: the price a shop shows under its policy, and every step to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType

from ..errors import LandedCostError, RequestError
from ..lines import Amount
from ..money import parse_money
from ..pricing.offer import Offer, Pricing
from ..pricing.policy import Policy
from ..pricing.sticky import Shown
from ..request import Request
from .inputs import FLAGS, buyer_in, read_input, renamed, shop, split_list
from .options import AsJson, AsOf, Carrier, Offline, RulesDir, Sources, Strategy, Tariffs
from .output import amount, cell, show, show_json, table
from .price import headline_told


def offer(
    request: Annotated[
        str, typer.Argument(metavar="REQUEST.json", help="A request, - for standard input.")
    ],
    policy: Annotated[
        str, typer.Option("--policy", metavar="SHOP.toml", help="A file with a [policy].")
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="DE,FR,IT", help="The markets: DE, CA-ON, de-DE.")
    ] = None,
    cost: Annotated[
        str | None,
        typer.Option(
            "--cost", metavar="tee=8USD,mug=3USD", help="What one unit of each line costs you."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME",
            help="The instant, such as 2026-10-01T12:00Z; the start of the request's day if "
            "left out.",
        ),
    ] = None,
    shown: Annotated[
        str | None,
        typer.Option(
            "--shown",
            metavar="FILE.json",
            help="What was shown before, by market: read if it is there, and written again.",
        ),
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
    """Decide on the price to show: the landed cost, and what the shop's policy makes of it.

    landedcost offer REQUEST.json --policy shop.toml --to DE,GB,JP
    """
    from ..contract import parse_request

    instant = None if at is None else _instant(at)
    asked = parse_request(
        read_input(request), as_of=as_of or (instant and instant.date().isoformat())
    )
    instant = instant or datetime.combine(asked.as_of, time(), UTC)
    declared = Policy.load(policy)
    costs = _costs(cost)
    before = _states(shown)
    with renamed({**FLAGS, "buyer": "--to", "cost": "--cost"}):
        answerer = shop(
            carrier, strategy, rules_dir, tariffs, None, () if offline else sources or ()
        )
        pricing = Pricing(answerer, declared)
        found: dict[str, Offer | LandedCostError] = {}
        for one in [buyer_in(m, asked.buyer.kind) for m in split_list(to)] or [asked.buyer]:
            try:
                listed = pricing.shop_for(one.place).price(_of(asked, one, to is not None))
                found[one.label] = pricing.decide(
                    listed, at=instant, shown=before.get(one.label), cost=costs
                )
            except LandedCostError as error:
                if to is None:
                    raise
                found[one.label] = error
    made = {name: one for name, one in found.items() if isinstance(one, Offer)}
    if shown is not None:
        _keep(shown, {**before, **{name: one.shown_after for name, one in made.items()}})
    if as_json:
        documents = {name: _document(one) for name, one in found.items()}
        show_json(documents if to is not None else next(iter(documents.values())))
    else:
        show(*(_described(name, one) for name, one in found.items()))
    errors = [one for one in found.values() if isinstance(one, LandedCostError)]
    return max(e.exit_code for e in errors) if errors and not made else 0


def _document(one: Offer | LandedCostError) -> dict[str, Any]:
    return one.as_dict() if isinstance(one, Offer) else {"error": one.as_dict()}


def _of(asked: Request, buyer: Any, chosen: bool) -> Request:
    """The request for one market, in its own currency where markets were named."""
    return asked.but(buyer=buyer, currency=None) if chosen else asked


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RequestError(
            f"not an instant: {text[:40]!r}",
            code="bad_date",
            where="--at",
            hint="write 2026-10-01T12:00Z, with Z or an offset",
        )
    return found.astimezone(UTC)


def _costs(text: str | None) -> Mapping[str, Amount] | None:
    if text is None:
        return None
    found = {}
    for part in split_list(text):
        name, _, price = part.rpartition("=")
        if not name:
            raise RequestError(
                f"no cost of a line: {part[:40]!r}",
                code="bad_amount",
                where="--cost",
                hint="write tee=8USD,mug=3USD, with the ids of the lines",
            )
        found[name] = Amount.of(parse_money(price, "--cost"), "--cost")
    return found


def _states(name: str | None) -> dict[str, Shown]:
    """The states of a file, by market; none if there is no such file yet."""
    import json

    if name is None or not Path(name).exists():
        return {}
    try:
        given = json.loads(Path(name).read_bytes())
        return {str(key): Shown.of(value, f"{name}: {key}") for key, value in given.items()}
    except (ValueError, AttributeError) as error:
        raise RequestError(
            f"not a file of shown prices: {error}",
            code="bad_state",
            where=name,
            hint="give a file that --shown has written, or one that does not exist",
        ) from None


def _keep(name: str, states: Mapping[str, Shown]) -> None:
    import json

    text = json.dumps({key: one.as_dict() for key, one in states.items()}, indent=1)
    Path(name).write_text(f"{text}\n", encoding="utf-8")


def _described(name: str, one: Offer | LandedCostError) -> RenderableType:
    if isinstance(one, LandedCostError):
        return cell(f"{name}: {one}", "red")
    unit = one.price.currency
    left = "" if one.margin is None else f", {amount(one.margin.minor, unit)} remain"
    first = "" if one.shown == one.price else f"{amount(one.shown.minor, unit)} shown, "
    price = f"{first}{amount(one.price.minor, unit)} all in"
    title = f"{name}: {price}, bound by {one.binding}{left}"
    made = table(title, ("step", "price", "change", "why"), ("price", "change"))
    for step in one.steps:
        change = step.after.minor - step.before.minor
        made.add_row(
            cell(step.code),
            cell(amount(step.after.minor, unit, named=False)),
            cell(amount(change, unit, named=False) if change else ""),
            cell(step.why),
        )
    return Group(made, cell(f"shown as {headline_told(one.quote)}", "dim"), cell(""))
