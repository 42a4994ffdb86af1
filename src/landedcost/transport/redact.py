"""Taking secrets out of texts that people or logs will see."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..ports.flow import HIDDEN, Request, reveal
from ..ports.urls import written_forms

_SHORTEST = 4
_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")


def secrets_of(request: Request) -> tuple[str, ...]:
    """Every hidden text of a request, with its parts and the forms it may be sent in."""
    values = [*request.params.values(), *request.headers.values(), *(request.form or {}).values()]
    found: set[str] = set()
    for value in values:
        if not isinstance(value, str):
            text = reveal(value)
            found |= {text, *text.split(" ")[1:]}
    found = {form for text in found for form in written_forms(text)}
    return tuple(sorted((f for f in found if len(f) >= _SHORTEST), key=len, reverse=True))


def redact(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every secret, and every user and password in a URL, blotted out."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _IN_URL.sub(f"{HIDDEN}@", text)
