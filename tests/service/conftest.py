"""Coroutines run on asyncio, as under uvicorn; a database is SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from postgres_server import postgres, postgres_url
from redis_server import redis_program, server

__all__ = ["database", "postgres", "postgres_url", "redis_program", "server"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "service.db")
    return str(request.getfixturevalue("postgres_url"))
