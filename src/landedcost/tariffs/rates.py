"""What a duty can be: a share of the value, an amount per unit, and combinations of these.

A tariff also writes duties that need a fact no request carries. Those are in
:mod:`landedcost.tariffs.beyond`; ``duty.beyond()`` names the facts, and is empty for a duty that
can be computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd

NEEDS = {
    "g": "weight_g",
    "kg": "weight_g",
    "100kg": "weight_g",
    "t": "weight_g",
    "litre": "litres",
    "hl": "litres",
    "pair": "pairs",
    "m2": "square_metres",
    "m": "metres",
    "100m": "metres",
    "m3": "cubic_metres",
}
"""The fact of a line that each unit needs; ``item``, ``dozen`` and so on need the quantity."""

UNKNOWN_UNITS = {
    "% vol/hl": "the alcohol strength and the volume",
    "litre of pure alcohol": "the litres of pure alcohol",
    "pf.litre": "the proof litres",
    "bbl": "the barrels",
    "clean kg": "the weight of the clean fibre",
    "jewel": "the number of jewels in the movement",
    "jewel over 7": "the number of jewels in the movement over seven",
    "line/gross": "the button lines for each gross",
    "pack": "the number of packs",
    "1000 pins": "the number of pins",
    "100kg gross": "the weight with its packing",
    "100kg drained": "the drained net weight",
    "100kg dry": "the weight of the dry matter",
    "100kg standard quality": "the weight in terms of the standard quality",
    "100kg/% sucrose": "the weight and its sucrose in percent",
    "kg lactic matter": "the weight of the lactic matter",
    "kg dry lactic matter": "the weight of the dry lactic matter",
    "kg total alcohol": "the weight of the total alcohol",
    "t biodiesel": "the weight of the biodiesel",
}
"""Units no request carries, each with the fact it counts."""


def decimal_text(num: int, den: int) -> str:
    """A ratio as the shortest exact decimal, or as ``num/den`` where there is none."""
    common = gcd(num, den)
    num, den = num // common, den // common
    rest, twos, fives = den, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        whole, left = divmod(num, den)
        fraction = f"{left}/{den}"
        return f"{whole} {fraction}" if whole else fraction
    places = max(twos, fives)
    digits = str(num * 10**places // den).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


class Duty:
    """A duty as a tariff writes it."""

    __slots__ = ()

    def parts(self) -> tuple[Duty, ...]:
        """The duties it is made of."""
        return ()

    def needs(self) -> frozenset[str]:
        """The fields of a line that it is computed from, beside price and quantity."""
        return frozenset().union(*(part.needs() for part in self.parts()))

    def beyond(self) -> tuple[str, ...]:
        """The facts it depends on that no request carries; empty when it can be computed."""
        return _once(fact for part in self.parts() for fact in part.beyond())


def _once(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(facts))


@dataclass(frozen=True, slots=True)
class Free(Duty):
    """No duty."""

    def __str__(self) -> str:
        return "Free"


@dataclass(frozen=True, slots=True)
class Percent(Duty):
    """``num / den`` of the customs value: 12 % is 3/25."""

    num: int
    den: int

    def __str__(self) -> str:
        return f"{decimal_text(self.num * 100, self.den)}%"


@dataclass(frozen=True, slots=True)
class RetailPercent(Duty):
    """``num / den`` of the retail price."""

    num: int
    den: int

    def needs(self) -> frozenset[str]:
        """The retail price."""
        return frozenset({"retail_price"})

    def __str__(self) -> str:
        return f"{decimal_text(self.num * 100, self.den)}% / Retail Price"


@dataclass(frozen=True, slots=True)
class Specific(Duty):
    """``num / den`` major units of ``currency`` for one ``unit``."""

    num: int
    den: int
    currency: str
    unit: str

    def needs(self) -> frozenset[str]:
        """The measure the unit counts."""
        fact = NEEDS.get(self.unit)
        return frozenset({fact}) if fact else frozenset()

    def beyond(self) -> tuple[str, ...]:
        """What a unit counts that no request carries."""
        fact = UNKNOWN_UNITS.get(self.unit)
        return (fact,) if fact else ()

    def __str__(self) -> str:
        return f"{decimal_text(self.num, self.den)} {self.currency}/{self.unit}"


@dataclass(frozen=True, slots=True)
class Sum(Duty):
    """All of its terms together."""

    terms: tuple[Duty, ...]

    def parts(self) -> tuple[Duty, ...]:
        """The terms."""
        return self.terms

    def __str__(self) -> str:
        return " + ".join(map(str, self.terms))


@dataclass(frozen=True, slots=True)
class _Pair(Duty):
    left: Duty
    right: Duty

    def parts(self) -> tuple[Duty, ...]:
        """Both sides."""
        return self.left, self.right


@dataclass(frozen=True, slots=True)
class Minus(_Pair):
    """``left`` less ``right``, never below zero."""

    def __str__(self) -> str:
        return f"{self.left} - {self.right}"


@dataclass(frozen=True, slots=True)
class AtLeast(_Pair):
    """``left``, but no less than ``right``: written MIN."""

    def __str__(self) -> str:
        return f"{self.left} MIN {self.right}"


@dataclass(frozen=True, slots=True)
class AtMost(_Pair):
    """``left``, but no more than ``right``: written MAX."""

    def __str__(self) -> str:
        return f"{self.left} MAX {self.right}"


def reduced(num: int, den: int) -> tuple[int, int]:
    """The same ratio in lowest terms."""
    common = gcd(num, den)
    return num // common, den // common
