"""Charges that a source tells one by one, summed up by line and kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..ports import Amount, LandedLine, Problem


class Charges:
    """What a source charges on the lines of a basket: each charge added, then :meth:`lines`.

    ``ids`` are the lines that were asked for. A line without a charge of a kind is not told to
    have none: it stays None.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids
        self._amounts: defaultdict[tuple[str, str], list[Amount]] = defaultdict(list)
        self._formulas: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, line: str, kind: str, amount: Amount, formula: str = "") -> None:
        """One charge; ``kind`` is ``duty``, ``tax`` or ``fees``."""
        self._amounts[line, kind].append(amount)
        if formula:
            self._formulas[line].append(f"{kind}: {formula}")

    def told(self) -> list[str]:
        """The lines with a charge, in the order they were asked for."""
        charged = {line for line, _ in self._amounts}
        return [line for line in self.ids if line in charged]

    def currencies(self, line: str, kind: str) -> list[str]:
        """The currencies of the charges of a kind on a line."""
        return sorted({amount.currency for amount in self._amounts.get((line, kind), [])})

    def sum(self, line: str, kind: str) -> Amount | None:
        """The charges of a kind on a line together; None if there are none.

        None also for several currencies, which :meth:`problems` then names.
        """
        codes = self.currencies(line, kind)
        if len(codes) != 1:
            return None
        return Amount(sum(amount.minor for amount in self._amounts[line, kind]), codes[0])

    def lines(self) -> tuple[LandedLine, ...]:
        """The lines with a charge."""
        return tuple(
            LandedLine(
                line,
                duty=self.sum(line, "duty"),
                tax=self.sum(line, "tax"),
                fees=self.sum(line, "fees"),
                formula="; ".join(self._formulas[line]) if line in self._formulas else None,
            )
            for line in self.told()
        )

    def problems(self) -> tuple[Problem, ...]:
        """The lines whose charges of one kind are in several currencies."""
        found = []
        for line, kind in self._amounts:
            codes = self.currencies(line, kind)
            if len(codes) > 1:
                text = f"{kind} in several currencies: {', '.join(codes)}"
                found.append(Problem("several_currencies", text, line))
        return tuple(found)
