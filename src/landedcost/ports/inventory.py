"""The port of stock: how many units are left, and promises that end.

An instant is a ``datetime`` with a time zone. It is always given: nothing here asks a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

HELD = "held"
SOLD = "sold"
RELEASED = "released"
EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class StockLevel:
    """The stock of one article, in units, as it was at the instant ``at``.

    ``total == left + reserved + sold``, always.
    """

    sku: str
    total: int
    reserved: int
    sold: int
    at: datetime

    @property
    def left(self) -> int:
        """The units that nobody has bought and that are promised to nobody."""
        return self.total - self.reserved - self.sold


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units promised to one quote until an instant: all of them, or there is no reservation.

    ``state`` is ``held``, ``sold``, ``released`` or ``expired``.
    """

    quote_id: str
    units: Mapping[str, int]
    until: datetime
    state: str = HELD


class InventorySource(Protocol):
    """Where the stock is kept. Two quotes are never promised the same unit.

    Every method may raise ProviderError, whose ``retryable`` says whether trying again may help.
    """

    def left(self, sku: str, at: datetime) -> StockLevel:
        """The stock of an article. Raises RequestError (``unknown_sku``)."""
        ...

    def reserve(
        self, quote_id: str, units: Mapping[str, int], until: datetime, at: datetime
    ) -> Reservation:
        """Promise units to a quote, all or nothing; asked again, the same reservation.

        Raises SoldOut, RequestError.
        """
        ...

    def release(self, quote_id: str, at: datetime) -> Reservation:
        """Give the units back, once. Raises RequestError."""
        ...

    def commit(self, quote_id: str, at: datetime) -> Reservation:
        """The units are sold, once. Raises RequestError."""
        ...
