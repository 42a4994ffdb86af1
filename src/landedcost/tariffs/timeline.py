"""What holds when: a value for each stretch of days, and an edition that replaces one stretch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

T = TypeVar("T")
Span = tuple[date, date | None, T]
"""From a day, until a day (exclusive; None: still), a value."""


def replaced(
    spans: Sequence[Span[T]], start: date, until: date | None, value: T | None
) -> list[Span[T]]:
    """The spans with ``value`` from ``start`` until ``until``; None leaves those days empty.

    Spans come sorted and do not overlap, and neighbours with the same value become one.
    """
    before: list[Span[T]] = []
    after: list[Span[T]] = []
    for first, end, held in spans:
        if first < start:
            cut = start if end is None or end > start else end
            before.append((first, cut, held))
        if until is not None and (end is None or end > until):
            after.append((max(first, until), end, held))
    middle: list[Span[T]] = [] if value is None else [(start, until, value)]
    out: list[Span[T]] = []
    for span in (*before, *middle, *after):
        if out and out[-1][1] == span[0] and out[-1][2] == span[2]:
            out[-1] = (out[-1][0], span[1], span[2])
        else:
            out.append(span)
    return out
