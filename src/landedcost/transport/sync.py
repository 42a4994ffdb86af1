"""The driver for threads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import PluginError
from ..ports.flow import Blocking, Effect, Flow, Gather, Keep, Request
from .calls import call, keep
from .effects import Behind, Join, Send, Sleep, Through
from .run import Run
from .threads import Cancelled, Family, start

if TYPE_CHECKING:
    from . import Transport

GRACE_MS = 50
"""How much later than its time a thread may be that was asked to stop."""


class SyncDriver:
    """Runs flows in the calling thread; requests and blocking functions in threads beside it."""

    def __init__(self, transport: Transport, family: Family | None = None) -> None:
        self.transport = transport
        self.family = family or Family()

    def run(self, flow: Flow[Any], run: Run) -> Any:
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
                    value = self.act(effect, run)
                except Exception as caught:
                    error = caught
        finally:
            flow.close()

    def act(self, effect: Effect, run: Run) -> Any:
        """Do one thing for a flow."""
        match effect:
            case Request():
                return self.run(call(effect, run), run)
            case Send():
                until = run.clock.now_ms() + effect.timeout_ms
                wire = self.transport.wire
                sent = start(lambda: wire.send(effect, until))
                patience = effect.timeout_ms + GRACE_MS
                return self.family.wait_for(sent, run, patience, "no answer in time")
            case Sleep(ms):
                self.family.wait(lambda: False, run, min(ms, run.left_ms()))
                return None
            case Through(channel, flow):
                return self.run(flow, run.through(channel))
            case Gather(flows):
                return self._gather(flows, run)
            case Blocking(function):
                return self.family.wait_for(start(function), run, run.left_ms(), late(run))
            case Keep():
                return self.run(keep(effect, run), run)
            case Join(key, make):
                flight = self.transport.begin(key, make, run)
                return self.family.wait_for(flight, run, run.left_ms(), late(run))
            case Behind(key, make):
                self.transport.begin(key, make, run)
                return None
        raise unknown(effect)

    def _gather(self, flows: tuple[Flow[Any], ...], run: Run) -> tuple[Any, ...]:
        if len(flows) == 1:
            return (self.run(flows[0], run),)
        family = Family(self.family)
        failed: list[BaseException] = []

        def one(flow: Flow[Any]) -> Any:
            try:
                return SyncDriver(self.transport, family).run(flow, run)
            except Exception as error:
                failed.append(error)
                family.cancel()
                raise

        flights = [start(partial(one, flow)) for flow in flows]
        try:
            return tuple(family.wait_for(f, run, run.left_ms(), late(run)) for f in flights)
        except (Exception, Cancelled):
            family.cancel()
            if failed:
                raise failed[0] from failed[0].__cause__
            raise


def unknown(effect: object) -> PluginError:
    """A flow yielded something that is no effect."""
    return PluginError(
        f"a flow yielded what no driver does: {type(effect).__name__}",
        hint="write `yield from fetch(…)`, `gather(…)` or `blocking(…)`",
    )


def late(run: Run) -> str:
    """What is said when the deadline passes over unfinished work."""
    return f"{run.channel.provider or 'a source'} was not done when the time was up"
