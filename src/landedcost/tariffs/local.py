"""Where a shop finds the tariffs that were imported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .local_table import LocalTable

VARIABLE = "LANDEDCOST_TARIFFS"
"""The environment variable that names the file; empty or ``none`` for no imported tariffs."""


def default_path() -> Path:
    """Where tariffs are imported to: a file in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("landedcost", appauthor=False) / "tariffs.sqlite3"


class LocalTariffs:
    """Tariffs that were imported with ``landedcost tariff import``.

    Give it to :class:`~landedcost.LandedCost` as ``tariffs``. A tariff it does not have is
    answered by the bundled tables.
    """

    __slots__ = ("_tables", "names", "path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """``path`` is the file. Raises RequestError (``no_table``, ``bad_table``)."""
        from .store import Store

        self.path = Path(path)
        self.names = Store(self.path).tariffs()
        self._tables: dict[str, LocalTable] = {}

    @classmethod
    def configured(cls) -> LocalTariffs | None:
        """Those that ``LANDEDCOST_TARIFFS`` names, or of the user's data folder, if there are any.

        Raises RequestError for a file that was named and cannot be read.
        """
        named = os.environ.get(VARIABLE)
        if named is not None:
            return None if named in ("", "none") else cls(named)
        path = default_path()
        return cls(path) if path.is_file() else None

    def table(self, name: str) -> LocalTable | None:
        """The table of a tariff such as ``US``, if it was imported."""
        from .local_table import LocalTable

        if name not in self.names:
            return None
        if name not in self._tables:
            self._tables[name] = LocalTable(self.path, name)
        return self._tables[name]

    def __repr__(self) -> str:
        return f"LocalTariffs({str(self.path)!r})"
