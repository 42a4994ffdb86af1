"""Catalogues to price in the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

GOODS = (
    {"hs_code": "6109.10", "origin": "VN", "goods_class": "standard", "currency": "USD"},
    {"hs_code": "4901.99", "origin": "US", "goods_class": "book", "currency": "USD"},
    {"hs_code": "9503.00", "origin": "CN", "goods_class": "standard", "currency": "EUR"},
    {"hs_code": "6912.00", "origin": "JP", "goods_class": "standard", "currency": "JPY"},
)


def rows(count: int) -> list[dict[str, Any]]:
    """``count`` articles in three currencies, none of them wrong."""
    found = []
    for k in range(count):
        goods = GOODS[k % len(GOODS)]
        price = f"{500 + k % 9000}" if goods["currency"] == "JPY" else f"{5 + k % 300}.{k % 100:02}"
        found.append(
            {"id": f"sku-{k:06}", "title": f"Article {k}", "unit_price": price, "weight_g": 90}
            | {"shipping": "9" if goods["currency"] == "JPY" else "9.00"}
            | goods
        )
    return found


def parquet(path: Path, items: list[dict[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist(items), path)
    return path


def as_csv(path: Path, items: list[dict[str, Any]]) -> Path:
    pacsv.write_csv(pa.Table.from_pylist(items), path)
    return path
