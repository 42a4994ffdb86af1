"""Kept answers: fresh, a little old, old after a failure, and asked for once by all."""

from __future__ import annotations

import threading
import time
from datetime import date
from fractions import Fraction
from typing import Any

import anyio
import pytest

from landedcost.cache.answers import Aged, Answers, Question
from landedcost.cache.freshness import NO_ANSWER_MS, age_text
from landedcost.cache.store import Entry, MemoryStore
from landedcost.errors import NoAnswer, ProviderError, Unreachable
from landedcost.ports import Flow, RatesAnswer, RatesAsk, blocking, gather
from landedcost.ports.spec import Freshness
from landedcost.transport import Clock, Transport

DAY = date(2026, 10, 1)
FRESH = Freshness(fresh_ms=1_000, stale_ms=2_000, error_ms=10_000)
ASK = Question("rates.acme", "digest", RatesAsk(DAY), RatesAnswer)


class Hand(Clock):
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def now_ms(self) -> int:
        return self.ms

    def wall_ms(self) -> int:
        return self.ms

    def seconds(self, ms: int) -> float:
        return super().seconds(min(ms, 5_000))


class Source:
    """Counts its questions; fails when told to."""

    def __init__(self, delay_s: float = 0) -> None:
        self.count = 0
        self.error: ProviderError | None = None
        self.delay_s = delay_s
        self.asked = threading.Event()

    def make(self) -> Flow[RatesAnswer]:
        self.count += 1
        number = self.count
        if self.delay_s:
            yield from blocking(lambda: time.sleep(self.delay_s))
        else:
            yield from ()
        self.asked.set()
        if self.error is not None:
            raise self.error
        return RatesAnswer("EUR", {"USD": Fraction(number)}, DAY, "Acme")


class Bench:
    def __init__(self, source: Source | None = None) -> None:
        self.clock = Hand()
        self.transport = Transport(clock=self.clock)
        self.answers = Answers(self.clock)
        self.source = source or Source()

    def flow(self) -> Flow[Aged[RatesAnswer]]:
        return self.answers.get(ASK, FRESH, self.source.make)

    def get(self) -> tuple[int, bool]:
        aged = self.transport.run(self.flow())
        return int(aged.value.rates["USD"]), aged.stale

    def fails(self) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            self.get()
        return caught.value


def test_fresh_answers_are_kept() -> None:
    bench = Bench()
    assert [bench.get(), bench.get()] == [(1, False), (1, False)]
    bench.clock.ms += 999
    assert bench.get() == (1, False)
    assert bench.source.count == 1


def test_a_little_old_is_given_at_once_and_renewed_behind() -> None:
    bench = Bench()
    bench.get()
    bench.clock.ms += 1_500
    bench.source.asked.clear()
    assert bench.get() == (1, True)
    assert bench.source.asked.wait(5)
    for _ in range(100):
        if bench.get() == (2, False):
            break
        time.sleep(0.01)
    assert bench.get() == (2, False)
    assert bench.source.count == 2


def test_too_old_is_asked_for_again() -> None:
    bench = Bench()
    bench.get()
    bench.clock.ms += 2_001
    assert bench.get() == (2, False)


def test_after_a_failure_an_old_one_is_there_up_to_its_age() -> None:
    bench = Bench()
    bench.get()
    bench.clock.ms += 5_000
    bench.source.error = Unreachable("no line")
    assert isinstance(bench.fails(), Unreachable)
    old = bench.answers.old(ASK, FRESH)
    assert old is not None
    assert (old.value.rates["USD"], old.stale) == (1, True)
    assert bench.source.count == 2
    bench.fails()
    assert bench.source.count == 2, "a source that has just failed is not asked at once"
    bench.clock.ms += 5_000
    assert bench.answers.old(ASK, FRESH) is None
    bench.source.error = None
    assert bench.get() == (3, False)


def test_a_failure_behind_does_not_spoil_what_is_kept() -> None:
    bench = Bench()
    bench.get()
    bench.clock.ms += 1_500
    bench.source.error = Unreachable("no line")
    bench.source.asked.clear()
    assert bench.get() == (1, True)
    assert bench.source.asked.wait(5)
    time.sleep(0.05)
    assert bench.get() == (1, True)
    assert bench.source.count == 2


