"""What makes the cards of a feed: a drop, or bundles priced again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .card import Change

Kept = Mapping[str, Any]
"""What another worker needs to go on, as JSON values by name."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a source did: changes of cards, and of what is kept (None for what is not any more).

    ``next_at`` is when the source has something to do by itself next; ``answer`` is for who
    asked, as a JSON object.
    """

    next_at: datetime
    changes: Sequence[Change] = ()
    kept: Kept = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)


class Source(Protocol):
    """Makes cards. One method is called at a time; instants are aware.

    It is at work between :meth:`start` and :meth:`stop`; of several workers one is. What is not
    ``async`` may be called in another thread than the event loop's.
    """

    def start(self, kept: Kept, at: datetime) -> Made:
        """Go on from what was kept, which is empty at first; all cards are changes."""
        ...

    def whole(self, at: datetime) -> Made:
        """All cards as changes, and all that is to be kept of what goes on."""
        ...

    async def do(self, what: str, told: Any, at: datetime) -> Made:
        """Take a fact. Raises LandedCostError; everything is then as it was."""
        ...

    async def advance(self, at: datetime) -> Made:
        """Time has passed: do what is due. Raises LandedCostError."""
        ...

    def health(self) -> Mapping[str, Any]:
        """How it is: ``state`` and what else there is to tell; empty where it is not at work."""
        ...

    def stop(self) -> None:
        """Another worker goes on."""
        ...
