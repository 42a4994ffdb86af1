"""The driver for threads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import PluginError, ProviderTimeout
from ..ports.flow import Blocking, Effect, Flow, Keep, Request
from .calls import call, keep
from .effects import Behind, Join, Send, Share, Sleep, Through
from .run import Run
from .steps import Done, Pending, Together, advance
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
        return self.finish(advance(flow), run)

    def finish(self, step: Done | Pending, run: Run) -> Any:
        """The answer of a flow that has begun."""
        try:
            while isinstance(step, Pending):
                try:
                    value = self.act(step.effect, run)
                except Exception as error:
                    step = advance(step.flow, error=error)
                else:
                    step = advance(step.flow, value)
        except BaseException:
            if isinstance(step, Pending):
                step.flow.close()
            raise
        return step.value

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
                return in_time(run)
            case Through(channel, flow):
                return self.run(flow, run.through(channel))
            case Share(step, parts):
                return self.finish(step, run.share(parts))
            case Together(steps):
                return self._together(steps, run)
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

    def _together(self, steps: tuple[Done | Pending, ...], run: Run) -> tuple[Any, ...]:
        waiting = [step for step in steps if isinstance(step, Pending)]
        if len(waiting) == 1:
            return tuple(self.finish(step, run) for step in steps)
        family = Family(self.family)
        failed: list[Exception] = []

        def one(step: Pending) -> Any:
            try:
                return SyncDriver(self.transport, family).finish(step, run)
            except Exception as error:
                failed.append(error)
                family.cancel()
                raise

        flights = {id(step): start(partial(one, step)) for step in waiting}

        def answer(step: Done | Pending) -> Any:
            if isinstance(step, Done):
                return step.value
            # each of them minds the deadline itself, and knows best what was late
            return family.wait_for(flights[id(step)], run, None, late(run))

        try:
            return tuple(map(answer, steps))
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


def in_time(run: Run) -> None:
    """Raise ProviderTimeout once the deadline has passed."""
    if run.left_ms() <= 0:
        raise ProviderTimeout(late(run), retryable=False)
