"""The primitives a program is made of, each in two forms side by side: one basket and columns.

``whole`` computes on Python ints, which have no limit. ``column`` computes the same on numpy
int64 arrays, where any argument may also be one int that holds for every row. ``bound`` tells
how large the result and anything on the way to it can get, given how large the arguments can
get: a chunk of rows is only computed in columns when every bound fits 63 bits.

Amounts are never negative save at the very end of a program, where a discount may be larger
than the goods; a bound is one of magnitude.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..rounding import ROUNDINGS, allocate

_PAIRWISE = 16
LARGEST = 2**63 - 1
"""What an int64 can hold."""

Column = Any
"""A numpy array with one value a row, or one int for all of them."""


Span = tuple[int, int]
"""The least and the most a figure can be."""

Bound = tuple[Span, int]
"""What a result can be, and the largest figure on the way to it."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """One operation: ``column`` takes numpy first, ``bound`` one :data:`Span` an argument."""

    whole: Callable[..., Any]
    column: Callable[..., Any]
    bound: Callable[..., Bound]


def _sum_bound(a: Span, b: Span) -> Bound:
    return (a[0] + b[0], a[1] + b[1]), a[1] + b[1]


def _difference_bound(a: Span, b: Span) -> Bound:
    most = max(a[1], b[1])
    return (0, most), most


def _product_bound(a: Span, b: Span) -> Bound:
    return (a[0] * b[0], a[1] * b[1]), a[1] * b[1]


def _flag_bound(*spans: Span) -> Bound:
    return (0, 1), max(1, *(most for _, most in spans))


def _most_bound(a: Span, b: Span) -> Bound:
    most = max(a[1], b[1])
    return (max(a[0], b[0]), most), most


def _least_bound(a: Span, b: Span) -> Bound:
    return (min(a[0], b[0]), min(a[1], b[1])), max(a[1], b[1])


def _choice_bound(_: Span, yes: Span, no: Span) -> Bound:
    most = max(yes[1], no[1])
    return (min(yes[0], no[0]), most), most


def _choice(np: Any, flag: Column, yes: Column, no: Column) -> Column:
    """``np.where`` without a branch a row, which a processor guesses wrong in mixed columns."""
    if isinstance(no, int) and not no:
        return yes * flag
    if isinstance(yes, int) and not yes:
        return no * np.logical_not(flag)
    return no + (yes - no) * flag


PRIMITIVES: Mapping[str, Primitive] = {
    "add": Primitive(lambda a, b: a + b, lambda np, a, b: a + b, _sum_bound),
    "sub": Primitive(lambda a, b: a - b, lambda np, a, b: a - b, _difference_bound),
    "mul": Primitive(lambda a, b: a * b, lambda np, a, b: a * b, _product_bound),
    "min": Primitive(min, lambda np, a, b: np.minimum(a, b), _least_bound),
    "max": Primitive(max, lambda np, a, b: np.maximum(a, b), _most_bound),
    "le": Primitive(lambda a, b: int(a <= b), lambda np, a, b: a <= b, _flag_bound),
    "lt": Primitive(lambda a, b: int(a < b), lambda np, a, b: a < b, _flag_bound),
    "and": Primitive(lambda a, b: a & b, lambda np, a, b: np.logical_and(a, b), _flag_bound),
    "or": Primitive(lambda a, b: a | b, lambda np, a, b: np.logical_or(a, b), _flag_bound),
    "not": Primitive(lambda a: 1 - a, lambda np, a: np.logical_not(a), _flag_bound),
    "where": Primitive(lambda c, a, b: a if c else b, _choice, _choice_bound),
}
"""By the name of the operation; the other four have arguments of their own kind, below."""


def divide_column(np: Any, mode: str, num: Column, den: Column) -> Column:
    """``num / den`` rounded by ``mode``, as :data:`landedcost.rounding.ROUNDINGS` rounds ints."""
    if mode == "half_up":
        return (num + (den >> 1)) // den
    if mode == "down":
        return num // den
    if mode == "up":
        return (num + (den - 1)) // den
    whole = num // den
    rest = num - whole * den
    other = den - rest
    return whole + ((rest > other) | ((rest == other) & (whole & 1 == 1)))


def divide_bound(num: Span, den: Span) -> Bound:
    """How large a division gets, whatever the rounding; no divisor is below one."""
    span = num[0] // max(den[1], 1), num[1] // max(den[0], 1) + 1
    return span, num[1] + den[1]


def scale_column(np: Any, mode: str, num: int, den: int, amount: Column) -> Column:
    """``amount * num / den`` rounded by ``mode``; the ratio is the same for every row."""
    return divide_column(np, mode, amount if num == 1 else amount * num, den)


def scale_bound(amount: Span, num: int, den: int) -> Bound:
    """How large that gets."""
    span, top = divide_bound((amount[0] * num, amount[1] * num), (den, den))
    return span, max(top, num)


def allocate_columns(np: Any, total: Column, weights: Sequence[Column]) -> list[Column]:
    """``total`` shared out by weight row by row, as :func:`landedcost.rounding.allocate` does.

    Largest remainder, the earlier first among equals, none of it lost; evenly where all weights
    are zero.
    """
    whole = weights[0]
    for weight in weights[1:]:
        whole = whole + weight
    nothing = whole == 0
    if np.any(nothing):
        weights = [np.where(nothing, 1, weight) for weight in weights]
        whole = np.where(nothing, len(weights), whole)
    if len(weights) == 2:
        first, rest = _part(total, weights[0], whole)
        first = first + (rest >= whole - rest)
        return [first, total - first]
    shares = [_part(total, weight, whole) for weight in weights]
    parts = [part for part, _ in shares]
    left = total - sum(parts[1:], start=parts[0])
    if not np.any(left):
        return parts
    ranks = _ranks(np, [rest for _, rest in shares])
    left = np.asarray(left).astype(ranks[0].dtype)
    return [part + (rank < left) for part, rank in zip(parts, ranks, strict=True)]


def _part(total: Column, weight: Column, whole: Column) -> tuple[Column, Column]:
    exact = total * weight
    part = exact // whole
    return part, exact - part * whole


def _ranks(np: Any, rests: Sequence[Column]) -> list[Column]:
    """For each remainder, how many are served before it: larger ones, and equal earlier ones."""
    if len(rests) > _PAIRWISE:
        order = np.argsort(-np.stack(np.broadcast_arrays(*rests)), axis=0, kind="stable")
        return list(np.argsort(order, axis=0, kind="stable"))
    ranks: list[Column] = [np.int8(0)] * len(rests)
    for later in range(1, len(rests)):
        for earlier in range(later):
            first = np.asarray(rests[earlier] >= rests[later]).view(np.int8)
            ranks[later] = ranks[later] + first
            ranks[earlier] = ranks[earlier] + (first ^ 1)
    return ranks


def allocate_bound(total: Span, weights: Sequence[Span]) -> Bound:
    """How large a sharing-out gets: no part is above the total."""
    heaviest = max(1, *(most for _, most in weights))
    whole = max(len(weights), sum(most for _, most in weights))
    return (0, total[1]), max(total[1] * heaviest, whole)


def divide_whole(mode: str, num: int, den: int) -> int:
    """One rounded division on ints."""
    return ROUNDINGS[mode](num, den)


def allocate_whole(total: int, weights: Sequence[int]) -> list[int]:
    """One sharing-out on ints."""
    return allocate(total, weights)
