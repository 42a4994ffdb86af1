"""Where answers are kept: in this process, bounded in number and by age."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import TLRUCache

from ..errors import ProviderError
from ..transport.clock import Clock

KEPT = 50_000
"""Answers kept at most; the one not asked for longest goes first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer and when it came (``at_ms`` is wall time); or that there is none.

    ``keep_ms`` is how long it may be of any use. ``error`` is set where the source had no
    answer: that is kept for a while too, so that it is not asked the same again and again.
    """

    value: Any
    at_ms: int
    keep_ms: int
    error: ProviderError | None = None


class MemoryStore:
    """Entries of this process."""

    def __init__(self, clock: Clock, size: int = KEPT) -> None:
        self._entries: TLRUCache[Hashable, Entry] = TLRUCache(
            maxsize=size, ttu=_until, timer=clock.wall_ms
        )
        self._lock = Lock()

    def get(self, key: Hashable) -> Entry | None:
        """The entry of a key, while it may be of use."""
        with self._lock:
            return self._entries.get(key)

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep an entry, unless a newer one is there."""
        with self._lock:
            found = self._entries.get(key)
            if found is None or found.at_ms <= entry.at_ms:
                self._entries[key] = entry

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)


def _until(key: Hashable, entry: Entry, now_ms: Any) -> Any:
    return entry.at_ms + entry.keep_ms
