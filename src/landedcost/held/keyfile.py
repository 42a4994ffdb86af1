"""Files of keys: read if their owner alone can read them, written so that it stays like that.

.. code-block:: toml

    [[key]]
    id = "…"
    kind = "ed25519"
    state = "current"
    secret = "…"

A secret or a public key is 32 bytes in base64url. The same as JSON is read too.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..contract.text import read_json
from ..errors import HeldError, RequestError
from .canonical import b64, from_b64
from .key import KINDS, RETIRED, STATES, Key, Secret

_FIELDS = {"id", "kind", "state", "secret", "public"}
_SECRET = "# Keys of landedcost: whoever reads a secret here can sign prices of this shop.\n"
_PUBLIC = "# Public keys of landedcost: they verify held prices and cannot sign any.\n"
_PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_MAX_BYTES = 100_000


def private_text(path: Path) -> str:
    """The text of a file of keys.

    Raises RequestError: ``no_file``, and ``open_key_file`` if others may change it, or read it
    where it has a secret.
    """
    try:
        data = path.read_bytes()[: _MAX_BYTES + 1]
        mode = path.stat().st_mode
    except OSError as error:
        raise RequestError(
            f"cannot read the keys: {error.strerror or error}", code="no_file", where=str(path)
        ) from None
    if os.name == "posix" and mode & (_OTHERS if b"secret" in data else _OTHERS_WRITE):
        raise RequestError(
            f"others may read or change this file of keys (mode {stat.S_IMODE(mode):o})",
            code="open_key_file",
            where=str(path),
            hint=f"chmod 600 {path.name}; if others could have read it, rotate with --keep 0",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad("it is not UTF-8", str(path)) from None


def read_keys(text: str, where: str) -> list[Key]:
    """The keys of a text. No message quotes any of it. Raises RequestError (``bad_keys``)."""
    if len(text) > _MAX_BYTES:
        raise _bad("it is too large", where)
    try:
        document = _document(text)
    except (ValueError, RecursionError, RequestError):
        raise _bad("it is neither TOML nor JSON", where) from None
    entries = document.get("key") if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or not entries or set(document) != {"key"}:
        raise _bad("it is a list of tables [[key]] and nothing else", where)
    return [_key(entry, f"{where}: key {number}") for number, entry in enumerate(entries, 1)]


def _document(text: str) -> Any:
    return read_json(text) if text.lstrip().startswith("{") else tomllib.loads(text)


def _key(entry: Any, where: str) -> Key:
    if not isinstance(entry, Mapping) or not set(entry) <= _FIELDS:
        raise _bad(f"a key has {', '.join(sorted(_FIELDS))} and no more", where)
    if not all(isinstance(value, str) for value in entry.values()):
        raise _bad("each field of a key is a text", where)
    if entry.get("kind") not in KINDS or entry.get("state") not in STATES or not entry.get("id"):
        raise _bad(
            f"a key has an id, a kind ({', '.join(KINDS)}) and a state ({', '.join(STATES)})",
            where,
        )
    if entry["state"] == RETIRED:
        return Key(entry["kind"], RETIRED, id=entry["id"])
    try:
        secret = Secret(from_b64(entry["secret"])) if "secret" in entry else None
        public = from_b64(entry.get("public", ""))
    except HeldError:
        raise _bad("a secret or public key is 32 bytes in base64url", where) from None
    found = Key.of(entry["kind"], entry["state"], secret=secret, public=public)
    if found.id != entry["id"] or (secret is not None and public not in (b"", found.public_bytes)):
        raise _bad("the id is not that of the key: they were mixed up", where)
    return found


def write_keys(keys: Sequence[Key], path: Path) -> None:
    """Write keys to a file for their owner alone, whole or not at all.

    Raises RequestError (``cannot_write``).
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    head = _SECRET if any(key.secret is not None for key in keys) else _PUBLIC
    text = head + "".join(f"\n[[key]]\n{_fields(key)}" for key in keys)
    try:
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RequestError(
            f"cannot write the keys: {error.strerror or error}",
            code="cannot_write",
            where=str(path),
        ) from None


def _fields(key: Key) -> str:
    told = {"id": key.id, "kind": key.kind, "state": key.state}
    if key.secret is not None:
        told["secret"] = b64(key.secret.reveal())
    elif key.public_bytes:
        told["public"] = b64(key.public_bytes)
    return "".join(f'{name} = "{value}"\n' for name, value in told.items())


def _bad(what: str, where: str) -> RequestError:
    return RequestError(
        f"not a file of keys: {what}",
        code="bad_keys",
        where=where,
        hint="make one with `landedcost keys new`",
    )
