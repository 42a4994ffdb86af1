"""What a duty can be: a share of the value, an amount per unit, and combinations of these."""

from __future__ import annotations

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
    "m3": "cubic_metres",
}
"""The fact of a line that each unit needs; ``item``, ``dozen`` and so on need the quantity."""


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


@dataclass(frozen=True, slots=True)
class Free:
    """No duty."""

    def needs(self) -> frozenset[str]:
        """No fact of the line."""
        return frozenset()

    def __str__(self) -> str:
        return "Free"


@dataclass(frozen=True, slots=True)
class Percent:
    """``num / den`` of the customs value: 12 % is 3/25."""

    num: int
    den: int

    def needs(self) -> frozenset[str]:
        """No fact but the value."""
        return frozenset()

    def __str__(self) -> str:
        return f"{decimal_text(self.num * 100, self.den)}%"


@dataclass(frozen=True, slots=True)
class RetailPercent:
    """``num / den`` of the retail price."""

    num: int
    den: int

    def needs(self) -> frozenset[str]:
        """The retail price."""
        return frozenset({"retail_price"})

    def __str__(self) -> str:
        return f"{decimal_text(self.num * 100, self.den)}% / Retail Price"


@dataclass(frozen=True, slots=True)
class Specific:
    """``num / den`` major units of ``currency`` for one ``unit``."""

    num: int
    den: int
    currency: str
    unit: str

    def needs(self) -> frozenset[str]:
        """The measure the unit counts."""
        fact = NEEDS.get(self.unit)
        return frozenset({fact}) if fact else frozenset()

    def __str__(self) -> str:
        return f"{decimal_text(self.num, self.den)} {self.currency}/{self.unit}"


@dataclass(frozen=True, slots=True)
class Sum:
    """All of its terms together."""

    terms: tuple[Duty, ...]

    def needs(self) -> frozenset[str]:
        """What any term needs."""
        return frozenset().union(*(t.needs() for t in self.terms))

    def __str__(self) -> str:
        return " + ".join(map(str, self.terms))


@dataclass(frozen=True, slots=True)
class Minus:
    """``left`` less ``right``, never below zero."""

    left: Duty
    right: Duty

    def needs(self) -> frozenset[str]:
        """What either side needs."""
        return self.left.needs() | self.right.needs()

    def __str__(self) -> str:
        return f"{self.left} - {self.right}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``left``, but no less than ``right``: written MIN."""

    left: Duty
    right: Duty

    def needs(self) -> frozenset[str]:
        """What either side needs."""
        return self.left.needs() | self.right.needs()

    def __str__(self) -> str:
        return f"{self.left} MIN {self.right}"


@dataclass(frozen=True, slots=True)
class AtMost:
    """``left``, but no more than ``right``: written MAX."""

    left: Duty
    right: Duty

    def needs(self) -> frozenset[str]:
        """What either side needs."""
        return self.left.needs() | self.right.needs()

    def __str__(self) -> str:
        return f"{self.left} MAX {self.right}"


Duty = Free | Percent | RetailPercent | Specific | Sum | Minus | AtLeast | AtMost
