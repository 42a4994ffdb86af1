"""One key: its kind, what it signs, and an id that is made of it."""

from __future__ import annotations

import hmac
import secrets
from functools import cache
from hashlib import sha256
from typing import Any, NoReturn

from ..errors import PluginError, RequestError
from .canonical import b64

ED25519, HMAC = "ed25519", "hmac-sha256"
KINDS = (ED25519, HMAC)
CURRENT, PREVIOUS, RETIRED = "current", "previous", "retired"
STATES = (CURRENT, PREVIOUS, RETIRED)
SIZE = 32
_ID = 12


class Secret:
    """Bytes that are never shown: not in a text, a traceback's locals, a copy or a pickle."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def reveal(self) -> bytes:
        """The bytes themselves."""
        return self._data

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret key is not pickled or copied: load it where it is used")


class Key:
    """A signing key, or the public half of one.

    ``id`` is the first characters of a SHA-256 over kind and key, so that a key can have no other
    kind than its own. A key that is ``previous`` verifies and does not sign; one that is
    ``retired`` is kept by its id alone.
    """

    __slots__ = ("_public", "_secret", "id", "kind", "state")

    def __init__(
        self, kind: str, state: str, *, secret: Secret | None = None, public: bytes = b"", id: str
    ) -> None:
        self.kind = kind
        self.state = state
        self._secret = secret
        self._public = public
        self.id = id

    @classmethod
    def of(cls, kind: str, state: str, *, secret: Secret | None = None, public: bytes = b"") -> Key:
        """A key from its bytes: 32 of a secret, or for Ed25519 32 of a public key.

        Raises RequestError (``bad_keys``), PluginError without the extra ``sign``.
        """
        size = len(secret.reveal()) if secret is not None else len(public)
        if size != SIZE or (kind == HMAC and secret is None):
            raise RequestError(
                f"a key of the kind {kind} is {SIZE} bytes"
                + (", and secret" if kind == HMAC else ""),
                code="bad_keys",
                hint="make one with `landedcost keys new`",
            )
        if kind == ED25519 and secret is not None:
            private = _ed25519().Ed25519PrivateKey.from_private_bytes(secret.reveal())
            public = private.public_key().public_bytes_raw()
        return cls(kind, state, secret=secret, public=public, id=_named(kind, secret, public))

    @classmethod
    def new(cls, kind: str = ED25519) -> Key:
        """A fresh current key. Raises PluginError without the extra ``sign`` for Ed25519."""
        return cls.of(kind, CURRENT, secret=Secret(secrets.token_bytes(SIZE)))

    def become(self, state: str) -> Key:
        """The same key in another state; a retired one forgets all but its id."""
        if state == RETIRED:
            return Key(self.kind, RETIRED, id=self.id)
        return Key(self.kind, state, secret=self._secret, public=self._public, id=self.id)

    def public(self) -> Key:
        """The key without its secret. Raises RequestError for one that is secret throughout."""
        if self.state == RETIRED:
            return self
        if self.kind == HMAC:
            raise RequestError(
                f"the key {self.id} is {HMAC}: whoever can verify with it can sign with it",
                code="no_public_key",
                where="keys",
                hint="use Ed25519 where somebody else has to verify",
            )
        return Key(self.kind, self.state, public=self._public, id=self.id)

    @property
    def secret(self) -> Secret | None:
        """The secret, for the file of keys; None for a public key."""
        return self._secret

    @property
    def public_bytes(self) -> bytes:
        """The public key; empty for an HMAC key."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """The signature of ``message``. Raises RequestError (``no_signing_key``)."""
        if self._secret is None:
            raise RequestError(
                f"the key {self.id} is public and cannot sign",
                code="no_signing_key",
                where="keys",
                hint="sign where the secret is, and verify here",
            )
        if self.kind == HMAC:
            return hmac.digest(self._secret.reveal(), message, "sha256")
        made: bytes = (
            _ed25519().Ed25519PrivateKey.from_private_bytes(self._secret.reveal()).sign(message)
        )
        return made

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is this key's of ``message``; in constant time for HMAC."""
        if self.state == RETIRED:
            return False
        if self.kind == HMAC:
            assert self._secret is not None
            return hmac.compare_digest(
                hmac.digest(self._secret.reveal(), message, "sha256"), signature
            )
        ed25519 = _ed25519()
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(self._public).verify(signature, message)
        except ed25519.InvalidSignature:
            return False
        return True

    def __repr__(self) -> str:
        return f"Key({self.id!r}, {self.kind}, {self.state})"


def _named(kind: str, secret: Secret | None, public: bytes) -> str:
    hashed = sha256(f"landedcost key {kind}\n".encode())
    hashed.update(public if public or secret is None else secret.reveal())
    return b64(hashed.digest())[:_ID]


class _Ed25519:
    """The parts of the library that are used."""

    def __init__(self) -> None:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ed25519

        self.InvalidSignature = InvalidSignature
        self.Ed25519PrivateKey = ed25519.Ed25519PrivateKey
        self.Ed25519PublicKey = ed25519.Ed25519PublicKey


@cache
def _ed25519() -> Any:
    try:
        return _Ed25519()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "cryptography":
            raise
        raise PluginError(
            "Ed25519 keys need the package cryptography",
            code="missing_extra",
            hint="pip install 'landedcost[sign]', or use HMAC keys",
        ) from None
