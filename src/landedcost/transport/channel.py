"""What is kept for one configured source between its requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..ports.policy import Policy
from .limits import Breaker, Limiter


@dataclass(slots=True, eq=False)
class Channel:
    """A source's name, its patience, its limit, its breaker, and what it keeps (tokens)."""

    provider: str
    policy: Policy
    limiter: Limiter | None
    breaker: Breaker
    kept: dict[str, tuple[Any, int]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(
        cls, provider: str, policy: Policy | None = None, limit: tuple[int, int] | None = None
    ) -> Channel:
        """A new channel; ``limit`` is requests and milliseconds."""
        policy = policy or Policy()
        return cls(
            provider,
            policy,
            Limiter(*limit) if limit else None,
            Breaker(policy.breaker_failures, policy.breaker_rest_ms),
        )
