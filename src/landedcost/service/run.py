"""Running the service: uvicorn, with one process or several."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta

import uvicorn
from starlette.applications import Starlette

from ..catalog import Catalog
from ..errors import RequestError
from ..transport import Clock
from .build import api_keys, build
from .config import Settings, load
from .limits import is_local

WORKER = "LANDEDCOST_SERVICE"
"""The variable that tells each process which files to read; no secret is in it."""
GRACE_S = 5
KEEP_ALIVE_S = 75
"""How long an idle connection is kept: longer than proxies keep theirs, so that they end it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wall_clock() -> datetime:
    """The time of day."""
    return _EPOCH + timedelta(milliseconds=Clock().wall_ms())


def application(settings: Settings, catalog: Catalog | None) -> Starlette:
    """The application under the machine's clock and environment."""
    return build(settings, catalog, clock=wall_clock, now_ns=time.monotonic_ns, env=os.environ)


def worker() -> Starlette:
    """The application of one of several processes, from the files that ``serve`` names."""
    told = json.loads(os.environ[WORKER])
    return application(load(told["config"], os.environ), read_catalog(told["catalog"]))


def read_catalog(file: str | None) -> Catalog | None:
    """The catalogue of a file, if one is named. Raises RequestError."""
    return Catalog.load(file) if file is not None else None


def guard(settings: Settings) -> bool:
    """Whether callers need a key. Raises RequestError (``no_keys``).

    Without keys the service is for this machine alone.
    """
    if api_keys(settings) is not None:
        return True
    if not is_local(settings.host):
        raise RequestError(
            f"without keys nobody but this machine may ask, and {settings.host} lets others in",
            code="no_keys",
            where="server.api_keys",
            hint="make keys with `landedcost service key NAME` and set `api_keys`",
        )
    return False


def serve(settings: Settings, config: str | None, catalog: str | None) -> None:
    """Serve until interrupted. Raises RequestError for what cannot be served.

    ``config`` and ``catalog`` are the files that the settings came from, for further processes.
    """
    app = application(settings, read_catalog(catalog))
    try:
        if settings.workers == 1:
            uvicorn.Server(_config(app, settings)).run()
            return
        app.state.close()  # it was made to tell what is wrong before processes start
        os.environ[WORKER] = json.dumps({"config": config, "catalog": catalog})
        uvicorn.run(
            "landedcost.service.run:worker",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
    except SystemExit:
        raise RequestError(
            f"cannot listen on {settings.host}:{settings.port}",
            code="port_taken",
            where="server.port",
            hint="another program has it: give another port",
        ) from None


def _config(app: Starlette, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
