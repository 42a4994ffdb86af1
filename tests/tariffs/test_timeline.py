"""Editions laid over each other: what holds on each day, whatever the order they come in."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from landedcost.tariffs.timeline import Span, replaced

START = date(2025, 1, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


WRITES = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.one_of(st.none(), st.integers(1, 10)),
        st.sampled_from("ab") | st.none(),
    ),
    max_size=8,
)


@given(WRITES)
def test_each_day_has_what_was_written_last(
    writes: list[tuple[int, int | None, str | None]],
) -> None:
    spans: list[Span[str]] = []
    model: dict[int, str | None] = {}
    for start, length, value in writes:
        until = None if length is None else start + length
        spans = replaced(spans, day(start), None if until is None else day(until), value)
        for n in range(start, 40 if until is None else until):
            model[n] = value
    for n in range(40):
        held = [v for first, end, v in spans if first <= day(n) and (end is None or day(n) < end)]
        assert held == ([] if model.get(n) is None else [model[n]])
    for before, after in pairwise(spans):
        assert before[1] is not None
        assert before[1] <= after[0]
        assert before[1] < after[0] or before[2] != after[2]
