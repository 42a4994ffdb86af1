"""``landedcost live``: prices on a stream, from a server of your own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from ..dates import day as parse_day
from ..errors import LandedCostError, PluginError, RequestError
from ..request import Buyer
from .catalog import opened
from .inputs import FLAGS, buyer_in, read_input, renamed, shop, split_list
from .options import (
    AsOf,
    Carrier,
    Offline,
    Reforms,
    RulesDir,
    Sources,
    Strategy,
    Tariffs,
)
from .output import say, write

if TYPE_CHECKING:
    from ..live.repricing import Repricing, Sold

live = typer.Typer(help="Prices on a stream: a server, and what is exported to other hosts.")
_EXTRA = ("sse_starlette", "starlette", "uvicorn")
_KINDS = ("page", "widget", "twitch")
_SECOND = timedelta(seconds=1)
_LOCAL = "http://127.0.0.1:8765"


@live.command()
def serve(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="DROP.toml|REQUEST.json...", help="A shop's file, or a request for each bundle."
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="US,GB,de-DE",
            help="The markets, in their order; those of the shop's file if left out.",
        ),
    ] = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65_535)] = 8765,
    every: Annotated[
        int, typer.Option("--every", min=1, metavar="SECONDS", help="How often prices are made.")
    ] = 60,
    hold: Annotated[
        int, typer.Option("--hold", min=2, metavar="SECONDS", help="How long a price is shown.")
    ] = 300,
    heartbeat: Annotated[
        int, typer.Option("--heartbeat", min=1, max=15, metavar="SECONDS", help="Signs of life.")
    ] = 5,
    as_of: AsOf = None,
    carrier: Carrier = None,
    strategy: Strategy = "refuse",
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    sources: Sources = None,
    offline: Offline = False,
) -> None:
    """Serve the overlay and the prices it shows, until interrupted.

    The bundles of a shop's file go by its policy. A request is a bundle too, called as its file;
    its buyer is replaced by each of the markets, and --carrier and --strategy are for it alone.
    """
    from ..contract import parse_request
    from ..live.catalogued import Catalogued
    from ..live.feed import Feed
    from ..live.repricing import Asked, Repricing

    asking = () if offline else sources or ()
    bundles: list[Sold] = []
    markets = split_list(to)
    for file in files:
        if Path(file).suffix.lower() == ".toml":
            found = opened(file, tariffs, rules_dir, reform, asking)
            markets = markets or list(found.settings.markets)
            bundles += map(Catalogued, found.bundles.values())
        else:
            with renamed(FLAGS):
                answerer = shop(carrier, strategy, rules_dir, tariffs, reform, asking)
            request = parse_request(read_input(file), as_of=as_of)
            bundles.append(Asked(answerer, Path(file).stem, request))
    day = None if as_of is None else parse_day(as_of, "--as-of")
    source = Repricing(bundles, _buyers(markets), hold=hold * _SECOND, day=day)
    with _extra():
        from ..live.run import run
        from ..live.serve import Serving, create_app

        feed = Feed(uuid4().hex[:12], _now())
        feed.publish(source.cards(_now()), _now())
        for failure in source.failures:
            say(f"{failure.bundle} on {failure.market}: {failure.error}")
        if all(card.price is None for card in feed.cards):
            raise _unpriced(source)
        beside = partial(source.run, feed, _now, every * _SECOND)
        app = create_app(feed, _now, serving=Serving(heartbeat_s=heartbeat), beside=beside)
        write(f"overlay: http://{host}:{port}/overlay\nstop it with Ctrl-C\n")
        run(app, host, port)


def _buyers(markets: list[str]) -> list[Buyer]:
    if not markets:
        raise RequestError(
            "no market given", code="missing_field", where="--to", hint="such as US,GB,de-DE"
        )
    with renamed({"buyer": "--to"}):
        return [buyer_in(market) for market in dict.fromkeys(markets)]


def _unpriced(source: Repricing) -> LandedCostError:
    """Why there is nothing to show."""
    if source.failures:
        return source.failures[0].error
    return RequestError(
        "the file has no bundles",
        code="missing_field",
        where="bundles",
        hint="write [bundles.NAME] with items = { tee = 1 }",
    )


@live.command()
def export(
    kind: Annotated[str, typer.Argument(metavar="page|widget|twitch", help="For which host.")],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where it is written.")
    ],
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help="Where the prices come from."),
    ] = None,
    settings: Annotated[
        str,
        typer.Option(
            "--settings", metavar="QUERY", help="Of a page, such as 'mode=grid&theme=light'."
        ),
    ] = "",
) -> None:
    """Write the overlay for another host.

    page: one HTML file; without --server its address says where prices come from (?server=).
    widget: a zip for StreamElements and hosts that take its custom widgets. twitch: a zip with
    the front end of an extension.
    """
    from ..lines import one_of
    from ..live.export import page, twitch, widget

    one_of(kind, _KINDS, "KIND", "unknown_kind")
    if kind == "page":
        made = page(server, settings).encode()
    else:
        made = (widget if kind == "widget" else twitch)(server or _LOCAL)
    Path(output).write_bytes(made)
    write(f"{output}\n")


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _extra() -> Iterator[None]:
    """Say which extra to install where the web server is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        raise PluginError(
            f"serving needs {error.name}, which is not installed",
            code="missing_extra",
            hint='install "landedcost[live]"',
        ) from None
