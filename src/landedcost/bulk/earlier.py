"""An earlier file of prices: what each of its rows rested on, and the rows themselves."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import RequestError
from .answer import SCHEMA
from .basis import Basis
from .parts import KEY
from .texts import Flags

_NOTHING = SCHEMA.empty_table()


class Earlier:
    """The prices of a file made by ``landedcost reprice``.

    Raises RequestError (``no_file``, ``not_prices``) for another file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = pq.ParquetFile(path, memory_map=True)
        except (OSError, pa.ArrowException) as error:
            missing = isinstance(error, OSError) and error.strerror
            raise RequestError(
                f"cannot read the earlier prices: {missing or error}",
                code="no_file" if missing else "not_prices",
                where=str(path),
                hint="give a file that landedcost reprice has written",
            ) from None
        told = (self._file.schema_arrow.metadata or {}).get(KEY)
        if told is None or self._file.schema_arrow.names != SCHEMA.names:
            raise RequestError(
                "not a file of prices",
                code="not_prices",
                where=str(path),
                hint="give a file that landedcost reprice has written",
            )
        self.about: dict[str, Any] = json.loads(told)
        """What the prices are of: the job, and what answered."""

    @property
    def count(self) -> int:
        """How many rows it has."""
        return int(self._file.metadata.num_rows)

    def row(self, number: int) -> dict[str, Any]:
        """One row. Raises RequestError (``no_row``)."""
        first = 0
        for group in range(self._file.num_row_groups):
            size = self._file.metadata.row_group(group).num_rows
            if 0 <= number - first < size:
                found: dict[str, Any] = (
                    self._file.read_row_group(group).slice(number - first, 1).to_pylist()[0]
                )
                return found
            first += size
        raise RequestError(
            f"there is no row {number}: the file has rows 0 to {self.count - 1}",
            code="no_row",
            where="row",
        )

    def rows_for(self, first: int, ids: pa.Array, market: str) -> pa.Table:
        """The earlier row of each basket on a market, all null where there was none.

        ``first`` is the number of the first basket. Baskets that have kept their number are
        found where they were; for the others the whole file is looked through once.
        """
        there = self._at(first, len(ids))
        there = there.filter(pc.equal(there["market"], market)).combine_chunks()
        place = np.full(len(ids), -1, dtype=np.int64)
        place[there["row"].to_numpy() - first] = np.arange(there.num_rows)
        found = there.take(pa.array(place, mask=place < 0))
        known = pc.fill_null(pc.equal(found["id"].combine_chunks(), ids), False)
        known = known.to_numpy(zero_copy_only=False)
        if known.all():
            return found
        mine = self._market(market)
        moved = pc.index_in(ids, value_set=mine["id"].combine_chunks())
        return _chosen(known, found, mine.take(moved))

    @cached_property
    def _all(self) -> pa.Table:
        return self._file.read()

    def _market(self, market: str) -> pa.Table:
        return self._all.filter(pc.equal(self._all["market"], market))

    def _at(self, first: int, count: int) -> pa.Table:
        """The rows of the baskets from ``first``, by the bounds each row group tells."""
        position = SCHEMA.names.index("row")
        groups = []
        for group in range(self._file.num_row_groups):
            bounds = self._file.metadata.row_group(group).column(position).statistics
            if bounds.min < first + count and bounds.max >= first:
                groups.append(group)
        if not groups:
            return _NOTHING
        table = self._file.read_row_groups(groups)
        inside = pc.and_(
            pc.greater_equal(table["row"], first), pc.less(table["row"], first + count)
        )
        return table.filter(inside)


def basis_in(rows: pa.Table) -> Basis:
    """What each of some earlier rows rested on, 0 where that is not known."""
    found: Basis = pc.fill_null(rows["basis"].combine_chunks(), 0).to_numpy(zero_copy_only=False)
    return found.astype(np.uint64)


def _chosen(first: Flags, one: pa.Table, other: pa.Table) -> pa.Table:
    """For each row that of one table or of the other."""
    flags = pa.array(first)
    columns = [
        pc.if_else(flags, one[name].combine_chunks(), other[name].combine_chunks())
        for name in SCHEMA.names
    ]
    return pa.table(columns, schema=SCHEMA)
