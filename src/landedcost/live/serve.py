"""The feed over HTTP: the page, the stream of events, and the state for those that poll."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from .card import instant_text
from .document import document, policy
from .feed import Feed

NOW = "Landedcost-Now"
"""The header that tells the server's time where a body cannot: with 304."""

_GOODBYE_S = 1
"""How long the end of an answer may take to be sent."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How the feed is served; times in seconds.

    A listener that takes no byte for ``patience_s``, or lets ``waiting`` events wait, is dropped;
    it comes back and is told what it missed.
    """

    heartbeat_s: int = 5
    retry_ms: int = 1_000
    patience_s: int = 10
    waiting: int = 256


class _Stream(EventSourceResponse):
    """Server-sent events to one listener; one that reads no more is let go without a word.

    When the server stops, the answer is ended as it should be, and not broken off.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = ended = False

        async def watched(message: Message) -> None:
            nonlocal begun, ended
            begun = True
            ended = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        try:
            await super().__call__(scope, receive, watched)
        except SendTimeoutError:
            self.active = False
            return
        if begun and not ended:
            self.active = False
            with anyio.move_on_after(_GOODBYE_S):
                await send({"type": "http.response.body", "body": b"", "more_body": False})


def create_app(
    feed: Feed,
    clock: Callable[[], datetime],
    *,
    serving: Serving | None = None,
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    health: Callable[[], Mapping[str, Any]] | None = None,
) -> Starlette:
    """An ASGI application for a feed: ``/overlay``, ``/stream`` and ``/state``.

    ``clock`` gives the server's time, aware. ``beside`` runs as long as the application does: it
    publishes into the feed, and is cancelled at the end. ``health`` tells how the feed is, for
    ``/healthz``.
    """
    how = serving or Serving()
    page = document().encode()
    headers = {
        "Content-Security-Policy": policy("'self'"),
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }

    async def overlay(_: Request) -> Response:
        return HTMLResponse(page, headers=headers)

    async def stream(request: Request) -> Response:
        last = request.headers.get("last-event-id")
        return _Stream(
            _events(feed, last, clock, how),
            ping=how.heartbeat_s,
            ping_message_factory=lambda: ServerSentEvent(comment=f"now {instant_text(clock())}"),
            send_timeout=how.patience_s,
            sep="\n",
        )

    async def state(request: Request) -> Response:
        tag = f'W/"{feed.last_id}"'
        told = {"ETag": tag, NOW: instant_text(clock()), "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=told)
        body = feed.snapshot().json(clock())
        return Response(body, headers=told, media_type="application/json")

    async def healthz(_: Request) -> Response:
        return JSONResponse(dict(health() if health is not None else {}))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            if beside is not None:
                tasks.start_soon(beside)
            yield
            tasks.cancel_scope.cancel()

    return Starlette(
        routes=[
            Route("/overlay", overlay),
            Route("/stream", stream),
            Route("/state", state),
            *([Route("/healthz", healthz)] if health is not None else []),
        ],
        # Prices are for everybody to see, and a page opened from a disk has no origin to name.
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET"],
                allow_headers=["Last-Event-ID", "If-None-Match"],
                expose_headers=["ETag", NOW],
            )
        ],
        lifespan=lifespan,
    )


async def _events(
    feed: Feed, last: str | None, clock: Callable[[], datetime], how: Serving
) -> AsyncIterator[ServerSentEvent | bytes]:
    """What one listener is sent: what it missed or a snapshot, then every change."""
    news = anyio.Event()

    def wake() -> None:
        news.set()

    heard = feed.subscribe(last, wake, most=how.waiting)
    try:
        yield ServerSentEvent(comment=f"now {instant_text(clock())}", retry=how.retry_ms)
        while True:
            for event in heard.take():
                yield event.sent(clock())
            if heard.lost:
                return
            await news.wait()
            news = anyio.Event()
    finally:
        heard.close()
