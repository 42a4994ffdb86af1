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
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from ..currencies import currency
from ..errors import LandedCostError, PluginError
from ..money import amount_text

_WIDTH = 120
"""Columns of a table that is not written to a terminal."""
_GAP = 3
"""Columns between two cells, and about as many at the edges."""


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


def unmarked(text: str) -> str:
    """A text of ours without its marks of direction, which a terminal would show as escapes."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def cell(text: object, style: str = "") -> Text:
    """A table's cell: the text as it is, no markup in it."""
    return Text(plain(text), style=style, overflow="fold")


def table(
    title: str, columns: Sequence[str], right: Iterable[str] = (), *, whole: bool = True
) -> Table:
    """An empty table; the columns named in ``right`` are amounts, set to the right.

    Amounts stay on one line while ``whole``. Where the terminal is too narrow even for them,
    they have to be broken: rich would cut them off.
    """
    amounts = set(right)
    made = Table(title=cell(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD)
    for name in columns:
        made.add_column(
            cell(name),
            justify="right" if name in amounts else "left",
            no_wrap=whole and name in amounts,
        )
    return made


def room(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """How many columns of the terminal a table with these cells leaves; negative: too wide."""
    widest = [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]
    return _width() - sum(widest) - _GAP * len(widest)


def _width() -> int:
    return _console(io.StringIO()).width


def amount(minor: int, code: str, *, named: bool = True) -> str:
    """Minor units as ``25.00 EUR``, or without the currency."""
    text = amount_text(minor, currency(code).digits)
    return f"{text} {code}" if named else text


def show(*parts: RenderableType) -> None:
    """Print tables and texts on stdout."""
    if sys.stdout is None:
        raise NoOutput("standard output is closed")
    page = _Page(sys.stdout.encoding or "utf-8")
    console = _console(page)
    for part in parts:
        console.print(part)
    lines = (line.rstrip() for line in page.getvalue().split("\n"))
    write("\n".join(lines), page.encoding)


def _console(page: io.StringIO) -> Console:
    terminal = sys.stdout is not None and sys.stdout.isatty()
    return Console(
        file=page,
        force_terminal=terminal,
        width=None if terminal or os.environ.get("COLUMNS") else _WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )


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
def bulk() -> Iterator[None]:
    """Say which extra to install where numpy or pyarrow is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in ("numpy", "pyarrow"):
            raise
        raise PluginError(
            f"pricing in columns needs {error.name}, which is not installed",
            code="missing_extra",
            hint='install "landedcost[bulk]"',
        ) from None


@contextmanager
def counted() -> Iterator[Callable[[int, int, int], object] | None]:
    """A bar on stderr while a terminal looks on: told what is done, of what, and baskets."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[baskets]:,} baskets"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("pricing", total=None, baskets=0)
        yield lambda done, total, baskets: bar.update(
            task, completed=done, total=total, baskets=baskets
        )


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
