"""The programmes of the United States' special column, and the countries of its column 2."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

MODIFIERS = {
    "*": "some countries or goods of the programme are excluded from this line",
    "+": "only for the countries or quantities its general note names for this line",
}
"""What a sign behind a symbol limits."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme: what it may be called, for whose goods it is, and what speaks against it."""

    symbol: str
    label: str
    names: tuple[str, ...]
    origins: frozenset[str]
    condition: str
    source: str
    doubt: str = ""
    doubt_from: date | None = None
    doubt_until: date | None = None

    def doubt_on(self, day: date) -> str:
        """Why it may not be had on a day; empty where nothing speaks against it."""
        if self.doubt_from is None or day < self.doubt_from:
            return ""
        return "" if self.doubt_until is not None and day >= self.doubt_until else self.doubt


@cache
def _data() -> dict[str, Any]:
    path = resources.files("landedcost.tariffs").joinpath("data/us_programmes.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def programme(symbol: str) -> Programme:
    """A programme by its symbol, with or without its sign; one that is not known by itself."""
    bare = symbol.rstrip("*+")
    found = _data()["programme"].get(bare, {})
    names = (symbol, bare, *found.get("names", ()))
    return Programme(
        symbol,
        str(found.get("label", f"programme {bare}")),
        tuple(dict.fromkeys(names)),
        frozenset(found.get("origins", ())),
        "; ".join(
            part
            for part in (found.get("condition", ""), MODIFIERS.get(symbol[len(bare) :], ""))
            if part
        ),
        str(_data()["source"][found["source"]]["title"]) if found else "",
        str(found.get("doubt", "")),
        found.get("doubt_from"),
        found.get("doubt_until"),
    )


@cache
def column_2() -> frozenset[str]:
    """The countries whose goods bear the rates of column 2."""
    return frozenset(_data()["column_2"]["origins"])
