"""Prices of a polars frame; needs the extra ``polars``."""

from __future__ import annotations

from functools import partial
from typing import cast

import polars as pl

from .answer import SCHEMA
from .keyed import columns_read
from .pricer import Pricer


def prices(frame: pl.LazyFrame, pricer: Pricer) -> pl.LazyFrame:
    """A row for each basket of ``frame`` and market of ``pricer``.

    ``frame`` has one basket a row, either a line's columns or a list of structs ``lines``, and
    an ``id`` or a ``row`` to know it by. With the streaming engine it is read, priced and
    written piece by piece, in no order. Raises RequestError for a frame without a key; what is
    wrong with a column's type is told when the frame is collected.
    """
    empty = cast(pl.DataFrame, pl.from_arrow(SCHEMA.empty_table()))
    wanted = columns_read(frame.collect_schema().names())
    return frame.select(wanted).map_batches(
        partial(_priced, pricer),
        # a filter or a limit on the prices must not reach the baskets they are made from
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
        schema=empty.schema,
        streamable=True,
    )


def _priced(pricer: Pricer, frame: pl.DataFrame) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(pricer.table(frame)))
