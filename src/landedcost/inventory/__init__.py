"""Stock with reservations, kept in SQLite or PostgreSQL."""

from ..errors import PluginError, SoldOut
from ..ports.inventory import InventorySource, Reservation, StockLevel

try:
    from .stock import Inventory, Movement
except ModuleNotFoundError as error:
    raise PluginError(
        f"keeping stock needs {error.name}, which is not installed",
        code="missing_extra",
        hint='install "landedcost[ledger]"',
    ) from None

__all__ = ["Inventory", "InventorySource", "Movement", "Reservation", "SoldOut", "StockLevel"]
