"""``/v1/price`` and ``/v1/compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio import create_task_group, lowlevel
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response

from ..contract import build_request
from ..errors import LandedCostError, RequestError
from ..request import Buyer
from .desk import Desk, body_of, working

if TYPE_CHECKING:
    from ..quote import Quote
    from ..request import Request


class Prices:
    """Answers what a parcel costs, on one market or on many."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def price(self, asked: Asked) -> Response:
        """A request document in, its answer document out."""
        self.desk.let_in(asked, "price")
        deadline = self.desk.deadline(asked)
        request = self.request(await body_of(asked))
        return JSONResponse((await self.quote(request, deadline)).as_dict())

    async def compare(self, asked: Asked) -> Response:
        """``{"request": …, "markets": ["DE", "CA-ON"]}`` in, an answer or an error for each."""
        self.desk.let_in(asked, "price")
        deadline = self.desk.deadline(asked)
        document = await body_of(asked)
        request, markets = self._many(document)
        found: dict[str, dict[str, Any]] = {}

        async def one(market: str) -> None:
            found[market] = await self._one(request, market, deadline)

        if self.desk.shop.providers is None:
            for market in markets:
                await one(market)
                await lowlevel.checkpoint()
        else:
            async with create_task_group() as tasks:
                for market in markets:
                    tasks.start_soon(one, market)
        return JSONResponse({"markets": [found[market] for market in markets]})

    def request(self, document: Any) -> Request:
        """A request from its document, with the service's day where it names none."""
        return build_request(document, clock=lambda: self.desk.clock().date())

    async def quote(self, request: Request, deadline_ms: int) -> Quote:
        """The answer to a request. Raises the errors of ``LandedCost.price``."""
        shop = self.desk.shop
        if shop.providers is not None:
            return await self.desk.run(shop.plan(request), deadline_ms)
        return await working(lambda: shop.price(request), len(request.bundle.lines))

    async def _one(self, request: Request, market: str, deadline_ms: int) -> dict[str, Any]:
        try:
            buyer = Buyer.of(market)
            quote = await self.quote(request.but(buyer=buyer, currency=None), deadline_ms)
        except LandedCostError as error:
            return {"market": market, "answer": None, "error": error.as_dict()}
        return {"market": market, "answer": quote.as_dict(), "error": None}

    def _many(self, document: Any) -> tuple[Request, list[str]]:
        known = ("request", "markets")
        if not isinstance(document, dict) or set(document) != set(known):
            raise RequestError(
                "a comparison is an object with `request` and `markets`",
                code="bad_type",
                hint="see /openapi.json",
            )
        markets = document["markets"]
        texts = isinstance(markets, list) and all(isinstance(m, str) for m in markets)
        most = self.desk.limits.markets
        if not texts or not 1 <= len(markets) <= most:
            raise RequestError(
                f"must be a list of 1 to {most} texts",
                code="bad_type",
                where="markets",
                hint='such as ["DE", "CA-ON", "ja-JP"]',
            )
        return self.request(document["request"]), list(dict.fromkeys(markets))
