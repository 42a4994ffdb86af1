"""What time it is, and how long to wait: whole milliseconds everywhere but at the libraries."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's clock. Tests use one that runs faster."""

    def now_ms(self) -> int:
        """Milliseconds that only ever rise; for how long something took."""
        return time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        """Milliseconds since 1970 in UTC; for ages that other processes must understand."""
        return time.time_ns() // 1_000_000

    def seconds(self, ms: int) -> float:
        """What to hand to a library that waits in seconds."""
        return timedelta(milliseconds=max(ms, 0)).total_seconds()


class FastClock(Clock):
    """A clock for tests: it runs ``speed`` times as fast, and can be put forward."""

    def __init__(self, speed: int = 100) -> None:
        self.speed = speed
        self._ahead_ms = 0

    def skip(self, ms: int) -> None:
        """Put the clock forward."""
        self._ahead_ms += ms

    def now_ms(self) -> int:
        """See :meth:`Clock.now_ms`."""
        return time.monotonic_ns() * self.speed // 1_000_000 + self._ahead_ms

    def wall_ms(self) -> int:
        """See :meth:`Clock.wall_ms`."""
        faster = time.monotonic_ns() * (self.speed - 1) // 1_000_000
        return time.time_ns() // 1_000_000 + faster + self._ahead_ms

    def seconds(self, ms: int) -> float:
        """See :meth:`Clock.seconds`."""
        return timedelta(microseconds=max(ms, 0) * 1_000 // self.speed).total_seconds()


def moment(wall_ms: int) -> datetime:
    """A moment in UTC from milliseconds since 1970."""
    return datetime.fromtimestamp(wall_ms // 1_000, UTC)
