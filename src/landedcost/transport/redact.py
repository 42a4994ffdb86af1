"""Taking secrets out of texts that people or logs will see."""

from __future__ import annotations

import logging
import re
from base64 import b64decode
from collections.abc import Iterable
from contextvars import ContextVar

from ..ports.flow import HIDDEN, Request, reveal
from ..ports.urls import written_forms

ACTIVE: ContextVar[tuple[str, ...]] = ContextVar("landedcost_secrets", default=())
"""The secrets of the request under way."""
_SHORTEST = 4
_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")


def secrets_of(request: Request) -> tuple[str, ...]:
    """Every hidden text of a request, with its parts and the forms it may be sent in."""
    values = [*request.params.values(), *request.headers.values(), *(request.form or {}).values()]
    found: set[str] = set()
    for value in values:
        if not isinstance(value, str):
            text = reveal(value)
            found |= {text, *text.split(" ")[1:], *_of_basic(text)}
    found = {form for text in found for form in written_forms(text)}
    return tuple(sorted((f for f in found if len(f) >= _SHORTEST), key=len, reverse=True))


def _of_basic(text: str) -> tuple[str, ...]:
    """The user and the password of a Basic authorization, which an error may repeat in clear."""
    kind, _, pair = text.partition(" ")
    if kind.lower() != "basic":
        return ()
    try:
        user, _, password = b64decode(pair, validate=True).decode().partition(":")
    except ValueError:
        return ()
    return (user, password)


def redact(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every secret, and every user and password in a URL, blotted out."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _IN_URL.sub(f"{HIDDEN}@", text)


def redact_bytes(body: bytes, secrets: Iterable[str]) -> bytes:
    """The body of a refusal with every secret blotted out: a provider quotes it in its error."""
    for secret in secrets:
        body = body.replace(secret.encode(), HIDDEN.encode())
    return body


class _Redacting(logging.Filter):
    """Blots the secrets of our own requests out of what the libraries below log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, its text changed where it must be."""
        secrets = ACTIVE.get()
        if secrets:
            record.msg, record.args = redact(record.getMessage(), secrets), ()
        return True


_FILTER = _Redacting()


def guard_logs() -> None:
    """Have the loggers of the libraries below say no secrets."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
