"""``landedcost service``: prices over HTTP, and the keys of those who may ask."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from .inputs import split_list
from .output import say, write

service = typer.Typer(
    help="Prices over HTTP: the server, and the keys of those who may ask.", rich_markup_mode=None
)
Config = Annotated[
    str | None, typer.Option("--config", metavar="service.toml", help="The settings.")
]


@service.command("serve")
def serve_command(
    catalog: Annotated[
        str | None, typer.Argument(metavar="CATALOG.toml", help="The shop and what it sells.")
    ] = None,
    config: Config = None,
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65_535)] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, max=256)] = None,
) -> None:
    """Serve prices, held quotes and the drop, until interrupted."""
    from ..service.config import load
    from ..service.run import guard, serve

    settings = load(config, os.environ)
    settings = replace(
        settings,
        host=host or settings.host,
        port=port or settings.port,
        workers=workers or settings.workers,
    )
    if not guard(settings):
        say("no keys: everybody on this machine may ask, nobody else (see `service key`)")
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    write(f"http://{name}:{settings.port}/openapi.json\nstop it with Ctrl-C\n")
    serve(settings, config, catalog)


@service.command("key")
def key_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is.")],
    scopes: Annotated[
        str,
        typer.Option(
            "--scopes", metavar="price,quotes", help="price, quotes, facts, stream, hooks"
        ),
    ] = "price",
    keys: Annotated[
        str, typer.Option("--file", metavar="FILE", help="The file of hashes.")
    ] = "api-keys.toml",
    per_minute: Annotated[
        int, typer.Option("--per-minute", min=1, max=10**6, help="Requests a minute.")
    ] = 600,
) -> None:
    """Make a key. It is shown this once; the file keeps its hash."""
    from ..service.access import add_key

    token = add_key(Path(keys), name, split_list(scopes), per_minute)
    say(f"the hash is in {keys}; this is the key, shown once:")
    write(f"{token}\n")
