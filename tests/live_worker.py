"""One of several workers, as a process of its own: ``live_worker.py REDIS PORT LEASE ALONE``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from landedcost.catalog import Catalog
from landedcost.errors import LandedCostError
from landedcost.live.dropped import DropSource, rates_told
from landedcost.live.log import Log
from landedcost.live.serve import Serving, create_app
from landedcost.live.shared import Shared, Timing
from landedcost.pricing.policy import Policy

ROOT = Path(__file__).resolve().parents[1]


def clock() -> datetime:
    return datetime.now(UTC)


def application(url: str, timing: Timing) -> Any:
    catalog = Catalog.load(ROOT / "examples" / "drop_catalog" / "drop.toml")
    source = DropSource.of(clock, catalog, policy=Policy.of({}), bundles=["crew"])
    shared = Shared(source, clock, Log(url, "test", patience_ms=timing.patience), timing=timing)

    async def told(call: Any) -> Response:
        try:
            return JSONResponse(await call)
        except LandedCostError as error:
            return JSONResponse({"error": error.as_dict()}, 409)

    async def facts(request: Request) -> Response:
        return await told(shared.tell("rates", rates_told(await request.json(), clock())))

    async def offered(request: Request) -> Response:
        async def find() -> Any:
            found = source.offered(request.path_params["id"], shared.kept, clock())
            return {"total": found.quote.total_minor, "quote": found.quote.id}

        return await told(find())

    async def health(_: Request) -> Response:
        return JSONResponse({**shared.state(), "mode": shared.mode})

    app = create_app(shared.feed, clock, serving=Serving(heartbeat_s=1), beside=shared.run)
    app.routes.append(Route("/facts", facts, methods=["POST"]))
    app.routes.append(Route("/offered/{id}", offered))
    app.routes.append(Route("/healthz", health))
    return app


if __name__ == "__main__":
    lease, alone = (int(text) for text in sys.argv[3:5])
    timing = Timing(lease=lease, alone=alone, patience=400, ask=2_000, pause=1_000)
    uvicorn.run(
        application(sys.argv[1], timing),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
