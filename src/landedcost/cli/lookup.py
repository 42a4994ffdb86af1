"""``landedcost requirements`` and ``landedcost schema``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..client import LandedCost
from ..lines import one_of
from ..request import Seller
from ..territories import place
from .inputs import QUICK, buyer_in, local_tariffs, renamed, rule_book, split_list
from .options import AsJson, AsOf, Channel, From, Kind, Registrations, RulesDir, Tariffs
from .output import cell, show, show_json, table, write


def requirements(
    hs: Annotated[str, typer.Argument(metavar="HS", help="HS code, such as 6109.10.")],
    origin: Annotated[str, typer.Option("--origin", metavar="VN", help="Where it was made.")],
    to: Annotated[str, typer.Option("--to", metavar="DE", help="The buyer: DE, CA-ON, de-DE.")],
    sender: From = None,
    channel: Channel = None,
    kind: Kind = None,
    registrations: Registrations = None,
    as_of: AsOf = None,
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    as_json: AsJson = False,
) -> None:
    """Say which facts a price needs on a lane, beyond price and code."""
    start, _, region = (sender or "US").partition("-")
    with renamed({**QUICK, "origin": "--origin", "hs_code": "HS"}):
        answerer = LandedCost(
            Seller.of(start, split_list(registrations)),
            ship_from=place(start, region or None, "ship_from"),
            channel=channel or "post",
            tariffs=local_tariffs(tariffs),
            rules=rule_book(rules_dir),
        )
        buyer = buyer_in(to, kind or "consumer")
        found = answerer.requirements_for(hs, origin, buyer, as_of=as_of)
    if as_json:
        show_json([{"fact": r.fact, "needed": r.needed, "why": r.why} for r in found])
        return
    if not found:
        write("nothing beyond the price and the code\n")
        return
    made = table(f"{hs} made in {origin}, {start} to {to}", ("fact", "needed", "why"))
    for one in found:
        made.add_row(cell(one.fact), cell("yes" if one.needed else "if it applies"), cell(one.why))
    show(made)


def schema(
    of: Annotated[
        str | None, typer.Option("--of", metavar="request|answer", help="Only one of them.")
    ] = None,
    as_json: AsJson = True,
) -> None:
    """Print the JSON Schema of the request and the answer document."""
    from ..contract import answer_schema, request_schema

    made = {"request": request_schema, "answer": answer_schema}
    if of is None:
        show_json({name: make() for name, make in made.items()})
    else:
        show_json(made[one_of(of, tuple(made), "--of", "unknown_document")]())
