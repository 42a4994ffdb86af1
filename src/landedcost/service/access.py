"""Who may ask what: keys with scopes. The file holds hashes; a key is shown once, when made."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..codes import nearest
from ..errors import RequestError
from .problems import Problem

SCOPES = ("price", "quotes", "facts", "stream", "hooks")
"""``price``: ask prices. ``quotes``: hold, verify and accept them. ``facts``: move rates and
stock. ``stream``: read the feed where it is not open to all. ``hooks``: answer other shops."""
PER_MINUTE = 600
_PREFIX = "lck"
_PRIVATE = 0o600
_HEAD = "# Keys of a landedcost service: hashes only. Take a table out to end its key.\n\n"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_FIELDS = ("hash", "scopes", "per_minute", "burst", "note")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key: its name, what it may, and how often; of the key itself only the SHA-256."""

    name: str
    digest: bytes
    scopes: frozenset[str]
    per_minute: int = PER_MINUTE
    burst: int = PER_MINUTE

    def __repr__(self) -> str:
        return f"ApiKey({self.name!r}, scopes={sorted(self.scopes)})"


class ApiKeys:
    """The keys of a service. Raises RequestError for a file that is no such file."""

    def __init__(self, keys: Mapping[str, ApiKey]) -> None:
        self._keys = dict(keys)

    def __repr__(self) -> str:
        return f"ApiKeys({', '.join(sorted(self._keys))})"

    @classmethod
    def read(cls, path: Path) -> ApiKeys:
        """From a TOML file of tables ``[keys.NAME]`` with ``hash`` and ``scopes``."""
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            raise _bad("it is not UTF-8", str(path)) from None
        except OSError as error:
            raise RequestError(
                f"cannot read the keys: {error.strerror or error}",
                code="no_file",
                where=str(path),
                hint="make the file with `landedcost service key NAME`",
            ) from None
        return cls.parse(text, path.name)

    @classmethod
    def parse(cls, text: str, where: str) -> ApiKeys:
        """From the text of such a file; no message quotes any of it."""
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise _bad("it is not TOML", where, "make it with `landedcost service key`") from None
        if set(table) - {"keys"}:
            raise _bad("it has tables [keys.NAME] and nothing else", where)
        return cls.of(table.get("keys", {}), f"{where}: keys")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the keys."""
        return tuple(self._keys)

    @property
    def all(self) -> tuple[ApiKey, ...]:
        """The keys, without themselves: their names and what they may."""
        return tuple(self._keys.values())

    @classmethod
    def of(cls, table: Any, where: str = "keys") -> ApiKeys:
        """From tables by name."""
        if not isinstance(table, dict):
            raise _bad("must be a table of keys", where)
        return cls({name: _key(name, one, f"{where}.{name}") for name, one in table.items()})

    def allowed(self, authorization: str | None, scope: str) -> ApiKey:
        """The key of an ``Authorization`` header, if it may.

        Raises Problem: 401 without a key or with a wrong one, 403 with one that may not.
        """
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Problem(
                401,
                "no_key",
                "this needs a key",
                hint="send the header Authorization: Bearer KEY",
                headers={"WWW-Authenticate": "Bearer"},
            )
        found = self._find(token.strip())
        if found is None:
            raise Problem(
                401,
                "wrong_key",
                "no key is like the one sent",
                hint="is it whole, and of this service?",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        if scope not in found.scopes:
            raise Problem(
                403,
                "not_in_scope",
                f"the key {found.name!r} may not do this: it lacks the scope {scope!r}",
                hint="make a key with this scope",
            )
        return found

    def _find(self, token: str) -> ApiKey | None:
        """The key with the digest of ``token``; every key is compared, in constant time."""
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        found = None
        for key in self._keys.values():
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found


def new_key(name: str, scopes: Sequence[str], per_minute: int = PER_MINUTE) -> tuple[str, str]:
    """A new key, and the table to keep of it as text. Raises RequestError (``bad_keys``)."""
    if not _NAME.fullmatch(name):
        raise _bad("a name has 1 to 64 letters, digits, - and _", "NAME")
    token = f"{_PREFIX}_{secrets.token_urlsafe(32)}"
    digest = f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"
    _key(name, {"hash": digest, "scopes": list(scopes), "per_minute": per_minute}, name)
    listed = ", ".join(f'"{scope}"' for scope in dict.fromkeys(scopes))
    text = f'[keys.{name}]\nhash = "{digest}"\nscopes = [{listed}]\nper_minute = {per_minute}\n'
    return token, text


def add_key(path: Path, name: str, scopes: Sequence[str], per_minute: int = PER_MINUTE) -> str:
    """Make a key and keep its hash in a file that its owner alone can read; returns the key.

    Raises RequestError: ``bad_keys``, ``key_exists``, ``cannot_write``.
    """
    before = ""
    if path.exists():
        if name in ApiKeys.read(path).names:
            raise RequestError(
                f"there is a key {name!r} already",
                code="key_exists",
                where=str(path),
                hint="choose another name; to end a key, take its table out of the file",
            )
        before = path.read_text("utf-8").rstrip() + "\n\n"
    token, table = new_key(name, scopes, per_minute)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write((before or _HEAD) + table)
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
    return token


def _key(name: str, value: Any, where: str) -> ApiKey:
    if not isinstance(value, dict):
        raise _bad("must be a table", where)
    for field in value:
        if field not in _FIELDS:
            close = nearest(field, _FIELDS, 1)
            raise _bad(f"there is no {field!r} here", where, f"did you mean {close[0]!r}?")
    kind, _, text = str(value.get("hash", "")).partition(":")
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if kind != "sha256" or len(digest) != 32:
        raise _bad("the hash must be sha256: and 64 hex digits", f"{where}.hash")
    scopes = value.get("scopes")
    if not isinstance(scopes, list) or not scopes:
        raise _bad("needs a list of scopes", f"{where}.scopes", f"some of {', '.join(SCOPES)}")
    for scope in scopes:
        if scope not in SCOPES:
            raise _bad(f"no scope: {scope!r}", f"{where}.scopes", f"one of {', '.join(SCOPES)}")
    per_minute = _count(value.get("per_minute", PER_MINUTE), f"{where}.per_minute")
    burst = _count(value.get("burst", per_minute), f"{where}.burst")
    return ApiKey(name, digest, frozenset(scopes), per_minute, burst)


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10**6:
        raise _bad(f"not a count from 1 to a million: {value!r}", where)
    return value


def _bad(message: str, where: str, hint: str = "") -> RequestError:
    return RequestError(message, code="bad_keys", where=where, hint=hint)
