"""Kinds of line: numbered once for all markets and batches, and what a market knows of each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import lcm
from threading import Lock
from typing import Any

import numpy as np

from ..errors import LandedCostError
from ..facts import Remark
from ..lines import Line
from ..market import Market
from ..notes import RANKS, certainty_of, lane_remarks
from ..quote import Fact
from .texts import Flags, Ints

MANY = 50_000
"""Kinds after which a new book is begun."""
_COMMON = 2**20
"""A common denominator above this is not used: it would take room from the amounts."""
_ROOM = 2**62


class KindBook:
    """Numbers the kinds of line: all that lines have in common that is looked up.

    ``lines`` has a line of each kind, None where it cannot be read. A number holds as long as
    the book, on every thread.
    """

    def __init__(self) -> None:
        self.lines: list[Line | None] = []
        self._numbers: dict[Hashable, int] = {}
        self._lock = Lock()

    def numbers(self, kinds: Sequence[Hashable], read: Callable[[int], Line | None]) -> list[int]:
        """The number of each of some kinds; ``read`` makes the line of a new one."""
        with self._lock:
            return [self._number(kind, place, read) for place, kind in enumerate(kinds)]

    def _number(self, kind: Hashable, place: int, read: Callable[[int], Line | None]) -> int:
        found = self._numbers.get(kind)
        if found is None:
            self.lines.append(read(place))
            found = self._numbers[kind] = len(self.lines) - 1
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """What a market knows of one kind: its facts, or None where it cannot price it.

    ``note`` and ``rate`` are places in :data:`landedcost.notes.RANKS`: how certain the rules'
    notes and the tariff's rate leave a price. ``basis`` stands for the facts in 64 bits.
    """

    fact: Fact | None
    note: int
    rate: int
    basis: int

    @property
    def huge(self) -> bool:
        """Whether one of its rates has more digits than a column can hold."""
        return self.fact is not None and max(self.fact[1], default=0) >= _ROOM


def known_of(market: Market, line: Line | None) -> Known:
    """Ask a market about a kind of line."""
    if line is None:
        return Known(None, 0, 0, 0)
    try:
        fact = market.learn(line)
    except LandedCostError:
        return Known(None, 0, 0, 0)  # asked again alone, with its own path in the message
    note = rank(lane_remarks(market.lane, [line]))
    rate = rank(fact[2].remarks)
    return Known(fact, note, rate, digest(fact[1], fact[2].hs[:6], fact[2].form, note, rate))


def rank(remarks: Iterable[Remark]) -> int:
    """The place of the least certain of the remarks in ``RANKS``."""
    return RANKS.index(certainty_of(remarks))


def digest(*parts: object) -> int:
    """Eight bytes over the text of some values."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "little")


class Kinds:
    """What a market knows of the kinds of a book, as columns by number; it does not grow.

    ``errors`` are those of kinds that have no price, by what they rest on.
    """

    def __init__(
        self,
        book: KindBook,
        known: Sequence[Known],
        errors: dict[tuple[object, ...], LandedCostError],
    ) -> None:
        self.book = book
        self.known = known
        self.errors = errors
        found = [0 if k.fact is None or k.huge else k.fact[0] + 1 for k in known]
        number = {form: n for n, form in enumerate(dict.fromkeys([0, *found]))}
        self.form: Ints = np.array([number[form] for form in found], dtype=np.int64)
        """The number of each kind's form, from 1; 0 for those that columns cannot price."""
        self.forms = len(number)
        """A number that all of those are below."""
        self.note = np.array([k.note for k in known], dtype=np.int8)
        self.rate = np.array([k.rate for k in known], dtype=np.int8)
        self._ratios: dict[tuple[int, int], tuple[int | Ints, int | Ints]] = {}

    def grown(self, market: Market) -> Kinds:
        """These and what the book has more by now."""
        more = self.book.lines[len(self.known) :]
        found = [*self.known, *(known_of(market, line) for line in more)]
        return Kinds(self.book, found, self.errors)

    def fact(self, kind: int) -> Fact:
        """The facts of a kind that has them."""
        found = self.known[kind].fact
        assert found is not None
        return found

    @cached_property
    def any_notes(self) -> bool:
        """Whether the rules say anything of a kind that makes a price less certain."""
        return bool(np.any(self.note))

    @cached_property
    def basis(self) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """For each kind what its price rests on."""
        return np.array([k.basis for k in self.known], dtype=np.uint64)

    @cached_property
    def pinned(self) -> Flags:
        """For each kind whether its duty was given with the request."""
        duties = [None if k.fact is None else k.fact[2].duty for k in self.known]
        return np.array([d is not None and d.rule == "request.duty" for d in duties])

    def headings(self, position: int) -> Any:
        """For each kind the code of an additional duty that goes by origin, else empty."""
        facts = [() if k.fact is None else k.fact[2].headings for k in self.known]
        return np.array([h[position] if position < len(h) else "" for h in facts], dtype=object)

    @cached_property
    def heading(self) -> Ints:
        """For each kind the number of its six-digit code."""
        codes = ["" if k.fact is None else k.fact[2].hs[:6] for k in self.known]
        numbers = {code: n for n, code in enumerate(dict.fromkeys(codes))}
        return np.array([numbers[code] for code in codes], dtype=np.int64)

    def ratio(self, form: int, at: int) -> tuple[int | Ints, int | Ints]:
        """The rates at ``at`` of every kind of a form, numerators and denominators.

        Each is one int where it is the same for all, else a column by kind. Those that are too
        large for one are left out.
        """
        if (form, at) not in self._ratios:
            self._ratios[form, at] = self._ratio(form, at)
        return self._ratios[form, at]

    def _ratio(self, form: int, at: int) -> tuple[int | Ints, int | Ints]:
        kinds = np.flatnonzero(self.form == form).tolist()
        params = [self.fact(k)[1] for k in kinds]
        ratios = [(p[at], p[at + 1]) for p in params]
        common = lcm(*(den for _, den in ratios))
        scaled = [(num * (common // den), common) for num, den in ratios]
        if common <= _COMMON and max(num for num, _ in scaled) < _ROOM:
            ratios = scaled
        nums, dens = zip(*ratios, strict=True)
        return self._by_kind(kinds, nums), self._by_kind(kinds, dens)

    def _by_kind(self, kinds: Sequence[int], values: Sequence[int]) -> int | Ints:
        if len(set(values)) == 1:
            return values[0]
        column = np.ones(len(self.known), dtype=np.int64)
        column[kinds] = values
        return column
