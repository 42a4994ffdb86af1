"""The keys of a shop: the one that signs, those before it that still verify, and the retired."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ..errors import HeldError, RequestError
from .key import CURRENT, ED25519, KINDS, PREVIOUS, RETIRED, Key
from .keyfile import private_text, read_keys, write_keys

ENVIRONMENT = "LANDEDCOST_KEYS"
"""The variable :meth:`Keys.from_env` reads by default: the text of a file of keys."""


class Keys:
    """A ring of keys by id: at most one current, any number of previous and retired ones.

    Made by :meth:`new`, read by :meth:`load` or :meth:`from_env`. It is never changed:
    :meth:`rotate` gives another ring. No text of it has a secret, and it cannot be pickled.
    """

    __slots__ = ("_by_id",)

    def __init__(self, keys: Sequence[Key]) -> None:
        self._by_id = {key.id: key for key in keys}
        if len(self._by_id) != len(keys):
            raise _bad("a key is there twice")
        if sum(key.state == CURRENT for key in keys) > 1:
            raise _bad("two keys are current")

    @classmethod
    def new(cls, kind: str = ED25519) -> Keys:
        """A ring with one fresh key, ``ed25519`` or ``hmac-sha256``.

        Raises RequestError (``unknown_key_kind``), PluginError without the extra ``sign``.
        """
        return cls([_fresh(kind)])

    @classmethod
    def read(cls, text: str, where: str = "keys") -> Keys:
        """From the text of a file of keys, TOML or JSON. Raises RequestError (``bad_keys``)."""
        return cls(read_keys(text, where))

    @classmethod
    def load(cls, path: str | Path) -> Keys:
        """From a file, which nobody but its owner may read if it has a secret.

        Raises RequestError: ``no_file``, ``open_key_file``, ``bad_keys``.
        """
        return cls.read(private_text(Path(path)), str(path))

    @classmethod
    def from_env(cls, name: str = ENVIRONMENT) -> Keys:
        """From an environment variable that holds the text of a file of keys.

        Raises RequestError: ``no_keys`` if it is not set, ``bad_keys``.
        """
        text = os.environ.get(name, "")
        if not text.strip():
            raise RequestError(
                f"the environment variable {name} is not set",
                code="no_keys",
                where=name,
                hint="put the text of a file of keys there, or use Keys.load(path)",
            )
        return cls.read(text, name)

    def save(self, path: str | Path) -> None:
        """Write the ring to a file that its owner alone may read, in one step.

        Raises RequestError (``cannot_write``).
        """
        write_keys(self.keys, Path(path))

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys, the current one first, then as they were given."""
        return tuple(sorted(self._by_id.values(), key=lambda key: key.state != CURRENT))

    @property
    def current(self) -> Key:
        """The key that signs. Raises RequestError (``no_signing_key``) if there is none."""
        for key in self.keys:
            if key.state == CURRENT:
                return key
        raise RequestError(
            "no key is current",
            code="no_signing_key",
            where="keys",
            hint="make one with `landedcost keys new`, or rotate the ones there are",
        )

    def rotate(self, kind: str = "", *, keep: int = 1) -> Keys:
        """A ring with a fresh current key, of the kind of the last one unless ``kind`` says.

        The one that was current and ``keep - 1`` before it still verify; older ones are retired
        and forgotten but for their ids. ``keep=0`` retires all at once, as after a leak.
        """
        fresh = _fresh(kind or self.current.kind)
        verifying = [key for key in self.keys if key.state != RETIRED]
        kept = [key.become(PREVIOUS) for key in verifying[:keep]]
        gone = [key.become(RETIRED) for key in verifying[keep:]]
        return Keys([fresh, *kept, *gone, *(k for k in self.keys if k.state == RETIRED)])

    def public(self) -> Keys:
        """A ring that verifies and cannot sign. Raises RequestError for HMAC keys."""
        return Keys([key.public() for key in self.keys])

    def check(self, key_id: str, message: bytes, signature: bytes) -> None:
        """See that the key of that id signed ``message``.

        Raises HeldError: ``unknown_key``, ``retired_key``, ``wrong_key`` (another key of the ring
        signed it), ``tampered``.
        """
        key = self._by_id.get(key_id)
        if key is None:
            raise HeldError(
                f"it is signed with a key that is not known here: {key_id}",
                code="unknown_key",
                where="kid",
                hint="verify with the keys of the shop that made it",
            )
        if key.state == RETIRED:
            raise HeldError(
                f"it is signed with the key {key_id}, which is retired",
                code="retired_key",
                where="kid",
                hint="price again; keep a key as previous as long as its quotes may come back",
            )
        if key.signed(message, signature):
            return
        if any(k.signed(message, signature) for k in self.keys if k.id != key_id):
            raise HeldError(
                f"it says that {key_id} signed it, but another key did",
                code="wrong_key",
                where="kid",
                hint="it was put together from two quotes: refuse it",
            )
        raise HeldError(
            "the signature is not that of what it says: it was changed",
            code="tampered",
            where="signature",
            hint="price again; nothing in it can be relied on",
        )

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        return f"Keys({', '.join(f'{k.id} {k.kind} {k.state}' for k in self.keys)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not pickled or copied: load them where they are used")


def _fresh(kind: str) -> Key:
    if kind not in KINDS:
        raise RequestError(
            f"no kind of key: {str(kind)[:40]!r}",
            code="unknown_key_kind",
            where="kind",
            hint=f"one of {', '.join(KINDS)}",
        )
    return Key.new(kind)


def _bad(what: str) -> RequestError:
    return RequestError(
        what, code="bad_keys", where="keys", hint="make them with `landedcost keys new`"
    )
