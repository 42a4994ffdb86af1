"""An outlet that leads to a script instead of the network, with every fault a network has.

It stands where httpx meets the network, so that all of ours above it is exercised as it is.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import httpx

from ..ports.urls import bare, form_pairs
from .json_text import write_json

CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it went out: ``url`` without its query, which is ``params``."""

    method: str
    url: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON, None if it has none."""
        return json.loads(self.body) if self.body else None

    @property
    def form(self) -> Mapping[str, str]:
        """The body as a form."""
        return form_pairs(self.body.decode())


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source sends back.

    Give ``json`` (its Decimals are sent as the numbers they are), ``text`` or ``body``. ``cut``
    breaks the connection off after so many bytes; ``endless`` says how many bytes are sent
    instead of a body; ``fails`` is a word for what goes wrong before any answer: ``connect``,
    ``connect_timeout``, ``timeout`` or ``reset``.
    """

    status: int = 200
    json: Any = None
    text: str | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    endless: int = 0
    fails: str = ""

    @property
    def content(self) -> bytes:
        """The body in bytes."""
        if self.json is not None:
            return write_json(self.json).encode()
        return self.text.encode() if self.text is not None else self.body

    @property
    def kind(self) -> str:
        """The media type, if none of the headers says it."""
        return "application/json" if self.json is not None else "text/plain"


class Script:
    """Answers requests by a function, and remembers them."""

    def __init__(self, answer: Callable[[Seen], Reply], most: int = 1_000) -> None:
        self._answer = answer
        self._most = most
        self._lock = Lock()
        self.seen: list[Seen] = []
        self.sent_bytes = 0

    @property
    def outlet(self) -> Any:
        """For :class:`landedcost.transport.Transport`."""
        return httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        seen = Seen(
            request.method,
            bare(str(request.url)),
            dict(request.url.params),
            dict(request.headers),
            request.content,
        )
        with self._lock:
            self.seen.append(seen)
            if len(self.seen) > self._most:
                raise httpx.ConnectError("the script ends: too many requests", request=request)
        reply = self._answer(seen)
        if reply.fails:
            raise _FAILS[reply.fails]("as the script says", request=request)
        headers = {"content-type": reply.kind, **reply.headers}
        return httpx.Response(reply.status, headers=headers, stream=_Stream(self, reply))


_FAILS: Mapping[str, type[httpx.RequestError]] = {
    "connect": httpx.ConnectError,
    "connect_timeout": httpx.ConnectTimeout,
    "timeout": httpx.ReadTimeout,
    "reset": httpx.RemoteProtocolError,
}


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, script: Script, reply: Reply) -> None:
        self.script, self.reply = script, reply
        self.closed = False

    def _chunks(self) -> Iterator[bytes]:
        reply = self.reply
        if reply.endless:
            for _ in range(reply.endless // CHUNK):
                if self.closed:
                    raise httpx.ReadError("closed by the reader")
                self.script.sent_bytes += CHUNK
                yield b" " * CHUNK
            return
        content = reply.content
        if reply.cut is not None:
            yield content[: reply.cut]
            raise httpx.ReadError("the script breaks the connection off")
        yield content

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks()

    async def aclose(self) -> None:
        """The reader has had enough."""
        self.closed = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks():
            yield chunk
