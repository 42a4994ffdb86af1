"""The one way a held quote is written as bytes, so that equal documents have equal signatures."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ..errors import HeldError

MAX_DEPTH = 32
_PLAIN = (str, int, bool, type(None))


def canonical(data: Any) -> bytes:
    """JSON in UTF-8: keys sorted, no blanks, texts as they are, no number with a point.

    Raises HeldError (``malformed``) for what JSON of this kind cannot hold: floats, NaN, keys
    that are no text, half characters, and what is nested deeper than 32 levels.
    """
    _check(data, 0)
    try:
        return json.dumps(
            data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        ).encode()
    except UnicodeEncodeError:
        raise malformed("it has a text with half a character") from None


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise malformed(f"it is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if type(key) is not str:
                raise malformed("it has a key that is no text")
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif type(value) not in _PLAIN:
        raise malformed(f"it has a {type(value).__name__}, which it never has")


def digest(data: Any) -> str:
    """The SHA-256 of the canonical bytes, as 43 characters of base64url."""
    return b64(sha256(canonical(data)).digest())


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64(text: str) -> bytes:
    """The bytes of :func:`b64`. Raises HeldError (``malformed``) for any other writing of them."""
    try:
        data = base64.b64decode(f"{text}{'=' * (-len(text) % 4)}", b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise malformed("it is not base64url") from None
    if b64(data) != text:
        raise malformed("its base64url is not the one way to write it")
    return data


def malformed(why: str) -> HeldError:
    """The error for what is no held quote at all."""
    return HeldError(
        f"not a held quote: {why}",
        code="malformed",
        hint="give the token or the document as `landedcost hold` wrote it",
    )
