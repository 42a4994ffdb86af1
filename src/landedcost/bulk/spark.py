"""Prices of a Spark DataFrame; needs the extra ``spark``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from .answer import SCHEMA
from .keyed import columns_read
from .pricer import Pricer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SHOWN = tuple(name for name in SCHEMA.names if name != "basis")
_TYPES = {pa.int64(): "bigint", pa.string(): "string"}

COLUMNS = ", ".join(f"{name} {_TYPES[SCHEMA.field(name).type]}" for name in _SHOWN)
"""The columns of the prices as Spark writes them: those of a table of prices without ``basis``."""


def prices(frame: DataFrame, pricer: Pricer) -> DataFrame:
    """A row for each basket of ``frame`` and market of ``pricer``, in no order.

    ``frame`` has one basket a row, either a line's columns or a list of structs ``lines``, and
    an ``id`` or a ``row`` to know it by. The pricer goes to each executor once and is unpacked
    once in each Python worker. Raises RequestError for a frame without a key; what is wrong with
    a column's type is told when the job runs.
    """
    wanted = columns_read(frame.columns)
    return frame.select(*wanted).mapInArrow(partial(_rows, pricer), COLUMNS)


def _rows(pricer: Pricer, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for rows in pricer.batches(batches):
        yield rows.select(_SHOWN)
