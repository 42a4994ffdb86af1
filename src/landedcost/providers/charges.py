"""Charges that a source tells one by one, summed up exactly by line and kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..currencies import currency
from ..ports import Amount, LandedLine, Node, Problem
from ..rounding import half_up


@dataclass(frozen=True, slots=True)
class Exact:
    """An amount in major units as a source wrote it, with more decimals than can be paid."""

    value: Fraction
    currency: str

    @classmethod
    def of(cls, node: Node, code: str) -> Exact:
        """A price in an answer. Raises BadAnswer for what is no amount of zero or more."""
        node.amount(code)
        return cls(node.exact(), code)

    @property
    def rounded(self) -> Amount:
        """Half up to the minor unit."""
        scaled = self.value * 10 ** currency(self.currency).digits
        return Amount(half_up(scaled.numerator, scaled.denominator), self.currency)


def total(amounts: Iterable[Exact]) -> Exact | None:
    """The sum; None for none, or for several currencies."""
    found = list(amounts)
    codes = {one.currency for one in found}
    if len(codes) != 1:
        return None
    return Exact(sum((one.value for one in found), Fraction(0)), codes.pop())


class Charges:
    """What a source charges on the lines of a basket: each charge added, then :meth:`lines`.

    ``ids`` are the lines that were asked for. A line without a charge of a kind is not told to
    have none: it stays None. Sums are rounded once, not their parts.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids
        self._amounts: defaultdict[tuple[str, str], list[Exact]] = defaultdict(list)
        self._formulas: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, line: str, kind: str, amount: Exact, formula: str = "") -> None:
        """One charge; ``kind`` is ``duty``, ``tax`` or ``fees``."""
        self._amounts[line, kind].append(amount)
        if formula:
            self._formulas[line].append(f"{kind}: {formula}")

    def told(self) -> frozenset[str]:
        """The lines with a charge."""
        return frozenset(line for line, _ in self._amounts)

    def sum(self, line: str, kind: str) -> Exact | None:
        """The charges of a kind on a line together.

        None if there are none, or in several currencies, which :meth:`problems` then names.
        """
        return total(self._amounts.get((line, kind), ()))

    def whole(self, kind: str) -> Exact | None:
        """The charges of a kind on all lines; None unless every line tells them."""
        sums = [self.sum(line, kind) for line in self.ids]
        told = [one for one in sums if one is not None]
        return total(told) if len(told) == len(sums) else None

    def lines(self) -> tuple[LandedLine, ...]:
        """Every line that was asked for, if any has a charge: what is not told is None."""
        if not self._amounts:
            return ()
        return tuple(
            LandedLine(
                line,
                duty=rounded(self.sum(line, "duty")),
                tax=rounded(self.sum(line, "tax")),
                fees=rounded(self.sum(line, "fees")),
                formula="; ".join(self._formulas[line]) if line in self._formulas else None,
            )
            for line in self.ids
        )

    def problems(self) -> tuple[Problem, ...]:
        """The lines whose charges of one kind are in several currencies."""
        found = []
        for (line, kind), amounts in self._amounts.items():
            codes = sorted({amount.currency for amount in amounts})
            if len(codes) > 1:
                text = f"{kind} in several currencies: {', '.join(codes)}"
                found.append(Problem("several_currencies", text, line))
        return tuple(found)


def rounded(amount: Exact | None) -> Amount | None:
    """An amount rounded, if there is one."""
    return None if amount is None else amount.rounded
