"""What moved between two files of prices, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import LandedCostError
from ..pipeline import KINDS
from ..program.primitives import LARGEST as LARGEST_INT
from ..quote import Quote
from .earlier import Earlier
from .replay import Replay

_PARTS = (*KINDS, "rounding")
LARGEST = 5
"""How many of the largest moves are told one by one."""


@dataclass(slots=True)
class MarketMoves:
    """How the prices of one market moved.

    ``parts`` sums the change of each kind of charge over the prices that moved, in minor units
    of ``currency``; ``before`` and ``after`` sum the totals of all that have both. ``fresh`` had
    no earlier price, or one in another currency; ``lost`` had a price and now have an error.
    """

    market: str
    currency: str = ""
    same: int = 0
    up: int = 0
    down: int = 0
    fresh: int = 0
    lost: int = 0
    before: int = 0
    after: int = 0
    parts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_PARTS, 0))


@dataclass(frozen=True, slots=True)
class Move:
    """One price that moved: its row before and its row after."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def size(self) -> int:
        """How far it moved, in thousandths of the earlier price."""
        old = int(self.before["total_minor"])
        return abs(int(self.after["total_minor"]) - old) * 1000 // max(old, 1)


@dataclass(frozen=True, slots=True)
class ChargeMove:
    """One charge that is another than before; None where there was, or is, none of the kind."""

    kind: str
    line: str | None
    before: int | None
    after: int | None
    why_before: str
    why_after: str


@dataclass(slots=True)
class Moves:
    """All that moved, by market, and the largest moves of all."""

    markets: list[MarketMoves]
    largest: list[Move]


def moves(old: Earlier, new: Earlier) -> Moves:
    """Compare two files of prices, basket by basket."""
    found: dict[str, MarketMoves] = {}
    largest: list[Move] = []
    for rows in _by_market(new):
        market = rows["market"][0].as_py()
        into = found.setdefault(market, MarketMoves(market))
        before = old.rows_for(rows["row"][0].as_py(), rows["id"].combine_chunks(), market)
        largest += _compare(into, before, rows)
        largest = sorted(largest, key=lambda move: -move.size)[:LARGEST]
    return Moves(list(found.values()), largest)


def _by_market(new: Earlier) -> Iterator[pa.Table]:
    with pq.ParquetFile(new.path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            for market in pc.unique(table["market"]):
                yield table.filter(pc.equal(table["market"], market))


def _compare(into: MarketMoves, before: pa.Table, after: pa.Table) -> list[Move]:
    into.currency = into.currency or after["currency"][0].as_py()
    had, has = before["total_minor"].is_valid(), after["total_minor"].is_valid()
    alike = pc.and_(had, pc.fill_null(pc.equal(before["currency"], after["currency"]), False))
    both = _flags(pc.and_(alike, has))
    into.fresh += int((_flags(has) & ~_flags(alike)).sum())
    into.lost += int((_flags(had) & ~_flags(has)).sum())
    totals = [np.where(both, _ints(table, "total_minor"), 0) for table in (before, after)]
    into.before += _sum(totals[0])
    into.after += _sum(totals[1])
    change = totals[1] - totals[0]
    into.up += int((change > 0).sum())
    into.down += int((change < 0).sum())
    into.same += int((both & (change == 0)).sum())
    moved = np.flatnonzero(change)
    if not moved.size:
        return []
    for name in _PARTS:
        delta = _ints(after, f"{name}_minor") - _ints(before, f"{name}_minor")
        into.parts[name] += _sum(delta[moved])
    scale = np.maximum(np.abs(_ints(before, "total_minor")[moved]) // 1000, 1)
    by_size = np.argsort(-(np.abs(change[moved]) // scale), kind="stable")[:LARGEST]
    some = pa.array(moved[by_size])
    pairs = zip(before.take(some).to_pylist(), after.take(some).to_pylist(), strict=True)
    return [Move(*pair) for pair in pairs]


def _flags(column: Any) -> Any:
    return column.to_numpy().astype(np.bool_)


def _sum(column: Any) -> int:
    """The sum of a column of ints, also where it is more than an int64 can hold."""
    most = int(np.abs(column).max(initial=0))
    if most * column.size < LARGEST_INT:
        return int(column.sum())
    return sum(column.tolist())


def _ints(table: pa.Table, name: str) -> Any:
    return pc.fill_null(table[name], 0).to_numpy()


def settings_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What of the two runs is not the same, a sentence each."""
    found = []
    for name, value in new["job"].items():
        was = old["job"].get(name)
        if isinstance(value, Mapping):
            pairs = dict.fromkeys([*(was or {}), *value])
            values = [(f"{name} {pair}", (was or {}).get(pair), value.get(pair)) for pair in pairs]
        else:
            values = [(name, was, value)]
        if name != "catalog":
            found += [f"{n}: {_shown(x)} → {_shown(y)}" for n, x, y in values if x != y]
    if old["catalog"] != new["catalog"]:
        found.append("the catalogue has changed")
    rules = {**old["rules"], **new["rules"]}
    for code in sorted(rules):
        was, now = old["rules"].get(code), new["rules"].get(code)
        if was and now and was != now:
            found.append(f"rules of {code}: version {was} → {now}")
    if old["version"] != new["version"]:
        found.append(f"landedcost: {old['version']} → {new['version']}")
    return found


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value or "none")


def why(move: Move, old: Replay, new: Replay) -> list[ChargeMove] | LandedCostError:
    """The charges behind a move; the error where one of the two cannot be made again."""
    try:
        before, after = old.again(move.before), new.again(move.after)
    except LandedCostError as error:
        return error
    earlier, later = _charges(before), _charges(after)
    found = []
    for key in dict.fromkeys([*earlier, *later]):
        was, now = earlier.get(key, (None, "")), later.get(key, (None, ""))
        if was[0] != now[0]:
            found.append(ChargeMove(key[0], key[1], was[0], now[0], was[1], now[1]))
    return found


def _charges(quote: Quote) -> dict[tuple[str, str | None, int], tuple[int | None, str]]:
    """The charges of a quote by kind, line and place among those of that kind and line."""
    found: dict[tuple[str, str | None, int], tuple[int | None, str]] = {}
    for charge in quote.charges:
        place = sum(1 for kind, line, _ in found if (kind, line) == (charge.kind, charge.line))
        why = charge.why
        words = f"{why.formula} [{why.rule}]" if why.rule else why.formula
        found[charge.kind, charge.line, place] = charge.amount_minor, words
    return found
