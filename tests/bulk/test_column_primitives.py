"""Each primitive computes the same on columns as on ints, and its bound holds."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.program import ir
from landedcost.program.columns import Columns, peak, safe_rows
from landedcost.program.ir import Builder
from landedcost.program.plan import WRITTEN, plan
from landedcost.program.primitives import (
    LARGEST,
    PRIMITIVES,
    allocate_bound,
    allocate_columns,
    divide_bound,
    divide_column,
    scale_bound,
    scale_column,
)
from landedcost.program.scalar import run
from landedcost.rounding import ROUNDINGS, allocate

AMOUNTS = st.integers(0, 10**9)
ROWS = st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=30)
FLAGS = {"and", "or", "not", "where"}
APART = {"const", "in", "div", "alloc", "part"}
"""Operations with arguments of their own kind, which have their own tests below."""


def columns_of(rows: list[tuple[int, ...]]) -> list[Any]:
    return [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]


def written() -> set[str]:
    """The name of every operation the builder can write."""
    source = inspect.getsource(ir.Builder)
    return {part.split('"')[1] for part in source.split("_put(")[1:] if part.startswith('"')}


def test_every_operation_has_both_forms() -> None:
    assert written() == PRIMITIVES.keys() | APART
    assert WRITTEN.keys() == PRIMITIVES.keys()


def test_an_operation_without_a_column_form_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def squared(self: Builder, a: int) -> int:
        return self._put("squared", a)

    assert written() == PRIMITIVES.keys() | APART
    source = inspect.getsource(ir.Builder) + inspect.getsource(squared)
    monkeypatch.setattr(inspect, "getsource", lambda _: source)
    assert written() - (PRIMITIVES.keys() | APART) == {"squared"}


@pytest.mark.parametrize("name", sorted(PRIMITIVES))
@given(rows=ROWS, held=st.integers(0, 7))
def test_a_primitive_is_the_same_on_columns(
    name: str, rows: list[tuple[int, ...]], held: int
) -> None:
    primitive = PRIMITIVES[name]
    count = {"not": 1, "where": 3}.get(name, 2)
    if name in FLAGS:
        rows = [(r[0] % 2, *((x % 2 if name != "where" else x) for x in r[1:])) for r in rows]
    if name == "sub":
        rows = [(r[0] + 10**9, r[1], 0) for r in rows]
    fixed = {k for k in range(count - 1) if held >> k & 1}
    rows = [tuple(rows[0][k] if k in fixed else r[k] for k in range(count)) for r in rows]
    args: list[Any] = [
        rows[0][k] if k in fixed else np.array([r[k] for r in rows]) for k in range(count)
    ]
    found = np.broadcast_to(primitive.column(np, *args), len(rows)).tolist()
    wanted = [primitive.whole(*r) for r in rows]
    assert [int(f) for f in found] == [int(w) for w in wanted]
    spans = [(min(r[k] for r in rows), max(r[k] for r in rows)) for k in range(count)]
    (least, most), top = primitive.bound(*spans)
    assert least <= min(wanted)
    assert max(wanted) <= most <= top


@pytest.mark.parametrize("mode", sorted(ROUNDINGS))
@given(pairs=st.lists(st.tuples(AMOUNTS, st.integers(1, 10**6)), min_size=1, max_size=30))
def test_division_rounds_as_on_ints(mode: str, pairs: list[tuple[int, int]]) -> None:
    num, den = columns_of(pairs)
    wanted = [ROUNDINGS[mode](a, b) for a, b in pairs]
    assert divide_column(np, mode, num, den).tolist() == wanted
    one = pairs[0][1]
    assert divide_column(np, mode, num, one).tolist() == [ROUNDINGS[mode](a, one) for a, _ in pairs]
    (least, most), _ = divide_bound(
        (int(num.min()), int(num.max())), (int(den.min()), int(den.max()))
    )
    assert least <= min(wanted)
    assert max(wanted) <= most


@pytest.mark.parametrize("mode", sorted(ROUNDINGS))
@given(
    amounts=st.lists(AMOUNTS, min_size=1, max_size=30),
    num=st.integers(1, 10**7),
    den=st.integers(1, 10**7),
)
def test_a_ratio_in_one_step_rounds_as_in_two(
    mode: str, amounts: list[int], num: int, den: int
) -> None:
    wanted = [ROUNDINGS[mode](amount * num, den) for amount in amounts]
    assert scale_column(np, mode, num, den, np.array(amounts)).tolist() == wanted
    (least, most), top = scale_bound((min(amounts), max(amounts)), num, den)
    assert least <= min(wanted)
    assert max(wanted) <= most
    assert max(amount * num + den - 1 for amount in amounts) <= top


@given(
    st.integers(1, 20).flatmap(
        lambda n: st.lists(
            st.tuples(AMOUNTS, st.lists(st.integers(0, 50), min_size=n, max_size=n)),
            min_size=1,
            max_size=20,
        )
    )
)
def test_sharing_out_in_columns_loses_nothing(rows: list[tuple[int, list[int]]]) -> None:
    total = np.array([t for t, _ in rows])
    weights = columns_of([tuple(w) for _, w in rows])
    found = np.stack(allocate_columns(np, total, weights), axis=1).tolist()
    assert found == [allocate(t, w) for t, w in rows]
    (_, most), _ = allocate_bound(
        (int(total.min()), int(total.max())), [(int(w.min()), int(w.max())) for w in weights]
    )
    assert max(max(f) for f in found) <= most


def program() -> tuple[Builder, list[int]]:
    """A conversion, a duty, a discount shared out, and a threshold."""
    b = Builder()
    price, other, off = b.input("A0", 0), b.input("A1", 0), b.input("G", 0)
    shares = b.allocate(off, [price, other])
    net = b.sub(price, b.least(price, shares[0]))
    local = b.div("half_up", b.mul(net, b.input("G", 4)), b.input("G", 5))
    duty = b.div("up", b.mul(local, b.input("P0", 0)), b.input("P0", 1))
    free = b.at_most(local, b.const(15_000))
    return b, [local, b.where(free, b.const(0), duty), shares[1]]


HUGE = st.one_of(st.integers(0, 10**6), st.integers(10**14, 10**17))


@given(st.lists(st.tuples(HUGE, HUGE, st.integers(0, 10**16)), min_size=1, max_size=40))
def test_rows_that_could_overflow_are_told_apart(rows: list[tuple[int, int, int]]) -> None:
    b, outputs = program()
    made = plan(b.ops, outputs, {("G", 4): 123_456_789, ("G", 5): 10**9, ("P0", 1): 1000})
    columns = dict(zip(("A0", "A1", "G"), columns_of(rows), strict=True))
    columns["P0"] = np.full(len(rows), 165, dtype=np.int64)
    values = {reg: columns[group] for reg, (group, _) in made.inputs}
    safe = safe_rows(made, values)
    spans = {reg: (int(c.min()), int(c.max())) for reg, c in values.items()}
    assert (safe is None) == (peak(made, spans) <= LARGEST)
    chosen = np.ones(len(rows), dtype=bool) if safe is None else np.broadcast_to(safe, len(rows))
    if not chosen.any():
        return
    found = Columns(made).run({reg: c[chosen] for reg, c in values.items()})
    for place, row in enumerate(np.flatnonzero(chosen).tolist()):
        price, other, off = rows[row]
        given_in = {"A0": [price], "A1": [other], "G": [off, 0, 0, 0, 123_456_789, 10**9]}
        regs = run(b.ops, given_in | {"P0": [165, 1000]})
        assert [int(column[place]) for column in found] == [int(regs[r]) for r in outputs]


def test_small_rows_stay_in_columns_beside_a_huge_one() -> None:
    b, outputs = program()
    made = plan(b.ops, outputs, {("G", 4): 123_456_789, ("G", 5): 10**9, ("P0", 1): 1000})
    columns = {
        "A0": np.array([2_500, 10**17, 4_000]),
        "A1": np.array([2_500, 3_000, 4_000]),
        "G": np.array([100, 100, 100]),
        "P0": np.array([165, 165, 165]),
    }
    safe = safe_rows(made, {reg: columns[group] for reg, (group, _) in made.inputs})
    assert safe.tolist() == [True, False, True]


@st.composite
def written_programs(draw: st.DrawFn) -> tuple[Builder, list[int], dict[tuple[str, int], int]]:
    """A program of any operations, its outputs, and some inputs that hold for every row."""
    b = Builder()
    regs = [b.input("G", k) for k in range(4)]
    flags = [b.const(0), b.const(1)]
    for _ in range(draw(st.integers(1, 20))):
        one, two = draw(st.sampled_from(regs)), draw(st.sampled_from(regs))
        flag, other = draw(st.sampled_from(flags)), draw(st.sampled_from(flags))
        match draw(st.integers(0, 9)):
            case 0:
                regs.append(b.add(one, two))
            case 1:
                mode = draw(st.sampled_from(sorted(ROUNDINGS)))
                num, den = b.const(draw(st.integers(1, 10**6))), b.const(draw(st.integers(1, 999)))
                regs.append(b.div(mode, b.mul(one, num), den))
            case 2:
                regs.append(b.div(draw(st.sampled_from(sorted(ROUNDINGS))), one, b.const(7)))
            case 3:
                regs += [b.least(one, two), b.most(one, two)]
            case 4:
                flags += [b.at_most(one, two), b.below(one, two)]
            case 5:
                flags.append(b.either(flag, b.no(other)))
            case 6:
                regs.append(b.where(b.both(flag, other), one, two))
            case 7:
                regs.append(b.where(flag, b.const(draw(st.integers(0, 99))), one))
            case 8:
                regs.append(b.where(flag, b.where(flag, one, two), b.where(flag, two, one)))
            case _:
                weights = draw(st.lists(st.sampled_from(regs), min_size=2, max_size=5))
                regs += b.allocate(one, weights)
    outputs = draw(st.lists(st.sampled_from(regs + flags), min_size=1, max_size=6))
    held = draw(st.dictionaries(st.integers(0, 3), st.integers(0, 10**6), max_size=3))
    return b, outputs, {("G", place): value for place, value in held.items()}


@given(
    written_programs(),
    st.lists(st.tuples(*[st.integers(0, 10**6)] * 4), min_size=1, max_size=12),
)
def test_a_folded_program_is_the_same_in_columns(
    made: tuple[Builder, list[int], dict[tuple[str, int], int]], rows: list[tuple[int, ...]]
) -> None:
    b, outputs, fixed = made
    rows = [tuple(fixed.get(("G", k), row[k]) for k in range(4)) for row in rows]
    folded = plan(b.ops, outputs, fixed)
    columns = columns_of(rows)
    values = {reg: columns[place] for reg, (_, place) in folded.inputs}
    safe = safe_rows(folded, values)
    chosen = np.ones(len(rows), dtype=bool) if safe is None else np.broadcast_to(safe, len(rows))
    if not chosen.any():
        return
    found = Columns(folded).run({reg: column[chosen] for reg, column in values.items()})
    wanted = [
        run(b.ops, {"G": row}) for row, safe_row in zip(rows, chosen, strict=True) if safe_row
    ]
    for reg, column in zip(outputs, found, strict=True):
        got = np.broadcast_to(np.asarray(column), len(wanted)).tolist()
        assert [int(value) for value in got] == [int(regs[reg]) for regs in wanted]


@given(st.lists(st.tuples(HUGE, HUGE, st.integers(0, 10**16)), min_size=1, max_size=6))
def test_what_was_proven_for_some_rows_is_not_believed_of_others(
    rows: list[tuple[int, int, int]],
) -> None:
    b, outputs = program()
    made = plan(b.ops, outputs, {("G", 4): 123_456_789, ("G", 5): 10**9, ("P0", 1): 1000})
    ready = Columns(made)
    for price, other, off in rows:
        figures = {"A0": price, "A1": other, "G": off, "P0": 165}
        spans = {reg: (figures[group], figures[group]) for reg, (group, _) in made.inputs}
        assert ready.safe(spans) == (peak(made, spans) <= LARGEST)
