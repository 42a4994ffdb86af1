"""The only place that speaks HTTP, and the drivers that run flows on it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from ..ports.flow import Flow
from ..ports.policy import Policy
from .channel import Channel
from .clock import Clock, FastClock, moment
from .effects import Behind, Join, Through
from .flights import Flight, Flights
from .run import Run
from .steps import share
from .sync import SyncDriver
from .threads import start
from .tracing import asking
from .wire import Wire

__all__ = [
    "Behind",
    "Channel",
    "Clock",
    "FastClock",
    "Join",
    "Policy",
    "Run",
    "Through",
    "Transport",
    "moment",
    "share",
]

T = TypeVar("T")


class Transport:
    """Connections and work under way, shared by all of a shop's sources.

    ``run`` and ``arun`` are the two ways to run a flow; both have a deadline for the whole.
    """

    def __init__(
        self, policy: Policy | None = None, clock: Clock | None = None, outlet: object = None
    ) -> None:
        self.policy = policy or Policy()
        self.clock = clock or Clock()
        self.wire = Wire(self.clock, outlet)
        self.flights = Flights()

    def run(self, flow: Flow[T], deadline_ms: int | None = None) -> T:
        """Run a flow in this thread. Raises what it raises."""
        run = Run.start(self.clock, deadline_ms or self.policy.deadline_ms)
        with asking():
            answer: T = SyncDriver(self).run(flow, run)
        return answer

    async def arun(self, flow: Flow[T], deadline_ms: int | None = None) -> T:
        """Run a flow in this task, under asyncio or trio. Raises what it raises."""
        from .aio import AsyncDriver

        run = Run.start(self.clock, deadline_ms or self.policy.deadline_ms)
        with asking():
            answer: T = await AsyncDriver(self).run(flow, run)
        return answer

    def begin(self, key: Hashable, make: Callable[[], Flow[Any]], run: Run) -> Flight:
        """The work under ``key``, started in a thread of its own unless it is under way."""
        flight, first = self.flights.board(key)
        if first:
            alone = run.detached(self.policy.deadline_ms)
            work = start(lambda: SyncDriver(self).run(make(), alone))
            work.when_done(lambda: self.flights.land(key, work.value, work.error))
        return flight

    def begin_task(self, key: Hashable, make: Callable[[], Flow[Any]], run: Run) -> Flight:
        """The same, started in a task of its own."""
        flight, first = self.flights.board(key)
        if first:
            from .aio import AsyncDriver
            from .loops import start as start_task

            alone = run.detached(self.policy.deadline_ms)

            async def work() -> None:
                try:
                    value = await AsyncDriver(self).run(make(), alone)
                except Exception as error:
                    self.flights.land(key, error=error)
                except BaseException as error:
                    self.flights.land(key, error=_ended(error))
                    raise
                else:
                    self.flights.land(key, value)

            start_task(work)
        return flight

    def close(self) -> None:
        """Close the connections of threads."""
        self.wire.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        await self.wire.aclose()


def _ended(error: BaseException) -> Exception:
    """What those who still wait are told when the event loop ended under the work."""
    from ..errors import Unreachable

    ours = Unreachable("the event loop that asked was closed before the answer came")
    ours.__cause__ = error
    return ours
