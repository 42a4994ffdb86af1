"""How much may be asked: requests per key and minute, and the size of a body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import ApiKey
from .problems import Problem

MAX_BODY = 2_000_000
"""Bytes of a body; the largest request, a thousand lines with every field, has about 1 MB."""
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
    """Refuses a body above ``most`` bytes with 413, whether or not its length was told."""

    def __init__(self, app: ASGIApp, most: int = MAX_BODY) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"")
        if told.isdigit() and int(told[:20]) > self.most:
            await self._refuse(send)
            return
        seen, refused, begun = 0, False, False

        async def limited() -> Message:
            nonlocal seen, refused
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self.most:
                    refused = True
                    return {"type": "http.disconnect"}
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            if refused and not begun:
                return
            begun = True
            await send(message)

        try:
            await self.app(scope, limited, watched)
        except Exception:
            if not refused:
                raise
        if refused and not begun:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        text = (
            '{"error":{"code":"too_large","message":"the body is above '
            f'{self.most:,} bytes","where":"","hint":"split the basket into parcels"}}}}'
        ).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(text)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": text})
