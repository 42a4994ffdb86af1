"""Bounds over a range hold for every figure in it, and for one figure are that figure."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanned import GIVEN, PRICE, REFUSING, TERRITORIES, bundle, market_of

from landedcost import Amount
from landedcost.pipeline import input_groups
from landedcost.program.ir import Builder
from landedcost.program.scalar import run
from landedcost.program.spans import allocate_spans, compile_spans
from landedcost.rounding import allocate

weights = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 60)), min_size=1, max_size=6)


@given(st.integers(0, 5_000), st.integers(0, 300), weights, st.randoms())
def test_a_part_lies_within_its_bounds(
    total: int, more: int, spans: list[tuple[int, int]], choose: random.Random
) -> None:
    lows = [low for low, _ in spans]
    highs = [low + width for low, width in spans]
    below, above = allocate_spans(total, total + more, lows, highs)
    for _ in range(20):
        drawn = [choose.randint(low, high) for low, high in zip(lows, highs, strict=True)]
        parts = allocate(choose.randint(total, total + more), drawn)
        for low, part, high in zip(below, parts, above, strict=True):
            assert low <= part <= high


@given(st.integers(0, 5_000), weights)
def test_the_parts_of_one_total_are_exact(total: int, spans: list[tuple[int, int]]) -> None:
    exact = [low for low, _ in spans]
    assert allocate_spans(total, total, exact, exact) == (allocate(total, exact),) * 2


OPERATIONS = (
    "add", "sub", "mul", "div", "least", "most", "at_most", "below", "both", "either", "no",
    "where", "allocate",
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(OPERATIONS), *[st.integers(0, 99)] * 4), max_size=25),
       st.integers(0, 400), st.integers(0, 50), st.randoms())  # fmt: skip
def test_any_program_stays_within_its_bounds(
    steps: list[tuple[str, int, int, int, int]], low: int, width: int, choose: random.Random
) -> None:
    b = Builder()
    amounts = [b.input("G", 0), b.input("G", 1), b.const(7)]
    flags = [b.below(amounts[0], amounts[1])]
    for name, *picks in steps:
        x, y, z = (amounts[k % len(amounts)] for k in picks[:3])
        p, q = (flags[k % len(flags)] for k in picks[1:3])
        if name in ("at_most", "below"):
            flags.append(getattr(b, name)(x, y))
        elif name in ("both", "either"):
            flags.append(getattr(b, name)(p, q))
        elif name == "no":
            flags.append(b.no(p))
        elif name == "where":
            amounts.append(b.where(p, x, y))
        elif name == "allocate":
            amounts += b.allocate(x, [y, z])
        elif name == "div":
            mode = ("half_up", "half_even", "up", "down")[picks[3] % 4]
            amounts.append(b.div(mode, x, b.most(y, b.const(1))))
        elif name == "sub":
            amounts.append(b.sub(x, b.least(x, y)))
        elif name == "mul":
            amounts.append(b.mul(x, b.const(picks[3] % 5)))
        else:
            amounts.append(getattr(b, name)(x, y))
    outputs = (*amounts, *flags)
    spans = compile_spans(b.ops, outputs, ("G",), ("G", 0))
    found = spans((0, 90), low, low + width)
    for _ in range(10):
        at = choose.randint(low, low + width)
        regs = run(b.ops, {"G": (at, 90)})
        for k, reg in enumerate(outputs):
            assert found[2 * k] <= regs[reg] <= found[2 * k + 1]
        one = spans((0, 90), at, at)
        assert list(one[::2]) == list(one[1::2]) == [regs[reg] for reg in outputs]


@pytest.mark.parametrize("code", [c for c in TERRITORIES if c not in REFUSING])
def test_a_territory_stays_within_its_bounds(code: str) -> None:
    market = market_of(code)
    sold = bundle(3, "4%" if code in GIVEN else None)
    priced = market.price(sold.at("1.00 EUR")).priced
    program, unit, choose = priced.program, market.terms.shown, random.Random(code)
    totals = market.spans(sold.at(Amount(1, unit)))
    tests = market.spans(sold.at(Amount(1, unit)), tests=True)
    groups = input_groups(len(program.forms))
    for _ in range(12):
        low = choose.randrange(1, 400_00)
        high = low + choose.choice([0, 1, 10, 1_000, 50_000])
        at = choose.randint(low, high)
        inputs = dict(zip(groups, priced.inputs, strict=True))
        inputs["G"] = (*inputs["G"][:PRICE], at, *inputs["G"][PRICE + 1 :])
        regs = run(program.ops, inputs)
        found = totals(low, high)
        assert found[0] <= regs[program.outputs[0]] <= found[1]
        found = tests(low, high)
        for k, reg in enumerate(program.tests):
            assert found[2 * k] <= regs[reg] <= found[2 * k + 1]
