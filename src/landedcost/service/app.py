"""The service put together: an ASGI application to run or to mount."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .. import __version__
from ..client import LandedCost
from ..errors import LandedCostError
from . import problems, spec
from .access import ApiKeys
from .desk import Desk, Limits
from .limits import MAX_BODY, BodyLimit, Buckets
from .metrics import Counted, Metrics
from .prices import Prices


def create_service(
    shop: LandedCost,
    *,
    clock: Callable[[], datetime],
    now_ns: Callable[[], int],
    keys: ApiKeys | None = None,
    limits: Limits | None = None,
) -> Starlette:
    """The ASGI application of a shop.

    ``clock`` is the time of day, aware; ``now_ns`` a clock that never goes back. Without ``keys``
    it answers all who reach it.
    """
    desk = Desk(shop, clock, keys, Buckets(now_ns), limits or Limits())
    metrics = Metrics()
    prices = Prices(desk)
    paths = spec.of_prices()
    described = spec.document(paths)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    async def openapi(_: Request) -> Response:
        return JSONResponse(described)

    routes = [
        Route("/v1/price", prices.price, methods=["POST"]),
        Route("/v1/compare", prices.compare, methods=["POST"]),
        Route("/healthz", health),
        Route("/metrics", metrics.page),
        Route("/openapi.json", openapi),
    ]
    handlers: dict[Any, Any] = {
        LandedCostError: problems.of_package,
        problems.Problem: problems.of_service,
        HTTPException: problems.of_http,
        Exception: problems.unforeseen,
    }
    return Starlette(
        routes=routes,
        exception_handlers=handlers,
        middleware=[
            Middleware(
                Counted, metrics=metrics, routes=[route.path for route in routes], now_ns=now_ns
            ),
            Middleware(BodyLimit, most=MAX_BODY),
        ],
    )
