"""Each test with a stock runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from postgres_server import postgres, postgres_url

__all__ = ["place", "postgres", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "stock.db")
    return str(request.getfixturevalue("postgres_url"))
