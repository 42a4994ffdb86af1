"""What an inventory says is left of the articles of a drop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .card import Stock

if TYPE_CHECKING:
    from ..ports.inventory import InventorySource, StockLevel

_FRESH = timedelta(seconds=30)
"""A reading that says the same is told again after this: pages show none older than a minute."""


class Stocked:
    """The readings that are shown; ``skus`` are the articles that the inventory is asked about.

    Raises what the inventory does.
    """

    def __init__(
        self, inventory: InventorySource | None, skus: Iterable[str], at: datetime
    ) -> None:
        self.inventory = inventory
        self.skus = frozenset(skus)
        self._found: dict[str, Stock] = {}
        self.take(self.count(self.skus, at))

    def count(self, skus: Iterable[str], at: datetime) -> list[StockLevel]:
        """Ask the inventory about some of the articles. Raises what the inventory does."""
        if self.inventory is None:
            return []
        return [self.inventory.left(sku, at) for sku in sorted(self.skus & set(skus))]

    def take(self, levels: Iterable[StockLevel]) -> set[str]:
        """Show these levels; returns the articles whose reading is another, or had got old."""
        moved = set()
        for level in levels:
            before = self._found.get(level.sku)
            if before is None or before.left != level.left or level.at - before.read_at >= _FRESH:
                self._found[level.sku] = Stock(level.left, level.at)
                moved.add(level.sku)
        return moved

    def left(self, units: Mapping[str, int]) -> Stock | None:
        """How many times these units there are; None where not all are kept."""
        found = [(self._found.get(sku), n) for sku, n in units.items()]
        each = [(stock.left // n, stock.read_at) for stock, n in found if stock is not None]
        if not each or len(each) < len(found):
            return None
        return Stock(max(0, min(n for n, _ in each)), min(at for _, at in each))
