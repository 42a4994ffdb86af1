"""Work that many wait for: done once, whoever gives up."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar


class Flight:
    """One piece of work under way. Threads and event loops may wait for it alike."""

    __slots__ = ("_callbacks", "_lock", "done", "error", "value")

    def __init__(self) -> None:
        self.done = False
        self.value: Any = None
        self.error: BaseException | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._lock = Lock()

    def when_done(self, callback: Callable[[], None]) -> None:
        """Call back once it has ended: now if it has, else from the thread that ends it."""
        with self._lock:
            if not self.done:
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], None]) -> None:
        """Do not call back any more."""
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

    def end(self, value: Any = None, error: BaseException | None = None) -> None:
        """The work has ended."""
        with self._lock:
            self.value, self.error, self.done = value, error, True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def result(self) -> Any:
        """What came of it; everyone who waited gets an exception of their own."""
        if self.error is not None:
            raise again(self.error)
        return self.value


class Flights:
    """The work under way, by key."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, Flight] = {}
        self._lock = Lock()

    def board(self, key: Hashable) -> tuple[Flight, bool]:
        """The work under this key, and whether the caller has to start it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(self, key: Hashable, value: Any = None, error: BaseException | None = None) -> None:
        """The work has ended; the next who asks starts anew."""
        with self._lock:
            flight = self._flights.pop(key)
        flight.end(value, error)


E = TypeVar("E", bound=BaseException)


def again(error: E) -> E:
    """The same exception as an object of its own, so that no two raise one."""
    fresh = type(error).__new__(type(error), *error.args)
    fresh.args = error.args
    fresh.__dict__.update(error.__dict__)
    fresh.__cause__ = error.__cause__
    return fresh
