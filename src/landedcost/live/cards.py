"""The cards of a drop: what is shown of each price, its stock and its sale, at an instant."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import TYPE_CHECKING

from .card import Card, Price, Sale
from .quoted import bare_card, card_with, price_of

if TYPE_CHECKING:
    from .goods import Goods
    from .grid import Cell, Grid
    from .sales import Sales
    from .shelf import Offered, Shelf
    from .stocked import Stocked


class Cards:
    """Makes the cards of what is on the shelf; ``pinned`` bundles tell their components."""

    def __init__(
        self, grid: Grid, shelf: Shelf, sales: Sales, stock: Stocked, pinned: Set[str]
    ) -> None:
        self.grid = grid
        self.shelf = shelf
        self.sales = sales
        self.stock = stock
        self.pinned = pinned
        self._prices: dict[Cell, tuple[str, datetime, Price]] = {}

    def card(self, cell: Cell, goods: Goods, now: datetime) -> Card:
        """The card of a cell; without a price where none can be made, or it is not on sale."""
        buyer = self.grid.buyers[cell.market]
        sale, stock = self.sales.sale(cell, now), self.stock.left(goods.units)
        if stock is not None and not stock.left and (sale is None or sale.state == "live"):
            sale = Sale("sold_out")
        offered = self.shelf.get(cell)
        where = cell.bundle, goods.title, cell.market
        if offered is None or (sale is not None and sale.state != "live"):
            tag = buyer.locale or f"und-{buyer.country}"
            return bare_card(*where, tag, buyer.country, buyer.region, stock=stock, sale=sale)
        price = self._price(cell, offered, None if sale is None else sale.ends_at)
        return card_with(*where, offered.offer.quote, price, stock=stock, sale=sale)

    def _price(self, cell: Cell, offered: Offered, ends: datetime | None) -> Price:
        """What a card says of a price, made once for each; none outlasts the sale."""
        closing = ends is not None and ends <= offered.valid_until
        end = ends if closing and ends is not None else offered.valid_until
        kept = self._prices.get(cell)
        if kept is not None and kept[0] == offered.id and kept[1] == end:
            return kept[2]
        parts = cell.bundle in self.pinned
        made = price_of(
            offered.offer.quote,
            valid_until=end,
            id=offered.id,
            listed=self.grid.whole(cell) if parts else None,
            changes_after=closing,
            parts=parts,
        )
        self._prices[cell] = offered.id, end, made
        return made
