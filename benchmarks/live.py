"""Measure a drop: prices made as text and JSON, and from a rate tick to the last listener.

Prints ratios and times of one run, with the load of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import re
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn

from landedcost import Bundle, Catalog, LandedCost, Line
from landedcost.live.drop import Drop
from landedcost.live.quoted import card_with, price_of
from landedcost.live.serve import create_app
from landedcost.present.headline import headline
from landedcost.present.names import code_beside
from landedcost.quote import money_dict

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
UNTIL = AT + timedelta(minutes=15)
TEXTS = ("de-DE", "en-GB", "ja-JP", "en-US", "fr-CA", "en-AU", "nb-NO", "de-CH")
EURO = [
    "AT", "BE", "BG", "HR", "CY", "EE", "FI", "FR", "DE", "GR", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PT", "SK", "SI", "ES",
]  # fmt: skip
MARKETS = [
    *EURO, "GB", "US", "CA", "AU", "NZ", "NO", "CH", "JP", "SG", "CZ", "DK", "HU", "PL", "RO", "SE",
    "de-CH", "fr-CH", "fr-CA", "en-IE", "nl-BE", "fr-BE", "sv-FI", "ca-ES", "fr-LU", "de-LU",
    "en-MT", "el-CY", "it-CH", "en-SG",
]  # fmt: skip
LISTENERS = 64
USUAL: dict[str, Any] = {
    "shown": "headline",
    "charm": "usual",
    "sticky": {"band": "1%", "cooldown": "12h"},
}


def bundle(number: int = 0) -> Bundle:
    return Bundle(
        [
            Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180),
            Line("mug", "16.00 USD", hs_code="6912.00", origin="PT", weight_g=350),
            Line("print", "9.00 USD", hs_code="4911.91", origin="US", weight_g=50),
        ],
        shipping="12.00 USD",
        price=f"{59 + number}.00 USD",
    )


def updates(seconds: float) -> tuple[float, int]:
    """Prices of eight markets as cards in JSON, over and over: the rate, and that of the best."""
    shop = LandedCost("US", registrations=["IOSS", "GB-VAT"], tariff_strategy="highest")
    markets = [(tag, shop.market_for(tag, as_of=AT.date())) for tag in TEXTS]
    sold = [bundle(number) for number in range(50)]

    def once() -> int:
        for tag, market in markets:  # as a drop does it: one market after the other
            for one in sold:
                quote = market.price(one)
                price = price_of(quote, valid_until=UNTIL, id="e.1", parts=False)
                card_with("bundle", "Tour tee + mug", tag, quote, price).json.encode()
        return len(sold) * len(markets)

    once()
    gc.collect()
    best, made, start = 0.0, 0, time.perf_counter()
    while time.perf_counter() < start + seconds:
        begun = time.perf_counter()
        count = once()
        best, made = max(best, count / (time.perf_counter() - begun)), made + count
    return best, int(made / (time.perf_counter() - start))


def by_hand(seconds: float) -> float:
    """The yardstick: the same text and JSON from a quote by its documents, as a page might."""
    shop = LandedCost("US", registrations=["IOSS", "GB-VAT"], tariff_strategy="highest")
    markets = [(tag, shop.market_for(tag, as_of=AT.date())) for tag in TEXTS]
    sold = bundle()

    def once() -> None:
        for tag, market in markets:
            quote = market.price(sold)
            front = headline(quote)
            told, amount = front.as_dict(), front.amount
            document = {
                "bundle": "bundle",
                "market": tag,
                "price": {
                    "quote": quote.id,
                    "amount": money_dict(amount),
                    "text": told["text"],
                    "code": code_beside(told["text"], quote.currency),
                    "label": told["label"],
                    "valid_until": UNTIL.isoformat(),
                },
            }
            json.dumps(document, ensure_ascii=False).encode()

    once()
    best, stop = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < stop:
        begun = time.perf_counter()
        once()
        best = max(best, len(markets) / (time.perf_counter() - begun))
    return best


def catalogue(bundles: int, policy: dict[str, Any]) -> Catalog:
    codes = ("6109.10.00", "6912.00", "4911.91", "8523.80", "6110.20", "4901.99")
    items = {
        f"i{n}": {
            "title": f"Article {n}",
            "price": f"{12 + n % 40}.00 USD",
            "hs_code": codes[n % len(codes)],
            "origin": ("VN", "PT", "US", "CZ", "PK")[n % 5],
            "weight_g": 100 + n,
        }
        for n in range(60)
    }
    sold = {
        f"b{n}": {
            "title": f"Bundle number {n}",
            "items": sorted({f"i{n % 60}", f"i{(n * 7 + 3) % 60}"}),
            "price": f"{40 + n % 60}.00 USD",
        }
        for n in range(bundles)
    }
    return Catalog.of(
        {
            "shop": {
                "country": "US",
                "registrations": ["IOSS", "GB-VAT"],
                "tariff_strategy": "highest",
                "shipping": "12.00 USD",
            },
            "items": items,
            "bundles": sold,
            "policy": policy,
        }
    )


async def listen(port: int, heard: dict[str, list[float]]) -> None:
    """One listener: notes when the last byte of each event arrived."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**26)
    writer.write(b"GET /stream HTTP/1.0\r\nHost: bench\r\n\r\n")
    waiting, looked = bytearray(), 0
    while chunk := await reader.read(1 << 20):
        waiting += chunk
        while (end := waiting.find(b"\n\n", looked)) >= 0:
            name = re.search(rb"(?:^|\n)id: (\S+)\nevent", waiting[:2_048])
            if name is not None:
                heard.setdefault(name[1].decode(), []).append(time.perf_counter())
            del waiting[: end + 2]
            looked = 0
        looked = max(0, len(waiting) - 1)


