"""For how long failures are remembered, and ages in words."""

from __future__ import annotations

from ..ports.spec import DAY, HOUR, MINUTE

NO_ANSWER_MS = MINUTE
"""How long it is remembered that a source has no answer."""
RETRY_MS = 5_000
"""After a failure, how long an old answer is given without asking again."""


def age_text(age_ms: int) -> str:
    """An age for people: ``"3 hours"``."""
    for span, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if age_ms >= span:
            count = age_ms // span
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than a minute"
