"""How often a source is asked, and when it is left alone."""

from __future__ import annotations

from collections import deque
from threading import Lock

from ..errors import ProviderDown


class Limiter:
    """At most ``count`` requests in any ``span_ms``; hands out waiting times in order."""

    def __init__(self, count: int, span_ms: int) -> None:
        self.count = count
        self.span_ms = span_ms
        self._sent: deque[int] = deque()
        self._lock = Lock()

    def reserve(self, now_ms: int, patience_ms: int) -> int | None:
        """How long to wait before sending, or None if that is longer than ``patience_ms``.

        A place that is handed out is taken; one that is refused is not.
        """
        with self._lock:
            sent = self._sent
            while sent and sent[0] <= now_ms - self.span_ms:
                sent.popleft()
            at = now_ms
            if len(sent) >= self.count:
                at = max(now_ms, sent[len(sent) - self.count] + self.span_ms)
            if at - now_ms > patience_ms:
                return None
            sent.append(at)
            return at - now_ms


class Breaker:
    """Opens after a run of failures; after a rest lets one request through to see."""

    def __init__(self, failures: int, rest_ms: int) -> None:
        self.failures = failures
        self.rest_ms = rest_ms
        self._run = 0
        self._open_until = 0
        self._trying = False
        self._lock = Lock()

    def enter(self, now_ms: int) -> None:
        """Raise ProviderDown while the source is left alone."""
        with self._lock:
            if self._run < self.failures:
                return
            if now_ms < self._open_until or self._trying:
                wait = max(self._open_until - now_ms, 0)
                raise ProviderDown(
                    f"left alone after {self._run} failures in a row",
                    code="circuit_open",
                    retryable=True,
                    retry_after=-(-wait // 1_000),
                )
            self._trying = True

    def rests(self, now_ms: int) -> bool:
        """Whether the source is left alone now."""
        with self._lock:
            return self._run >= self.failures and now_ms < self._open_until

    def succeeded(self) -> None:
        """The source answered, be it with a refusal."""
        with self._lock:
            self._run, self._trying = 0, False

    def failed(self, now_ms: int) -> None:
        """The source failed."""
        with self._lock:
            self._run += 1
            self._trying = False
            if self._run >= self.failures:
                self._open_until = now_ms + self.rest_ms

    def left(self) -> None:
        """The request was given up before it was known how the source is."""
        with self._lock:
            self._trying = False