def listeners(port: int, count: int, pipe: Any) -> None:
    """A process of listeners: tells after each event when the last of them had it."""

    async def run() -> None:
        heard: dict[str, list[float]] = {}
        tasks = [asyncio.create_task(listen(port, heard)) for _ in range(count)]
        told: set[str] = set()
        while True:
            await asyncio.sleep(0.002)
            for name, times in list(heard.items()):
                if name not in told and len(times) == count:
                    told.add(name)
                    pipe.send((name, max(times), min(times)))
            if any(task.done() for task in tasks):
                return

    asyncio.run(run())


def told(pipe: Any) -> Any:
    if not pipe.poll(60):
        raise SystemExit("the listeners heard nothing for a minute")
    return pipe.recv()


async def ticks(found: Catalog, rounds: int) -> dict[str, Any]:
    """From a rate tick to the last listener, over some ticks of a rate."""
    import multiprocessing

    begun = time.perf_counter()
    drop = Drop.of(found, MARKETS, at=AT, epoch="bench", pinned=())
    opened = time.perf_counter() - begun
    app = create_app(drop.feed, lambda: datetime.now(UTC))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="on")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=listeners, args=(port, LISTENERS, theirs)
    )
    process.start()
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, told, ours)  # the snapshot
    took, made, touched, spared, sizes, changed = [], [], 0, 0, [], 0
    for number in range(1, rounds + 1):
        await asyncio.sleep(0.3)
        rate = f"0.{8_500 + number * 7}"
        start = time.perf_counter()
        update = drop.rates_moved({"USD/EUR": rate}, AT + timedelta(seconds=number))
        made.append(time.perf_counter() - start)
        touched, spared = len(update.touched), update.spared
        changed = max(changed, len(update.changed))
        if update.event is not None:
            _, last, _ = await loop.run_in_executor(None, told, ours)
            took.append(last - start)
            sizes.append(len(update.event.json(AT)))
    process.terminate()
    process.join()
    server.should_exit = server.force_exit = True
    await serving
    return {
        "cells": len(drop.grid.cells),
        "opened": opened,
        "touched": touched,
        "spared": spared,
        "changed": changed,
        "made": made,
        "took": took,
        "bytes": max(sizes, default=0),
        "errors": len(drop.errors),
    }


