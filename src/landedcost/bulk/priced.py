"""What a market answers for the baskets of a batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import LandedCostError
from ..notes import RANKS
from .basis import Basis
from .certainty import Ranks
from .texts import Flags, Ints


class Priced:
    """What a market's baskets cost: a column for each of :data:`landedcost.bulk.wide.SUMS`.

    A column is made when the first of its figures is put; ``sum`` gives None for one that is
    zero throughout. ``certainty`` is the place of each basket's certainty in
    :data:`landedcost.notes.RANKS`. ``basis`` is what it rests on, 0 where that was not asked or
    the basket was priced alone; ``kept`` marks the baskets that were not computed because
    theirs is the same as before. ``errors`` are those of the baskets that have no price.

    ``guarded`` counts the baskets computed on Python ints because a figure on the way might
    have left an int64, ``alone`` those that were read and asked one by one.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.errors: dict[int, LandedCostError] = {}
        self.kept: Flags = np.zeros(count, dtype=np.bool_)
        self.basis: Basis | None = None
        self.guarded = self.alone = 0
        self._sums: dict[str, Ints] = {}
        self._certainty: Ranks | None = None

    def put(self, name: str, rows: Any, column: Any, *, all_rows: bool = False) -> None:
        """Set some rows of a column, which starts as zeros unless ``all_rows`` are to follow."""
        found = self._sums.get(name)
        if found is None:
            if isinstance(column, int) and not column:
                return
            # Arrow keeps the memory of columns for the next ones; numpy would give it back
            found = np.frombuffer(pa.allocate_buffer(8 * self.count), dtype=np.int64)
            if not all_rows:
                found.fill(0)
            self._sums[name] = found
        found[rows] = column

    def sum(self, name: str) -> Ints | None:
        """A column, None where every figure is zero."""
        return self._sums.get(name)

    @property
    def certainty(self) -> Ranks:
        """The place of each basket's certainty in ``RANKS``."""
        if self._certainty is None:
            self._certainty = np.zeros(self.count, dtype=np.int8)
        return self._certainty

    def put_certainty(self, rows: Any, ranks: Any) -> None:
        """Set the certainty of some rows."""
        self.certainty[rows] = ranks

    def put_basis(self, rows: Any, basis: Basis) -> None:
        """Set what some rows rest on."""
        if self.basis is None:
            self.basis = np.zeros(self.count, dtype=np.uint64)
        self.basis[rows] = basis

    @property
    def refused(self) -> Flags:
        """The baskets whose computed figures are no price.

        A duty is not known, or the discount is above the goods.
        """
        lacking, total = self.sum("lacking"), self.sum("total")
        found: Flags = np.zeros(self.count, dtype=np.bool_)
        if lacking is not None:
            found |= lacking != 0
        if total is not None:
            found |= total < 0
        if np.any(found):
            found[list(self.errors)] = False
        return found

    @property
    def unpriced(self) -> Flags | None:
        """The baskets without amounts, None where there are none."""
        if not self.errors and not np.any(self.kept):
            return None
        found = self.kept.copy()
        found[list(self.errors)] = True
        return found

    def rank(self, basket: int, certainty: str) -> None:
        """Set the certainty of one basket."""
        self.certainty[basket] = RANKS.index(certainty)
