"""Named roundings of exact ratios, and the one conserved way to share an amount out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


def half_up(num: int, den: int) -> int:
    """``num / den`` to the nearest int, halves away from zero. ``den`` is above zero."""
    if num < 0:
        return -((-2 * num + den) // (2 * den))
    return (2 * num + den) // (2 * den)


def half_even(num: int, den: int) -> int:
    """``num / den`` to the nearest int, halves to the even one. ``den`` is above zero."""
    whole, rest = divmod(num, den)
    return whole + (2 * rest > den or (2 * rest == den and whole % 2 == 1))


def down(num: int, den: int) -> int:
    """``num / den`` towards zero. ``den`` is above zero."""
    return -(-num // den) if num < 0 else num // den


def up(num: int, den: int) -> int:
    """``num / den`` away from zero. ``den`` is above zero."""
    return num // den if num < 0 else -(-num // den)


ROUNDINGS: Mapping[str, Callable[[int, int], int]] = {
    "half_up": half_up,
    "half_even": half_even,
    "down": down,
    "up": up,
}


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` shared out by ``weights``, none of it lost.

    Each part is its exact share rounded down, and what is left goes one unit at a time to the
    largest remainders, the earlier first among equals. Weights are not negative; when all are
    zero the total is shared evenly. A negative total is shared like its opposite.
    """
    if total < 0:
        return [-part for part in allocate(-total, weights)]
    whole = sum(weights)
    if not whole:
        weights = [1] * len(weights)
        whole = len(weights)
    shares = [divmod(total * weight, whole) for weight in weights]
    parts = [share[0] for share in shares]
    left = total - sum(parts)
    if left:
        order = sorted(range(len(parts)), key=lambda i: -shares[i][1])
        for i in order[:left]:
            parts[i] += 1
    return parts
