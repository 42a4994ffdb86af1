"""A small drop for tests: a shop's file, an inventory in memory, and sources that tell."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from landedcost.catalog import Catalog
from landedcost.errors import ProviderError
from landedcost.live.drop import Drop
from landedcost.ports.inventory import Reservation, StockLevel

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3_600, 86_400))
MARKETS = ("de-DE", "en-GB", "ja-JP", "en-US", "fr-CA")
SHOP: dict[str, Any] = {
    "shop": {
        "country": "US",
        "registrations": ["IOSS", "GB-VAT"],
        "tariff_strategy": "highest",
        "shipping": "9.00 USD",
        "zone": "America/Los_Angeles",
        "markets": list(MARKETS),
    },
    "items": {
        "tee": {
            "title": "Tee",
            "price": "28.00 USD",
            "cost": "9.10 USD",
            "hs_code": "6109.10.00",
            "origin": "VN",
            "weight_g": 180,
            "stock": 10,
        },
        "mug": {
            "title": "Mug",
            "price": "18.00 USD",
            "cost": "5.20 USD",
            "hs_code": "6912.00",
            "origin": "PT",
            "weight_g": 390,
            "stock": 5,
        },
        "book": {
            "title": "Book",
            "price": "39.00 EUR",
            "cost": "13.50 EUR",
            "hs_code": "4901.99",
            "origin": "US",
            "goods_class": "book",
            "weight_g": 540,
        },
    },
    "bundles": {
        "set": {"title": "The set", "items": {"tee": 2, "mug": 1}, "price": "60.00 USD"},
        "tee": {"title": "Tee", "items": ["tee"]},
        "book": {"title": "Book", "items": ["book"]},
    },
}


def catalog(**changes: Any) -> Catalog:
    """The shop's file with some of its tables replaced or added to."""
    tables = deepcopy(SHOP)
    for name, table in changes.items():
        tables[name] = {**tables.get(name, {}), **table}
    return Catalog.of(tables)


def drop(found: Catalog | None = None, **settings: Any) -> Drop:
    return Drop.of(found or catalog(), **({"at": AT, "epoch": "e"} | settings))


def prices(made: Drop) -> dict[tuple[str, str], str | None]:
    """What each card shows."""
    return {card.key: card.price and card.price.text for card in made.feed.cards}


class Shelves:
    """An inventory in memory; it fails when told to."""

    def __init__(self, **left: int) -> None:
        self.left_of = left
        self.fails = False
        self.asked: list[str] = []

    def left(self, sku: str, at: datetime) -> StockLevel:
        self.asked.append(sku)
        if self.fails:
            raise ProviderError("the database is gone", provider="stock")
        return StockLevel(sku, self.left_of[sku], 0, 0, at)

    def reserve(
        self, quote_id: str, units: Mapping[str, int], until: datetime, at: datetime
    ) -> Reservation:
        raise NotImplementedError

    def release(self, quote_id: str, at: datetime) -> Reservation:
        raise NotImplementedError

    def commit(self, quote_id: str, at: datetime) -> Reservation:
        raise NotImplementedError
