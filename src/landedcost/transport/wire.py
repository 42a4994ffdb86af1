"""The only module that speaks HTTP: one request, one answer, every failure an error of ours."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import httpx
from anyio.lowlevel import RunVar

from ..errors import BadAnswer, LandedCostError, ProviderError, ProviderTimeout, Unreachable
from ..ports.flow import Request, Response, reveal
from ..ports.urls import form_text
from .clock import Clock
from .effects import Send
from .json_text import write_json
from .redact import ACTIVE, guard_logs, redact, secrets_of
from .unpack import ACCEPTED, too_large, unpack

_LOG = logging.getLogger("landedcost.transport")
USER_AGENT = "landedcost"
_IDS = ("x-request-id", "request-id", "x-amzn-requestid", "invocation-id", "cf-ray")
_POOL = httpx.Limits(max_connections=100, max_keepalive_connections=20)


class Wire:
    """Connections, reused: one pool for threads, one for each event loop.

    ``outlet`` takes the place of the network, for tests: a transport of httpx that serves both.
    """

    def __init__(self, clock: Clock, outlet: Any = None) -> None:
        self.clock = clock
        self._outlet = outlet
        guard_logs()
        self._client: httpx.Client | None = None
        self._lock = Lock()
        self._loops: RunVar[httpx.AsyncClient] = RunVar(f"landedcost-{id(self)}")

    def send(self, effect: Send, until_ms: int) -> Response:
        """Send from a thread. Raises ProviderError."""
        with self._lock:
            client = self._client
            if client is None:
                client = self._client = httpx.Client(transport=self._outlet, limits=_POOL)
        with _mapped(effect.request):
            request = self._request(effect)
            response = client.send(request, stream=True)
            try:
                body = _Body(effect, response, self.clock, until_ms)
                assert isinstance(response.stream, httpx.SyncByteStream)
                for chunk in response.stream:
                    body.feed(chunk)
            finally:
                response.close()
            return body.whole()

    async def asend(self, effect: Send, until_ms: int) -> Response:
        """Send from an event loop. Raises ProviderError."""
        client = self._loops.get(None)
        if client is None or client.is_closed:
            client = httpx.AsyncClient(transport=self._outlet, limits=_POOL)
            self._loops.set(client)
        with _mapped(effect.request):
            request = self._request(effect)
            response = await client.send(request, stream=True)
            assert isinstance(response.stream, httpx.AsyncByteStream)
            chunks = aiter(response.stream)
            try:
                body = _Body(effect, response, self.clock, until_ms)
                async for chunk in chunks:
                    body.feed(chunk)
            except LandedCostError:
                await response.aclose()
                await _unwind(chunks)
                raise
            finally:
                await response.aclose()
            return body.whole()

    def _request(self, effect: Send) -> httpx.Request:
        asked = effect.request
        headers = {
            "user-agent": USER_AGENT,
            "accept": "application/json",
            "accept-encoding": ACCEPTED,
        }
        headers |= {name.lower(): reveal(value) for name, value in asked.headers.items()}
        headers.setdefault("x-request-id", effect.request_id)
        content, kind = _content(asked)
        if kind:
            headers.setdefault("content-type", kind)
        timeout = self.clock.seconds(effect.timeout_ms)
        return httpx.Request(
            asked.method,
            asked.url,
            params={k: reveal(v) for k, v in asked.params.items()} or None,
            headers=headers,
            content=content,
            extensions={"timeout": httpx.Timeout(timeout).as_dict()},
        )

    def close(self) -> None:
        """Close the threads' connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """Close this event loop's connections."""
        client = self._loops.get(None)
        if client is not None:
            await client.aclose()


async def _unwind(chunks: AsyncIterator[bytes]) -> None:
    """Let the generators inside each other end by themselves, now that the connection is closed.

    Those that are dropped while they wait are warned of by trio.
    """
    try:
        await anext(chunks, b"")
    except (httpx.HTTPError, httpx.StreamError) as error:
        _LOG.debug("an answer was not read to its end: %s", type(error).__name__)


class _Body:
    """The body so far, within its limit and its time."""

    def __init__(self, effect: Send, response: httpx.Response, clock: Clock, until_ms: int) -> None:
        self.effect, self.response, self.clock = effect, response, clock
        self.until_ms = until_ms
        self.parts: list[bytes] = []
        self.size = 0
        told = response.headers.get("content-length", "")
        if told.isdigit() and int(told[:18]) > effect.max_bytes:
            raise too_large(effect.max_bytes)

    def feed(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.size > self.effect.max_bytes:
            raise too_large(self.effect.max_bytes)
        if self.clock.now_ms() > self.until_ms:
            raise ProviderTimeout("was still sending its answer when the time was up")
        self.parts.append(chunk)

    def whole(self) -> Response:
        headers = {name.lower(): value for name, value in self.response.headers.items()}
        found = next((headers[name] for name in _IDS if headers.get(name)), "")
        return Response(
            self.response.status_code,
            headers,
            unpack(
                b"".join(self.parts), headers.get("content-encoding", ""), self.effect.max_bytes
            ),
            self.effect.request.url,
            found[:100] or self.effect.request_id,
        )


@contextmanager
def _mapped(request: Request) -> Iterator[None]:
    """Every error of the library below as one of ours; nothing it says or logs has secrets."""
    active = ACTIVE.set(secrets_of(request))
    try:
        yield
    except LandedCostError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict) as error:
        raise mapped(error, request) from error
    finally:
        ACTIVE.reset(active)


def mapped(error: Exception, request: Request) -> ProviderError:
    """One of our errors for one of httpx's, and secrets blotted out in both."""
    text = redact(str(error), secrets_of(request))[:200]
    error.args = (text,)
    if isinstance(error, httpx.RequestError):
        error.request = httpx.Request(request.method, "https://redacted.invalid/")
    said = f": {text}" if text else ""
    ours: ProviderError
    match error:
        case httpx.PoolTimeout():
            ours = ProviderTimeout("no connection was free in time")
        case httpx.ConnectTimeout():
            ours = ProviderTimeout("no connection in time")
        case httpx.TimeoutException():
            ours = ProviderTimeout("no answer in time")
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            ours = ProviderError(f"not an address of a service{said}", code="bad_address")
        case httpx.ConnectError():
            ours = Unreachable(f"no connection{said}")
        case httpx.TransportError() | httpx.StreamError():
            ours = Unreachable(f"the connection broke off{said}")
        case httpx.DecodingError():
            ours = BadAnswer(f"an answer that cannot be unpacked{said}")
        case _:
            ours = BadAnswer(f"an answer that breaks the rules of HTTP{said}")
    return ours


def _content(request: Request) -> tuple[bytes | None, str]:
    if request.json is not None:
        return write_json(request.json).encode(), "application/json"
    if request.form is not None:
        pairs = {k: reveal(v) for k, v in request.form.items()}
        return form_text(pairs).encode(), "application/x-www-form-urlencoded"
    return request.body, ""
