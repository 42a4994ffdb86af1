"""Which answers are errors, which errors are worth another try, and how long to wait before it.

The rules are those of stamina (exponential, with jitter, bounded), and stamina's own switch
turns retries off: ``stamina.set_active(False)`` or ``stamina.set_testing(True)`` in a test.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..errors import (
    BadAnswer,
    Denied,
    NoAnswer,
    ProviderDown,
    ProviderError,
    ProviderTimeout,
    RateLimited,
)
from ..ports.flow import Response
from ..ports.policy import Policy
from .redact import redact

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_EXCERPT = 200
_SPACE = re.compile(r"\s+")
_LONGEST_S = 10**7


def status_error(response: Response, wall_ms: int, secrets: Iterable[str]) -> ProviderError:
    """The error that a status which was not expected stands for."""
    status = response.status
    wait = retry_after_ms(response, wall_ms)
    seconds = None if wait is None else -(-wait // 1_000)
    said = redact(excerpt(response), secrets)
    text = f"answered {status}" + (f": {said}" if said else "")
    again = status in AGAIN
    if status == 429:
        return RateLimited(text, retry_after=seconds, hint="ask less often, or raise the plan")
    if status in (401, 403):
        return Denied(text, hint="check the credentials in the settings and what they allow")
    if status in (404, 410):
        return NoAnswer(text)
    if status in (408, 425):
        return ProviderTimeout(text, retry_after=seconds, retryable=True)
    if status >= 500:
        return ProviderDown(text, retry_after=seconds, retryable=again)
    if 300 <= status < 400:
        return BadAnswer(text, code="redirect")
    return ProviderError(text, code="provider_refused", retryable=False)


def excerpt(response: Response) -> str:
    """The start of an error's body, on one line; nothing of a page made for people."""
    if "html" in response.headers.get("content-type", "") or b"<html" in response.body[:500]:
        return ""
    text = response.body[: _EXCERPT * 4].decode("utf-8", "replace")
    text = "".join(c if c.isprintable() else " " for c in text)
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"


def retry_after_ms(response: Response, wall_ms: int) -> int | None:
    """How long the source asks to wait: seconds or an HTTP date. None if it does not say."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), _LONGEST_S) * 1_000
    if not text:
        return None
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    since = until - datetime.fromtimestamp(wall_ms // 1_000, UTC)
    return max(since.days * 86_400 + since.seconds, 0) * 1_000


def wait_ms(policy: Policy, attempt: int, error: ProviderError) -> int | None:
    """How long to wait after the ``attempt``-th failure, or None to give up."""
    if attempt >= attempts(policy) or not error.retryable:
        return None
    least = 0
    if error.retry_after is not None:
        least = error.retry_after * 1_000
        if least > policy.retry_after_max_ms:
            return None
    step = min(policy.backoff_ms * 2 ** (attempt - 1), policy.backoff_max_ms)
    jitter = random.randrange(step + 1) if backs_off() else 0
    return least + jitter + (step if backs_off() else 0)


def attempts(policy: Policy) -> int:
    """How often a request is sent at most; once where stamina is switched off."""
    import stamina

    return policy.attempts if stamina.is_active() else 1


def backs_off() -> bool:
    """Whether retries wait; not where stamina is told that this is a test."""
    import stamina

    return not stamina.is_testing()
