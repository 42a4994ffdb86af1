"""The driver for event loops, asyncio's and trio's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from ..errors import ProviderTimeout
from ..ports.flow import Blocking, Effect, Flow, Gather, Keep, Request
from .calls import call, keep
from .effects import Behind, Join, Send, Sleep, Through
from .flights import Flight
from .loops import waker
from .run import Run
from .sync import late, unknown

if TYPE_CHECKING:
    from . import Transport


class AsyncDriver:
    """Runs flows in the calling task."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    async def run(self, flow: Flow[Any], run: Run) -> Any:
        """The answer of ``flow``. Raises what it raises."""
        value: Any = None
        error: Exception | None = None
        try:
            while True:
                try:
                    effect = flow.throw(error) if error is not None else flow.send(value)
                except StopIteration as stop:
                    return stop.value
                value = error = None
                try:
                    value = await self.act(effect, run)
                except Exception as caught:
                    error = caught
        finally:
            flow.close()

    async def act(self, effect: Effect, run: Run) -> Any:
        """Do one thing for a flow."""
        match effect:
            case Request():
                return await self.run(call(effect, run), run)
            case Send():
                until = run.clock.now_ms() + effect.timeout_ms
                try:
                    with anyio.fail_after(run.clock.seconds(effect.timeout_ms)):
                        return await self.transport.wire.asend(effect, until)
                except TimeoutError as error:
                    raise ProviderTimeout("no answer in time") from error
            case Sleep(ms):
                await anyio.sleep(run.clock.seconds(min(ms, run.left_ms())))
                return None
            case Through(channel, flow):
                return await self.run(flow, run.through(channel))
            case Gather(flows):
                return await self._gather(flows, run)
            case Blocking(function):
                try:
                    with anyio.fail_after(run.clock.seconds(run.left_ms())):
                        return await anyio.to_thread.run_sync(function, abandon_on_cancel=True)
                except TimeoutError as error:
                    raise ProviderTimeout(late(run)) from error
            case Keep():
                return await self.run(keep(effect, run), run)
            case Join(key, make):
                return await _wait(self.transport.begin_task(key, make, run), run)
            case Behind(key, make):
                self.transport.begin_task(key, make, run)
                return None
        raise unknown(effect)

    async def _gather(self, flows: tuple[Flow[Any], ...], run: Run) -> tuple[Any, ...]:
        if len(flows) == 1:
            return (await self.run(flows[0], run),)
        answers: list[Any] = [None] * len(flows)
        failed: list[Exception] = []

        async def one(at: int, flow: Flow[Any]) -> None:
            try:
                answers[at] = await self.run(flow, run)
            except Exception as error:
                failed.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for at, flow in enumerate(flows):
                group.start_soon(one, at, flow)
        if failed:
            raise failed[0] from failed[0].__cause__
        return tuple(answers)


async def _wait(flight: Flight, run: Run) -> Any:
    """The result of work that goes on if this task is cancelled."""
    if not flight.done:
        ended = anyio.Event()
        wake = waker()

        def call_back() -> None:
            wake(ended.set)

        flight.when_done(call_back)
        try:
            with anyio.fail_after(run.clock.seconds(run.left_ms())):
                await ended.wait()
        except TimeoutError as error:
            raise ProviderTimeout(late(run)) from error
        finally:
            flight.forget(call_back)
    return flight.result()
