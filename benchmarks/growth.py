"""A picture of how the time grows with the number of quotes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt


class Measured(Protocol):
    """One way of pricing, measured."""

    way: str
    lines: int
    quotes: int
    ns: float


LOOKS = {1: ("tab:blue", "one line"), 3: ("tab:orange", "three lines")}
SPAN = (10**4, 10**7)


def draw(rows: Iterable[Measured], path: Path) -> None:
    """Seconds of one core against quotes, both by powers of ten."""
    mpl.rcParams["svg.hashsalt"] = "landedcost"
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for row in rows:
        color, name = LOOKS[row.lines]
        if row.way in ("price_for, warm", "a loop over pandas with Decimal, one lane"):
            single = row.way.startswith("price_for")
            axes.plot(
                SPAN,
                [row.ns * count / 1e9 for count in SPAN],
                color=color if single else "tab:gray",
                linestyle="--" if single else ":",
                label=f"price_for, {name}" if single else "pandas and Decimal, one line",
            )
    for lines, (color, name) in LOOKS.items():
        points = [
            (row.quotes, row.ns * row.quotes / 1e9)
            for row in rows
            if row.lines == lines and row.way == "columns, 10 markets"
        ]
        axes.plot(*zip(*points, strict=True), color=color, marker="o", label=f"columns, {name}")
    axes.set(xscale="log", yscale="log", xlabel="quotes", ylabel="seconds of one core")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})
