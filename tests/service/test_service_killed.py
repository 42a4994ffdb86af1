"""The real service, killed in a storm of reservations: no unit promised twice, none lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from live_stage import free_port
from shop_files import Files
from stock_books import check

import landedcost
from landedcost.inventory import Inventory

SOURCE = Path(landedcost.__file__).parents[1]
TOTAL = {"tee": 60, "mug": 45}
KINDS: tuple[dict[str, int], ...] = ({"tee": 1}, {"mug": 1}, {"tee": 1, "mug": 1})
LINE = {
    "id": "tee",
    "unit_price": {"amount": "25.00", "currency": "USD"},
    "hs_code": "6109.10",
    "origin": "VN",
    "weight_g": 180,
}
REQUEST = {
    "seller": {"country": "US", "registrations": ["IOSS"]},
    "buyer": {"country": "DE"},
    "lines": [LINE],
    "shipping": {"amount": "9.00", "currency": "USD"},
    "rates": {"USD/EUR": "0.86"},
    "customs_rates": {"USD/EUR": "0.86"},
}


class Service:
    """The process of a service; it can be killed and started again."""

    def __init__(self, files: Files, database: str, port: int) -> None:
        self.files, self.database = files, database
        self.url = f"http://127.0.0.1:{port}"
        self.log = files.folder / "service.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "landedcost", "service", "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, str(self.files.catalog), "--config", str(self.files.config)],
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "PYTHONPATH": str(SOURCE),
                    "LANDEDCOST_DATABASE": self.database,
                },
            )
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/healthz", timeout=5).json()["status"] == "ok":
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            assert self.process.wait(30) == -signal.SIGKILL
            self.process = None


class Buyers:
    """Threads that hold and accept as fast as they can, and what each was told."""

    def __init__(self, service: Service, seed: int, count: int = 4) -> None:
        self.held: dict[str, dict[str, int]] = {}
        self.sold: set[str] = set()
        self._service, self._seed = service, seed
        self._threads = [threading.Thread(target=self._buy, args=(n,)) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def _buy(self, number: int) -> None:
        luck = random.Random(self._seed * 100 + number)
        service = self._service
        with httpx.Client(base_url=service.url, headers=service.files.header, timeout=30) as http:
            for _ in range(400):
                units = luck.choice(KINDS)
                try:
                    body = {"request": REQUEST, "reserve": units}
                    made = http.post("/v1/quotes", json=body)
                    if made.status_code == 409:  # sold out
                        assert made.json()["error"]["code"] == "sold_out", made.text
                        continue
                    assert made.status_code == 201, made.text
                    hold_id = made.json()["held"]["id"]
                    self.held[hold_id] = units
                    if luck.random() < 0.4:
                        done = http.post(f"/v1/quotes/{hold_id}/accept")
                        assert done.status_code == 200, done.text
                        self.sold.add(hold_id)
                except httpx.TransportError:
                    return  # it was killed under us

    def wait_for_sales(self, count: int) -> None:
        for _ in range(3_000):
            if len(self.sold) >= count:
                return
            time.sleep(0.01)
        raise AssertionError("nobody bought anything")

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()


@pytest.mark.slow
def test_killed_in_a_storm_of_reservations(database: str, tmp_path: Path) -> None:
    port = free_port()
    files = Files(tmp_path, port)
    service = Service(files, database, port)
    held: dict[str, dict[str, int]] = {}
    sold: set[str] = set()
    luck = random.Random(11)
    try:
        for turn in range(3):
            service.start()
            buyers = Buyers(service, turn)
            buyers.wait_for_sales(2)
            time.sleep(luck.uniform(0.02, 0.2))
            service.kill()
            buyers.wait()
            held |= buyers.held
            sold |= buyers.sold
        service.start()
        assert len(sold) >= 6
        with Inventory.open(database) as stock:
            now = datetime.now(UTC)
            check(stock, now)
            for hold_id, units in held.items():
                found = stock.reservation(hold_id)
                assert found is not None, "promised, and the stock does not know of it"
                assert dict(found.units) == units
                assert found.state == "sold" or hold_id not in sold
        with httpx.Client(base_url=service.url, headers=files.header, timeout=30) as http:
            for hold_id in held:  # every promise is kept, also one whose answer was lost
                found = http.post(f"/v1/quotes/{hold_id}/accept").json()
                assert found["honoured"] is True, found
            levels = {}
            for sku in TOTAL:
                body = {"request": REQUEST, "reserve": {sku: 1}}
                while (made := http.post("/v1/quotes", json=body)).status_code == 201:
                    held[made.json()["held"]["id"]] = {sku: 1}
                assert made.json()["error"]["code"] == "sold_out"
        with Inventory.open(database) as stock:
            later = datetime.now(UTC) + timedelta(hours=1)
            before = {sku: stock.left(sku, datetime.now(UTC)) for sku in TOTAL}
            for sku, total in TOTAL.items():
                mine = sum(units.get(sku, 0) for units in held.values())
                lost = total - mine  # held, and killed before it could be told
                assert before[sku].total == total
                assert before[sku].left == 0
                assert 0 <= lost <= 4 * 3
                levels[sku] = stock.left(sku, later)
                assert levels[sku].reserved == 0  # what nobody was told comes back
                assert levels[sku].left == total - levels[sku].sold
            check(stock, later)
    finally:
        service.kill()
    log = service.log.read_text(encoding="utf-8")
    assert files.token not in log
    assert "correct-horse" not in log
    assert "Traceback" not in log, log
