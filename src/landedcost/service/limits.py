"""How much may be asked, and under which name: requests per minute, bodies, hosts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import ApiKey
from .problems import Problem

MAX_BODY = 2_000_000
"""Bytes of a body; the largest request, a thousand lines with every field, has about 1 MB."""
PATIENCE_S = 10
"""How long a body may take to come, in seconds."""
_MINUTE_NS = 60 * 10**9


@dataclass(slots=True)
class _Bucket:
    """Tokens in units of one request divided by a minute's nanoseconds, and when last filled."""

    tokens: int
    at_ns: int


class Buckets:
    """A token bucket for each key; ``now_ns`` is a clock that never goes back."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: ApiKey) -> None:
        """One request of a key. Raises Problem (429) with the seconds to wait."""
        bucket = self._filled(key)
        if bucket.tokens < _MINUTE_NS:
            lacking = _MINUTE_NS - bucket.tokens
            seconds = -(-lacking // (key.per_minute * 10**9))
            raise Problem(
                429,
                "too_many_requests",
                f"the key {key.name!r} has {key.per_minute} requests a minute, and used them",
                hint=f"ask again in {seconds} s, or ask for several prices at once",
                headers={"Retry-After": str(seconds)},
            )
        bucket.tokens -= _MINUTE_NS

    def taken_elsewhere(self, key: ApiKey, requests: int) -> None:
        """Requests of a key that another worker let in; a minute's worth at the most is owed."""
        bucket = self._filled(key)
        bucket.tokens = max(-key.burst * _MINUTE_NS, bucket.tokens - requests * _MINUTE_NS)

    def _filled(self, key: ApiKey) -> _Bucket:
        now, full = self._now_ns(), key.burst * _MINUTE_NS
        bucket = self._buckets.get(key.name)
        if bucket is None:
            bucket = self._buckets[key.name] = _Bucket(full, now)
        gone = max(0, now - bucket.at_ns)
        bucket.tokens = min(full, bucket.tokens + gone * key.per_minute)
        bucket.at_ns = now
        return bucket


class BodyLimit:
    """Refuses a body above ``most`` bytes with 413, and one that takes too long with 408.

    Neither rests on the length that was told. A body that nobody read to its end may have none:
    its connection is closed after the answer.
    """

    def __init__(self, app: ASGIApp, most: int = MAX_BODY, patience_s: int = PATIENCE_S) -> None:
        self.app = app
        self.most = most
        self.patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        told = headers.get(b"content-length", b"")
        if told.isdigit() and int(told[:20]) > self.most:
            await self._too_large(send)
            return
        body = _Body(receive, self.most, self.patience_s)
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            if (body.large or body.slow) and not begun:
                return
            begun = True
            endless = message["type"] == "http.response.start" and not body.whole
            if endless and b"transfer-encoding" in headers:
                message = {**message, "headers": [*message.get("headers", ()), _CLOSE]}
            await send(message)

        try:
            await self.app(scope, body.receive, watched)
        except Exception:
            if not (body.large or body.slow):
                raise
        if body.large and not begun:
            await self._too_large(send)
        elif body.slow and not begun:
            message = f"the body did not come within {self.patience_s} s"
            await _refuse(send, 408, "too_slow", message, "send it at once")

    async def _too_large(self, send: Send) -> None:
        message = f"the body is above {self.most:,} bytes"
        await _refuse(send, 413, "too_large", message, "split the basket into parcels")


class _Body:
    """A body as it comes, which ends as if cut off where it is too large or too slow."""

    def __init__(self, receive: Receive, most: int, patience_s: int) -> None:
        self._receive, self._left = receive, most
        self._ends_at = anyio.current_time() + patience_s
        self.whole = self.large = self.slow = False

    async def receive(self) -> Message:
        """The next part; after the last, whatever the server says."""
        if self.whole:
            return await self._receive()
        message: Message = {"type": "http.disconnect"}
        with anyio.CancelScope(deadline=self._ends_at) as waiting:
            message = await self._receive()
        if waiting.cancelled_caught:
            self.slow = True
        elif message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self._left < 0:
                self.large = True
                return {"type": "http.disconnect"}
        return message


class LocalOnly:
    """Answers under names of this machine alone: a page elsewhere cannot call it so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            name = host[1:].partition("]")[0] if host[:1] == "[" else host.partition(":")[0]
            if not is_local(name):
                message = "without keys it answers under 127.0.0.1 and localhost alone"
                await _refuse(send, 400, "wrong_host", message, "make keys, or ask it there")
                return
        await self.app(scope, receive, send)


def is_local(host: str) -> bool:
    """Whether an address or a name is of this machine, whoever answers for names."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_CLOSE = (b"connection", b"close")


async def _refuse(send: Send, status: int, code: str, message: str, hint: str) -> None:
    error = {"code": code, "message": message, "where": "", "hint": hint}
    text = json.dumps({"error": error}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(text)).encode()),
        _CLOSE,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
