"""Ask a running service many times at once, and print how long answers took.

The service runs in a process of its own on this machine, with cached facts and no live source.
Callers keep their connections; each asks again as soon as it is answered.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from socket import socket
from typing import Any

import anyio
import httpx
from anyio.streams.buffered import BufferedByteReceiveStream

REQUEST: dict[str, Any] = {
    "seller": {"country": "US", "registrations": ["IOSS"]},
    "buyer": {"country": "DE", "locale": "de-DE"},
    "lines": [
        {
            "id": name,
            "quantity": 2,
            "unit_price": {"amount": "25.00", "currency": "USD"},
            "hs_code": "6109.10",
            "origin": "VN",
            "weight_g": 180,
        }
        for name in ("tee", "shirt", "tank")
    ],
    "shipping": {"amount": "9.00", "currency": "USD"},
}
SHARES = (50, 90, 99, 100)


def free_port() -> int:
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def served(folder: Path, port: int, workers: int) -> subprocess.Popen[bytes]:
    config = folder / "service.toml"
    config.write_text(f"[server]\nport = {port}\nworkers = {workers}\n", encoding="utf-8")
    command = [sys.executable, "-m", "landedcost", "service", "serve", "--config", str(config)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(os.environ))


def wait(url: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{url}/healthz").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the service did not start")


async def ask(port: int, callers: int, count: int) -> tuple[list[int], Counter[int], int]:
    """Nanoseconds of each answer, the statuses, and nanoseconds of all.

    Over plain sockets: a client library would be most of what is measured.
    """
    took: list[int] = []
    statuses: Counter[int] = Counter()
    left = iter(range(count))
    body = json.dumps(REQUEST).encode()
    head = (
        f"POST /v1/price HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body

    async def one() -> None:
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            wire = BufferedByteReceiveStream(stream)
            for _ in left:
                start = time.perf_counter_ns()
                await stream.send(request)
                told = (await wire.receive_until(b"\r\n\r\n", 10_000)).decode().lower()
                await wire.receive_exactly(int(told.partition("content-length: ")[2].split()[0]))
                took.append(time.perf_counter_ns() - start)
                statuses[int(told.split()[1])] += 1

    start = time.perf_counter_ns()
    async with anyio.create_task_group() as tasks:
        for _ in range(callers):
            tasks.start_soon(one)
    return took, statuses, time.perf_counter_ns() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 10, 100, 1_000])
    parser.add_argument("--count", type=int, default=3_000, help="requests for each number")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process = served(Path(folder), port, options.workers)
        try:
            url = f"http://127.0.0.1:{port}"
            wait(url)
            anyio.run(ask, port, 10, 200)
            heads = "".join(f"{f'p{s}' if s < 100 else 'most':>10}" for s in SHARES)
            print(f"milliseconds until an answer of /v1/price, {options.workers} worker(s)")
            print(f"{'callers':>8}{'answers/s':>11}{heads}{'errors':>8}")
            failed = 0
            for callers in options.callers:
                took, statuses, whole = anyio.run(ask, port, callers, max(options.count, callers))
                took.sort()
                spans = [took[max(len(took) * s // 100 - 1, 0)] / 1e6 for s in SHARES]
                errors = sum(n for status, n in statuses.items() if status != 200)
                failed += errors
                cells = "".join(f"{span:>10.1f}" for span in spans)
                rate = len(took) * 1e9 / whole
                print(f"{callers:>8,}{rate:>11,.0f}{cells}{errors:>8,}")
        finally:
            process.terminate()
            process.wait(20)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
