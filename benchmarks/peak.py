"""How much more memory a process uses at most while something runs."""

from __future__ import annotations

import gc
from threading import Event, Thread
from types import TracebackType

import psutil

EVERY_S = 0.002


class Peak:
    """``used`` is the most resident memory over what was there before, in bytes."""

    def __init__(self) -> None:
        self.used = 0
        self._process = psutil.Process()
        self._over = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        gc.collect()
        self._before = self._process.memory_info().rss
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY_S):
            self.used = max(self.used, self._process.memory_info().rss - self._before)
