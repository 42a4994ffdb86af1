"""What is counted, for Prometheus: requests, how long they took, and what the feed does."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS = (
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    500_000,
    1_000_000,
    5_000_000,
)


class Metrics:
    """The figures of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "landedcost_requests",
            "Requests answered.",
            ("route", "status"),
            registry=self.registry,
        )
        self.spans = Histogram(
            "landedcost_request_microseconds",
            "How long an answer took, until its first byte.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )

        self.quotes = Counter(
            "landedcost_held_quotes",
            "Prices held, honoured, and made again after their time.",
            ("what",),
            registry=self.registry,
        )

    def held(self, what: str) -> None:
        """Note that a price was ``made`` (held), ``honoured`` or ``requoted``."""
        self.quotes.labels(what).inc()

    def took(self, route: str, ns: int) -> None:
        """Note how long a route took, in nanoseconds."""
        self.spans.labels(route).observe(ns // 1_000)

    def watch(self, name: str, about: str, read: Callable[[], int]) -> None:
        """A figure that is read when it is asked for."""
        gauge = Gauge(name, about, registry=self.registry)
        gauge.set_function(read)

    async def page(self, _: Request) -> Response:
        """``/metrics``."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


class Counted:
    """Counts every request by route (not by path, which a caller makes up) and status."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, routes: Iterable[str], now_ns: Callable[[], int]
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.routes = frozenset(routes)
        self.now_ns = now_ns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = self.now_ns()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "")
                route = route if route in self.routes else "other"
                self.metrics.requests.labels(route, str(message["status"])).inc()
                self.metrics.took(route, self.now_ns() - start)
            await send(message)

        await self.app(scope, receive, counted)
