"""Files as they come: packed or not, never trusted to be whole, small or well formed."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from ...errors import RuleFileError

MAX_BYTES = 256 * 2**20
"""The largest file that is read, unpacked; an edition of the American schedule has 14 MB."""
_CHUNK = 2**20


def read_text(path: Path) -> tuple[str, str]:
    """The text of a file, unpacked if it is gzip, and the digest of its bytes.

    Raises RuleFileError (``bad_file``) for one that is cut off, too large or no UTF-8, and
    OSError for one that cannot be opened.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    try:
        if packed:
            with gzip.open(path, "rb") as file:
                data = _bounded(file, path.name)
        else:
            with path.open("rb") as file:
                data = _bounded(file, path.name)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise bad_file(path.name, f"the file is cut off or damaged: {error}") from None
    digest = hashlib.sha256(data).hexdigest()
    try:
        return data.decode("utf-8-sig"), digest
    except UnicodeDecodeError as error:
        raise bad_file(path.name, f"not UTF-8 at byte {error.start}") from None


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _bounded(file: _Readable, name: str) -> bytearray:
    data = bytearray()
    while chunk := file.read(_CHUNK):
        data += chunk
        if len(data) > MAX_BYTES:
            raise bad_file(name, f"more than {MAX_BYTES // 2**20} MB: no tariff is that large")
    return data


def bad_file(
    file: str, message: str, *, line: int | None = None, hint: str = "nothing was changed"
) -> RuleFileError:
    """The error for a file that is not imported."""
    return RuleFileError(message, file=file, line=line, code="bad_file", hint=hint)


def json_rows(text: str, file: str) -> Iterator[Any]:
    """The elements of a JSON list, one at a time, so that the whole is never in memory.

    Raises RuleFileError (``bad_file``) where the list is broken or cut off.
    """
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)
    at = _blank(text, 0)
    if text[at : at + 1] != "[":
        raise bad_file(file, "not a JSON list of rows")
    at = _blank(text, at + 1)
    while text[at : at + 1] != "]":
        try:
            row, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise bad_file(file, f"not JSON, or cut off: {error}") from None
        yield row
        at = _blank(text, at)
        if text[at : at + 1] == ",":
            at = _blank(text, at + 1)
        elif text[at : at + 1] != "]":
            raise bad_file(file, f"not JSON, or cut off at character {at}")
    if text[_blank(text, at + 1) :]:
        raise bad_file(file, "something follows the list")


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
