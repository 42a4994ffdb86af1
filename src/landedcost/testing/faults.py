"""Everything that goes wrong between a provider and its source, and which error it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import (
    BadAnswer,
    Denied,
    ProviderDown,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    Unreachable,
)
from ..transport.scripted import Reply, Seen

HTML = "<!doctype html><html><body><h1>Welcome</h1></body></html>"
TWO_GB = 2_000_000_000


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    ``change`` makes of the right reply what arrives instead. ``raises`` are the errors that may
    come of it; ``attempts`` how many requests at most, 0 for as many as the policy allows.
    """

    name: str
    change: Callable[[Reply, Seen], Reply]
    raises: tuple[type[ProviderError], ...]
    attempts: int = 0
    says: Mapping[str, object] = field(default_factory=dict)
    """Attributes that the error must have."""


def _status(status: int, **headers: str) -> Callable[[Reply, Seen], Reply]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda reply, seen: Reply(status, json={"message": "no"}, headers=named)


def _echo(reply: Reply, seen: Seen) -> Reply:
    """A refusal that repeats all that was sent, as some services do."""
    return Reply(401, text=f"denied: {dict(seen.headers)} {dict(seen.params)} {seen.body!r}")


FAULTS = (
    Fault("connect_error", lambda r, s: Reply(fails="connect"), (Unreachable,)),
    Fault("connect_timeout", lambda r, s: Reply(fails="connect_timeout"), (ProviderTimeout,)),
    Fault("timeout", lambda r, s: Reply(fails="timeout"), (ProviderTimeout,)),
    Fault("reset", lambda r, s: Reply(fails="reset"), (Unreachable,)),
    Fault(
        "reset_mid_body",
        lambda r, s: replace(r, cut=max(len(r.content) // 2, 1)),
        (Unreachable,),
    ),
    Fault("429", _status(429), (RateLimited,)),
    Fault("429_wait", _status(429, retry_after="1"), (RateLimited,), says={"retry_after": 1}),
    Fault(
        "429_wait_long",
        _status(429, retry_after="3600"),
        (RateLimited,),
        attempts=1,
        says={"retry_after": 3600},
    ),
    Fault("500", _status(500), (ProviderDown,)),
    Fault("503", _status(503), (ProviderDown,)),
    Fault("401", _echo, (Denied,), attempts=1),
    Fault(
        "truncated",
        lambda r, s: replace(r, json=None, text=None, body=r.content[: len(r.content) * 2 // 3]),
        (BadAnswer,),
        attempts=1,
    ),
    Fault("html", lambda r, s: Reply(text=HTML, headers={"content-type": "text/html"}),
          (BadAnswer,), attempts=1),
    Fault("empty", lambda r, s: Reply(body=b""), (BadAnswer,), attempts=1),
    Fault("null", lambda r, s: Reply(text="null"), (ProviderError,), attempts=1),
    Fault("list", lambda r, s: Reply(text="[]"), (ProviderError,), attempts=1),
    Fault("object", lambda r, s: Reply(text="{}"), (ProviderError,), attempts=1),
    Fault("nan", lambda r, s: Reply(text='{"rate": NaN}'), (ProviderError,), attempts=1),
    Fault("binary", lambda r, s: Reply(body=b"\xff\xfe\x00\x80" * 64), (BadAnswer,), attempts=1),
    Fault("2_gb", lambda r, s: Reply(endless=TWO_GB), (BadAnswer,), attempts=1,
          says={"code": "too_large"}),
    Fault(
        "2_gb_told",
        lambda r, s: Reply(endless=TWO_GB, headers={"content-length": str(TWO_GB)}),
        (BadAnswer,),
        attempts=1,
        says={"code": "too_large"},
    ),
    Fault(
        "redirect_loop",
        lambda r, s: Reply(302, headers={"location": s.url}),
        (BadAnswer,),
        says={"code": "redirect_loop"},
    ),
)  # fmt: skip
"""In the order of a request's life."""
