"""The law of announced reductions by market: ``reductions.toml``, read once and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from ..codes import EU
from ..errors import RuleFileError
from ..regimes.schema import Source
from ..sourced import closed, sources, table, verified

FILE = "reductions.toml"
_KEYS: Mapping[str, Any] = {
    "from": date,
    "until": date,
    "days": int,
    "progressive": ("allowed", "refused", "unknown"),
    "text": str,
    "source": str,
    "also": list,
    "verified": bool,
}


@dataclass(frozen=True, slots=True)
class ReductionRule:
    """What a reduction announced in a market is computed from; ``until`` is exclusive."""

    market: str
    start: date
    until: date | None
    days: int
    progressive: str
    text: str
    sources: tuple[Source, ...]
    verified: bool

    def on(self, day: date) -> bool:
        """Whether the rule holds on ``day``."""
        return self.start <= day and (self.until is None or day < self.until)


def reduction_rule(country: str, day: date) -> ReductionRule | None:
    """The rule of a country on a day, None where none is known."""
    names = (country, "EU") if country in EU else (country,)
    found = (rule for name in names for rule in rules().get(name, ()) if rule.on(day))
    return next(found, None)


@cache
def rules() -> Mapping[str, tuple[ReductionRule, ...]]:
    """Every rule of ``reductions.toml`` by market. Raises RuleFileError."""
    return read(table("landedcost.ledger", FILE))


def read(found: Mapping[str, Any], file: str = FILE) -> Mapping[str, tuple[ReductionRule, ...]]:
    """The rules of a parsed file, checked. Raises RuleFileError."""
    top = closed(dict(found), {"source": dict, "market": dict}, file, "file", needed=("market",))
    known = sources(top.get("source", {}), file)
    made = {}
    for market, entries in top["market"].items():
        where = f"market.{market}"
        if not isinstance(entries, list):
            raise RuleFileError(f"{where} is no list of tables", file=file, code="bad_type")
        made[market] = tuple(_rule(market, entry, known, file, where) for entry in entries)
    return made


def _rule(
    market: str, entry: object, known: Mapping[str, Source], file: str, where: str
) -> ReductionRule:
    fields = closed(entry, _KEYS, file, where, needed=("from", "days", "progressive", "text"))
    if fields["days"] < 1:
        raise RuleFileError(f"{where}.days: {fields['days']}", file=file, code="bad_value")
    told = verified(fields, known, file, where)
    keys = [key for key in (fields.get("source"), *fields.get("also", ())) if key is not None]
    for key in keys:
        verified({"source": key}, known, file, where)
    return ReductionRule(
        market,
        fields["from"],
        fields.get("until"),
        fields["days"],
        fields["progressive"],
        fields["text"],
        tuple(known[key] for key in keys),
        told,
    )
