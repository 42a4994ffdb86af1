"""The Harmonized Tariff Schedule of the United States: one heading in the shape of an export."""

from __future__ import annotations

from typing import Any

from ...ports import TariffAsk
from ..case import Case, Reply, Seen
from .baskets import DAY


def row(code: str, indent: int, general: str = "", **other: Any) -> dict[str, Any]:
    """A line as the export writes it."""
    return {
        "htsno": code,
        "indent": str(indent),
        "description": f"Line {code}",
        "superior": None if code else "true",
        "units": [],
        "general": general,
        "special": "",
        "other": "",
        "footnotes": [],
        "quotaQuantity": None,
        "additionalDuties": None,
        "addiitionalDuties": None,
    } | other


def note(value: str, *columns: str) -> dict[str, Any]:
    """A footnote as the export writes it."""
    return {"columns": list(columns or ("general",)), "value": value, "type": "endnote"}


ROWS = [
    row("6109", 0),
    row(
        "6109.10.00",
        1,
        "16.5%",
        special="Free (AU,KR,S)2.9% (JP)",
        other="90%",
        footnotes=[note("See 9903.88.15. "), note("See 9903.90.08.", "other")],
    ),
    row("6109.10.00.04", 3),
    row("", 3, superior="true"),
    row("6109.10.00.12", 4),
    row("6109.90", 1),
    row("6109.90.10", 2, "32%", other="90%"),
    row("6109.90.10.07", 5),
    row("6109.90.15", 2, "5.6¢/kg + 3%", other="55.5%"),
]


def upstream(seen: Seen) -> Reply:
    """The service: the lines of the heading, none for others."""
    rows = ROWS if seen.params["from"] == "6109" else []
    return Reply(json=rows, headers={"date": f"{DAY:%a, %d %b %Y} 10:00:00 GMT"})


CASE = Case(
    settings={},
    asks=[
        TariffAsk("US", "6109100004", "VN", DAY),
        TariffAsk("US", "610990", "", DAY),
        TariffAsk("US", "61091000", "JP", DAY),
        TariffAsk("US", "61091000", "RU", DAY),
    ],
    upstream=upstream,
    unknown=TariffAsk("US", "620199", "VN", DAY),
)
