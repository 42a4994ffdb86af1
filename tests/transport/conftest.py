"""A provider's way out with a script at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from landedcost.ports import Flow
from landedcost.transport import Transport

Runner = Callable[[Transport, Flow[Any]], Any]


def in_threads(transport: Transport, flow: Flow[Any]) -> Any:
    return transport.run(flow)


def in_loop(backend: str) -> Runner:
    def runner(transport: Transport, flow: Flow[Any]) -> Any:
        async def main() -> Any:
            try:
                return await transport.arun(flow)
            finally:
                await transport.aclose()

        return anyio.run(main, backend=backend)

    return runner


@pytest.fixture(params=["threads", "asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Runner:
    """Each of the three drivers."""
    return in_threads if request.param == "threads" else in_loop(request.param)
