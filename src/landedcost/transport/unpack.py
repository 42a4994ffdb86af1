"""Unpacking what came compressed, no further than may be read."""

from __future__ import annotations

import zlib

from ..errors import BadAnswer

ACCEPTED = "gzip, deflate"
"""What requests say that they understand."""
_GZIP_OR_ZLIB = 47
_BARE_DEFLATE = -15


def unpack(body: bytes, encoding: str, most: int) -> bytes:
    """The body without its compression. Raises BadAnswer, also above ``most`` bytes."""
    for name in reversed([part.strip().lower() for part in encoding.split(",")]):
        if name in ("", "identity"):
            continue
        if name not in ("gzip", "x-gzip", "deflate"):
            raise BadAnswer(f"an answer packed with {name[:20]!r}, which was not asked for")
        body = _inflate(body, name, most)
    return body


def _inflate(body: bytes, name: str, most: int) -> bytes:
    for bits in (_GZIP_OR_ZLIB, _BARE_DEFLATE) if name == "deflate" else (_GZIP_OR_ZLIB,):
        inflater = zlib.decompressobj(bits)
        try:
            found = inflater.decompress(body, most + 1)
        except zlib.error as error:
            failure = error
            continue
        if len(found) > most:
            raise too_large(most)
        if not inflater.eof:
            raise BadAnswer(f"an answer packed with {name} that is cut off")
        return found
    raise BadAnswer(f"an answer that cannot be unpacked: {failure}") from failure


def too_large(most: int) -> BadAnswer:
    """The error for an answer that is larger than may be read."""
    return BadAnswer(
        f"an answer above {most:,} bytes, which was not read", code="too_large", retryable=False
    )
