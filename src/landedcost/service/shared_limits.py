"""Requests per key and minute over all workers, counted together in Redis.

A request waits for nobody: each worker has its own bucket, and tells the others four times a
second what it let in. So a key may have a little more than its share, by what comes within that
time. Without the server each worker counts for itself.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import anyio

from ..cache.server import async_client, library
from ..ports.flow import Secret
from .access import ApiKey
from .limits import Buckets

_LOG = logging.getLogger("landedcost.service")
_EVERY_MS, _LATE_MS, _PATIENCE_MS, _KEPT_MS = 250, 5_000, 1_000, 120_000


class SharedBuckets(Buckets):
    """Buckets that know what other workers let in, while :meth:`run` runs."""

    def __init__(self, now_ns: Callable[[], int], url: Secret, keys: Iterable[ApiKey]) -> None:
        super().__init__(now_ns)
        redis = library("limits over several workers")
        self._failures: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        self._server: Any = async_client(url.get_secret_value(), _PATIENCE_MS)
        self._keys = {key.name: key for key in keys}
        self._let_in: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self.alone = True

    def take(self, key: ApiKey) -> None:
        """One request of a key. Raises Problem (429) with the seconds to wait."""
        super().take(key)
        self._let_in[key.name] = self._let_in.get(key.name, 0) + 1

    async def run(self) -> None:
        """Tell and hear what was let in, until cancelled."""
        try:
            while True:
                wait = _EVERY_MS
                try:
                    await self._exchange()
                except self._failures as error:
                    if not self.alone:
                        name = type(error).__name__
                        _LOG.warning("the limits of keys are counted here alone: %s", name)
                    self.alone, wait = True, _LATE_MS // 2 + random.randrange(_LATE_MS // 2)
                else:
                    self.alone = False
                await anyio.sleep(timedelta(milliseconds=wait).total_seconds())
        finally:
            with anyio.move_on_after(1, shield=True):
                await self._server.aclose()

    async def _exchange(self) -> None:
        """Add what was let in here to the counts of all, and take what the others added."""
        if self.alone:
            # What was let in before the server was there is no matter of the others any more.
            self._let_in, self._seen = {}, {}
        told, self._let_in = self._let_in, {}
        names = {name: f"landedcost:limit:{name}" for name in self._keys}
        pipe = self._server.pipeline(transaction=False)
        for name, count in told.items():
            pipe.incrby(names[name], count)
            pipe.pexpire(names[name], _KEPT_MS)
        pipe.mget(list(names.values()))
        totals = (await pipe.execute())[-1]
        for name, text in zip(names, totals, strict=True):
            total, before = int(text or 0), self._seen.get(name)
            self._seen[name] = total
            if before is not None:
                others = total - told.get(name, 0) - (before if before <= total else 0)
                if others > 0:
                    self.taken_elsewhere(self._keys[name], others)
