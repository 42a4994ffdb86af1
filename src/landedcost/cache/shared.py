"""Answers that several processes share, in Redis or Valkey.

A server that cannot be reached is no reason not to answer: each process then keeps its own
answers, and looks for the server again after a while. That is logged, once each time.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from ..ports.flow import Flow, blocking
from ..transport.clock import Clock
from . import codec
from .server import client, library
from .store import Entry

if TYPE_CHECKING:
    from redis import Redis

_LOG = logging.getLogger("landedcost.cache")
_PREFIX = "landedcost"
PAUSE_MS = 5_000
"""How long a server that failed is left alone."""
_FREE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end"
T = TypeVar("T")


class SharedStore:
    """Entries in Redis. Every method is a flow: the client blocks, so it runs beside the loop."""

    def __init__(self, server: Redis | str, clock: Clock, prefix: str = _PREFIX) -> None:
        redis = library("sharing answers between processes")
        self._failure: type[Exception] = redis.RedisError
        if isinstance(server, str):
            server = client(server)
        self._server: Any = server
        self._clock = clock
        self._prefix = f"{prefix}:{codec.VERSION}"
        self._left_alone_until = 0
        self._lock = Lock()

    def get(self, key: str, kind: type, keep_ms: int) -> Flow[Entry | None]:
        """The entry of a key, or None."""
        data = yield from self._ask(lambda: self._server.get(f"{self._prefix}:{key}"), None)
        found = codec.load(kind, data) if data is not None else None
        return None if found is None else Entry(found[0], found[1], keep_ms)

    def put(self, key: str, entry: Entry) -> Flow[None]:
        """Keep an entry for all."""
        data = codec.dump(entry.value, entry.at_ms)
        name = f"{self._prefix}:{key}"
        yield from self._ask(lambda: self._server.set(name, data, px=entry.keep_ms), None)

    def claim(self, key: str, span_ms: int) -> Flow[str | None]:
        """The right to ask the source, for a while; None if another process has it.

        Where the server cannot be asked, everybody has it.
        """
        mark = uuid.uuid4().hex
        name = f"{self._prefix}:{key}:asking"
        got = yield from self._ask(lambda: self._server.set(name, mark, nx=True, px=span_ms), True)
        return mark if got else None

    def release(self, key: str, mark: str) -> Flow[None]:
        """Give the right back, if it is still one's own."""
        name = f"{self._prefix}:{key}:asking"
        yield from self._ask(lambda: self._server.eval(_FREE, 1, name, mark), None)

    def _ask(self, call: Callable[[], Any], otherwise: Any) -> Flow[Any]:
        now = self._clock.now_ms()
        with self._lock:
            if now < self._left_alone_until:
                return otherwise
        try:
            return (yield from blocking(call))
        except self._failure as error:
            with self._lock:
                self._left_alone_until = self._clock.now_ms() + PAUSE_MS
            _LOG.warning("the shared cache cannot be used: %s", type(error).__name__)
            return otherwise

    def close(self) -> None:
        """Close the connections."""
        self._server.close()
