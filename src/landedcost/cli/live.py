"""``landedcost live``: prices on a stream, from a server of your own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from ..dates import day as parse_day
from ..errors import PluginError, RequestError
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
    from ..live.drop import Drop
    from ..live.feed import Feed
    from ..ports.inventory import InventorySource

    Parts = tuple[Feed, Callable[[], Coroutine[Any, Any, None]], Callable[[], dict[str, Any]]]
    Made = Callable[[timedelta], Parts]

live = typer.Typer(help="Prices on a stream: a server, and what is exported to other hosts.")
_EXTRA = ("sse_starlette", "starlette", "uvicorn")
_KINDS = ("page", "widget", "twitch")
_SECOND = timedelta(seconds=1)
_NAMED = 3
"""How many bundles are named that cannot be priced for one reason."""
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
        int,
        typer.Option("--every", min=1, metavar="SECONDS", help="How often --source are asked."),
    ] = 60,
    hold: Annotated[
        int, typer.Option("--hold", min=2, metavar="SECONDS", help="How long a price is shown.")
    ] = 300,
    stock: Annotated[
        str | None,
        typer.Option("--stock", metavar="FILE|URL", help="An inventory: what is left is shown."),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="FILE", help="Keeps what is shown over a restart."),
    ] = None,
    redis: Annotated[
        str | None,
        typer.Option(
            "--redis",
            metavar="URL",
            envvar="LANDEDCOST_REDIS",
            show_envvar=False,
            help="Several of these show one feed; also in LANDEDCOST_REDIS.",
        ),
    ] = None,
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

    The bundles of a shop's file go by its policy, and are on sale in its drops. Several requests
    are a bundle each, called as its file; its buyer is replaced by each of the markets, and
    --carrier and --strategy are for requests alone.
    """
    from ..contract import parse_request
    from ..live.filed import arguments
    from ..live.goods import Goods
    from ..pricing.offer import Pricing
    from ..pricing.policy import Policy

    asking = () if offline else sources or ()
    day = None if as_of is None else parse_day(as_of, "--as-of")
    if redis is not None and state is not None:
        raise RequestError(
            "with --redis what is shown is kept there",
            code="bad_request",
            where="--state",
            hint="leave --state out",
        )
    with _inventory(stock) as inventory:
        if any(Path(file).suffix.lower() == ".toml" for file in files):
            if len(files) > 1:
                raise RequestError(
                    "a shop's file is served by itself",
                    code="bad_request",
                    where="FILES",
                    hint="name one shop's file, or one or more requests",
                )
            found = opened(files[0], tariffs, rules_dir, reform, asking)
            markets = _buyers(split_list(to) or list(found.settings.markets))
            sold = {**arguments(found, markets, inventory=inventory), "inventory": inventory}
        else:
            with renamed(FLAGS):
                answerer = shop(carrier, strategy, rules_dir, tariffs, reform, asking)
            goods = {
                Path(file).stem: Goods.asked(parse_request(read_input(file), as_of=as_of))
                for file in files
            }
            pricing, markets = Pricing(answerer, Policy.of({})), _buyers(split_list(to))
            sold = {"pricing": pricing, "goods": goods, "markets": markets, "pinned": goods}
        sold |= {"hold": hold * _SECOND, "day": day}
        make = _alone(sold, state) if redis is None else _shared(sold, redis)
        with _extra():
            from ..live.run import run
            from ..live.serve import Serving, create_app

            feed, beside, health = make(every * _SECOND)
            serving = Serving(heartbeat_s=heartbeat)
            app = create_app(feed, _now, serving=serving, beside=beside, health=health)
            write(f"overlay: http://{host}:{port}/overlay\nstop it with Ctrl-C\n")
            run(app, host, port)


def _alone(sold: dict[str, Any], state: str | None) -> Made:
    """A feed of this process's own."""
    from ..live.drop import Drop
    from ..live.keep import Keeper, StateFile

    saved = None if state is None else StateFile(state)
    before = None if saved is None else saved.load()
    drop = Drop(**sold, at=_now(), epoch=uuid4().hex[:12], state=before)
    _tell(drop)

    def make(every: timedelta) -> Parts:
        save = None if saved is None else saved.save
        keeper = Keeper(drop, _now, ask_every=every, save=save)
        return drop.feed, keeper.run, keeper.health

    return make


def _shared(sold: dict[str, Any], redis: str) -> Made:
    """The feed of several processes."""
    from ..live.dropped import DropSource
    from ..live.log import Log
    from ..live.shared import Shared, Timing

    def make(every: timedelta) -> Parts:
        timing = Timing()
        source = DropSource(_now, sold, {"ask_every": every})
        log = Log(redis, source.name, patience_ms=timing.patience)
        source.start({}, _now())
        if source.drop is not None:
            _tell(source.drop)
        source.stop()
        shared = Shared(source, _now, log, timing=timing)
        return shared.feed, shared.run, shared.state

    return make


@contextmanager
def _inventory(place: str | None) -> Iterator[InventorySource | None]:
    if place is None:
        yield None
        return
    from ..inventory import Inventory

    with Inventory.open(place) as found:
        yield found


def _buyers(markets: list[str]) -> list[Buyer]:
    if not markets:
        raise RequestError(
            "no market given", code="missing_field", where="--to", hint="such as US,GB,de-DE"
        )
    with renamed({"buyer": "--to"}):
        return [buyer_in(market) for market in dict.fromkeys(markets)]


def _tell(drop: Drop) -> None:
    """Say what cannot be priced. Raises why there is nothing to show, if there is nothing."""
    if not drop.goods:
        raise RequestError(
            "the file has no bundles",
            code="missing_field",
            where="bundles",
            hint="write [bundles.NAME] with items = { tee = 1 }",
        )
    if not drop.grid.cells:
        raise RequestError(
            "no drop of the file sells anything on these markets",
            code="not_sold",
            where="drops",
            hint="name other markets, or leave `markets` of the drops out",
        )
    alike: dict[tuple[str, str], list[str]] = {}
    for cell, error in drop.errors.items():
        alike.setdefault((cell.market, str(error)), []).append(cell.bundle)
    for (market, text), bundles in alike.items():
        more = f" and {len(bundles) - _NAMED} more" if len(bundles) > _NAMED else ""
        say(f"{', '.join(bundles[:_NAMED])}{more} on {market}: {text}")
    if len(drop.errors) == len(drop.grid.cells):
        raise next(iter(drop.errors.values()))
    sales = [card.sale for card in drop.feed.cards]
    if all(sale is not None and sale.state == "ended" for sale in sales):
        say("all drops of the file are over: the page shows no price (see [drops])")
    starts = [sale.starts_at for sale in sales if sale is not None and sale.state == "scheduled"]
    if len(starts) == len(sales):
        first = min(start for start in starts if start is not None)
        say(f"no drop has started: the page shows prices from {first:%Y-%m-%d %H:%M} UTC on")


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
