"""The three ways to run a flow, under one name each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ports.flow import Flow
from ..transport import Transport

Driver = Callable[[Transport, Flow[Any]], Any]


def threads(transport: Transport, flow: Flow[Any]) -> Any:
    """Run a flow in this thread."""
    try:
        return transport.run(flow)
    finally:
        transport.close()


def _loop(backend: str) -> Driver:
    def driver(transport: Transport, flow: Flow[Any]) -> Any:
        import anyio

        async def main() -> Any:
            try:
                return await transport.arun(flow)
            finally:
                await transport.aclose()

        return anyio.run(main, backend=backend)

    return driver


DRIVERS: dict[str, Driver] = {
    "threads": threads,
    "asyncio": _loop("asyncio"),
    "trio": _loop("trio"),
}
"""``trio`` needs the package of that name."""
