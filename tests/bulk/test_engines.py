"""Batches in any order, on any engine: each price is what the whole catalogue in one go gives."""

from __future__ import annotations

import pickle
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from catalogs import rows

from landedcost import LandedCost, LandedCostError, Providers, RequestError
from landedcost.bulk import SCHEMA, Pricer
from landedcost.bulk import polars as lazily
from landedcost.bulk.pricer import _unpacked

DAY = "2026-10-01"
MARKETS = ["DE", "GB", "NO"]
SHOP = LandedCost("US", registrations=["IOSS", "GB-VAT"], tariff_strategy="highest")


def pricer(markets: list[str] = MARKETS, shop: LandedCost = SHOP) -> Pricer:
    return Pricer(shop, markets, as_of=DAY)


def catalogue(count: int = 500) -> pa.Table:
    table = pa.Table.from_pylist(rows(count))
    return table.append_column("row", pa.array(range(count)))


def nested(count: int = 120) -> pa.Table:
    """Baskets of one to three lines, some of them wrong."""
    items = rows(3 * count)
    for k in range(0, 3 * count, 31):
        items[k]["hs_code"] = "00"
    lines = [{n: v for n, v in item.items() if n != "shipping"} for item in items]
    return pa.Table.from_pylist(
        [
            {"row": b, "id": f"b{b}", "lines": lines[3 * b : 3 * b + 1 + b % 3], "shipping": "9"}
            for b in range(count)
        ]
    )


def by_key(table: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.sort_by([("row", "ascending"), ("market", "ascending")])
    return found.to_pylist()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("table", [catalogue(), nested()], ids=["lines", "baskets"])
@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_parts_in_any_order_are_the_whole(table: pa.Table, size: int) -> None:
    whole = SHOP.price_many(table, MARKETS, as_of=DAY).table
    parts = [table.slice(at, 90) for at in (270, 0, 360, 90, 180, 450)]
    batches = [batch for part in parts for batch in pricer().batches(part.to_batches(), size)]
    assert by_key(pa.Table.from_batches(batches, SCHEMA)) == by_key(whole)


def test_small_batches_are_put_together() -> None:
    table = catalogue(100)
    small = [batch for at in range(100) for batch in table.slice(at, 1).to_batches()]
    assert [b.num_rows for b in pricer(["DE"]).batches(small, 40)] == [40, 40, 20]
    assert list(pricer().batches([])) == []
    assert pricer().table(table.slice(0, 0)).schema == SCHEMA


def test_without_numbers_a_row_has_none() -> None:
    table = catalogue(20).drop_columns(["row"])
    found = pricer(["DE"]).table(table)
    assert found["row"].null_count == 20
    assert found["id"].to_pylist() == table["id"].to_pylist()


def test_numbers_are_ids_where_there_are_none() -> None:
    table = nested(9).drop_columns(["id"]).slice(4)
    assert pricer(["DE"]).table(table)["id"].to_pylist() == ["4", "5", "6", "7", "8"]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"basket": ["a", "a"], "id": ["x", "y"]}, "scattered_basket"),
        ({"lines": [[{"id": "x"}], []]}, "missing_key"),
        ({"id": ["x", "y"], "row": [0, None]}, "bad_type"),
        ({"id": ["x", "y"], "row": ["0", "1"]}, "bad_type"),
    ],
)
def test_rows_that_cannot_be_told_apart_are_an_error(columns: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError) as caught:
        pricer().table(pa.table(columns))
    assert caught.value.code == code
    if code != "bad_type":
        with pytest.raises(RequestError) as caught:
            lazily.prices(pl.LazyFrame(pa.table(columns)), pricer())
        assert caught.value.code == code


def test_a_pricer_is_unpacked_once_in_a_process() -> None:
    packed = pickle.dumps(pricer())
    assert pickle.loads(packed) is pickle.loads(packed)
    assert pickle.dumps(pickle.loads(packed)) == packed
    assert pickle.loads(packed).table(catalogue(40)) == pricer().table(catalogue(40))


