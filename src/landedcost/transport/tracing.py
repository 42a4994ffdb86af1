"""Spans for OpenTelemetry, where its API is installed; nothing at all where it is not.

``landedcost.ask`` is around everything that is asked for one answer, ``landedcost.fetch`` around
one request with its retries. Attributes hold no secret and no query.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import ProviderError
from ..ports.urls import bare

if TYPE_CHECKING:
    from ..ports.flow import Request, Response


@cache
def _tracer() -> Any:
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace.get_tracer("landedcost")


@contextmanager
def asking() -> Iterator[None]:
    """A span around a whole run, the parent of its requests."""
    tracer = _tracer()
    if tracer is None:
        yield
        return
    with tracer.start_as_current_span("landedcost.ask"):
        yield


class FetchSpan:
    """A span around one request. It is never the current one: flows interleave."""

    __slots__ = ("_span",)

    def __init__(self, provider: str, request: Request, request_id: str) -> None:
        tracer = _tracer()
        self._span: Any = None
        if tracer is not None:
            attributes = {
                "landedcost.provider": provider,
                "landedcost.request_id": request_id,
                "http.request.method": request.method,
                "url.full": bare(request.url),
            }
            self._span = tracer.start_span("landedcost.fetch", attributes=attributes)

    def end(
        self, attempts: int, response: Response | None = None, error: ProviderError | None = None
    ) -> None:
        """Close the span with what came of the request."""
        span = self._span
        if span is None:
            return
        span.set_attribute("landedcost.attempts", attempts)
        if response is not None:
            span.set_attribute("http.response.status_code", response.status)
            span.set_attribute("http.response.body.size", len(response.body))
        if error is not None:
            span.set_attribute("error.type", error.code)
        span.end()
