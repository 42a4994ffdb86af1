"""One flow, three drivers: threads, asyncio, trio."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import respx

from landedcost.ports import (
    Flow,
    ProviderError,
    Request,
    Unreachable,
    attempt,
    blocking,
    fetch,
    gather,
    keep,
)
from landedcost.transport import FastClock, Join, Transport

URL = "https://source.test/a"
Runner = Callable[[Transport, Flow[Any]], Any]


def get(url: str = URL) -> Flow[str]:
    return (yield from fetch(Request("GET", url))).text


@respx.mock
def test_a_request_is_sent_and_answered(run: Runner) -> None:
    respx.get(URL).respond(text="hello")
    assert run(Transport(), get()) == "hello"


@respx.mock
def test_gather_runs_together_and_keeps_the_order(run: Runner) -> None:
    def slow(number: int) -> Callable[[], int]:
        def call() -> int:
            time.sleep(0.2)
            return number

        return call

    def flow() -> Flow[tuple[int, ...]]:
        return (yield from gather(*(blocking(slow(n)) for n in range(4))))

    start = time.monotonic()
    assert run(Transport(), flow()) == (0, 1, 2, 3)
    assert time.monotonic() - start < 0.6


@respx.mock
def test_one_failure_of_a_gather_is_raised_as_it_is(run: Runner) -> None:
    respx.get(URL).respond(404)

    def broken() -> int:
        raise Unreachable("no line")

    def never() -> int:
        time.sleep(5)
        return 1

    def flow() -> Flow[tuple[int, ...]]:
        return (yield from gather(blocking(broken), blocking(never)))

    start = time.monotonic()
    with pytest.raises(Unreachable, match="no line"):
        run(Transport(), flow())
    assert time.monotonic() - start < 2


@respx.mock
def test_an_attempt_of_a_gather_hands_its_error_over(run: Runner) -> None:
    respx.get(URL).respond(404)
    respx.get(f"{URL}/b").respond(text="b")

    def flow() -> Flow[tuple[object, ...]]:
        return (yield from gather(attempt(get()), attempt(get(f"{URL}/b"))))

    failed, answered = run(Transport(), flow())
    assert isinstance(failed, ProviderError)
    assert answered == "b"


@respx.mock
def test_a_flow_may_catch_what_a_request_raises(run: Runner) -> None:
    respx.get(URL).respond(404)
    respx.get(f"{URL}/b").respond(text="b")

    def flow() -> Flow[str]:
        try:
            return (yield from get())
        except ProviderError:
            return (yield from get(f"{URL}/b"))

    assert run(Transport(), flow()) == "b"


@respx.mock
def test_failures_are_tried_again(run: Runner) -> None:
    route = respx.get(URL)
    route.side_effect = [respx.MockResponse(503), respx.MockResponse(200, text="now")]
    assert run(Transport(clock=FastClock(10)), get()) == "now"
    assert route.call_count == 2


def test_work_joined_is_done_once(run: Runner) -> None:
    calls = []

    def make() -> Flow[int]:
        calls.append(1)
        return (yield from blocking(lambda: time.sleep(0.05) or 7))

    def one() -> Flow[int]:
        return (yield Join("key", make))

    def flow() -> Flow[tuple[int, ...]]:
        return (yield from gather(*(one() for _ in range(10))))

    assert run(Transport(), flow()) == (7,) * 10
    assert len(calls) == 1


def test_a_kept_value_is_made_once(run: Runner) -> None:
    calls = []

    def make() -> Flow[tuple[str, int]]:
        calls.append(1)
        yield from ()
        return "token", 60_000

    def flow() -> Flow[tuple[str, str]]:
        one = yield from keep("token", make)
        return one, (yield from keep("token", make))

    assert run(Transport(), flow()) == ("token", "token")
    assert len(calls) == 1
