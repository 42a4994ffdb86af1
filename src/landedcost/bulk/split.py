"""Rows of small ints brought together: equal ones in one part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from .cells import Ints

Places = np.ndarray[Any, np.dtype[np.uint16] | np.dtype[np.int64]]

_SMALL = 2**16
_FEW = 8
"""Up to so many parts each is looked for alone; more are sorted."""


def split(columns: Sequence[tuple[Ints, int]]) -> Iterator[tuple[Ints | slice, bool]]:
    """The rows of each distinct combination, in rising order, and whether they are most of all.

    Most rows come first; where there is one combination only, its rows are a slice. A column
    comes with a number that all of its ints are below.
    """
    place, count = _places(columns)
    if count == 1:
        yield slice(None), True
        return
    parts = sorted(_parts(place, count), key=len, reverse=True)
    for rows in parts:
        yield rows, 4 * rows.size > 3 * place.size


def _parts(place: Places, count: int) -> list[Ints]:
    if count <= _FEW:
        return [np.flatnonzero(place == k) for k in range(count)]
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(count + 1))
    return [order[edges[k] : edges[k + 1]] for k in range(count)]


def _places(columns: Sequence[tuple[Ints, int]]) -> tuple[Places, int]:
    """A number for each distinct row, and how many there are."""
    key, size = columns[0]
    for column, below in columns[1:]:
        if size * below >= 2**62:
            place, size = _coded(key)
            key = place.astype(np.int64)
        key, size = key * below + column, size * below
    return _counted(key, size) if size <= _SMALL else _coded(key)


def _counted(key: Ints, size: int) -> tuple[Places, int]:
    present = np.flatnonzero(np.bincount(key, minlength=size))
    if present.size <= 1:
        return key, int(present.size)
    number = np.zeros(size, dtype=np.uint16)  # numpy sorts these by radix
    number[present] = np.arange(present.size)
    return number.take(key), int(present.size)


def _coded(key: Ints) -> tuple[Places, int]:
    coded = pa.array(key).dictionary_encode()
    count = len(coded.dictionary)
    place = coded.indices.to_numpy()
    return place.astype(np.uint16 if count < _SMALL else np.int64), count
