"""``landedcost providers``: which sources are installed, and a package for a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..providers.registry import Registry
from .options import AsJson
from .output import cell, show, show_json, table, write
from .scaffold import scaffold

providers = typer.Typer(
    help="Live sources: which are installed, and a package for a new one.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


@providers.callback()
def list_providers(context: typer.Context, as_json: AsJson = False) -> None:
    """List the sources that are installed; none of them is imported."""
    if context.invoked_subcommand is not None:
        return
    listed = Registry.installed().listed()
    if as_json:
        show_json(
            [
                {
                    "kind": one.kind,
                    "name": one.name,
                    "distribution": one.distribution,
                    "version": one.version,
                    "target": one.target,
                }
                for one in listed
            ]
        )
        return
    made = table("Sources", ("kind", "name", "from", "where"))
    for one in listed:
        origin = f"{one.distribution} {one.version}".strip()
        made.add_row(cell(one.kind), cell(one.name), cell(origin), cell(one.target))
    show(made)


@providers.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower-case, such as acme.")],
    kind: Annotated[str, typer.Option("--kind", metavar="tariff|carrier|rates|landed")],
    into: Annotated[
        str, typer.Option("--into", metavar="FOLDER", help="Where the package is written.")
    ] = ".",
) -> None:
    """Write a package with a new source that passes its own tests."""
    written = scaffold(name, kind, Path(into))
    for path in written:
        write(f"{path}\n")
