"""The two things that anyio leaves to asyncio and trio: work of its own, and waking a loop."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import sniffio

T = TypeVar("T")
_TASKS: set[Any] = set()
"""Tasks of asyncio that nobody awaits must be held somewhere until they end."""


def on_trio() -> bool:
    """Whether the running event loop is trio's."""
    return sniffio.current_async_library() == "trio"


def start(work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` as a task that does not end with the caller. It must not raise."""
    if on_trio():
        sys.modules["trio"].lowlevel.spawn_system_task(work)
        return
    import asyncio

    async def run() -> None:
        await work()

    task = asyncio.get_running_loop().create_task(run())
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)


async def in_thread(call: Callable[[], T]) -> T:
    """The result of a function that blocks, from a thread of its own."""
    import anyio.to_thread

    return await anyio.to_thread.run_sync(call, abandon_on_cancel=True)


def waker() -> Callable[[Callable[[], object]], None]:
    """What runs a function in the running loop, callable from any thread.

    A loop that is closed by then has nobody left to wake.
    """
    if on_trio():
        trio = sys.modules["trio"]
        token = trio.lowlevel.current_trio_token()

        def wake_trio(call: Callable[[], object]) -> None:
            try:
                token.run_sync_soon(call)
            except trio.RunFinishedError:
                return

        return wake_trio
    import asyncio

    loop = asyncio.get_running_loop()

    def wake(call: Callable[[], object]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(call)

    return wake