def test_no_answer_is_remembered_for_a_while() -> None:
    bench = Bench()
    bench.source.error = NoAnswer("no such code")
    for _ in range(3):
        assert isinstance(bench.fails(), NoAnswer)
    assert bench.source.count == 1
    assert bench.answers.old(ASK, FRESH) is None
    bench.clock.ms += NO_ANSWER_MS
    bench.source.error = None
    assert bench.get() == (2, False)


def test_every_caller_gets_an_error_of_its_own() -> None:
    bench = Bench()
    bench.source.error = NoAnswer("no such code")
    errors = [bench.fails() for _ in range(3)]
    assert len({id(error) for error in errors}) == 3


@pytest.mark.parametrize(
    "other",
    [
        Question("rates.other", "digest", RatesAsk(DAY), RatesAnswer),
        Question("rates.acme", "another account", RatesAsk(DAY), RatesAnswer),
        Question("rates.acme", "digest", RatesAsk(date(2026, 10, 2)), RatesAnswer),
        Question("rates.acme", "digest", RatesAsk(DAY, "customs", "GB"), RatesAnswer),
    ],
)
def test_the_key_has_everything_the_answer_depends_on(other: Question) -> None:
    bench = Bench()
    bench.get()
    bench.transport.run(bench.answers.get(other, FRESH, bench.source.make))
    assert bench.source.count == 2
    assert ASK.shared_key != other.shared_key
    assert "digest" not in ASK.shared_key


def test_many_threads_ask_once() -> None:
    bench = Bench(Source(0.05))
    found: list[tuple[int, bool]] = []
    threads = [threading.Thread(target=lambda: found.append(bench.get())) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(1, False)] * 50
    assert bench.source.count == 1


def test_a_gather_asks_once() -> None:
    bench = Bench(Source(0.05))

    def flow() -> Flow[Any]:
        return (yield from gather(*(bench.flow() for _ in range(20))))

    assert len(bench.transport.run(flow())) == 20
    assert bench.source.count == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task_that_is_cancelled_takes_nobody_with_it(backend: str) -> None:
    bench = Bench(Source(0.1))
    found = []

    async def main() -> None:
        async def one(scope: anyio.CancelScope) -> None:
            with scope:
                aged = await bench.transport.arun(bench.flow())
                found.append(aged.value.rates["USD"])

        scopes = [anyio.CancelScope() for _ in range(20)]
        async with anyio.create_task_group() as group:
            for scope in scopes:
                group.start_soon(one, scope)
            await anyio.sleep(0.03)
            for scope in scopes[:5]:  # the first of them is the one that asked
                scope.cancel()

    anyio.run(main, backend=backend)
    assert found == [1] * 15
    assert bench.source.count == 1


def test_threads_and_tasks_wait_for_the_same_call() -> None:
    bench = Bench(Source(0.2))
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(bench.get()[0]))
    thread.start()
    time.sleep(0.05)

    async def main() -> None:
        aged = await bench.transport.arun(bench.flow())
        found.append(aged.value.rates["USD"])

    anyio.run(main)
    thread.join()
    assert found == [1, 1]
    assert bench.source.count == 1


def test_the_memory_is_bounded_and_forgets_what_is_of_no_use() -> None:
    clock = Hand()
    memory = MemoryStore(clock, size=10)
    for number in range(25):
        memory.put(number, Entry(number, clock.ms, 1_000))
    assert len(memory) == 10
    assert memory.get(24) == Entry(24, clock.ms, 1_000)
    memory.put(24, Entry("older", clock.ms - 1, 1_000))
    assert memory.get(24) == Entry(24, clock.ms, 1_000)
    clock.ms += 1_001
    assert memory.get(24) is None
    memory.clear()
    assert len(memory) == 0


def test_ages_in_words() -> None:
    assert [age_text(ms) for ms in (0, 60_000, 7_200_000, 86_400_000 * 3)] == [
        "less than a minute",
        "1 minute",
        "2 hours",
        "3 days",
    ]
