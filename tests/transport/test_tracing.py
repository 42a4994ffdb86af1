"""Spans, through the API of OpenTelemetry and a tracer of the test's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from opentelemetry import trace
from secret_words import watch

from landedcost.errors import ProviderDown
from landedcost.ports import Flow, Request, Response, Secret, fetch
from landedcost.transport import Channel, FastClock, Through, Transport, tracing
from landedcost.transport.scripted import Reply, Script

KEY = watch("a-very-secret-key")


class Span:
    def __init__(self, name: str, attributes: dict[str, Any]) -> None:
        self.name, self.attributes, self.ended = name, dict(attributes), False

    def set_attribute(self, name: str, value: Any) -> None:
        self.attributes[name] = value

    def end(self) -> None:
        self.ended = True


class Tracer:
    def __init__(self) -> None:
        self.spans: list[Span] = []

    def start_span(self, name: str, attributes: Any = None) -> Span:
        self.spans.append(Span(name, attributes or {}))
        return self.spans[-1]

    @contextmanager
    def start_as_current_span(self, name: str) -> Iterator[Span]:
        span = self.start_span(name)
        yield span
        span.end()


@pytest.fixture
def tracer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracer]:
    made = Tracer()
    monkeypatch.setattr(trace, "get_tracer", lambda name: made)
    tracing._tracer.cache_clear()
    yield made
    tracing._tracer.cache_clear()


def ask(*replies: Reply) -> Response:
    left = list(replies)
    script = Script(lambda seen: left.pop(0))
    channel = Channel.open("acme")

    def flow() -> Flow[Response]:
        request = Request("GET", "https://source.test/rates", params={"key": Secret(KEY)})
        return (yield Through(channel, fetch(request)))

    return Transport(clock=FastClock(10), outlet=script.outlet).run(flow())


def test_a_request_is_a_span_with_what_came_of_it(tracer: Tracer) -> None:
    ask(Reply(503), Reply(text="fine"))
    outer, inner = tracer.spans
    assert (outer.name, inner.name) == ("landedcost.ask", "landedcost.fetch")
    assert all(span.ended for span in tracer.spans)
    assert len(inner.attributes.pop("landedcost.request_id")) == 32
    assert inner.attributes == {
        "landedcost.provider": "acme",
        "landedcost.attempts": 2,
        "http.request.method": "GET",
        "url.full": "https://source.test/rates",
        "http.response.status_code": 200,
        "http.response.body.size": 4,
    }
    assert KEY not in repr([span.attributes for span in tracer.spans])


def test_a_failure_is_one_too(tracer: Tracer) -> None:
    with pytest.raises(ProviderDown):
        ask(Reply(500), Reply(500), Reply(500))
    span = tracer.spans[1]
    assert span.ended
    assert (span.attributes["error.type"], span.attributes["landedcost.attempts"]) == (
        "provider_down",
        3,
    )


def test_without_the_api_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    tracing._tracer.cache_clear()
    assert tracing._tracer() is None
    assert ask(Reply(text="fine")).text == "fine"
    tracing._tracer.cache_clear()