def quantile(values: list[float], share: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def drops(bundles: int, rounds: int) -> None:
    print(f"\n{bundles} bundles x {len(MARKETS)} markets, {LISTENERS} listeners, {rounds} ticks")
    for name, policy in (("list prices", {}), ("charm + stickiness", USUAL)):
        found = asyncio.run(ticks(catalogue(bundles, policy), rounds))
        made = found["made"]
        print(
            f"  {name}: {found['touched']:,} cells touched, {found['spared']:,} spared, "
            f"at most {found['changed']:,} changed; {found['errors']} errors; "
            f"opened in {found['opened']:.1f} s"
        )
        each = statistics.median(made) / max(found["touched"], 1) * 1e6
        print(
            f"    tick to event   p50 {quantile(made, 50) * 1e3:6.1f} ms   "
            f"p99 {quantile(made, 99) * 1e3:6.1f} ms   {each:.1f} us a cell touched"
        )
        if found["took"]:
            took = found["took"]
            print(
                f"    to the last page p50 {quantile(took, 50) * 1e3:5.1f} ms   "
                f"p99 {quantile(took, 99) * 1e3:6.1f} ms   {len(took)} events, "
                f"the largest {found['bytes'] / 1e6:.2f} MB"
            )
        else:
            print("    no price changed, and nothing was sent")


def columns(bundles: int) -> None:
    """Landed costs of the touched half of a grid: cell by cell, and in columns."""
    found = catalogue(bundles, {})
    shop, day = found.shop(), AT.date()
    rates = {"USD/EUR": "0.8712"}
    sold = [one.bundle for one in found.bundles.values()]
    opened = [shop.market_for(m, as_of=day) for m in MARKETS]
    for market in opened:
        for one in sold:
            market.price(one)
    pinned = [market.at(market.rates) for market in opened]

    def by_cell() -> None:
        for market in pinned:
            for one in sold:
                market.price(one)

    baskets = found.baskets()

    def in_columns() -> None:
        prices = shop.price_many(baskets, MARKETS, as_of=day, rates=rates, jobs=1)
        len(prices.table)

    scalar, wide = timed(by_cell), timed(in_columns)
    print(
        f"  {bundles:,} bundles x {len(MARKETS)}: cell by cell {scalar * 1e3:.0f} ms, "
        f"in columns {wide * 1e3:.0f} ms, {wide / scalar:.2f} times as long"
    )


def timed(work: Callable[[], object], rounds: int = 3) -> float:
    work()
    best = 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        took = time.perf_counter() - start
        best = took if not best else min(best, took)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--bundles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--columns", action="store_true", help="also cells against columns")
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    print(
        f"load of the machine: {' '.join(f'{one:.1f}' for one in os.getloadavg())}, {cores} cores"
    )
    best, mean = updates(given.seconds)
    hand = by_hand(min(given.seconds, 2.0))
    print(f"price + text + JSON, one process: {best:,.0f} a second at best, {mean:,} on average")
    print(
        f"  {1e6 / best:.1f} us each; by headline() and json.dumps {best / hand:.1f} times as long"
    )
    with ProcessPoolExecutor(cores) as pool:
        several = list(pool.map(updates, [given.seconds] * cores))
    total = sum(one for one, _ in several)
    print(f"{cores} processes: {total:,.0f} a second, {total / best:.2f} times one")
    drops(given.bundles, given.rounds)
    if given.columns:
        print("\nlanded costs anew, all of them")
        for count in (given.bundles, given.bundles * 10):
            columns(count)


if __name__ == "__main__":
    main()
