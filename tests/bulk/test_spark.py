"""A real local Spark: row by row what one process gives, whatever the partitions."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from catalogs import rows
from pyspark import SparkContext
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from landedcost import LandedCost, RequestError
from landedcost.bulk import Pricer, spark

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]
DAY = "2026-10-01"
MARKETS = ["DE", "GB", "NO"]
SHOP = LandedCost("US", registrations=["IOSS", "GB-VAT"], tariff_strategy="highest")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "price-on-a-cluster.md"
MANY = 200_000


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Two worker threads on this machine, reachable from nowhere else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        start = time.perf_counter()
        made = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "3")
            .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
            .getOrCreate()
        )
        made.sparkContext.setLogLevel("ERROR")
        print(f"\nSpark started in {time.perf_counter() - start:.1f} s")
        yield made
        made.stop()
        gateway = SparkContext._gateway
        assert gateway is not None
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=60)
        SparkContext._gateway = SparkContext._jvm = None


def pricer() -> Pricer:
    return Pricer(SHOP, MARKETS, as_of=DAY)


def catalogue(count: int) -> pa.Table:
    """One-line baskets, some of them wrong."""
    items = rows(count)
    for k in range(0, count, 97):
        items[k]["unit_price"] = "NaN"
    for k in range(5, count, 89):
        items[k]["hs_code"] = None
    return pa.Table.from_pylist(items).append_column("row", pa.array(range(count)))


def nested(count: int) -> pa.Table:
    """Baskets of one to three lines."""
    lines = [{n: v for n, v in item.items() if n != "shipping"} for item in rows(3 * count)]
    return pa.Table.from_pylist(
        [
            {"row": b, "id": f"b{b}", "lines": lines[3 * b : 3 * b + 1 + b % 3], "shipping": "9"}
            for b in range(count)
        ]
    )


def in_spark(session: SparkSession, table: pa.Table, folder: Path) -> DataFrame:
    pq.write_table(table, folder / "catalogue.parquet", row_group_size=20_000)
    return session.read.parquet(str(folder / "catalogue.parquet"))


def in_order(table: pa.Table) -> pa.Table:
    return table.sort_by([("row", "ascending"), ("market", "ascending")]).combine_chunks()


def alone(table: pa.Table) -> pa.Table:
    """What one process gives, as Spark shows it."""
    return in_order(pricer().table(table).drop_columns(["basis"]))


@pytest.mark.parametrize("made", [catalogue, nested], ids=["lines", "baskets"])
@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_spark_gives_what_one_process_gives(
    session: SparkSession, tmp_path: Path, made: Any, partitions: int
) -> None:
    table = made(5_000)
    frame = in_spark(session, table, tmp_path).orderBy(F.rand(3)).repartition(partitions)
    found = in_order(spark.prices(frame, pricer()).toArrow())
    wanted = alone(table)
    assert found.num_rows == 15_000
    assert found.cast(wanted.schema).equals(wanted)


def test_throughput_and_overhead(session: SparkSession, tmp_path: Path) -> None:
    """Every row of a larger catalogue, and what it took beside one process on one thread."""
    table = catalogue(MANY)
    frame = in_spark(session, table, tmp_path)
    mine, took = pricer(), {}
    mine.table(table)
    start = time.perf_counter()
    wanted = mine.table(table)
    took["one process, one thread"] = time.perf_counter() - start
    for run in ("Spark, the first job", "Spark, the second job", "Spark, the third job"):
        start = time.perf_counter()
        priced = spark.prices(frame, mine)
        priced.write.mode("overwrite").parquet(str(tmp_path / "prices"))
        took[run] = time.perf_counter() - start
    found = in_order(pq.read_table(tmp_path / "prices"))
    expected = in_order(wanted.drop_columns(["basis"]))
    assert found.cast(expected.schema).equals(expected)
    quotes = MANY * len(MARKETS)
    print(f"\n{quotes:,} quotes on {frame.rdd.getNumPartitions()} partitions, Parquet to Parquet")
    for name, seconds in took.items():
        print(f"  {name:26}{seconds:7.2f} s{quotes / seconds:14,.0f} quotes/s")


def test_a_pricer_is_unpacked_once_in_each_worker(session: SparkSession, tmp_path: Path) -> None:
    def tell(with_what: Pricer, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        count = sum(batch.num_rows for batch in batches)
        yield pa.record_batch({"pid": [os.getpid()], "object": [id(with_what)], "rows": [count]})

    frame = in_spark(session, catalogue(2_000), tmp_path).repartition(12)
    asked = frame.mapInArrow(partial(tell, pricer()), "pid bigint, object bigint, rows bigint")
    seen = [tuple(row) for _ in range(2) for row in asked.collect()]
    assert sum(count for _, _, count in seen) == 4_000
    workers = {pid for pid, _, _ in seen}
    assert os.getpid() not in workers
    assert len({(pid, thing) for pid, thing, _ in seen}) == len(workers) < len(seen)


def test_rows_of_one_basket_are_brought_together_before(
    session: SparkSession, tmp_path: Path
) -> None:
    items = [{**item, "basket": f"b{k // 3}"} for k, item in enumerate(rows(300))]
    flat = pa.Table.from_pylist(items)
    frame = in_spark(session, flat, tmp_path)
    with pytest.raises(RequestError) as caught:
        spark.prices(frame, pricer())
    assert caught.value.code == "scattered_basket"
    line = ["id", "unit_price", "currency", "hs_code", "origin", "weight_g", "goods_class"]
    whole = frame.groupBy(F.col("basket").alias("id")).agg(
        F.collect_list(F.struct(*line)).alias("lines"), F.max("shipping").alias("shipping")
    )
    found = {
        (row.id, row.market): row.total_minor for row in spark.prices(whole, pricer()).collect()
    }
    wanted = SHOP.price_many(flat, MARKETS, as_of=DAY).table.to_pylist()
    assert found == {(row["id"], row["market"]): row["total_minor"] for row in wanted}


def test_what_is_wrong_with_a_column_is_told(session: SparkSession, tmp_path: Path) -> None:
    table = pa.table({"id": ["a", "b"], "unit_price": [1.5, 2.5], "currency": ["USD", "USD"]})
    frame = in_spark(session, table, tmp_path)
    with pytest.raises(PythonException, match="unit_price: the column `unit_price` holds floats"):
        spark.prices(frame, pricer()).collect()


def test_the_page_runs(
    session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of the how-to up to and with Spark's, in the order of the page."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    last = next(k for k, block in enumerate(blocks) if "SparkSession" in block)
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks[: last + 1]:
        for name in ("catalogue.parquet", "spark-prices"):  # Spark is in a folder of its own
            block = block.replace(f'"{name}"', repr(str(tmp_path / name)))
        exec(block, names)
    assert pq.read_table(tmp_path / "spark-prices").num_rows == names["prices"].count() > 0
