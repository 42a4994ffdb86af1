"""Who may ask what: keys with scopes. The file holds hashes; a key is shown once, when made."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import tomllib
from collections.abc import Mapping
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

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"ApiKeys({', '.join(sorted(self._keys))})"

    @classmethod
    def read(cls, path: Path) -> ApiKeys:
        """From a TOML file of tables ``[keys.NAME]`` with ``hash`` and ``scopes``."""
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RequestError(
                f"cannot be read: {error}",
                code="bad_keys",
                where=str(path),
                hint="make it anew with `landedcost service key NAME`",
            ) from None
        return cls.of(table.get("keys", {}), f"{path.name}: keys")

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


def new_key(
    name: str, scopes: tuple[str, ...], per_minute: int = PER_MINUTE
) -> tuple[str, dict[str, Any]]:
    """A new key, and the table to keep of it. Raises RequestError for an unknown scope."""
    token = f"{_PREFIX}_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    table = {"hash": f"sha256:{digest}", "scopes": list(scopes), "per_minute": per_minute}
    _key(name, table, name)
    return token, table


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
