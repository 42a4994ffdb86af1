"""Every error of the service as one JSON object and one HTTP status."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from ..errors import (
    HeldError,
    LandedCostError,
    PluginError,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    SoldOut,
)

log = logging.getLogger("landedcost.service")

_STATUS = {
    "bad_json": 400,
    "repeated_key": 400,
    "too_large": 413,
    "too_many_lines": 413,
    "no_such_quote": 404,
    "expired": 409,
    "reservation_over": 409,
    "reservation_differs": 409,
    "missing_signature": 401,
    "bad_signature": 401,
    "stale_signature": 401,
}
"""Codes of errors with a status of their own; any other request is well formed and wrong: 422."""


class Problem(Exception):
    """An answer of the service that is no price: a status, a code, and what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint
        self.headers = dict(headers or {})


def status_of(error: LandedCostError) -> int:
    """The status of an error of the package."""
    if isinstance(error, ProviderTimeout):
        return 504
    if isinstance(error, ProviderError | PluginError):
        return 503
    if isinstance(error, HeldError | SoldOut):
        return 409
    return _STATUS.get(error.code, 422)


def answer(error: LandedCostError) -> JSONResponse:
    """An error of the package as a response."""
    headers = {}
    if isinstance(error, ProviderError):
        wait = error.retry_after if error.retry_after is not None else 1
        headers["Retry-After"] = str(max(1, wait)) if error.retryable else "60"
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.retry_after or 1)
    return JSONResponse({"error": error.as_dict()}, status_of(error), headers=headers)


async def of_package(_: Request, error: Exception) -> JSONResponse:
    """Starlette's handler for :class:`landedcost.LandedCostError`."""
    assert isinstance(error, LandedCostError)
    return answer(error)


async def of_service(_: Request, error: Exception) -> JSONResponse:
    """Starlette's handler for :class:`Problem`."""
    assert isinstance(error, Problem)
    body = {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}
    return JSONResponse({"error": body}, error.status, headers=error.headers)


async def of_http(_: Request, error: Exception) -> JSONResponse:
    """Starlette's handler for what it refuses itself: no such path, no such method."""
    assert isinstance(error, HTTPException)
    codes = {404: "no_such_path", 405: "no_such_method"}
    body = {
        "code": codes.get(error.status_code, "bad_request"),
        "message": str(error.detail),
        "where": "",
        "hint": "see /openapi.json",
    }
    return JSONResponse({"error": body}, error.status_code, headers=error.headers)


def incident(error: Exception, request: Request) -> str:
    """Log what nobody foresaw under a number, without what was asked; returns the number."""
    number = uuid4().hex[:12]
    log.error(
        "incident %s: %s at %s %s",
        number,
        type(error).__name__,
        request.method,
        request.url.path,
        exc_info=error,
    )
    return number


async def unforeseen(request: Request, error: Exception) -> JSONResponse:
    """What nobody foresaw is answered with the number of the incident alone."""
    number = incident(error, request)
    body = {
        "code": "internal",
        "message": f"something went wrong here, not in the request: incident {number}",
        "where": "",
        "hint": "tell whoever runs the service the number of the incident",
    }
    return JSONResponse({"error": body}, 500)
