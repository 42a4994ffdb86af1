"""Measure prices in columns against single prices and a pandas loop, in one run.

Prints quotes a second and core, ratios, and bytes a quote; with ``--plot`` draws how the time
grows. Times are of the processor, not of the clock, so that other work on the machine shifts
them less; each is the best of several rounds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalogue import DAY, MARKETS, ORIGINS, catalogue, codes, piece, shop
from landedcost import Bundle, Buyer, Line, Quote
from landedcost.bulk import Pricer
from landedcost.bulk.baskets import Baskets
from landedcost.dates import day
from pandas_loop import price_frame

SAMPLE = 2_000
RATE = "0.7526"
TARGETS = {1: 100, 3: 40}
"""How many times the throughput of ``price_for`` a million quotes should have, by lines."""
MOST_BYTES = 300


@dataclass
class Row:
    """One way of pricing, measured: ``quotes`` of them, in nanoseconds of one core each."""

    way: str
    lines: int
    quotes: int
    ns: float


def best(work: Callable[[], object], rounds: int, quotes: int) -> float:
    """Nanoseconds of processor time a quote, the least disturbed of some rounds."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found) / quotes * 1e9


def sample(lines: int) -> tuple[list[Bundle], Baskets]:
    """Some bundles, read from rows as a shop would."""
    baskets = Baskets(piece(1, SAMPLE, lines))
    return [baskets.bundle(k) for k in range(SAMPLE)], baskets


