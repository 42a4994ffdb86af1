"""Several processes and one Redis: one asks, all have it; without it each asks for itself."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from redis import Redis

from landedcost.cache.answers import Answers, Question
from landedcost.cache.shared import SharedStore
from landedcost.errors import Unreachable
from landedcost.ports import Flow, RatesAnswer, RatesAsk
from landedcost.ports.spec import Freshness
from landedcost.transport import Clock, Transport

pytestmark = pytest.mark.slow
DAY = date(2026, 10, 1)
FRESH = Freshness(fresh_ms=60_000, stale_ms=60_000, error_ms=600_000)
ASK = Question("rates.acme", "digest", RatesAsk(DAY), RatesAnswer)

PROCESS = """
import sys, time
from datetime import date
from fractions import Fraction
from redis import Redis
from landedcost.cache.answers import Answers, Question
from landedcost.cache.shared import SharedStore
from landedcost.ports import RatesAnswer, RatesAsk, blocking, gather
from landedcost.ports.spec import Freshness
from landedcost.transport import Clock, Transport

url, start = sys.argv[1], int(sys.argv[2])
clock = Clock()
counter = Redis.from_url(url, protocol=2)

def make():
    yield from blocking(lambda: (counter.incr("upstream"), time.sleep(0.3)))
    return RatesAnswer("EUR", {"USD": Fraction(9, 8)}, date(2026, 10, 1), "Acme")

answers = Answers(clock, shared=SharedStore(url, clock))
ask = Question("rates.acme", "digest", RatesAsk(date(2026, 10, 1)), RatesAnswer)
fresh = Freshness(60_000, 60_000, 600_000)

def flow():
    return (yield from gather(*(answers.get(ask, fresh, make) for _ in range(20))))

while clock.wall_ms() < start:
    time.sleep(0.001)
found = Transport(clock=clock).run(flow())
print({str(one.value.rates["USD"]) for one in found}, len(found))
"""


class Source:
    def __init__(self) -> None:
        self.count = 0
        self.down = False

    def make(self) -> Flow[RatesAnswer]:
        self.count += 1
        yield from ()
        if self.down:
            raise Unreachable("no line")
        return RatesAnswer("EUR", {"USD": Fraction(self.count)}, DAY, "Acme")


def answers(server: Any) -> Answers:
    clock = Clock()
    return Answers(clock, shared=SharedStore(server.url, clock))


def ask(kept: Answers, source: Source) -> int:
    aged = Transport().run(kept.get(ASK, FRESH, source.make))
    return int(aged.value.rates["USD"])


def test_two_processes_make_one_call_in_all(server: Any) -> None:
    start = str(time.time_ns() // 1_000_000 + 2_500)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, server.url, start],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert (out.strip(), err) == ("{'9/8'} 20", "")
    assert Redis.from_url(server.url, protocol=2).get("upstream") == b"1"


def test_what_one_has_learnt_another_knows(server: Any) -> None:
    one, two = Source(), Source()
    assert ask(answers(server), one) == 1
    assert ask(answers(server), two) == 1
    assert (one.count, two.count) == (1, 0)


def test_a_failure_gives_the_right_to_ask_back(server: Any) -> None:
    source = Source()
    source.down = True
    first = answers(server)
    with pytest.raises(Unreachable):
        ask(first, source)
    source.down = False
    start = time.monotonic()
    assert ask(answers(server), source) == 2
    assert time.monotonic() - start < 1


def test_a_process_that_dies_holds_nobody_up_for_long(server: Any) -> None:
    clock = Clock()
    dead = SharedStore(server.url, clock)
    transport = Transport()
    assert transport.run(dead.claim(ASK.shared_key, 300))
    source = Source()
    start = time.monotonic()
    assert ask(answers(server), source) == 1
    assert 0.2 < time.monotonic() - start < 2


def test_only_the_one_who_has_the_right_gives_it_back(server: Any) -> None:
    store, transport = SharedStore(server.url, Clock()), Transport()
    mark = transport.run(store.claim("key", 60_000))
    assert mark is not None
    transport.run(store.release("key", "somebody else's"))
    assert transport.run(store.claim("key", 60_000)) is None
    transport.run(store.release("key", mark))
    assert transport.run(store.claim("key", 60_000)) is not None


def test_what_is_not_an_answer_is_asked_for_again(server: Any) -> None:
    client = Redis.from_url(server.url, protocol=2)
    source = Source()
    assert ask(answers(server), source) == 1
    (key,) = [k for k in client.keys("landedcost:*") if not k.endswith(b":asking")]
    client.set(key, b"rubbish")
    assert ask(answers(server), source) == 2


def test_without_the_server_each_asks_for_itself_and_says_so(
    server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    kept, source = answers(server), Source()
    server.stop()
    caplog.set_level(logging.WARNING, "landedcost.cache")
    assert ask(kept, source) == 1
    assert ask(kept, source) == 1
    assert [r.getMessage() for r in caplog.records] == [
        "the shared cache cannot be used: ConnectionError"
    ]
    assert "127.0.0.1" not in caplog.text


def test_entries_do_not_outlive_their_use(server: Any) -> None:
    ask(answers(server), Source())
    client = Redis.from_url(server.url, protocol=2)
    (key,) = [k for k in client.keys("landedcost:*") if not k.endswith(b":asking")]
    assert 0 < client.pttl(key) <= FRESH.error_ms
