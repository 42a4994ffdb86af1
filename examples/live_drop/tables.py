"""How the story is told on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

PORTLAND = ZoneInfo("America/Los_Angeles")
NOTHING = "—"
console = Console(highlight=False)


def clock(at: datetime) -> str:
    """An instant on the shop's clock."""
    return f"{at.astimezone(PORTLAND):%H:%M}"


def chapter(title: str, at: datetime) -> None:
    """A heading with the time on the shop's clock."""
    console.print(f"\n[bold]{clock(at)}  {title}[/bold]")


def tell(*sentences: str) -> None:
    """Some sentences, a line each."""
    for sentence in sentences:
        console.print(f"       {sentence}", soft_wrap=True)


def table(names: Iterable[str], rows: Iterable[Iterable[str | None]]) -> None:
    """A table; the first column is of names, the others of amounts."""
    made = Table(box=None, padding=(0, 2), pad_edge=False)
    for number, name in enumerate(names):
        made.add_column(name, justify="right" if number else "left", style="" if number else "dim")
    for row in rows:
        made.add_row(*(NOTHING if cell is None else cell for cell in row))
    console.print(Padding(made, (1, 0, 1, 7), expand=False))


def prices(titles: Mapping[str, str], shown: Mapping[str, Mapping[str, str | None]]) -> None:
    """The prices of bundles by market."""
    markets = list(next(iter(shown.values())))
    rows = ([market, *(shown[name][market] for name in titles)] for market in markets)
    table(["market", *titles.values()], rows)
