"""The service put together: an ASGI application to run or to mount."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..client import LandedCost
from ..errors import LandedCostError
from ..inventory import Inventory
from ..live.serve import create_app
from ..ports.flow import Secret
from ..transport.loops import in_thread
from . import problems
from .access import ApiKeys
from .checkout import Checkout
from .desk import Desk, Limits
from .facts import Facts
from .health import Check, Health
from .hooks import Hooks, HookSettings
from .limits import BodyLimit, Buckets, LocalOnly
from .metrics import Counted, Metrics
from .prices import Prices
from .quotes import Quotes
from .session import Session
from .shared_limits import SharedBuckets
from .spec import document as openapi_document
from .spec import paths
from .store import Holds
from .till import Till

KEPT = timedelta(days=31)
"""How long a hold that ended without being accepted can still be asked for."""
SWEEP_S = 6 * 60 * 60
"""Seconds between two times that such holds are looked for."""
STAGE = ("/overlay", "/stream", "/state")
log = logging.getLogger("landedcost.service")


@dataclass(frozen=True)
class Parts:
    """What a service is made of besides the shop; what is None is not offered.

    Without ``keys`` it answers all who reach it on this machine. ``till`` holds prices, ``stock``
    is set by facts, ``session`` is the drop on stage, ``hooks`` are other shops. ``open_stage``
    shows ``/overlay``, ``/stream`` and ``/state`` to everybody. ``redis`` counts the limits of
    keys over several workers.
    """

    keys: ApiKeys | None = None
    limits: Limits = field(default_factory=Limits)
    till: Till | None = None
    stock: Inventory | None = None
    session: Session | None = None
    open_stage: bool = True
    hooks: HookSettings | None = None
    redis: Secret | None = field(default=None, repr=False)


def create_service(
    shop: LandedCost,
    *,
    clock: Callable[[], datetime],
    now_ns: Callable[[], int],
    parts: Parts | None = None,
) -> Starlette:
    """The ASGI application of a shop.

    ``clock`` is the time of day, aware; ``now_ns`` a clock that never goes back.
    """
    have = parts or Parts()
    buckets = Buckets(now_ns)
    if have.redis is not None and have.keys is not None:
        buckets = SharedBuckets(now_ns, have.redis, have.keys.all)
    desk = Desk(shop, clock, have.keys, buckets, have.limits)
    metrics = Metrics()
    routes = _routes(desk, have, metrics)
    named = [route.path for route in routes if isinstance(route, Route)]
    described = openapi_document(paths(set(named), have.limits), locked=have.keys is not None)

    async def openapi(_: Request) -> Response:
        return JSONResponse(described)

    routes.append(Route("/openapi.json", openapi))
    routes += _stage(desk, have, metrics)
    handlers: dict[Any, Any] = {
        LandedCostError: problems.of_package,
        problems.Problem: problems.of_service,
        HTTPException: problems.of_http,
        Exception: problems.unforeseen,
    }
    counted = [*named, "/openapi.json", "/v1/stream", *STAGE]
    middleware = [
        Middleware(Counted, metrics=metrics, routes=counted, now_ns=now_ns),
        Middleware(BodyLimit, most=have.limits.body),
    ]
    if have.keys is None:
        middleware.append(Middleware(LocalOnly))
    app = Starlette(
        routes=routes,
        exception_handlers=handlers,
        middleware=middleware,
        lifespan=_lifespan(desk, have),
    )
    app.state.close = partial(_close, shop, have)
    return app


def _routes(desk: Desk, have: Parts, metrics: Metrics) -> list[BaseRoute]:
    prices = Prices(desk)
    facts = Facts(desk, have.session, have.stock)
    health = Health(desk.shop, _checks(have), have.session)
    routes: list[BaseRoute] = [
        Route("/v1/price", prices.price, methods=["POST"]),
        Route("/v1/compare", prices.compare, methods=["POST"]),
        Route("/v1/facts", facts.take, methods=["POST"]),
        Route("/healthz", health.look),
        Route("/metrics", metrics.page),
    ]
    if have.till is not None:
        quotes = prices.quotes = Quotes(desk, prices, have.till, have.session, metrics)
        routes += [
            Route("/v1/quotes", quotes.make, methods=["POST"]),
            Route("/v1/quotes/{id}", quotes.look),
            Route("/v1/quotes/{id}/verify", quotes.verify, methods=["POST"]),
            Route("/v1/quotes/{id}/accept", quotes.accept, methods=["POST"]),
            Route("/v1/hooks/stripe/session", Checkout(quotes).session, methods=["POST"]),
        ]
    if have.hooks is not None:
        hooks = Hooks(desk, prices, have.hooks)
        routes.append(Route("/v1/hooks/medusa", hooks.medusa, methods=["POST"]))
        if have.hooks.saleor is not None:
            routes.append(Route("/v1/hooks/saleor", hooks.saleor, methods=["POST"]))
        if have.hooks.shopify is not None:
            routes.append(Route("/v1/hooks/shopify", hooks.shopify, methods=["POST"]))
        if have.hooks.woocommerce:
            routes.append(Route("/v1/hooks/woocommerce", hooks.woocommerce, methods=["POST"]))
    return routes


def _checks(have: Parts) -> Mapping[str, Check]:
    found: dict[str, Check] = {}
    if have.till is not None:
        found["store"] = have.till.holds.ping
    if have.stock is not None:
        found["inventory"] = have.stock.ping
    return found


class _Stream:
    """The feed for those with a key: in the header, or as ``?key=`` where none can be sent."""

    def __init__(self, desk: Desk, live: ASGIApp) -> None:
        self.desk = desk
        self.live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        self.desk.let_in(Request(scope), "stream", query="key")
        inner = {**scope, "path": "/stream", "raw_path": b"/stream", "query_string": b""}
        await self.live(inner, receive, send)


def _stage(desk: Desk, have: Parts, metrics: Metrics) -> list[BaseRoute]:
    session = have.session
    if session is None:
        return []
    live = create_app(session.feed, desk.clock)
    metrics.watch(
        "landedcost_listeners", "Open subscriptions of the feed.", lambda: session.feed.listeners
    )
    metrics.watch("landedcost_cells_priced", "Prices of the drop made.", lambda: session.counts[0])
    metrics.watch(
        "landedcost_cells_spared",
        "Prices of the drop left alone as no fact of theirs moved.",
        lambda: session.counts[1],
    )
    routes: list[BaseRoute] = [Route("/v1/stream", _Stream(desk, live), methods=["GET"])]
    if have.open_stage:
        routes += [Route(path, live, methods=["GET", "OPTIONS"]) for path in STAGE]
    return routes


def _lifespan(desk: Desk, have: Parts) -> Any:
    shop = desk.shop

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if have.till is not None:
            await _forget(have.till.holds, desk.clock)
        async with anyio.create_task_group() as tasks:
            if have.till is not None:
                tasks.start_soon(_sweep, have.till.holds, desk.clock)
            if have.session is not None:
                tasks.start_soon(have.session.run)
            if isinstance(desk.buckets, SharedBuckets):
                tasks.start_soon(desk.buckets.run)
            yield
            tasks.cancel_scope.cancel()
        if shop.providers is not None:
            await shop.outside.aclose()
        _close(shop, have)

    return lifespan


async def _forget(holds: Holds, clock: Callable[[], datetime]) -> None:
    before = clock() - KEPT
    await in_thread(lambda: holds.forget(before))


async def _sweep(holds: Holds, clock: Callable[[], datetime]) -> None:
    """Forget old holds now and then, so that a service that runs for months keeps no more."""
    while True:
        await anyio.sleep(SWEEP_S)
        try:
            await _forget(holds, clock)
        except LandedCostError as error:
            log.warning("holds that ended are kept for now: %s", error.code)


def _close(shop: LandedCost, have: Parts) -> None:
    shop.close()
    if have.till is not None:
        have.till.holds.close()
    if have.stock is not None:
        have.stock.close()
