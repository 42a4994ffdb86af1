"""What every handler of the service has at hand, and how a request is let in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ..client import LandedCost
from ..contract import read_json
from ..errors import RequestError
from ..ports.flow import Flow
from ..transport.loops import in_thread
from .access import ApiKey, ApiKeys
from .limits import Buckets
from .problems import Problem

T = TypeVar("T")
DEADLINE = "Landedcost-Deadline-Ms"
"""The header by which a caller says how long it waits, in milliseconds."""
LINES = 1_000
"""Lines of all baskets of one request together."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``deadline_ms`` is the longest an answer takes; a caller may ask for less."""

    deadline_ms: int = 3_000
    markets: int = 100


@dataclass(frozen=True)
class Desk:
    """A shop, who may ask it, and how much.

    ``keys`` is None for a service that is open to all who reach it.
    """

    shop: LandedCost
    clock: Callable[[], datetime]
    keys: ApiKeys | None = field(repr=False)
    buckets: Buckets = field(repr=False)
    limits: Limits = Limits()

    def let_in(self, request: Request, scope: str) -> ApiKey | None:
        """Check the key of a request and count it. Raises Problem: 401, 403, 429."""
        if self.keys is None:
            return None
        key = self.keys.allowed(request.headers.get("authorization"), scope)
        self.buckets.take(key)
        return key

    def deadline(self, request: Request) -> int:
        """How long the answer may take, in milliseconds. Raises RequestError."""
        text = request.headers.get(DEADLINE)
        if text is None:
            return self.limits.deadline_ms
        if not text.isascii() or not text.isdigit() or not int(text[:9]) >= 1:
            raise RequestError(
                f"not a number of milliseconds: {text[:40]!r}",
                code="bad_deadline",
                where=DEADLINE,
                hint="write digits, such as 800",
            )
        return min(int(text[:9]), self.limits.deadline_ms)

    async def run(self, flow: Flow[T], deadline_ms: int) -> T:
        """Run a flow of the shop's live sources until the deadline."""
        return await self.shop.outside.arun(flow, deadline_ms)


Handler = Callable[[Request], Awaitable[Response]]


async def body_of(request: Request) -> Any:
    """The JSON of a request's body, nothing lost. Raises RequestError, Problem (413)."""
    try:
        return read_json(await request.body())
    except ClientDisconnect:
        raise Problem(413, "too_large", "the body is too large, or was cut off") from None


async def working(make: Callable[[], T], lines: int) -> T:
    """Call ``make``; in a thread where there is much to do, so that others are answered."""
    return make() if lines <= _MANY else await in_thread(make)


_MANY = 20
