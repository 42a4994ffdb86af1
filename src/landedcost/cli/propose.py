"""``landedcost propose``: bundles that keep a margin on a market."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import RenderableType

from ..catalog import Proposal, Proposals, propose_bundles
from ..errors import RequestError
from .catalog import File, opened
from .inputs import buyer_in, renamed, split_list
from .options import AsJson, AsOf, Offline, Reforms, RulesDir, Sources, Tariffs
from .output import cell, counted, plain, room, show, show_json, table, unmarked

_FLAGS = {"buyer": "--to", "margin": "--margin", "size": "--size", "limit": "--limit",
          "stock": "--stock", "at": "--as-of"}  # fmt: skip
_TITLE = 12
"""The width that the title needs; where it has less, amounts are broken too."""


def propose(
    file: File,
    to: Annotated[
        str, typer.Option("--to", metavar="DE", help="The market: DE, CA-ON, GB-NIR or de-DE.")
    ],
    margin: Annotated[
        str, typer.Option("--margin", metavar="30%", help="What is to be left of the goods' price.")
    ] = "30%",
    size: Annotated[
        int, typer.Option("--size", metavar="N", help="Articles in a bundle, at most.")
    ] = 3,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="How many to show.")] = 10,
    stock: Annotated[
        str | None,
        typer.Option("--stock", metavar="tee=3,mug=0", help="What is left, instead of the file's."),
    ] = None,
    as_of: AsOf = None,
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    as_json: AsJson = False,
    sources: Sources = None,
    offline: Offline = False,
) -> None:
    """Propose bundles that keep a margin on a market and cost the buyer no more than their parts.

    The best leave the shop most; among equals, save the buyer most.
    """
    catalog = opened(file, tariffs, rules_dir, reform, () if offline else sources)
    with renamed(_FLAGS), counted() as told:
        found = propose_bundles(
            catalog,
            buyer_in(to),
            margin=margin,
            size=size,
            limit=limit,
            stock=_stock(stock),
            at=as_of,
            progress=None if told is None else lambda done, of: told(done, of, done),
        )
    if as_json:
        show_json(found.as_dict())
        return
    _show(found)


def _stock(text: str | None) -> dict[str, int]:
    found = {}
    for part in split_list(text):
        sku, _, count = part.partition("=")
        if not (count.isascii() and count.isdigit() and len(count) < 10):
            raise RequestError(
                f"not what is left of an article: {part[:40]!r}",
                code="bad_quantity",
                where="--stock",
                hint="write tee=3,mug=0",
            )
        found[sku] = int(count)
    return found


def _row(one: Proposal) -> tuple[str, ...]:
    amounts = one.quote.text, one.quote.format(one.saving.minor), one.quote.format(one.margin.minor)
    stock = "" if one.stock is None else f"{one.stock:,}"
    return (*map(unmarked, amounts), one.percent, stock)


def _show(found: Proposals) -> None:
    parts: list[RenderableType] = []
    if found.found:
        rows = [_row(one) for one in found]
        amounts = ("all in", "buyer saves", "margin", "keeps", "stock")
        left = room(amounts, rows)
        made = table(
            f"{found.market}: bundles that keep {found.margin}",
            ("bundle", *amounts),
            amounts,
            whole=left >= _TITLE,
        )
        for one, row in zip(found, rows, strict=True):
            told = unmarked("; ".join(one.reasons[1:]))
            title = cell(one.bundle.title).append(f"\n{plain(told)}", style="dim")
            made.add_row(title, *map(cell, row), end_section=True)
        parts.append(made)
    else:
        parts.append(cell(f"{found.market}: no bundle keeps {found.margin}"))
    parts += [
        cell(f"{sku} takes no part: {reason}", "dim") for sku, reason in found.left_out.items()
    ]
    if found.looked_at < found.sets:
        told = f"priced: the {found.looked_at:,} of {found.sets:,} sets that leave most"
        parts.append(cell(told, "dim"))
    if found.dearer:
        told = f"not proposed, dearer for the buyer than its articles: {found.dearer:,}"
        parts.append(cell(told, "dim"))
    if found.unpriced:
        name, reason = next(iter(found.unpriced.items()))
        told = f"not proposed, without a price together: {len(found.unpriced):,}; {name}: {reason}"
        parts.append(cell(told, "dim"))
    show(*parts)
