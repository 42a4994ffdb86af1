"""Rows of small ints brought together: equal ones in one part."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from .texts import Ints

Places = np.ndarray[Any, np.dtype[np.uint16] | np.dtype[np.int64]]

_SMALL = 2**16
_FEW = 8
"""Up to so many parts each is looked for alone; more are sorted."""


class Split:
    """The parts of some rows: those of each distinct combination of small ints.

    A column comes with a number that all of its ints are below. ``sizes`` has the number of rows
    of each part; ``places`` the part of each row, where there is more than one.
    """

    def __init__(self, columns: Sequence[tuple[Ints, int]]) -> None:
        self.places, self.sizes = _places(columns)

    def first(self, part: int) -> int:
        """A row of a part."""
        if len(self.sizes) == 1:
            return 0
        if len(self.sizes) <= _FEW:
            return int(np.argmax(self.places == part))
        order, edges = self._sorted
        return int(order[edges[part]])

    def rows(self, part: int) -> Ints | slice:
        """All rows of a part, in rising order; a slice where there are no others."""
        if len(self.sizes) == 1:
            return slice(None)
        if len(self.sizes) <= _FEW:
            return np.flatnonzero(self.places == part)
        order, edges = self._sorted
        return order[edges[part] : edges[part + 1]]

    @cached_property
    def _sorted(self) -> tuple[Ints, Ints]:
        """The rows by part, and where each part begins."""
        order = np.argsort(self.places, kind="stable")
        return order, np.concatenate([[0], np.cumsum(self.sizes)])


class ByKind:
    """Rows of one small int each, sorted once: afterwards any of them are found at no cost."""

    def __init__(self, key: Ints) -> None:
        counts = np.bincount(key)
        small = key.astype(np.uint16) if counts.size <= _SMALL else key
        self._order = np.argsort(small, kind="stable")
        self._edges = np.concatenate([[0], np.cumsum(counts)])
        self.counts = counts

    def rows(self, kinds: Ints) -> Ints:
        """The rows of some kinds, in rising order; those that are not here have none."""
        edges = self._edges
        kinds = kinds[kinds < self.counts.size]
        kinds = kinds[self.counts[kinds] > 0]
        parts = [self._order[edges[k] : edges[k + 1]] for k in kinds.tolist()]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


class KindSplit:
    """The same as :class:`Split` for rows of one kind each, by what each kind is told to be."""

    def __init__(self, by_kind: ByKind, told: Ints) -> None:
        present = np.flatnonzero(by_kind.counts)
        self._by_kind = by_kind
        self._kinds: dict[int, Ints] = {
            value: present[told[present] == value] for value in np.unique(told[present]).tolist()
        }
        self.values = list(self._kinds)
        self.sizes = [int(by_kind.counts[kinds].sum()) for kinds in self._kinds.values()]

    def first(self, part: int) -> int:
        """A row of a part."""
        return int(self._by_kind.rows(self._kinds[self.values[part]][:1])[0])

    def rows(self, part: int) -> Ints | slice:
        """All rows of a part, in rising order; a slice where there are no others."""
        if len(self.sizes) == 1:
            return slice(None)
        return self._by_kind.rows(self._kinds[self.values[part]])


def _places(columns: Sequence[tuple[Ints, int]]) -> tuple[Places, list[int]]:
    """A number for each distinct row, and how many rows have it."""
    key, size = columns[0]
    for column, below in columns[1:]:
        if size * below >= 2**62:
            place, sizes = _coded(key)
            key, size = place.astype(np.int64), len(sizes)
        key, size = key * below + column, size * below
    return _counted(key, size) if size <= _SMALL else _coded(key)


def _counted(key: Ints, size: int) -> tuple[Places, list[int]]:
    counts = np.bincount(key, minlength=size)
    present = np.flatnonzero(counts)
    sizes: list[int] = counts[present].tolist()
    if present.size <= 1 or present[-1] == present.size - 1:
        return key.astype(np.uint16), sizes
    number = np.zeros(size, dtype=np.uint16)  # numpy sorts these by radix
    number[present] = np.arange(present.size)
    return number.take(key), sizes


def _coded(key: Ints) -> tuple[Places, list[int]]:
    coded = pa.array(key).dictionary_encode()
    place = coded.indices.to_numpy()
    sizes: list[int] = np.bincount(place, minlength=len(coded.dictionary)).tolist()
    return place.astype(np.uint16 if len(sizes) < _SMALL else np.int64), sizes
