"""What duties are looked up in, whether bundled or told by a live source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from .rows import Claim, Found, Row


class Tariff(Protocol):
    """What duties are looked up in: a bundled table, or what live sources said."""

    @property
    def name(self) -> str:
        """Whose tariff it is."""
        ...

    def lookup(self, code: str, day: date, *, where: str = "", origin: str = "") -> Found:
        """The rows of a code of digits. Raises RequestError, NotInForce or ProviderError."""
        ...

    def claims(self, row: Row, day: date) -> Sequence[Claim] | None:
        """What may be claimed instead of a row; None where the tariff knows nothing of claims."""
        ...
