"""A thousand who ask at once: an answer for each, the same for all, and no error."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import pytest
from service_stage import NOON, REQUEST, app_of, client

from landedcost import LandedCost
from landedcost.contract import build_request

BENCH = Path(__file__).resolve().parents[2] / "benchmarks" / "service.py"
MANY = 1_000


@pytest.mark.anyio
async def test_a_thousand_at_once_have_one_answer_and_no_error() -> None:
    statuses: Counter[int] = Counter()
    answers: set[bytes] = set()
    request = {k: v for k, v in REQUEST.items() if "rates" not in k}
    async with client(app_of(), timeout=60) as http:

        async def one() -> None:
            found = await http.post("/v1/price", json=request)
            statuses[found.status_code] += 1
            answers.add(found.content)

        async with anyio.create_task_group() as tasks:
            for _ in range(MANY):
                tasks.start_soon(one)
    assert statuses == {200: MANY}
    assert len(answers) == 1


@pytest.mark.slow
def test_the_real_service_answers_a_thousand_connections() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCH), "--callers", "1000", "--count", "2000"],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].split()[0] == "1,000"


@pytest.mark.anyio
async def test_kept_markets_are_told_apart() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"buyer": {"country": "ES"}},
        {"buyer": {"country": "ES", "postal_code": "35001"}},
        {"buyer": {"country": "DE", "locale": "en-US"}},
        {"buyer": {"country": "DE", "kind": "business"}},
        {"seller": {"country": "US", "registrations": []}},
        {"ship_from": {"country": "CN"}},
        {"terms": "DAP"},
        {"channel": "courier"},
        {"currency": "USD"},
        {"as_of": "2026-09-30"},
        {"rates": {"USD/EUR": "0.5"}},
        {"customs_rates": {"USD/EUR": "0.5"}},
    ]
    shop = LandedCost("US")
    async with client(app_of(shop)) as http:
        for change in [*changes, *reversed(changes)]:
            asked = {**REQUEST, **change}
            found = (await http.post("/v1/price", json=asked)).json()
            assert found == shop.price(build_request(asked, as_of=None, clock=NOON.date)).as_dict()
