"""A service in memory: its application, a clock that is set by hand, and callers with keys."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from live_stage import free_port
from secret_words import watch
from starlette.applications import Starlette

from landedcost import LandedCost
from landedcost.held import Keys
from landedcost.held.canonical import b64
from landedcost.inventory import Inventory
from landedcost.service.access import ApiKeys, new_key
from landedcost.service.app import Parts, create_service
from landedcost.service.store import Holds
from landedcost.service.till import Terms, Till

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
REQUEST: dict[str, Any] = {
    "seller": {"country": "US", "registrations": ["IOSS"]},
    "buyer": {"country": "DE", "locale": "de-DE"},
    "lines": [
        {
            "id": "tee",
            "quantity": 2,
            "unit_price": {"amount": "25.00", "currency": "USD"},
            "hs_code": "6109.10",
            "origin": "VN",
            "weight_g": 180,
        }
    ],
    "shipping": {"amount": "9.00", "currency": "USD"},
    "rates": {"USD/EUR": "0.86"},
    "customs_rates": {"USD/EUR": "0.86"},
}


def signing() -> Keys:
    """Fresh keys that sign; their secrets are watched for in every log."""
    made = Keys.new("hmac-sha256")
    for key in made.keys:
        assert key.secret is not None
        watch(key.secret.reveal().hex())
        watch(b64(key.secret.reveal()))
    return made


class Clock:
    """The time of day, set by hand."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: int) -> None:
        self.at += timedelta(**span)


class Callers:
    """Keys of callers by name, and the header each sends."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self.texts: list[str] = []

    def add(self, name: str, scopes: Sequence[str], per_minute: int = 100_000) -> Callers:
        token, text = new_key(name, scopes, per_minute)
        self.tokens[name] = watch(token)
        self.texts.append(text)
        return self

    @property
    def keys(self) -> ApiKeys:
        return ApiKeys.parse("\n".join(self.texts), "keys")

    def header(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[name]}"}


def callers() -> Callers:
    return (
        Callers()
        .add("all", ("price", "quotes", "facts", "stream", "hooks"))
        .add("pricing", ("price",))
        .add("slow", ("price",), 2)
    )


def till(place: str | Path, keys: Keys, stock: Inventory | None = None, **terms: Any) -> Till:
    return Till(keys, Holds(place), "nova", stock, Terms(**terms))


def app_of(shop: LandedCost | None = None, clock: Any = None, **parts: Any) -> Starlette:
    return create_service(
        shop or LandedCost("US"),
        clock=clock or Clock(),
        now_ns=time.monotonic_ns,
        parts=Parts(**parts),
    )


@asynccontextmanager
async def client(app: Starlette, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose lifespan is run."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", **options) as made,
    ):
        yield made


class Running:
    """An application served on a free port by a thread."""

    def __init__(self, app: Starlette, level: str = "critical") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(app, port=self.port, log_level=level, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Running:
        self._thread.start()
        for _ in range(1_000):
            if self._server.started:
                return self
            time.sleep(0.01)
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Ask it to end as Ctrl-C does."""
        self._server.handle_exit(signal.SIGTERM, None)

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)
