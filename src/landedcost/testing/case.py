"""What the kit has to know about a provider: its settings, questions, and recorded answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..transport.scripted import Reply, Seen

__all__ = ["Case", "Reply", "Seen"]


@dataclass(frozen=True)
class Case:
    """A rehearsal of one provider.

    ``settings`` are its settings, with made-up secrets of eight characters or more. ``asks`` are
    questions that it answers, at least one. ``upstream`` plays the source: it is given each
    request and replies as the source does (from recordings). ``unknown`` is a question that the
    source has no answer to; ``upstream`` replies to that too. A provider that asks nothing
    outside gives no ``upstream`` but says why in ``local``.

    ``excused`` maps the name of a law that cannot hold to the reason; an empty reason is
    refused.
    """

    settings: Mapping[str, Any]
    asks: Sequence[Any]
    upstream: Callable[[Seen], Reply] | None = None
    unknown: Any = None
    local: str = ""
    excused: Mapping[str, str] = field(default_factory=dict)
