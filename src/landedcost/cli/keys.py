"""``landedcost keys new``, ``rotate``, ``show`` and ``public``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import RequestError
from ..held import Keys
from ..held.key import ED25519, HMAC
from .options import AsJson
from .output import cell, show, show_json, table

keys = typer.Typer(
    help="The keys that sign held prices: make, rotate, list them.", rich_markup_mode=None
)
File = Annotated[str, typer.Argument(metavar="FILE", help="The file of keys.")]
Hmac = Annotated[
    bool, typer.Option("--hmac", help="HMAC-SHA256: who verifies can sign, no package needed.")
]


@keys.command("new")
def new(file: File = "keys.toml", hmac: Hmac = False, as_json: AsJson = False) -> None:
    """Make a file with one fresh key, Ed25519 unless --hmac is given."""
    path = Path(file)
    _free(path)
    made = Keys.new(HMAC if hmac else ED25519)
    made.save(path)
    _tell(made, as_json)


@keys.command("rotate")
def rotate(
    file: File = "keys.toml",
    keep: Annotated[
        int,
        typer.Option(
            "--keep",
            metavar="N",
            min=0,
            help="How many keys before it still verify; 0 after a leak.",
        ),
    ] = 1,
    hmac: Hmac = False,
    as_json: AsJson = False,
) -> None:
    """Put a fresh key in the place of the current one, which verifies on for a while."""
    made = Keys.load(file).rotate(HMAC if hmac else "", keep=keep)
    made.save(file)
    _tell(made, as_json)


@keys.command("show")
def show_keys(file: File = "keys.toml", as_json: AsJson = False) -> None:
    """List the keys of a file by id; no secret is shown."""
    _tell(Keys.load(file), as_json)


@keys.command("public")
def public(
    output: Annotated[str, typer.Argument(metavar="OUTPUT", help="The file to write.")],
    file: Annotated[str, typer.Option("--keys", metavar="FILE")] = "keys.toml",
    as_json: AsJson = False,
) -> None:
    """Write the keys without their secrets, for those who only verify."""
    path = Path(output)
    _free(path)
    made = Keys.load(file).public()
    made.save(path)
    _tell(made, as_json)


def _free(path: Path) -> None:
    if path.exists():
        raise RequestError(
            "there is such a file already, and prices may hang on its keys",
            code="file_exists",
            where=str(path),
            hint="name another file, or use `landedcost keys rotate`",
        )


def _tell(ring: Keys, as_json: bool) -> None:
    if as_json:
        show_json([{"id": k.id, "kind": k.kind, "state": k.state} for k in ring.keys])
        return
    made = table("Keys", ("id", "kind", "state"))
    for key in ring.keys:
        made.add_row(cell(key.id), cell(key.kind), cell(key.state))
    show(made)
