"""The commands put together, and every error turned into one line or one JSON object."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from .. import __version__
from ..errors import LandedCostError, RequestError
from .catalog import catalog
from .cliffs import show_cliffs
from .compare import compare
from .conform import conform
from .held import hold_command, replay_command, verify_command
from .keys import keys
from .live import live
from .lookup import requirements, schema
from .offer import offer
from .output import NoOutput, complain, say, write
from .price import explain, price
from .propose import propose
from .providers import providers
from .reprice import reprice
from .rules import rules
from .service import service
from .target import target
from .tariff import tariff
from .whatif import whatif

INTERRUPTED = 130
NO_READER = 141
# Typer carries its own copy of click, or uses the installed one: its errors are found through
# a class that is public in both.
_UsageError: type[BaseException] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="landedcost",
    help="What a bundle really costs a buyer abroad, all in, and why.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(price)
app.command()(explain)
app.command()(compare)
app.command()(target)
app.command()(offer)
app.command("cliffs")(show_cliffs)
app.command()(reprice)
app.command()(propose)
app.command()(whatif)
app.command("hold")(hold_command)
app.command("verify")(verify_command)
app.command("replay")(replay_command)
app.command()(requirements)
app.command()(schema)
app.command()(conform)
app.add_typer(catalog, name="catalog")
app.add_typer(rules, name="rules")
app.add_typer(tariff, name="tariff")
app.add_typer(keys, name="keys")
app.add_typer(providers, name="providers")
app.add_typer(live, name="live")
app.add_typer(service, name="service")


def _version(wanted: bool) -> None:
    if wanted:
        write(f"landedcost {__version__}\n")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_version),
    ] = False,
) -> None:
    """What a bundle really costs a buyer abroad, all in, and why."""


def run(argv: Sequence[str]) -> int:
    """Run one command line; errors are printed, the exit code is returned."""
    try:
        return _run(argv or ["--help"])
    except NoOutput as error:
        if not error.reason:
            return NO_READER
        say(f"error: cannot write the answer: {error.reason}")
        return 1


def _run(argv: Sequence[str]) -> int:
    as_json = "--json" in argv
    command = typer.main.get_command(app)
    try:
        code = command.main(args=list(argv), prog_name="landedcost", standalone_mode=False)
    except LandedCostError as error:
        return complain(error, as_json)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except RecursionError:
        deep = RequestError(
            "a file is nested too deep", code="too_deep", hint="no file of ours needs ten levels"
        )
        return complain(deep, as_json)
    except OSError as error:
        return complain(_unreadable(error), as_json)
    except _UsageError as error:
        return _usage(error, as_json)
    return code if isinstance(code, int) else 0


def _unreadable(error: OSError) -> RequestError:
    """A file that could not be read."""
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    return RequestError(
        error.strerror or str(error),
        code="no_file",
        where=name,
        hint="give the path of a file that can be read",
    )


def _usage(error: BaseException, as_json: bool) -> int:
    message = str(getattr(error, "format_message", lambda: error)())
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "landedcost"
    text = " ".join(message.split()).rstrip(".")
    return complain(RequestError(text, code="usage", hint=f"see {path} --help"), as_json)
