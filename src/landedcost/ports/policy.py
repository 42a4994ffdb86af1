"""How patient the transport is, in one frozen object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Times in milliseconds.

    ``deadline_ms`` is for a whole quote: every request of it, every retry and every wait ends
    with it. ``timeout_ms`` is for one request. Up to ``attempts`` requests are sent; before the
    n-th retry passes ``backoff_ms`` times two to the n-1, at most ``backoff_max_ms``, with up to
    as much again at random. ``Retry-After`` is obeyed up to ``retry_after_max_ms``; a longer one
    is not waited for. ``max_bytes`` bounds an answer. After ``breaker_failures`` failures in a
    row a source is left alone for ``breaker_rest_ms``.
    """

    deadline_ms: int = 10_000
    timeout_ms: int = 5_000
    attempts: int = 3
    backoff_ms: int = 100
    backoff_max_ms: int = 2_000
    retry_after_max_ms: int = 5_000
    max_bytes: int = 16_000_000
    max_redirects: int = 3
    breaker_failures: int = 5
    breaker_rest_ms: int = 30_000