def single(lines: int, rounds: int) -> list[Row]:
    """``price_for`` on every market, warm, and with each bundle made from its row before."""
    bundles, baskets = sample(lines)
    buyers, today = [Buyer(market) for market in MARKETS], day(DAY, "as_of")

    def warm() -> None:
        for buyer in buyers:
            for bundle in bundles:
                shop().price_for(bundle, buyer, as_of=today)

    def made() -> None:
        for k in range(SAMPLE // 4):
            baskets.bundle(k)

    warm()
    count = SAMPLE * len(MARKETS)
    price, make = best(warm, rounds, count), best(made, rounds, SAMPLE // 4)
    return [
        Row("price_for, warm", lines, count, price),
        Row("price_for, each bundle made once for ten markets", lines, count, price + make / 10),
        Row("price_for, each bundle made anew", lines, count, price + make),
    ]


def run(pricer: Pricer, batches: Iterable[pa.RecordBatch]) -> int:
    """Every price of some batches on one thread, none of them kept; how many there are."""
    return sum(part.num_rows for part in pricer.batches(batches))


def columns(lines: int, quotes: int, rounds: int, **how: Any) -> Row:
    """A catalogue on the ten markets, or on those given."""
    markets = how.pop("markets", MARKETS)
    batches = list(catalogue(quotes // len(markets), lines, **how))
    pricer = Pricer(shop(), markets, as_of=DAY)
    run(pricer, batches)
    ns = best(lambda: run(pricer, batches), rounds, quotes)
    way = f"columns, {len(markets)} market{'s' if len(markets) > 1 else ''}"
    return Row(way + (", prices as text" if how.get("text") else ""), lines, quotes, ns)


def first_run(lines: int, quotes: int) -> Row:
    """The same with nothing learnt yet: rules compiled, each kind of line looked up."""
    batches = list(catalogue(quotes // len(MARKETS), lines))
    start = time.process_time()
    run(Pricer(shop(), MARKETS, as_of=DAY), batches)
    ns = (time.process_time() - start) / quotes * 1e9
    return Row("columns, 10 markets, the first run", lines, quotes, ns)


def naive(rounds: int) -> Row:
    """The loop over a pandas frame; it stops the bench if its pence are others than ours."""
    pinned = {"USD/GBP": RATE}
    pricer = Pricer(shop(), ["GB"], as_of=DAY, rates=pinned, customs_rates=pinned)
    duties = {(c, o): rate for c in codes() for o in ORIGINS if (rate := british(pricer, c, o))}
    table = pa.Table.from_batches([piece(2, 20_000, 1, text=True)])
    keys = zip(table["hs_code"].to_pylist(), table["origin"].to_pylist(), strict=True)
    table = table.filter(pa.array([key in duties for key in keys]))
    rates = {key: Decimal(text.rstrip("%")) / 100 for key, text in duties.items()}
    frame = table.to_pandas()

    def loop() -> list[int]:
        return price_frame(frame, rates, Decimal(RATE), Decimal(RATE))

    if loop() != pricer.table(table)["total_minor"].to_pylist():
        raise SystemExit("the pandas loop and the columns do not agree")
    return Row(
        "a loop over pandas with Decimal, one lane", 1, len(frame), best(loop, rounds, len(frame))
    )


def british(pricer: Pricer, code: str, origin: str) -> str:
    """The duty of a code in Great Britain where it is a plain percentage, else nothing."""
    line = Line("x", "700.00 USD", hs_code=code, origin=origin, weight_g=300)
    quote: Quote = pricer.market("GB").price(Bundle([line], shipping="9.00 USD"))
    rates = [c.why.rate for c in quote.charges if c.kind == "duty"]
    text = "0%" if rates == ["Free"] else rates[0]
    return text if len(rates) == 1 and text[:-1].replace(".", "").isdigit() else ""


def agree(lines: int) -> None:
    """Stop unless columns give what single prices give."""
    bundles, _ = sample(lines)
    pricer = Pricer(shop(), MARKETS, as_of=DAY)
    found = pricer.price(piece(1, SAMPLE, lines)).rows["total_minor"].to_pylist()
    wanted = [
        pricer.market(market).price(bundle).total_minor for market in MARKETS for bundle in bundles
    ]
    if found != wanted:
        raise SystemExit("columns and single prices do not agree")


def memory(quotes: int, lines: int) -> dict[str, Any]:
    """Bytes a quote over the inputs, streaming and kept, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalogue.arrow")
        batches = catalogue(quotes // len(MARKETS), lines)
        first = next(batches)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, first.schema) as out:
            out.write_batch(first)
            for batch in batches:
                out.write_batch(batch)
        command = [sys.executable, __file__, "--hold", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def hold(path: Path) -> dict[str, Any]:
    """In that process: what is used at most while streaming, and what a kept answer takes."""
    from peak import Peak

    with pa.OSFile(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    batches, pricer = table.to_batches(), Pricer(shop(), MARKETS, as_of=DAY)
    with Peak() as peak:
        start = time.process_time()
        quotes = run(pricer, batches)
        took = time.process_time() - start
    found = {"quotes": quotes, "ns": took / quotes * 1e9, "inputs": table.nbytes / quotes}
    found["streaming"] = peak.used / quotes
    return {**found, "kept": pricer.table(table).nbytes / quotes}


def report(rows: list[Row], used: dict[int, dict[str, Any]]) -> None:
    """Print it all, each lines' rows with the ratio to the warm single price."""
    for lines in sorted({row.lines for row in rows}):
        base = next(r.ns for r in rows if r.lines == lines and r.way == "price_for, warm")
        print(f"\n{lines} line{'s' if lines > 1 else ''} a basket")
        print(f"{'':50}{'quotes':>12}{'ns/quote':>10}{'quotes/s/core':>15}{'ratio':>8}")
        for row in (r for r in rows if r.lines == lines):
            print(
                f"{row.way:50}{row.quotes:12,}{row.ns:10,.0f}{1e9 / row.ns:15,.0f}"
                f"{base / row.ns:8.2f}"
            )
    for lines, found in used.items():
        print(
            f"\nbytes a quote, {lines} line{'s' if lines > 1 else ''}, {found['quotes']:,} quotes: "
            f"{found['inputs']:.0f} of inputs; over them {found['streaming']:.0f} streaming, "
            f"{found['kept']:.0f} kept ({found['ns']:.0f} ns/quote)"
        )
    for lines, wanted in TARGETS.items():
        base = next(r.ns for r in rows if r.lines == lines and r.way == "price_for, warm")
        million = [r for r in rows if r.lines == lines and r.way == "columns, 10 markets"]
        if million:
            ratio = base / max(million, key=lambda r: (r.quotes == 10**6, r.quotes)).ns
            print(f"{lines}-line baskets: {ratio:.0f} times price_for, warm; wanted {wanted}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench columns", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a million quotes at most")
    parser.add_argument("--rounds", type=int, default=5, help="of which the best counts")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw how the time grows")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--hold", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hold:
        print(json.dumps(hold(options.hold)))
        return 0
    sizes = [10_000, 100_000, 1_000_000] + ([] if options.short else [10_000_000])
    rows: list[Row] = []
    for lines in (1, 3):
        agree(lines)
        rows += single(lines, options.rounds)
        rows += [columns(lines, quotes, options.rounds) for quotes in sizes]
        rows.append(first_run(lines, sizes[2]))
        rows.append(columns(lines, 1_000_000, options.rounds, markets=["DE"]))
        rows.append(columns(lines, 1_000_000, options.rounds, markets=["DE"], text=True))
    rows.append(naive(options.rounds))
    used = {lines: memory(sizes[-1], lines) for lines in (1, 3)}
    if options.json:
        print(json.dumps({"rows": [vars(row) for row in rows], "bytes": used}))
    else:
        print(f"{len(codes()) * len(ORIGINS):,} kinds of article, {', '.join(MARKETS)}")
        report(rows, used)
    if options.plot:
        from growth import draw

        draw(rows, options.plot)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
