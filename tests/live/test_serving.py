"""The feed over HTTP, from a real server."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import pairwise

import httpx
import pytest
from live_stage import Stage, a_card, a_price, now

NOW = re.compile(r": now (\S+Z)")


def lines(stage: Stage, last: str | None = None, seconds: float = 0.5) -> list[str]:
    """The lines of the stream that come within a time."""
    headers = {"Last-Event-ID": last} if last else {}
    found: list[str] = []
    until = time.monotonic() + seconds
    with (
        httpx.Client(timeout=seconds) as client,
        client.stream("GET", f"{stage.url}/stream", headers=headers) as answer,
    ):
        try:
            for line in answer.iter_lines():
                found.append(line)
                if time.monotonic() > until:
                    break
        except httpx.ReadTimeout:
            return found
    return found


def ids(found: list[str]) -> list[str]:
    return [line[4:] for line in found if line.startswith("id: ")]


@pytest.fixture
def live() -> Iterator[Stage]:
    made = Stage()
    made.publish(a_card(price=a_price()))
    yield made.start()
    made.stop()


def test_the_first_event_is_a_snapshot(live: Stage) -> None:
    found = lines(live)
    assert NOW.match(found[0])
    assert "retry: 1000" in found
    assert ids(found) == ["first-1"]
    assert found[found.index("id: first-1") + 1] == "event: snapshot"
    document = json.loads(next(line[6:] for line in found if line.startswith("data: ")))
    assert document["kind"] == "snapshot"
    assert abs(datetime.fromisoformat(document["now"]) - now()).total_seconds() < 3
    assert [card["market"] for card in document["cards"]] == ["DE"]


def test_the_heartbeat_is_a_comment_with_the_time(live: Stage) -> None:
    told = [
        datetime.fromisoformat(found[1])
        for line in lines(live, None, 3.5)
        if (found := NOW.match(line))
    ]
    gaps = [(b - a).total_seconds() for a, b in pairwise(told)]
    assert len(told) >= 3
    assert max(gaps) < 2


def test_exactly_what_was_missed_is_replayed(live: Stage) -> None:
    for number in range(4):
        live.publish(a_card(price=a_price(6000 + number)))
    assert ids(lines(live, "first-2")) == ["first-3", "first-4", "first-5"]
    assert ids(lines(live, "first-5")) == []
    assert ids(lines(live, "another-5")) == ["first-5"]


def test_the_headers_of_the_stream(live: Stage) -> None:
    with httpx.stream("GET", f"{live.url}/stream", headers={"Origin": "null"}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["access-control-allow-origin"] == "*"


def test_a_page_from_a_disk_may_ask_for_what_it_missed(live: Stage) -> None:
    asked = {
        "Origin": "null",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "last-event-id",
    }
    answer = httpx.options(f"{live.url}/stream", headers=asked)
    assert answer.status_code == 200
    assert "last-event-id" in answer.headers["access-control-allow-headers"].lower()


def test_the_state_for_those_that_poll(live: Stage) -> None:
    first = httpx.get(f"{live.url}/state", headers={"Origin": "null"})
    assert first.json()["n"] == 1
    assert "ETag" in first.headers["access-control-expose-headers"]
    tag = {"If-None-Match": first.headers["etag"]}
    same = httpx.get(f"{live.url}/state", headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    assert abs(datetime.fromisoformat(same.headers["landedcost-now"]) - now()).total_seconds() < 3
    live.publish(a_card(price=a_price(6100)))
    changed = httpx.get(f"{live.url}/state", headers=tag)
    assert changed.json()["n"] == 2


def test_nothing_can_be_written(live: Stage) -> None:
    for path in ("overlay", "stream", "state"):
        assert httpx.post(f"{live.url}/{path}").status_code == 405
    assert httpx.head(f"{live.url}/stream").status_code == 200


@pytest.mark.slow
def test_a_listener_that_reads_no_more_is_dropped_and_catches_up() -> None:
    stage = Stage(patience_s=1, waiting=16).start()
    with closing(socket.create_connection(("127.0.0.1", stage.port))) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in range(100):
            if stage.feed.listeners == 1:
                break
            time.sleep(0.05)
        assert stage.feed.listeners == 1
        large = "x" * 500
        for number in range(300):
            cards = [a_card(str(m), a_price(number + 1), title=large) for m in range(50)]
            stage.publish(*cards)
            if stage.feed.listeners == 0:
                break
        for _ in range(100):
            if stage.feed.listeners == 0:
                break
            time.sleep(0.05)
        assert stage.feed.listeners == 0
    last = stage.feed.number
    assert ids(lines(stage, f"first-{last - 2}")) == [f"first-{last - 1}", f"first-{last}"]
    stage.stop()
