"""Writing: JSON as UTF-8, tables by rich, errors as one line; hostile text shown, not obeyed."""

from __future__ import annotations

import io
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from ..currencies import currency
from ..errors import LandedCostError
from ..money import amount_text

_WIDTH = 120
"""Columns of a table that is not written to a terminal."""


class NoOutput(Exception):
    """The output cannot be written; ``reason`` is empty when its reader has just gone."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class _Page(io.StringIO):
    """A text in memory for a terminal of some encoding, which decides how lines are drawn."""

    encoding = "utf-8"

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.encoding = encoding


def plain(text: object) -> str:
    r"""``text`` with control characters and the like written out (``\x1b``)."""
    return "".join(c if _harmless(c) else ascii(c)[1:-1] for c in str(text))


def _harmless(char: str) -> bool:
    return char == " " or unicodedata.category(char) not in (
        "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"
    )  # fmt: skip


def cell(text: object, style: str = "") -> Text:
    """A table's cell: the text as it is, no markup in it."""
    return Text(plain(text), style=style, overflow="fold")


def table(title: str, columns: Sequence[str], right: Iterable[str] = ()) -> Table:
    """An empty table; the columns named in ``right`` are set to the right."""
    made = Table(title=cell(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD)
    for name in columns:
        made.add_column(cell(name), justify="right" if name in set(right) else "left")
    return made


def amount(minor: int, code: str, *, named: bool = True) -> str:
    """Minor units as ``25.00 EUR``, or without the currency."""
    text = amount_text(minor, currency(code).digits)
    return f"{text} {code}" if named else text


def show(*parts: RenderableType) -> None:
    """Print tables and texts on stdout."""
    if sys.stdout is None:
        raise NoOutput("standard output is closed")
    terminal = sys.stdout.isatty()
    page = _Page(sys.stdout.encoding or "utf-8")
    console = Console(
        file=page,
        force_terminal=terminal,
        width=None if terminal or os.environ.get("COLUMNS") else _WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts:
        console.print(part)
    lines = (line.rstrip() for line in page.getvalue().split("\n"))
    write("\n".join(lines), page.encoding)


def show_json(data: Any) -> None:
    """Print a JSON document on stdout, in UTF-8 whatever the terminal."""
    write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def write(text: str, encoding: str = "utf-8") -> None:
    """Write to stdout at once; what ``encoding`` cannot write becomes a question mark.

    Raises NoOutput.
    """
    out = sys.stdout
    if out is None:
        raise NoOutput("standard output is closed")
    try:
        raw = getattr(out, "buffer", None)
        if raw is None:
            out.write(text)
        else:
            out.flush()
            raw.write(text.encode(encoding or "utf-8", "replace"))
        out.flush()
    except OSError as error:
        # What is still buffered would raise again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        gone = isinstance(error, BrokenPipeError)
        raise NoOutput("" if gone else error.strerror or str(error)) from None


@contextmanager
def progress(what: str, count: int) -> Iterator[Callable[[str], None]]:
    """A bar on stderr, where that is a terminal; call what it yields after each of the steps."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=sys.stderr is None or not console.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=count)
        yield lambda name: bar.update(task, advance=1, description=plain(name))


def complain(error: LandedCostError, as_json: bool) -> int:
    """Say what was wrong: a JSON object on stdout, or a line on stderr; its exit code."""
    if as_json:
        show_json({"error": error.as_dict()})
    else:
        say(f"error: {error}")
    return error.exit_code


def say(line: str) -> None:
    """One line on stderr, red on a terminal."""
    if sys.stderr is None:
        return
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    console.print(Text(plain(line), style="red"), soft_wrap=True)
