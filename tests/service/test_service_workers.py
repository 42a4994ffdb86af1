"""Two real services on one Redis: one feed, cards that each honours, limits that both count."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from live_stage import free_port
from shop_files import Files

import landedcost
from landedcost.ports.flow import Secret
from landedcost.service.access import ApiKey
from landedcost.service.problems import Problem
from landedcost.service.shared_limits import SharedBuckets

SOURCE = Path(landedcost.__file__).parents[1]
LET = ApiKey("till", b"", frozenset({"price"}), per_minute=60, burst=60)


def until(what: Callable[[], Any], seconds: int = 30) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


class Service:
    def __init__(self, files: Files, redis: str, port: int, *more: str) -> None:
        self.log = files.folder / f"{port}.log"
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=files.header, timeout=10
        )
        command = [sys.executable, "-m", "landedcost", "service", "serve", str(files.catalog)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--config", str(files.config), "--port", str(port), *more],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(SOURCE), "LANDEDCOST_REDIS": redis},
            )

    @property
    def health(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self.http.get("/healthz").json()
        except httpx.TransportError:
            return {"status": "", "parts": {"feed": {}}}
        return found

    @property
    def feed(self) -> dict[str, Any]:
        found: dict[str, Any] = self.health["parts"]["feed"]
        return found

    def price(self, market: str) -> dict[str, Any]:
        for card in self.http.get("/state").json()["cards"]:
            if card["market"] == market:
                found: dict[str, Any] = card["price"]
                return found
        raise AssertionError(market)

    def reconnect(self) -> None:
        """Perhaps to another worker."""
        url, headers = self.http.base_url, self.http.headers
        self.http.close()
        self.http = httpx.Client(base_url=url, headers=headers, timeout=10)

    def end(self) -> None:
        self.http.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()


@pytest.fixture
def services(server: Any, tmp_path: Path) -> Iterator[list[Service]]:
    files = Files(tmp_path)
    found = [Service(files, server.url, free_port()) for _ in range(2)]
    yield found
    for one in found:
        one.end()


@pytest.mark.slow
def test_two_services_show_one_feed(server: Any, services: list[Service]) -> None:
    one, two = services
    until(lambda: [s.feed.get("feed") for s in services] == ["shared", "shared"])
    assert sorted([one.feed["leads"], two.feed["leads"]]) == [False, True]
    until(lambda: one.feed["event"] == two.feed["event"])
    for service, rate in ((one, "0.70"), (two, "0.95")):
        told = service.http.post("/v1/facts", json={"rates": {"USD/EUR": rate}}).json()
        assert told["event"], told
        until(lambda told=told: one.feed["event"] == two.feed["event"] == told["event"])
    assert one.price("DE") == two.price("DE")
    bad = [s.http.post("/v1/facts", json={"rates": {"USD/EUR": "no"}}) for s in services]
    assert [answer.status_code for answer in bad] == [422, 422]
    assert bad[0].json() == bad[1].json()

    card = one.price("DE")
    for service in services:
        answer = service.http.post("/v1/quotes", json={"card": card["quote"], "reserve": True})
        assert answer.status_code == 201, answer.text
        assert answer.json()["held"]["reserved"] == {"tee": 1, "mug": 1}
    until(lambda: [_left(s) for s in services] == [43, 43])

    server.stop()
    until(lambda: [s.feed.get("feed") for s in services] == ["alone", "alone"])
    assert [s.health["status"] for s in services] == ["degraded", "degraded"]
    for service in services:
        answer = service.http.post("/v1/quotes", json={"card": card["quote"]})
        assert answer.status_code == 201, answer.text
        told = service.http.post("/v1/facts", json={"rates": {"USD/EUR": "0.80"}}).json()
        assert told["event"], told
    server.start()
    until(lambda: [s.feed.get("feed") for s in services] == ["shared", "shared"])
    until(lambda: one.feed["event"] == two.feed["event"])
    assert one.price("DE") == two.price("DE")
    until(lambda: [s.health["status"] for s in services] == ["ok", "ok"])
    for service in services:
        assert "redis://" not in service.log.read_text()
        assert "Traceback" not in service.log.read_text()


def _left(service: Service) -> int:
    left: int = service.http.get("/state").json()["cards"][0]["stock"]["left"]
    return left


@pytest.mark.slow
def test_two_workers_of_one_service_show_one_feed(server: Any, tmp_path: Path) -> None:
    service = Service(Files(tmp_path), server.url, free_port(), "--workers", "2")
    try:
        seen = set()

        def both() -> bool:
            service.reconnect()
            feed = service.feed
            if feed.get("feed") == "shared":
                seen.add(feed["leads"])
            return seen == {True, False}

        until(both)
    finally:
        service.end()


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_key_has_its_share_over_all_workers(server: Any) -> None:
    ones = [SharedBuckets(lambda: 1, Secret(server.url), [LET]) for _ in range(2)]
    async with anyio.create_task_group() as tasks:
        for one in ones:
            tasks.start_soon(one.run)
        await anyio.sleep(0.3)
        for one in ones:
            for _ in range(20):
                one.take(LET)
        await anyio.sleep(0.7)
        for one in ones:
            assert 0 < _taken(one) <= 20
        server.stop()
        await anyio.sleep(0.8)
        assert all(one.alone for one in ones)
        assert [_taken(one) for one in ones] == [0, 0]
        tasks.cancel_scope.cancel()


def _taken(buckets: SharedBuckets) -> int:
    """How many requests are let in until one is refused with 429."""
    count = 0
    try:
        while count < 100:
            buckets.take(LET)
            count += 1
    except Problem as refused:
        return count if refused.status == 429 else -1
    return -1
