"""Waiting in threads: for work with a deadline, for siblings, for a cancellation."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from threading import Condition, Thread
from typing import Any

from ..errors import ProviderTimeout
from .flights import Flight
from .run import Run


class Cancelled(BaseException):
    """A sibling failed; this flow is not needed any more."""


class Family:
    """Flows that run together in threads: when one fails, the waits of the others end."""

    def __init__(self, parent: Family | None = None) -> None:
        self.cancelled = False
        self._waiting = Condition()
        self._children: list[Family] = []
        if parent is not None:
            parent._children.append(self)
            self.cancelled = parent.cancelled

    def cancel(self) -> None:
        """End every wait of the family with :class:`Cancelled`."""
        with self._waiting:
            self.cancelled = True
            self._waiting.notify_all()
        for child in self._children:
            child.cancel()

    def wake(self) -> None:
        """Let those who wait look again."""
        with self._waiting:
            self._waiting.notify_all()

    def wait(self, ready: Callable[[], bool], run: Run, ms: int | None) -> bool:
        """Wait until ``ready()``, for at most ``ms`` if given; whether it is. Raises Cancelled."""
        patience = None if ms is None else run.clock.seconds(ms)
        with self._waiting:
            came = self._waiting.wait_for(lambda: self.cancelled or ready(), patience)
            if self.cancelled:
                raise Cancelled
            return came

    def wait_for(self, flight: Flight, run: Run, ms: int | None, late: str) -> Any:
        """The result of a flight. Raises its error, ProviderTimeout(``late``) or Cancelled."""
        flight.when_done(self.wake)
        try:
            if not self.wait(lambda: flight.done, run, ms):
                raise ProviderTimeout(late)
        finally:
            flight.forget(self.wake)
        return flight.result()


def start(work: Callable[[], Any], flight: Flight | None = None) -> Flight:
    """Run ``work`` in a thread of its own that does not keep the process alive."""
    flight = flight or Flight()
    context = copy_context()

    def run() -> None:
        try:
            value = context.run(work)
        except BaseException as error:
            flight.end(error=error)
        else:
            flight.end(value)

    Thread(target=run, name="landedcost", daemon=True).start()
    return flight
