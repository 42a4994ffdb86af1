"""The driver for event loops, asyncio's and trio's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio

from ..errors import ProviderTimeout
from ..ports.flow import Blocking, Effect, Flow, Keep, Request
from .calls import call, keep
from .effects import Behind, Join, Send, Share, Sleep, Through
from .flights import Flight
from .loops import in_thread, waker
from .run import Run
from .steps import Done, Pending, Together, advance
from .sync import in_time, late, unknown

if TYPE_CHECKING:
    from . import Transport


class AsyncDriver:
    """Runs flows in the calling task."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    async def run(self, flow: Flow[Any], run: Run) -> Any:
        """The answer of ``flow``. Raises what it raises."""
        return await self.finish(advance(flow), run)

    async def finish(self, step: Done | Pending, run: Run) -> Any:
        """The answer of a flow that has begun."""
        try:
            while isinstance(step, Pending):
                try:
                    value = await self.act(step.effect, run)
                except Exception as error:
                    step = advance(step.flow, error=error)
                else:
                    step = advance(step.flow, value)
        except BaseException:
            if isinstance(step, Pending):
                step.flow.close()
            raise
        return step.value

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
                return in_time(run)
            case Through(channel, flow):
                return await self.run(flow, run.through(channel))
            case Share(step, parts):
                return await self.finish(step, run.share(parts))
            case Together(steps):
                return await self._together(steps, run)
            case Blocking(function):
                try:
                    with anyio.fail_after(run.clock.seconds(run.left_ms())):
                        return await in_thread(function)
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

    async def _together(self, steps: tuple[Done | Pending, ...], run: Run) -> tuple[Any, ...]:
        answers = [step.value if isinstance(step, Done) else None for step in steps]
        failed: list[Exception] = []

        async def one(at: int, step: Pending) -> None:
            try:
                answers[at] = await self.finish(step, run)
            except Exception as error:
                failed.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for at, step in enumerate(steps):
                if isinstance(step, Pending):
                    group.start_soon(one, at, step)
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
