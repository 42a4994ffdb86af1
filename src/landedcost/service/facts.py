"""``/v1/facts``: what moved outside, told by whoever knows it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response

from ..errors import RequestError
from ..inventory import Inventory, StockLevel
from ..inventory.checks import MAX_STOCK, count
from ..lines import line_id
from ..transport.loops import in_thread
from .body import object_of
from .desk import Desk
from .problems import Problem
from .session import Session

_KNOWN = {"rates": dict, "stock": dict}
_MOST = 1_000


class Facts:
    """Takes rates for the drop, and stock for the inventory."""

    def __init__(self, desk: Desk, session: Session | None, inventory: Inventory | None) -> None:
        self.desk = desk
        self.session = session
        self.inventory = inventory

    async def take(self, asked: Asked) -> Response:
        """POST ``/v1/facts``: ``{"rates": {"USD/EUR": "0.87"}, "stock": {"tee": 120}}``.

        ``stock`` is how many there are to sell in all, those sold and reserved among them.
        """
        self.desk.let_in(asked, "facts")
        body = await object_of(asked, _KNOWN)
        if not body:
            raise RequestError(
                "no fact given",
                code="missing_field",
                where="rates",
                hint="give `rates` or `stock`",
            )
        rates = body.get("rates", {})
        if "rates" in body:
            _check_rates(rates)
            if self.session is None:
                raise Problem(
                    409,
                    "no_drop",
                    "this service shows no drop whose prices could follow",
                    where="rates",
                    hint="give rates in the request, or serve a catalogue with a drop",
                )
        told: dict[str, Any] = {"stock": {}, "touched": 0, "changed": 0, "spared": 0, "event": None}
        if "stock" in body:
            told["stock"] = await self._stock(body["stock"])
        if rates and self.session is not None:
            told |= await self.session.rates_moved(rates)
        return JSONResponse(told)

    async def _stock(self, stock: dict[str, int]) -> dict[str, dict[str, int]]:
        if not 1 <= len(stock) <= _MOST:
            raise RequestError(
                f"{len(stock)} articles",
                code="bad_units",
                where="stock",
                hint=f"from 1 to {_MOST:,}, each with its number of units",
            )
        for sku, number in stock.items():
            line_id(sku, "stock")
            count(number, 0, MAX_STOCK, f"stock[{sku[:80]!r}]")
        inventory = self.inventory
        if inventory is None:
            raise Problem(
                409,
                "no_inventory",
                "this service keeps no stock",
                where="stock",
                hint="set `inventory = true` under [state]",
            )

        def write() -> list[StockLevel]:
            at = self.desk.clock()
            return [inventory.set_stock(sku, number, at) for sku, number in stock.items()]

        try:
            levels = await in_thread(write)
        finally:  # those before one that was refused are set
            if self.session is not None:
                self.session.touch(stock)
        return {
            one.sku: {
                "total": one.total,
                "left": one.left,
                "reserved": one.reserved,
                "sold": one.sold,
            }
            for one in levels
        }


def _check_rates(rates: dict[str, Any]) -> None:
    if not 1 <= len(rates) <= _MOST or not all(isinstance(r, str) for r in rates.values()):
        raise RequestError(
            "must be an object of rates as text, by pair",
            code="bad_rate",
            where="rates",
            hint='such as {"USD/EUR": "0.87"}',
        )
