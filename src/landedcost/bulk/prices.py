"""The answer to a whole catalogue: a table of prices, and the way back to any quote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import RequestError
from ..quote import Quote
from .answer import SCHEMA
from .baskets import Baskets
from .catalog import batches_of
from .charges import SCHEMA as CHARGES
from .charges import charge_rows, charges_of
from .engine import MarketColumns
from .pricer import Pricer


@dataclass(frozen=True, slots=True)
class Failed:
    """A basket that could not be priced on a market."""

    row: int
    id: str
    market: str
    code: str
    field: str
    message: str


class Prices:
    """What a catalogue costs on some markets; made by :meth:`landedcost.LandedCost.price_many`.

    ``table`` is an Arrow table with one row for each basket and market
    (:data:`landedcost.bulk.answer.SCHEMA`); ``guarded`` counts the prices computed on Python
    ints because an int64 might have been too small, ``alone`` those asked one by one.
    """

    def __init__(self, pricer: Pricer, items: Any, jobs: int | None = None) -> None:
        self.pricer = pricer
        self._batches = list(batches_of(items))
        self.guarded = self.alone = 0
        rows: list[pa.RecordBatch] = []
        for part in pricer.stream(self._batches, jobs):
            rows += part.parts
            self.guarded += part.guarded
            self.alone += part.alone
        self.table = pa.Table.from_batches(rows, schema=SCHEMA)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return f"Prices({len(self):,} rows, {len(self.failed):,} failed)"

    @cached_property
    def failed(self) -> tuple[Failed, ...]:
        """The rows that have an error instead of a price."""
        bad = self.table.filter(self.table["error_code"].is_valid())
        names = ("row", "id", "market", "error_code", "error_field", "error")
        return tuple(
            Failed(*values)
            for values in zip(*(bad[name].to_pylist() for name in names), strict=True)
        )

    def quote(self, row: int) -> Quote:
        """The quote of one row of ``table``, with all its words: the row is asked again alone.

        Raises RequestError for a row that is not there, and the row's own error.
        """
        if not 0 <= row < len(self):
            raise RequestError(
                f"there is no row {row}: the table has rows 0 to {len(self) - 1}",
                code="no_row",
                where="row",
                hint="count from 0",
            )
        asked = self.table.slice(row, 1).select(["row", "market"]).to_pylist()[0]
        return replayed(self.pricer, self._batches, asked["row"], asked["market"])

    def charges(self) -> pa.Table:
        """Every charge of every price as a table (:data:`landedcost.bulk.charges.SCHEMA`)."""
        return pa.Table.from_batches(self._charges(), schema=CHARGES)

    def _charges(self) -> Iterator[pa.RecordBatch]:
        first = 0
        for batch in self._batches:
            baskets = Baskets(batch, first, self.pricer.book)
            for label, found in zip(self.pricer.labels, self.pricer.opened, strict=True):
                if isinstance(found, MarketColumns):
                    yield from _of_market(label, found, baskets)
            first += batch.num_rows


def _of_market(label: str, found: MarketColumns, baskets: Baskets) -> Iterator[pa.RecordBatch]:
    alone = np.zeros(baskets.count, dtype=np.bool_)
    priced = found.price(baskets)
    for group in found.groups(baskets, alone, {}):
        yield from charges_of(group, label, set(priced.errors))
    asked = np.flatnonzero(alone).tolist()
    rows = [
        row
        for basket in asked
        if basket not in priced.errors
        for row in charge_rows(
            baskets.first + basket, label, found.market.price(baskets.bundle(basket))
        )
    ]
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema=CHARGES)


def replayed(pricer: Pricer, batches: Any, row: int, market: str) -> Quote:
    """The quote of one basket of a catalogue. Raises its own error, or RequestError."""
    first = 0
    for batch in batches:
        if row < first + batch.num_rows:
            alone = Baskets(batch.slice(row - first, 1), row)
            return pricer.market(market).price(alone.bundle(0))
        first += batch.num_rows
    raise RequestError(
        f"the catalogue has no row {row}: it ends before",
        code="no_row",
        where="row",
        hint="count from 0, and give the same catalogue again",
    )
