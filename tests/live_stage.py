"""A feed served on a free port by a thread of the tests, and cards to publish into it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn

from landedcost.lines import Amount
from landedcost.live.card import Card, Change, Part, Price, Sale, Stock
from landedcost.live.feed import Feed
from landedcost.live.serve import Serving, create_app

App = Callable[..., Any]


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def now() -> datetime:
    return datetime.now(UTC)


def a_price(
    minor: int = 5900,
    text: str = "59,00 €",
    *,
    seconds: int | timedelta = 600,
    quote: str = "q-1",
    **fields: Any,
) -> Price:
    lasting = seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
    return Price(
        quote=quote,
        amount=Amount(minor, "EUR"),
        text=text,
        label="Versand, Zoll und Steuern inklusive",
        valid_until=now() + lasting,
        **fields,
    )


def a_card(
    market: str = "DE",
    price: Price | None = None,
    *,
    bundle: str = "bundle",
    title: str = "Tour tee + mug",
    language: str = "de-DE",
    direction: str = "ltr",
    name: str | None = None,
    stock: Stock | None = None,
    sale: Sale | None = None,
) -> Card:
    return Card(
        bundle=bundle,
        market=market,
        title=title,
        name=name or f"Market {market}",
        language=language,
        direction=direction,
        price=price,
        stock=stock,
        sale=sale,
    )


def a_part(title: str, minor: int, text: str) -> Part:
    return Part(title, Amount(minor, "EUR"), text)


class Stage:
    """A server in a thread; it can be stopped at once, and started again on the same port."""

    def __init__(
        self,
        *,
        heartbeat_s: int = 1,
        wrap: Callable[[App], App] = lambda app: app,
        port: int | None = None,
        clock: Callable[[], datetime] = now,
        **serving: Any,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock = clock
        self.feed = Feed("first", clock())
        self._serving = Serving(heartbeat_s=heartbeat_s, **serving)
        self._wrap = wrap
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> Stage:
        async def beside() -> None:
            self._loop = asyncio.get_running_loop()
            await asyncio.Event().wait()

        app = self._wrap(create_app(self.feed, self.clock, serving=self._serving, beside=beside))
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="critical")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        for _ in range(500):
            if self._server.started:
                return self
            time.sleep(0.01)
        raise RuntimeError("the server did not start")

    def publish(self, *changes: Change) -> None:
        """Publish in the server's own thread, or here while it does not run."""
        if self._loop is None or self._thread is None:
            self.feed.publish(changes, self.clock())
            return
        done = threading.Event()

        def tell() -> None:
            self.feed.publish(changes, self.clock())
            done.set()

        self._loop.call_soon_threadsafe(tell)
        assert done.wait(5)

    def stop(self) -> None:
        """Drop every connection, as a crash does."""
        if self._server is None or self._thread is None:
            return
        self._server.force_exit = True
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._server = self._thread = self._loop = None
