"""The ledger of a stock, added up by itself and held against what the stock says."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from landedcost.inventory import Inventory

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def check(stock: Inventory, at: datetime) -> None:
    """Units are conserved, and the counters are those of the ledger."""
    sums: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str | None, str]] = Counter()
    skus = set()
    levels = {}
    for sku in {m.sku for m in stock.movements()}:
        levels[sku] = stock.left(sku, at)
    for m in stock.movements():
        skus.add(m.sku)
        sums[m.sku, m.kind] += m.units
        seen[m.sku, m.quote_id, m.kind] += m.quote_id is not None
    for sku in skus:
        level = levels[sku]
        ended = sums[sku, "released"] + sums[sku, "expired"] + sums[sku, "sold"]
        assert level.total == sums[sku, "stocked"]
        assert level.sold == sums[sku, "sold"]
        assert level.reserved == sums[sku, "reserved"] - ended
        assert level.left >= 0
        assert level.reserved >= 0
        assert level.total == level.left + level.reserved + level.sold
    assert set(seen.values()) <= {0, 1}
