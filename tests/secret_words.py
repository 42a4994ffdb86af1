"""Secrets that tests use, and a look at every line that is logged while they run."""

from __future__ import annotations

import logging

_SECRETS: set[str] = set()


def watch(secret: str) -> str:
    """A text that no log line of the whole run may have in it; returned as it is."""
    assert len(secret) >= 8, "too short to be told from other text"
    _SECRETS.add(secret)
    return secret


class Leaks(logging.Handler):
    """Notes each record of any logger that has a watched secret in it, traceback and all."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(message)s %(pathname)s"))
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one record as it would be written, and at its raw parts."""
        text = f"{self.format(record)} {record.args!r} {record.__dict__.get('extra', '')}"
        for secret in tuple(_SECRETS):
            if secret in text:
                self.found.append(f"{record.name}: {text.replace(secret, '***')}")
