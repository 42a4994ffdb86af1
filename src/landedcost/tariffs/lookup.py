"""What duties are looked up in, whether bundled or told by a live source."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from .table import Found


class Tariff(Protocol):
    """What duties are looked up in: a bundled table, or what live sources said."""

    @property
    def name(self) -> str:
        """Whose tariff it is."""
        ...

    def lookup(self, code: str, day: date, *, origin: str = "", where: str = "") -> Found:
        """The rows of a code of digits. Raises RequestError, NotInForce or ProviderError."""
        ...
