"""Two processes and a Redis: one feed, through the end of a worker and of the server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from live_stage import free_port

pytestmark = pytest.mark.slow
WORKER = Path(__file__).resolve().parents[1] / "live_worker.py"
LEASE_MS, ALONE_MS = 1_000, 1_500


def until(what: Callable[[], Any], seconds: int = 30) -> Any:
    """What is true by then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(f"not within {seconds} s: {what}")


class Worker:
    def __init__(self, redis: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.errors = folder / f"{self.port}.log"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, str(WORKER), redis, str(self.port), str(LEASE_MS), str(ALONE_MS)],
                stderr=errors,
            )

    def get(self, path: str) -> Any:
        try:
            return httpx.get(self.url + path, timeout=3).json()
        except httpx.HTTPError:
            return {}

    @property
    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/healthz")
        return found

    @property
    def mode(self) -> str:
        return str(self.health.get("mode"))

    def tell(self, rate: str) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.post(
            self.url + "/facts", json={"USD/EUR": rate}, timeout=6
        ).json()
        return answer

    def send(self, what: signal.Signals) -> None:
        os.kill(self.process.pid, what)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait(10)


class Page:
    """Listens to a worker; when it is gone, to the next, from where it left off."""

    def __init__(self, *workers: Worker) -> None:
        self.workers = list(workers)
        self.seen: list[dict[str, Any]] = []
        self.over = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        turn = 0
        while not self.over:
            last = self.last
            headers = {"Last-Event-ID": last} if last else {}
            try:
                url = self.workers[turn % len(self.workers)].url
                with httpx.stream("GET", f"{url}/stream", headers=headers, timeout=4) as answer:
                    for line in answer.iter_lines():
                        if line.startswith("data: "):
                            told = json.loads(line[6:])
                            del told["now"]
                            self.seen.append(told)
                        if self.over:
                            return
            except httpx.HTTPError:
                turn += 1
            time.sleep(0.05)

    @property
    def last(self) -> str:
        return f"{self.seen[-1]['epoch']}-{self.seen[-1]['n']}" if self.seen else ""

    @property
    def cards(self) -> dict[str, str]:
        """What is on show."""
        found: dict[str, str] = {}
        for told in self.seen:
            if told["kind"] == "snapshot":
                found = {}
            for card in told["cards"]:
                found[card["market"]] = card["price"]["text"]
        return found

    def check(self) -> None:
        """Each number of an epoch once, none left out, and none after a later one."""
        before: dict[str, Any] | None = None
        for told in self.seen:
            if told["kind"] == "change":
                assert before is not None
                assert (told["epoch"], told["n"]) == (before["epoch"], before["n"] + 1)
            elif before is not None and before["epoch"] == told["epoch"]:
                assert told["n"] > before["n"]
            before = told


def agree(*pages: Page) -> None:
    """Whoever told it, an id stands for the same change."""
    known: dict[str, dict[str, Any]] = {}
    for page in pages:
        page.check()
        for told in page.seen:
            if told["kind"] == "change":
                assert known.setdefault(f"{told['epoch']}-{told['n']}", told) == told


