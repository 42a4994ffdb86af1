"""A program compiled and the same program traced say the same, whatever it computes."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from landedcost.program.ir import Builder
from landedcost.program.scalar import compile_program, run
from landedcost.rounding import allocate

AMOUNT = st.integers(0, 10**14)
RATIO = st.integers(1, 10**6)


@st.composite
def programs(draw: st.DrawFn) -> tuple[Builder, list[int], list[int]]:
    """A random program of every operation, with its inputs and outputs."""
    b = Builder()
    values = draw(st.lists(AMOUNT, min_size=3, max_size=6))
    regs = [b.input("G", i) for i in range(len(values))]
    flags = [b.const(0), b.const(1)]
    for _ in range(draw(st.integers(1, 25))):
        one = draw(st.sampled_from(regs))
        two = draw(st.sampled_from(regs))
        flag = draw(st.sampled_from(flags))
        match draw(st.integers(0, 8)):
            case 0:
                regs.append(b.add(one, two))
            case 1:
                mode = draw(st.sampled_from(["half_up", "half_even", "down", "up"]))
                num, den = draw(RATIO), draw(RATIO)
                regs.append(b.div(mode, b.mul(one, b.const(num)), b.const(den)))
            case 2:
                regs.append(b.least(one, two))
            case 3:
                regs.append(b.most(one, two))
            case 4:
                flags.append(b.at_most(one, two))
            case 5:
                flags.append(b.below(one, two))
            case 6:
                flags.append(b.either(flag, b.no(draw(st.sampled_from(flags)))))
            case 7:
                regs.append(b.where(b.both(flag, flags[-1]), one, two))
            case _:
                weights = draw(st.lists(st.sampled_from(regs), min_size=2, max_size=5))
                regs.extend(b.allocate(one, weights))
    return b, values, regs


@given(programs())
def test_compiled_and_traced_agree(made: tuple[Builder, list[int], list[int]]) -> None:
    b, values, outputs = made
    traced = run(b.ops, {"G": values})
    compiled = compile_program(b.ops, outputs, ("G",))
    assert list(compiled(values)) == [traced[r] for r in outputs]


@given(AMOUNT, RATIO, RATIO)
def test_half_up_is_the_school_rounding(amount: int, num: int, den: int) -> None:
    b = Builder()
    out = b.div("half_up", b.mul(b.input("G", 0), b.const(num)), b.const(den))
    (got,) = compile_program(b.ops, [out], ("G",))((amount,))
    exact = Fraction(amount * num, den)
    assert abs(got - exact) <= Fraction(1, 2)
    assert got - exact != Fraction(-1, 2)


@given(AMOUNT, st.lists(st.integers(0, 10**9), min_size=1, max_size=5))
def test_allocation_is_conserved(total: int, weights: list[int]) -> None:
    b = Builder()
    parts = b.allocate(b.input("G", 0), [b.input("G", i + 1) for i in range(len(weights))])
    shared = compile_program(b.ops, parts, ("G",))((total, *weights))
    assert sum(shared) == total
    assert list(shared) == allocate(total, weights)
    whole = sum(weights)
    for part, weight in zip(shared, weights, strict=True):
        if whole:
            assert abs(part - Fraction(total * weight, whole)) < 1


def test_what_is_known_is_folded() -> None:
    b = Builder()
    x = b.input("G", 0)
    assert b.add(x, b.const(0)) == x
    assert b.where(b.const(1), x, b.const(9)) == x
    assert b.constant(b.mul(x, b.const(0))) == 0
    assert b.add(x, x) == b.add(x, x)
