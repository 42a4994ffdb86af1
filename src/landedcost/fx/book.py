"""The rates of one market on one day: the customs rate and the commercial rate, kept apart."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ..currencies import currency
from ..errors import NotInForce, ProviderError, RequestError
from .given import GivenRates
from .rates import CustomsRate, Rate


class Rates(Protocol):
    """What the rates of a market are taken from: a table, or what live sources said."""

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """The commercial rate on a day. Raises RequestError, NotInForce or ProviderError."""
        ...

    def customs(self, territory: str, base: str, quote: str, on: date) -> CustomsRate:
        """The rate for customs values. Raises as ``rate`` does."""
        ...


@dataclass(frozen=True, slots=True)
class Used:
    """A rate as the arithmetic takes it: minor units of one currency to minor units of another."""

    rate: Rate
    minor_num: int
    minor_den: int
    note: str = ""


class RateBook:
    """Answers every conversion a market needs, and remembers which rates it gave.

    ``get("customs", …)`` prefers rates given for customs, then the authority's published rate as
    far as it is bundled; ``get("shown", …)`` prefers rates given, then the reference rates.
    """

    def __init__(
        self,
        table: Rates,
        day: date,
        territory: str,
        given: GivenRates | None = None,
        given_customs: GivenRates | None = None,
    ) -> None:
        self.table = table
        self.day = day
        self.territory = territory
        self.given = given
        self.given_customs = given_customs
        self._known: dict[tuple[str, str, str], Used] = {}

    def given_now(self, given: GivenRates | None) -> RateBook:
        """The same book with other commercial rates given; what it answers is worked out anew."""
        made = copy(self)
        made.given, made._known = given, {}
        return made

    @property
    def used(self) -> frozenset[tuple[str, str, str]]:
        """The conversions asked for so far: use, source and target."""
        return frozenset(self._known)

    def get(self, use: str, source: str, target: str) -> Used:
        """The rate from ``source`` to ``target``.

        Raises RequestError where there is none, NotInForce for a day before the table.
        """
        key = (use, source, target)
        if key not in self._known:
            rate, note = self._find(use, source, target)
            num = rate.num * 10 ** currency(target).digits
            den = rate.den * 10 ** currency(source).digits
            self._known[key] = Used(rate, num, den, note)
        return self._known[key]

    def _find(self, use: str, source: str, target: str) -> tuple[Rate, str]:
        if source == target:
            return self.table.rate(source, target, self.day), ""
        book = self.given_customs if use == "customs" else self.given
        if book is not None:
            rate = book.find(source, target, self.day)
            if rate is not None:
                return rate, ""
        if use != "customs":
            return self.table.rate(source, target, self.day), ""
        try:
            found = self.table.customs(self.territory, source, target, self.day)
        except (RequestError, NotInForce, ProviderError):
            rate = self.given.find(source, target, self.day) if self.given is not None else None
            if rate is None:
                raise
            return rate, "the commercial rate given was used for customs too"
        return found.rate, found.rule if found.approximate else ""
