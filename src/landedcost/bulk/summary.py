"""What a file of prices comes to: by market, and the rows that could not be priced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


@dataclass(slots=True)
class MarketSum:
    """One market's prices; ``least`` and ``most`` are totals in minor units of ``currency``."""

    market: str
    currency: str = ""
    priced: int = 0
    failed: int = 0
    least: int | None = None
    most: int | None = None
    estimated: int = 0
    partial: int = 0


@dataclass(frozen=True, slots=True)
class Bad:
    """A basket that could not be priced, and on which markets."""

    row: int
    id: str | None
    code: str
    field: str
    reason: str
    markets: tuple[str, ...]


def by_market(path: Path) -> list[MarketSum]:
    """The markets of a file of prices, in its order."""
    found: dict[str, MarketSum] = {}
    for table in _groups(path, ["market", "currency", "total_minor", "certainty", "error_code"]):
        for market in pc.unique(table["market"]).to_pylist():
            rows = table.filter(pc.equal(table["market"], market))
            into = found.setdefault(market, MarketSum(market))
            into.currency = into.currency or rows["currency"][0].as_py() or ""
            failed = len(rows) - rows["error_code"].null_count
            into.failed += failed
            into.priced += len(rows) - failed
            into.estimated += pc.sum(pc.equal(rows["certainty"], "estimated")).as_py() or 0
            into.partial += pc.sum(pc.equal(rows["certainty"], "partial")).as_py() or 0
            bounds = pc.min_max(rows["total_minor"]).as_py()
            if bounds["min"] is not None:
                known = [v for v in (into.least, into.most) if v is not None]
                into.least = min([*known, bounds["min"]])
                into.most = max([*known, bounds["max"]])
    return list(found.values())


def bad_rows(path: Path) -> Iterator[Bad]:
    """The baskets with an error, in the catalogue's order; equal errors of one basket as one."""
    columns = ["row", "id", "market", "error_code", "error_field", "error"]
    for table in _groups(path, columns):
        bad = table.filter(table["error_code"].is_valid()).sort_by("row")
        groups: dict[tuple[int, str | None, str, str, str], list[str]] = {}
        for row in bad.to_pylist():
            key = (row["row"], row["id"], row["error_code"], row["error_field"], row["error"])
            groups.setdefault(key, []).append(row["market"])
        for (number, name, code, field, reason), markets in groups.items():
            yield Bad(number, name, code, field, reason, tuple(markets))


def _groups(path: Path, columns: list[str]) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=columns)