def test_what_travels_is_small_and_needs_nothing_of_the_shop_s_machine() -> None:
    shop = LandedCost("US", clock=lambda: pytest.fail("asked"))
    packed = pickle.dumps(Pricer(shop, MARKETS, as_of=DAY))
    assert len(packed) < 2_000_000
    _unpacked.cache_clear()
    assert pickle.loads(packed).table(catalogue(9)).num_rows == 27


def test_a_shop_with_live_sources_stays_where_its_credentials_are() -> None:
    made = Pricer(LandedCost("US"), MARKETS, as_of=DAY)
    made.shop.providers = Providers()
    with pytest.raises(RequestError) as caught:
        pickle.dumps(made)
    assert caught.value.code == "live_sources"


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_polars_reads_prices_and_writes(tmp_path: Any, engine: Any) -> None:
    table = nested()
    pq.write_table(table, tmp_path / "catalogue.parquet", row_group_size=17)
    wanted = by_key(SHOP.price_many(table, MARKETS, as_of=DAY).table)
    frame = lazily.prices(pl.scan_parquet(tmp_path / "catalogue.parquet"), pricer())
    assert by_key(frame.collect(engine=engine).to_arrow().cast(SCHEMA)) == wanted
    frame.sink_parquet(tmp_path / "prices.parquet")
    assert by_key(pq.read_table(tmp_path / "prices.parquet").cast(SCHEMA)) == wanted


def test_polars_filters_prices_not_baskets() -> None:
    """A filter or a limit after the prices does not reach the catalogue before them."""
    frame = lazily.prices(pl.from_arrow(catalogue(40)).lazy(), pricer())  # type: ignore[union-attr]
    dear = frame.filter(pl.col("total_minor") > 20_000).select("id", "market").collect()
    every = frame.collect()
    assert dear.height == every.filter(pl.col("total_minor") > 20_000).height > 0
    assert frame.head(50).collect().height == 50
    assert frame.filter(pl.col("id") == "sku-000003").collect().height == len(MARKETS)


def test_polars_decimals_and_categories_are_read_as_they_are() -> None:
    frame = pl.from_arrow(catalogue(40))
    assert isinstance(frame, pl.DataFrame)
    exact = frame.with_columns(
        pl.col("unit_price").cast(pl.Decimal(12, 2)),
        pl.col("hs_code", "origin", "goods_class").cast(pl.Categorical),
    )
    found, wanted = (
        lazily.prices(each.lazy(), pricer()).collect().sort("row", "market")
        for each in (exact, frame)
    )
    assert found.equals(wanted)


def priced_part(part: pd.DataFrame, with_what: Pricer) -> pd.DataFrame:
    return with_what.table(part).to_pandas(types_mapper=pd.ArrowDtype)


@pytest.mark.parametrize(
    "scheduler", ["threads", pytest.param("processes", marks=pytest.mark.slow)]
)
def test_dask_prices_each_partition(scheduler: str) -> None:
    dd = pytest.importorskip("dask.dataframe")
    table = catalogue()
    frame = dd.from_pandas(table.to_pandas(types_mapper=pd.ArrowDtype), npartitions=4)
    meta = priced_part(table.slice(0, 0).to_pandas(types_mapper=pd.ArrowDtype), pricer())
    found = frame.map_partitions(priced_part, pricer(), meta=meta).compute(scheduler=scheduler)
    got = pa.Table.from_pandas(found, preserve_index=False).cast(SCHEMA)
    assert by_key(got) == by_key(SHOP.price_many(table, MARKETS, as_of=DAY).table)


def test_an_error_crosses_processes_with_all_it_says() -> None:
    with pytest.raises(LandedCostError) as caught:
        pricer().table(pa.table({"id": ["a"], "unit_price": [1.5]}))
    there = pickle.loads(pickle.dumps(caught.value))
    assert there.as_dict() == caught.value.as_dict()
