"""Running the application: uvicorn, which stops within seconds when it is told to."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette

from ..errors import RequestError

GRACE_S = 3
"""How long open streams may take to end."""


def run(app: Starlette, host: str, port: int) -> None:
    """Serve until interrupted. Raises RequestError (``port_taken``) where it cannot listen."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    try:
        uvicorn.Server(config).run()
    except SystemExit:
        raise RequestError(
            f"cannot listen on {host}:{port}",
            code="port_taken",
            where="--port",
            hint="another program has it: give another --port",
        ) from None
