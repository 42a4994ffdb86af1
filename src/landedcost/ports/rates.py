"""The port of exchange rates: one sheet of rates for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from ..currencies import currency
from ..errors import BadAnswer, LandedCostError
from .answer import Problem
from .flow import Flow
from .read import positive

COMMERCIAL = "commercial"
CUSTOMS = "customs"


@dataclass(frozen=True, slots=True)
class RatesAsk:
    """Which rates are needed.

    ``use`` is ``"commercial"`` for the price shown, or ``"customs"`` for the rates that the
    authority of ``territory`` has published for customs values on ``day``. A source that is no
    authority's does not answer ``customs`` (leave the capability ``customs`` out).
    """

    day: date
    use: str = COMMERCIAL
    territory: str = ""


@dataclass(frozen=True, slots=True)
class RatesAnswer:
    """A sheet of rates: how many units of each currency one unit of ``base`` is worth.

    Answer with every currency the source has; codes that are no currency (metals, coins) are
    left out by themselves. ``rates`` are exact: Fraction, or Decimal, int or
    text, which become Fraction; a float is refused. ``on`` is the day the rates are of, which
    may lie before the day asked for (a weekend); ``until`` the last day they hold, if the source
    says. ``source`` is the title that people know it by.
    """

    base: str
    rates: Mapping[str, Fraction]
    on: date
    source: str
    until: date | None = None
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        if not _is_currency(self.base):
            raise BadAnswer(f"{self.base!r} is no currency")
        exact = {
            code: positive(value, f"rates.{code}")
            for code, value in self.rates.items()
            if code != self.base and _is_currency(code)
        }
        if not exact:
            raise BadAnswer("a sheet without a single rate")
        object.__setattr__(self, "rates", exact)


def _is_currency(code: object) -> bool:
    try:
        return currency(code).code == code
    except LandedCostError:
        return False


class RatesSource(Protocol):
    """A source of exchange rates."""

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        """The sheet for a day. Raises NoAnswer for a day it does not have."""
        ...
