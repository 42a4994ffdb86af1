"""Clients of a Redis or Valkey server, and what is said where they are missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..errors import PluginError, RequestError

if TYPE_CHECKING:
    from redis import Redis
    from redis.asyncio import Redis as AsyncRedis

PATIENCE_S = 1
"""How long a server may take to answer, or to be reached."""


def library(what: str) -> Any:
    """The module ``redis``. Raises PluginError (``missing_extra``) that says ``what`` needs it."""
    try:
        import redis
    except ModuleNotFoundError as error:
        raise PluginError(
            f"{what} needs redis, which is not installed",
            code="missing_extra",
            hint='install "landedcost[redis]"',
        ) from error
    return redis


def client(url: str) -> Redis:
    """A client that blocks."""
    import redis

    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, protocol=2
    )


def async_client(url: str, patience_ms: int) -> AsyncRedis:
    """A client for an asyncio loop; what fails is not tried again here.

    Raises RequestError (``bad_url``) that does not show the address, which may hold a password.
    """
    from redis import asyncio as aio
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    wait = timedelta(milliseconds=patience_ms).total_seconds()
    try:
        return aio.Redis.from_url(
            url,
            socket_timeout=wait,
            socket_connect_timeout=wait,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:
        raise RequestError(
            "not the address of a Redis server",
            code="bad_url",
            where="redis",
            hint="write redis://HOST:6379/0, or rediss:// for TLS",
        ) from None
