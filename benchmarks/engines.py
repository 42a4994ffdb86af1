"""From Parquet to Parquet in different engines, by the clock: start-up, reading and writing count.

The same function prices in all of them: batches of baskets in, batches of prices out.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalogue import DAY, MARKETS, catalogue, shop
from landedcost.bulk import Pricer
from landedcost.bulk.answer import SCHEMA


def pricer() -> Pricer:
    """A new pricer, which has learnt nothing yet."""
    return Pricer(shop(), MARKETS, as_of=DAY)


def threads(jobs: int) -> Callable[[Path, Path], None]:
    """One process with some threads."""

    def run(source: Path, target: Path) -> None:
        with pq.ParquetFile(source) as file, pq.ParquetWriter(target, SCHEMA) as out:
            for part in pricer().stream(file.iter_batches(131_072), jobs):
                out.write_batch(part.rows)

    return run


def polars(source: Path, target: Path) -> None:
    """polars' streaming engine."""
    import polars as pl

    from landedcost.bulk import polars as adapter

    adapter.prices(pl.scan_parquet(source), pricer()).sink_parquet(target)


def dask(source: Path, target: Path) -> None:
    """Dask's threads, a task for each row group."""
    import dask

    made = pricer()
    target.mkdir()
    with pq.ParquetFile(source) as file:
        groups = file.num_row_groups

    def one(group: int) -> None:
        with pq.ParquetFile(source) as file:
            pq.write_table(made.table(file.read_row_group(group)), target / f"{group}.parquet")

    dask.compute(*(dask.delayed(one)(group) for group in range(groups)), scheduler="threads")


@contextmanager
def spark_session() -> Iterator[object]:
    """A local Spark on two cores."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    made = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "4g")
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("OFF")
    try:
        yield made
    finally:
        made.stop()


def timed(run: Callable[[Path, Path], None], source: Path, target: Path) -> float:
    """Seconds by the clock."""
    start = time.perf_counter()
    run(source, target)
    return time.perf_counter() - start


def main() -> None:
    """Print quotes a second for each engine."""
    parser = argparse.ArgumentParser(prog="scripts/bench engines", description=__doc__)
    parser.add_argument("--baskets", type=int, default=500_000, help="of three lines each")
    asked = parser.parse_args()
    quotes = asked.baskets * len(MARKETS)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "catalogue.parquet")
        batches = list(catalogue(asked.baskets, 3))
        pq.write_table(pa.Table.from_batches(batches), source, row_group_size=65_536)
        print(f"{asked.baskets:,} baskets of three lines on {len(MARKETS)} markets\n")
        print(f"{'':34}{'seconds':>9}{'quotes/s':>13}")

        def tell(name: str, seconds: float) -> None:
            print(f"{name:34}{seconds:9.2f}{quotes / seconds:13,.0f}", flush=True)

        ways = {"one thread": threads(1), "two threads": threads(2), "polars": polars, "Dask": dask}
        for name, run in ways.items():
            tell(name, timed(run, source, Path(folder, name.replace(" ", "-"))))
        start = time.perf_counter()
        with spark_session() as session:
            print(f"{'Spark starts':34}{time.perf_counter() - start:9.2f}", flush=True)
            from landedcost.bulk import spark

            for name in ("Spark, the first job", "Spark, the second"):

                def run(source: Path, target: Path) -> None:
                    frame = session.read.parquet(str(source))  # type: ignore[attr-defined]
                    spark.prices(frame, pricer()).write.parquet(str(target))

                tell(name, timed(run, source, Path(folder, name.replace(" ", "-"))))


if __name__ == "__main__":
    main()
