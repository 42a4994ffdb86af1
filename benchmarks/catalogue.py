"""A catalogue made up for the bench: many articles, prices and codes, as Arrow columns.

Every article has one of the six-digit codes that all markets of the bench know a duty for, one
of eight origins, a price of its own between 5 and 400 USD, a weight, and a quantity of 1 to 3;
every basket has its own shipping. The same numbers give the same catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pyarrow as pa

from landedcost import Bundle, Buyer, LandedCost, LandedCostError, Line
from landedcost.tariffs.table import TariffTable

MARKETS = ["DE", "FR", "ES", "IT", "NL", "PL", "SE", "GB", "NO", "CH"]
DAY = "2026-10-01"
ORIGINS = ["VN", "CN", "IN", "BD", "US", "GB", "DE", "TR"]
REGISTRATIONS = ["IOSS", "GB-VAT", "NO-VOEC", "AU-GST", "NZ-GST"]
PIECE = 131_072
"""Baskets made at once."""


@cache
def shop() -> LandedCost:
    """The shop that sells it: in the United States, registered where sellers can be."""
    return LandedCost("US", registrations=REGISTRATIONS, tariff_strategy="highest")


@cache
def codes() -> tuple[str, ...]:
    """The six-digit codes of the bundled tables with a duty known on every market."""
    known = {
        row.code[:6]
        for name in TariffTable.names()
        for row in TariffTable.load(name).rows
        if len(row.code) >= 6
    }
    return tuple(code for code in sorted(known) if all(answers(code, m) for m in MARKETS))


def answers(code: str, market: str) -> bool:
    """Whether a parcel of 700 USD, far above every threshold, can be priced."""
    bundle = Bundle(
        [Line("x", "700.00 USD", hs_code=code, origin="VN", weight_g=300)], shipping="9.00 USD"
    )
    try:
        shop().price_for(bundle, Buyer(market), as_of=DAY)
    except LandedCostError:
        return False
    return True


def cents(rng: np.random.Generator, least: int, most: int, count: int) -> pa.Array:
    """Amounts with two decimals, many small and few large ones."""
    minor = np.exp(rng.uniform(np.log(least), np.log(most), size=count)).astype(np.int64)
    wide = np.zeros((count, 2), dtype=np.int64)
    wide[:, 0] = minor
    return pa.Array.from_buffers(pa.decimal128(12, 2), count, [None, pa.py_buffer(wide)])


def picked(rng: np.random.Generator, texts: list[str], count: int) -> pa.Array:
    """Texts picked at random."""
    at = pa.array(rng.integers(len(texts), size=count).astype(np.int32))
    return pa.DictionaryArray.from_arrays(at, pa.array(texts)).cast(pa.string())


def numbered(name: str, first: int, count: int) -> pa.Array:
    """Ids such as ``sku-00000041``."""
    return pa.array([f"{name}-{number:08}" for number in range(first, first + count)])


def piece(
    seed: int, baskets: int, lines: int, first: int = 0, *, text: bool = False
) -> pa.RecordBatch:
    """Some baskets of ``lines`` lines each; with ``text`` the prices are text, not decimals."""
    rng = np.random.default_rng([seed, lines])
    count = baskets * lines
    columns = {
        "id": numbered("sku", first * lines, count),
        "unit_price": cents(rng, 500, 40_000, count),
        "currency": picked(rng, ["USD"], count),
        "quantity": pa.array(rng.integers(1, 4, size=count)),
        "hs_code": picked(rng, list(codes()), count),
        "origin": picked(rng, ORIGINS, count),
        "weight_g": pa.array(rng.integers(50, 2_000, size=count)),
    }
    shipping = cents(rng, 400, 3_000, baskets)
    if text:
        columns["unit_price"] = columns["unit_price"].cast(pa.string())
        shipping = shipping.cast(pa.string())
    if lines == 1:
        return pa.record_batch({**columns, "shipping": shipping})
    inside = pa.StructArray.from_arrays(list(columns.values()), names=list(columns))
    edges = pa.array(np.arange(0, count + 1, lines), pa.int32())
    return pa.record_batch(
        {
            "id": numbered("basket", first, baskets),
            "lines": pa.ListArray.from_arrays(edges, inside),
            "shipping": shipping,
        }
    )


def catalogue(baskets: int, lines: int = 1, *, text: bool = False) -> Iterator[pa.RecordBatch]:
    """That many baskets, piece by piece."""
    for number, first in enumerate(range(0, baskets, PIECE)):
        yield piece(number, min(PIECE, baskets - first), lines, first, text=text)
