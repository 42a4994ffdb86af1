"""How old an answer may be, for what."""

from __future__ import annotations

from ..ports.spec import Freshness

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

DEFAULTS = {
    "tariff": Freshness(fresh_ms=DAY, stale_ms=2 * DAY, error_ms=7 * DAY),
    "rates": Freshness(fresh_ms=HOUR, stale_ms=2 * HOUR, error_ms=3 * DAY),
    "carrier": Freshness(fresh_ms=10 * MINUTE, stale_ms=20 * MINUTE, error_ms=DAY),
    "landed": Freshness(fresh_ms=10 * MINUTE, stale_ms=20 * MINUTE, error_ms=DAY),
}
"""By kind of source; a spec or a shop may say otherwise."""

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