class Stage:
    def __init__(self, server: Any, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.workers: list[Worker] = []
        self.pages: list[Page] = []
        for _ in range(2):
            self.add()

    def add(self) -> Worker:
        made = Worker(self.server.url, self.folder)
        self.workers.append(made)
        return made

    def page(self, *workers: Worker) -> Page:
        made = Page(*workers)
        self.pages.append(made)
        until(lambda: made.cards)
        return made

    def settled(self) -> tuple[Worker, Worker]:
        """The leader and one that follows, with the same feed."""

        def found() -> Any:
            healths = [worker.health for worker in self.workers]
            modes = sorted(str(one.get("mode")) for one in healths)
            same = len({one.get("event") for one in healths}) == 1
            return same and modes[-1:] == ["leads"] and set(modes[:-1]) == {"follows"}

        until(found)
        leader = next(one for one in self.workers if one.mode == "leads")
        return leader, next(one for one in self.workers if one is not leader)

    def end(self) -> None:
        if self.server.process is not None:
            self.server.process.send_signal(signal.SIGCONT)
        for page in self.pages:
            page.over = True
        for worker in self.workers:
            worker.end()
        for page in self.pages:
            page.thread.join(10)


@pytest.fixture
def stage(server: Any, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(server, tmp_path)
    try:
        made.settled()
        yield made
    finally:
        made.end()


def test_a_tick_reaches_pages_on_both_workers_under_the_same_ids(stage: Stage) -> None:
    leader, other = stage.settled()
    one, two = stage.page(leader), stage.page(other)
    assert one.last == two.last
    for worker, rate in ((leader, "0.70"), (other, "0.80"), (leader, "0.75")):
        answer = worker.tell(rate)
        assert (answer["touched"], answer["changed"], answer["spared"]) == (1, 1, 4)
        until(lambda answer=answer: one.last == two.last == answer["event"])
    assert [told["kind"] for told in one.seen] == ["snapshot", *["change"] * 3]
    assert one.seen == two.seen
    for worker in (leader, other):
        assert worker.tell("-1")["error"]["code"] == "bad_rate"
        assert worker.health["feed"] == "shared"
    agree(one, two)
    late = stage.add()
    until(lambda: late.mode == "follows")
    three = stage.page(late)
    assert three.last == one.last
    assert three.cards == one.cards
    leader.tell("0.71")
    until(lambda: one.last == two.last == three.last)
    agree(one, two, three)


def test_when_the_leader_is_killed_another_goes_on(stage: Stage) -> None:
    leader, other = stage.settled()
    one, two = stage.page(leader, other), stage.page(other)
    ids = []
    for rate in ("0.70", "0.80"):
        answer = leader.tell(rate)
        until(lambda answer=answer: one.last == answer["event"])
        card = next(c for c in one.seen[-1]["cards"] if c["market"] == "de-DE")
        id = card["price"]["quote"]
        ids.append((id, leader.get(f"/offered/{id}")))
    shown, last = one.cards, one.last
    leader.send(signal.SIGKILL)
    leader.process.wait(10)
    start = time.monotonic()
    stage.workers.remove(leader)
    until(lambda: other.mode == "leads")
    assert time.monotonic() - start < (LEASE_MS + 4_000) / 1_000
    assert other.get("/state")["epoch"] == last.partition("-")[0]
    assert two.cards == shown
    for id, told in ids:
        assert told["total"] > 0
        assert other.get(f"/offered/{id}") == told
    answer = other.tell("0.85")
    until(lambda: one.last == two.last == answer["event"])
    agree(one, two)
    assert [told["kind"] for told in one.seen].count("snapshot") == 1


def test_a_leader_that_was_held_up_does_not_write_over_the_next(stage: Stage) -> None:
    leader, other = stage.settled()
    one, two = stage.page(leader, other), stage.page(other)
    leader.send(signal.SIGSTOP)
    until(lambda: other.mode == "leads")
    for rate in ("0.70", "0.80"):
        other.tell(rate)
    leader.send(signal.SIGCONT)
    answer = leader.tell("0.75")  # it may be the first thing that it does
    assert answer["changed"] == 1
    until(lambda: leader.mode == "follows")
    assert other.mode == "leads"
    until(lambda: one.last == two.last == answer["event"])
    assert one.cards == two.cards
    agree(one, two)


@pytest.mark.parametrize("how", ["killed", "held up"])
def test_without_the_server_each_goes_on_alone_and_then_as_one_again(
    stage: Stage, how: str
) -> None:
    leader, other = stage.settled()
    one, two = stage.page(leader), stage.page(other)
    first = leader.tell("0.70")["event"]
    until(lambda: one.last == two.last == first)
    (id,) = {c["price"]["quote"] for c in one.seen[-1]["cards"] if c["market"] == "de-DE"}
    shown = one.cards
    if how == "killed":
        stage.server.process.kill()
        stage.server.process.wait(10)
        stage.server.process = None
    else:
        os.kill(stage.server.process.pid, signal.SIGSTOP)
    start = time.monotonic()
    until(lambda: leader.mode == other.mode == "alone")
    assert time.monotonic() - start < (ALONE_MS + 5_000) / 1_000
    for worker in (leader, other):
        assert worker.health["feed"] == "alone"
        assert worker.health["state"] == "degraded"
        assert worker.get(f"/offered/{id}")["total"] > 0
    assert one.cards == two.cards == shown
    assert one.last != two.last
    told = {
        worker: worker.tell(rate)["event"] for worker, rate in ((leader, "0.80"), (other, "0.90"))
    }
    until(lambda: one.last == told[leader] and two.last == told[other])
    alone = two.cards
    assert one.cards != alone
    if how == "killed":
        stage.server.start()
    else:
        os.kill(stage.server.process.pid, signal.SIGCONT)
    stage.settled()
    until(lambda: one.last == two.last)
    # The rate that was told last counts, whichever worker it was told to.
    until(lambda: one.cards == two.cards == alone)
    answer = leader.tell("0.77")
    until(lambda: one.last == two.last == answer["event"])
    agree(one, two)
    for worker in (leader, other):
        assert worker.health["state"] == "ok"
        text = worker.errors.read_text()
        assert text.count("going on alone") == 1
        assert "Traceback" not in text
        assert "redis://" not in text


def test_through_a_storm_no_id_stands_for_two_changes(stage: Stage) -> None:
    leader, other = stage.settled()
    one, two = stage.page(leader), stage.page(other)
    over = threading.Event()

    def ticks(worker: Worker, first: int) -> None:
        step = first
        while not over.is_set():
            step += 2
            worker.tell(f"0.{60 + step % 35}")
            time.sleep(0.02)

    threads = [threading.Thread(target=ticks, args=(w, n)) for n, w in enumerate(stage.workers)]
    for thread in threads:
        thread.start()
    for worker in (leader, other):
        time.sleep(0.7)
        worker.send(signal.SIGSTOP)
        time.sleep(LEASE_MS * 3 / 2_000)
        worker.send(signal.SIGCONT)
    time.sleep(0.7)
    over.set()
    for thread in threads:
        thread.join(10)
    stage.settled()
    until(lambda: one.last == two.last)
    assert one.cards == two.cards
    assert len(one.seen) > 20
    agree(one, two)


def test_a_server_that_lost_what_it_kept_is_given_it_anew(stage: Stage) -> None:
    leader, other = stage.settled()
    one, two = stage.page(leader), stage.page(other)
    first = leader.tell("0.70")["event"]
    until(lambda: one.last == two.last == first)
    shown, epoch = one.cards, one.last.partition("-")[0]
    with closing(redis.Redis.from_url(stage.server.url, protocol=2)) as client:
        client.delete(*client.keys("*:base"))
        late = stage.add()  # it has nothing to start from
        stage.settled()
        three = stage.page(late)
        client.flushall()
    until(lambda: stage.settled() and one.last == two.last == three.last)
    assert one.cards == two.cards == three.cards == shown
    assert one.last.partition("-")[0] != epoch
    answer = two.workers[0].tell("0.80")
    until(lambda: one.last == two.last == three.last == answer["event"])
    agree(one, two, three)
