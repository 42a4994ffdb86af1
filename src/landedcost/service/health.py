"""``/healthz``: how each part is. The service answers as long as it lives; parts may be worse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anyio import create_task_group
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .. import __version__
from ..client import LandedCost
from ..errors import LandedCostError
from ..transport.loops import in_thread
from .session import Session

Check = Callable[[], None]


class Health:
    """Looks at the databases (``checks``), the feed and the live sources."""

    def __init__(
        self, shop: LandedCost, checks: Mapping[str, Check], session: Session | None
    ) -> None:
        self.shop = shop
        self.checks = checks
        self.session = session

    async def look(self, _: Request) -> Response:
        """GET ``/healthz``: 200 with ``ok`` or ``degraded``, and the state of each part."""
        parts: dict[str, Any] = dict.fromkeys(self.checks)

        async def one(name: str, check: Check) -> None:
            try:
                await in_thread(check)
            except LandedCostError as error:
                parts[name] = {"state": "down", "error": error.code}
            else:
                parts[name] = {"state": "ok"}

        async with create_task_group() as tasks:
            for name, check in self.checks.items():
                tasks.start_soon(one, name, check)
        if self.session is not None:
            parts["feed"] = self.session.state()
        parts["sources"] = self._sources()
        fine = all(part["state"] == "ok" for part in parts.values())
        told = {"status": "ok" if fine else "degraded", "version": __version__, "parts": parts}
        return JSONResponse(told)

    def _sources(self) -> dict[str, Any]:
        """The live sources by kind and name: one that failed often is left alone for a while."""
        if self.shop.providers is None:
            return {"state": "ok", "by_name": {}}
        outside = self.shop.outside
        now = outside.clock.now_ms()
        found = {
            source.spec.key: "left_alone" if source.channel.breaker.rests(now) else "ok"
            for chain in outside.opened.chains.values()
            for route in chain.routes.values()
            for source in route
        }
        fine = all(state == "ok" for state in found.values())
        return {"state": "ok" if fine else "degraded", "by_name": found}
