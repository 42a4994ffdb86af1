"""One request of a provider, from the breaker to the last retry, as a flow of small steps."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import BadAnswer, Denied, ProviderError, ProviderTimeout, RateLimited
from ..ports.flow import Flow, Keep, Request, Response
from ..ports.urls import bare, origin, target
from .effects import Join, Send, Sleep
from .redact import redact, redact_bytes, secrets_of
from .retry import status_error, wait_ms
from .tracing import FetchSpan

if TYPE_CHECKING:
    from .run import Run

_MOVED = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD = frozenset({307, 308})


def call(request: Request, run: Run) -> Flow[Response]:
    """Send ``request``, again where that may help and there is time.

    Raises ProviderError with provider, request id and attempts filled in, secrets blotted out.
    """
    channel, clock = run.channel, run.clock
    policy, breaker = channel.policy, channel.breaker
    secrets = secrets_of(request)
    request_id = uuid.uuid4().hex
    span = FetchSpan(channel.provider, request, request_id)
    attempt = 0
    while True:
        attempt += 1
        sent_id = request_id
        try:
            breaker.enter(clock.now_ms())
            yield from _own_turn(run)
            try:
                response = yield from _follow(request, request_id, run)
            except BaseException:
                breaker.left()
                raise
            sent_id = response.request_id or request_id
            if 200 <= response.status < 300:
                breaker.succeeded()
                span.end(attempt, response)
                return response
            if response.status in request.expect:
                breaker.succeeded()
                span.end(attempt, response)
                return replace(response, body=redact_bytes(response.body, secrets))
            raise status_error(response, clock.wall_ms(), secrets)
        except ProviderError as error:
            _name(error, request, run, sent_id, attempt, secrets)
            if isinstance(error, Denied):
                channel.kept.clear()  # a token that is not taken any more is made anew
            if error.code != "circuit_open":
                if error.retryable and not isinstance(error, RateLimited):
                    breaker.failed(clock.now_ms())
                else:
                    breaker.succeeded()
            wait = wait_ms(policy, attempt, error) if request.safe else None
            if error.code == "circuit_open" or wait is None or wait >= run.left_ms():
                span.end(attempt, error=error)
                raise
        yield Sleep(wait)


def _own_turn(run: Run) -> Flow[None]:
    """Wait for a place within the provider's limit."""
    limiter = run.channel.limiter
    if limiter is None:
        return
    wait = limiter.reserve(run.clock.now_ms(), run.left_ms())
    if wait is None:
        raise RateLimited(
            f"{limiter.count} requests in {limiter.span_ms} ms are its limit, and the deadline "
            "comes before the next place",
            retryable=False,
            code="own_limit",
        )
    if wait:
        yield Sleep(wait)


def _follow(request: Request, request_id: str, run: Run) -> Flow[Response]:
    """Send, and go where the answer points; secrets do not go to another host."""
    policy = run.channel.policy
    for _ in range(policy.max_redirects + 1):
        left = run.left_ms()
        if left <= 0:
            raise ProviderTimeout("the deadline of the quote has passed", retryable=False)
        timeout = min(request.timeout_ms or policy.timeout_ms, left)
        response: Response = yield Send(
            request, request_id, timeout, request.max_bytes or policy.max_bytes
        )
        location = response.headers.get("location", "")
        if response.status not in _MOVED or response.status in request.expect or not location:
            return response
        request = _moved(request, response, target(request.url, location))
    raise BadAnswer(
        f"more than {policy.max_redirects} redirects", code="redirect_loop", retryable=False
    )


def _moved(request: Request, response: Response, url: str) -> Request:
    old, new = origin(request.url), origin(url)
    if new[0] not in ("http", "https") or (old[0], new[0]) == ("https", "http"):
        raise BadAnswer(f"redirects to {bare(url)}", code="redirect", retryable=False)
    headers = request.headers
    keeps = response.status in _KEEPS_METHOD or request.method in ("GET", "HEAD")
    hidden = any(not isinstance(v, str) for v in (request.form or {}).values())
    if old != new:
        if keeps and (hidden or request.method not in ("GET", "HEAD")):
            raise BadAnswer(
                f"redirects what was sent to another host: {bare(url)}",
                code="redirect",
                retryable=False,
            )
        headers = {k: v for k, v in headers.items() if isinstance(v, str)}
    return Request(
        request.method if keeps else "GET",
        url,
        headers=headers,
        json=request.json if keeps else None,
        form=request.form if keeps else None,
        body=request.body if keeps else None,
        expect=request.expect,
        safe=request.safe,
        timeout_ms=request.timeout_ms,
        max_bytes=request.max_bytes,
    )


def _name(
    error: ProviderError,
    request: Request,
    run: Run,
    request_id: str,
    attempt: int,
    secrets: tuple[str, ...],
) -> None:
    error.provider = error.provider or run.channel.provider
    error.request_id = error.request_id or request_id
    error.attempts = max(error.attempts, attempt)
    error.message = redact(error.message, secrets)
    error.args = (error.message,)
    error.where = error.where or f"{request.method} {bare(request.url)}"


def keep(effect: Keep, run: Run) -> Flow[object]:
    """A kept value, made once."""
    channel = run.channel
    found = channel.kept.get(effect.key)
    if found is not None and run.clock.now_ms() < found[1]:
        return found[0]

    def make() -> Flow[object]:
        value, lives_ms = yield from effect.make()
        channel.kept[effect.key] = (value, run.clock.now_ms() + lives_ms)
        return value

    made: object = yield Join(("keep", id(channel), effect.key), make)
    return made
