"""Reading the worked cases and the list of differences."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from landedcost import Bundle, Buyer, Line, Request, Seller, place

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1].parent / "shared" / "facts"
STANDINGS = {
    "official": "official",
    "official_via_third_party": "official, quoted",
    "official_code": "official program",
    "derived_from_rule": "derived",
    "press_or_private": "press",
    "third_party_code_or_blog": "third party",
}
_PARTS = ("The case says", "We say", "Why", "Who is right")


@dataclass(frozen=True)
class Case:
    """One worked example."""

    id: str
    file: str
    facts: str
    title: str
    as_of: date
    standing: str
    source: str
    request: dict[str, Any]
    expect: dict[str, Any]
    note: str = ""

    def ask(self) -> Request:
        """The request, through the classes everybody uses."""
        fields = dict(self.request)
        lines = [Line(**line) for line in fields.pop("lines")]
        extras = {n: fields.pop(n, None) for n in ("discount", "shipping", "insurance")}
        seller = fields.pop("seller")
        sender = fields.pop("ship_from", None)
        return Request(
            Bundle(lines, **extras),
            Buyer(**fields.pop("buyer")),
            Seller.of(seller["country"], seller.get("registrations", [])),
            self.as_of,
            ship_from=place(sender["country"], sender.get("region")) if sender else None,
            **fields,
        )


@dataclass(frozen=True)
class Difference:
    """An entry of ``differences.md``, its four parts as text."""

    id: str
    says: str
    we_say: str
    why: str
    right: str


def read_cases() -> list[Case]:
    """Every case of every file, in order."""
    found = []
    for path in sorted((HERE / "cases").glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        common = document.get("request", {})
        for table in document["case"]:
            request = {**common, **table.pop("request")}
            facts = document.get("facts", "")
            found.append(Case(file=path.name, facts=facts, request=request, **table))
    return found


def read_differences() -> dict[str, Difference]:
    """The entries of ``differences.md`` by id."""
    text = (HERE / "differences.md").read_text(encoding="utf-8")
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, _, body = section.partition("\n")
        parts = dict(re.findall(r"^- \*\*(.+?)\.\*\* (.+(?:\n  .+)*)", body, re.MULTILINE))
        assert tuple(parts) == _PARTS, f"{name}: the parts must be {', '.join(_PARTS)}"
        assert name not in found, f"{name} is listed twice"
        found[name] = Difference(name, *(" ".join(p.split()) for p in parts.values()))
    return found
