"""``/v1/price`` and ``/v1/compare``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from anyio import create_task_group, lowlevel
from cachetools import LRUCache
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response

from ..contract import build_request
from ..errors import LandedCostError, RequestError
from ..pricing.read import span
from ..request import Buyer
from .body import body_of
from .desk import Desk, working
from .problems import Problem

if TYPE_CHECKING:
    from ..market import Market
    from ..quote import Quote
    from ..request import Bundle, Request
    from .quotes import Quotes

MARKETS = 512
"""How many markets are kept, with the programs that were made for them."""
RATES = 200
"""A request with more rates of its own than these leaves no market behind."""


class Prices:
    """Answers what a parcel costs, on one market or on many."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.quotes: Quotes | None = None
        self._markets: LRUCache[object, Market] = LRUCache(MARKETS)

    async def price(self, asked: Asked) -> Response:
        """A request document in, its answer document out; ``?hold=15m`` holds it as well."""
        lasts = asked.query_params.get("hold")
        self.desk.let_in(asked, "price" if lasts is None else "quotes")
        deadline = self.desk.deadline(asked)
        holding = None if lasts is None else span(lasts, "hold")
        if holding is not None and self.quotes is None:
            raise no_till()
        request = self.request(await body_of(asked))
        quote = await self.quote(request, deadline)
        told = quote.as_dict()
        if holding is not None and self.quotes is not None:
            told["held"] = await self.quotes.held(quote, holding)
        return JSONResponse(told)

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
        market, bundle = self._market(request), request.bundle
        return await working(lambda: market.price(bundle), len(bundle.lines))

    def _market(self, request: Request) -> Market:
        """The market of a request, kept for the next one on the same lane with the same rates."""
        rates = (_pinned(request.rates), _pinned(request.customs_rates))
        key = (
            *(request.buyer.key, request.buyer.place, request.seller.registrations),
            *(request.ship_from, request.as_of, request.terms, request.channel),
            *(request.currency, *rates),
        )
        market = self._markets.get(key)
        if market is None:
            market = self.desk.shop.market(request)
            if max(map(len, (request.rates or (), request.customs_rates or ()))) <= RATES:
                self._markets[key] = market
        return market

    async def quote_for(self, bundle: Bundle, buyer: Buyer, deadline_ms: int) -> Quote:
        """What a bundle costs a buyer today. Raises the errors of ``LandedCost.price_for``."""
        shop, day = self.desk.shop, self.desk.clock().date()
        if shop.providers is not None:
            return await self.desk.run(shop.plan_for(bundle, buyer, as_of=day), deadline_ms)
        return await working(lambda: shop.price_for(bundle, buyer, as_of=day), len(bundle.lines))

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
        request, unique = self.request(document["request"]), list(dict.fromkeys(markets))
        lines, limit = len(request.bundle.lines) * len(unique), self.desk.limits.compared
        if lines > limit:
            raise RequestError(
                f"{lines:,} lines on all markets; the limit is {limit:,}",
                code="too_many_lines",
                where="markets",
                hint="compare fewer markets at once, or fewer lines",
            )
        return request, unique


def _pinned(rates: Mapping[str, str] | None) -> object:
    return None if rates is None else tuple(sorted(rates.items()))


def no_till() -> Problem:
    """Why nothing is held here."""
    return Problem(
        409,
        "no_signing_key",
        "this service holds no prices: it has no key to sign them",
        where="hold",
        hint="make keys with `landedcost keys new` and set `signing_keys` under [quotes]",
    )
