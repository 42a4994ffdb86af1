"""What every handler of the service has at hand, and how a request is let in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from starlette.requests import Request

from ..client import LandedCost
from ..errors import RequestError
from ..ports.flow import Flow
from ..transport.loops import in_thread
from .access import ApiKey, ApiKeys
from .limits import MAX_BODY, Buckets

T = TypeVar("T")
_MANY = 20
"""Lines above which a price is made in a thread."""
DEADLINE = "Landedcost-Deadline-Ms"
"""The header by which a caller says how long it waits, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``deadline_ms`` is the longest an answer waits for live sources; a caller may ask for less.

    ``body`` is the size of a body in bytes, ``markets`` how many one comparison has, ``compared``
    its lines on all of them together.
    """

    deadline_ms: int = 3_000
    markets: int = 100
    body: int = MAX_BODY
    compared: int = 5_000


@dataclass(frozen=True)
class Desk:
    """A shop, who may ask it, and how much.

    ``keys`` is None for a service that is open to all who reach it.
    """

    shop: LandedCost
    clock: Callable[[], datetime]
    keys: ApiKeys | None = field(repr=False)
    buckets: Buckets = field(repr=False)
    limits: Limits = field(default_factory=Limits)

    def let_in(self, request: Request, scope: str, query: str = "") -> ApiKey | None:
        """Check the key of a request and count it. Raises Problem: 401, 403, 429.

        The key is in the header; ``query`` names a parameter of the address that it may be in
        instead, for those that cannot send a header.
        """
        if self.keys is None:
            return None
        told = request.headers.get("authorization")
        if told is None and query and query in request.query_params:
            told = f"Bearer {request.query_params[query]}"
        key = self.keys.allowed(told, scope)
        self.buckets.take(key)
        return key

    def deadline(self, request: Request) -> int:
        """How long the answer may take, in milliseconds. Raises RequestError."""
        text = request.headers.get(DEADLINE)
        if text is None:
            return self.limits.deadline_ms
        digits = text.lstrip("0")[:9]
        if not text.isascii() or not text.isdigit() or not digits:
            raise RequestError(
                f"not a number of milliseconds: {text[:40]!r}",
                code="bad_deadline",
                where=DEADLINE,
                hint="write digits, such as 800",
            )
        return min(int(digits), self.limits.deadline_ms)

    async def run(self, flow: Flow[T], deadline_ms: int) -> T:
        """Run a flow of the shop's live sources, with some time left to write the answer."""
        spare = min(max(20, deadline_ms // 10), deadline_ms // 2)
        return await self.shop.outside.arun(flow, max(1, deadline_ms - spare))


async def working(make: Callable[[], T], lines: int) -> T:
    """Call ``make``; in a thread where there is much to do, so that others are answered."""
    return make() if lines <= _MANY else await in_thread(make)
