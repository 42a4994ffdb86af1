"""Processes that race for the last units, and processes that are killed on the way."""

from __future__ import annotations

import multiprocessing
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from postgres_server import Cluster
from shopper import main
from stock_books import HOUR, NOON, check

from landedcost import ProviderError, RequestError
from landedcost.inventory import Inventory, SoldOut

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(
    ["pytest", "landedcost.inventory", "sqlalchemy.dialects.sqlite", "psycopg"]
)
"""Processes of their own, from one that has loaded what all of them need."""
ENDS = ("sold", "released", "expired")
SKUS = ("cap", "pin", "tee")
LATE = NOON + timedelta(days=1)


class Shopper:
    """A process that buys, and what it said in whole lines."""

    def __init__(self, folder: Path, place: str, name: str, rounds: int, seed: int) -> None:
        self.said, self.errors = folder / f"{name}.out", folder / f"{name}.err"
        self.said.touch()
        self.process = FORKED.Process(target=main, args=(place, name, rounds, seed, folder))
        self.process.start()

    def ended(self, patience_s: int) -> int | None:
        """Its exit code, once it has one."""
        self.process.join(patience_s)
        return self.process.exitcode

    def words(self) -> list[tuple[str, str]]:
        """(word, quote), in order."""
        lines = self.said.read_text(encoding="utf-8").splitlines(keepends=True)
        return [(w, q) for w, q in (one.split() for one in lines if one.endswith("\n"))]

    def wait_until_it_buys(self) -> None:
        for _ in range(2_000):
            if len(self.words()) > 1:
                return
            time.sleep(0.01)
        raise AssertionError(self.errors.read_text(encoding="utf-8"))


@pytest.fixture
def start(place: str, tmp_path: Path) -> Iterator[Callable[..., Shopper]]:
    """Starts a process that buys at the place; none of them outlives the test."""
    running: list[Shopper] = []

    def start(name: str, rounds: int, seed: int) -> Shopper:
        running.append(Shopper(tmp_path, place, name, rounds, seed))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.ended(30)


def kept(stock: Inventory, said: list[tuple[str, str]]) -> None:
    """What was said to a buyer is what the books have."""
    last = {quote: word for word, quote in said if word in {"held", *ENDS}}
    for quote, word in last.items():
        found = stock.reservation(quote)
        assert found is not None, quote
        assert found.state == word or word == "held", (quote, word, found.state)


def test_eight_threads_and_one_last_unit(place: str) -> None:
    with Inventory.open(place) as stock:
        stock.set_stock("tee", 3, NOON)
        got: list[str] = []
        start = threading.Barrier(8)

        def buy(name: str) -> None:
            start.wait()
            for number in range(3):
                try:
                    stock.reserve(f"{name}-{number}", {"tee": 1}, NOON + HOUR, NOON)
                    got.append(name)
                except SoldOut:
                    return

        threads = [threading.Thread(target=buy, args=(f"t{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 3
        assert stock.left("tee", NOON).left == 0
        check(stock, NOON)


def test_the_same_quote_from_eight_threads_is_one_reservation(place: str) -> None:
    with Inventory.open(place) as stock:
        for sku in SKUS:
            stock.set_stock(sku, 10, NOON)
        start = threading.Barrier(8)
        answers: Counter[str] = Counter()

        def buy(number: int) -> None:
            start.wait()
            try:
                stock.reserve("q", {SKUS[number % 2]: 1}, NOON + HOUR, NOON)
                answers["held"] += 1
            except RequestError as error:
                answers[error.code] += 1

        threads = [threading.Thread(target=buy, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == {"held": 4, "reservation_differs": 4}
        assert sum(stock.left(sku, NOON).reserved for sku in SKUS) == 1
        check(stock, NOON)


@pytest.mark.slow
def test_processes_race_for_the_last_units(place: str, start: Callable[..., Shopper]) -> None:
    totals = dict(zip(SKUS, (40, 25, 60), strict=True))
    runs = [start(f"p{n}", 40, n) for n in range(8)]  # no table is there yet
    with Inventory.open(place) as stock:
        for sku, total in totals.items():
            stock.set_stock(sku, total, NOON)
        for run in runs:
            assert run.ended(120) == 0, run.errors.read_text(encoding="utf-8")
        said = [one for run in runs for one in run.words()]
        kept(stock, said)
        check(stock, LATE)
        for sku, total in totals.items():
            level = stock.left(sku, LATE)
            assert (level.total, level.reserved) == (total, 0)


@pytest.mark.slow
def test_killed_on_the_way_nothing_is_promised_twice_and_none_lost(
    place: str, start: Callable[..., Shopper]
) -> None:
    luck = random.Random(7)
    with Inventory.open(place) as stock:
        for sku in SKUS:
            stock.set_stock(sku, 300, NOON)
    said: list[tuple[str, str]] = []
    for turn in range(4):
        runs = [start(f"k{turn}-{n}", 10_000, 10 * turn + n) for n in range(3)]
        for run in runs:
            run.wait_until_it_buys()
        time.sleep(luck.uniform(0.02, 0.2))
        for run in runs:
            run.process.kill()
        for run in runs:
            assert run.ended(30) == -signal.SIGKILL
            said += run.words()
        with Inventory.open(place) as stock:
            kept(stock, said)
            check(stock, NOON)
    assert any(word == "sold" for word, _ in said)
    with Inventory.open(place) as stock:
        before = {sku: stock.left(sku, LATE) for sku in SKUS}
        assert all(level.reserved == 0 for level in before.values())
        for sku, level in before.items():
            assert 0 < level.left < 300
            stock.reserve(f"last-{sku}", {sku: level.left}, LATE + HOUR, LATE)
            stock.commit(f"last-{sku}", LATE)
            with pytest.raises(SoldOut):
                stock.reserve(f"more-{sku}", {sku: 1}, LATE + HOUR, LATE)
            assert stock.left(sku, LATE).sold == 300
        check(stock, LATE)


@pytest.mark.slow
def test_the_server_crashes_and_comes_back(postgres: Cluster, postgres_url: str) -> None:
    with Inventory.open(postgres_url) as stock:
        stock.set_stock("tee", 2, NOON)
        stock.reserve("q1", {"tee": 1}, NOON + HOUR, NOON)
        postgres.stop(signal.SIGQUIT)
        with pytest.raises(ProviderError) as error:
            stock.reserve("q2", {"tee": 1}, NOON + HOUR, NOON)
        assert error.value.retryable
        postgres.start()
        assert stock.left("tee", NOON).left == 1
        assert stock.commit("q1", NOON).state == "sold"
        check(stock, NOON)
