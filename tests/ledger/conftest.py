"""A place for a ledger: a file of SQLite, and a database of PostgreSQL where that is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from postgres_server import postgres, postgres_url

__all__ = ["postgres", "postgres_url", "url"]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shown.db'}"
    return str(request.getfixturevalue("postgres_url"))
