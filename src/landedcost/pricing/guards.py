"""Guard rails: bounds on a shown price, in a fixed order with the floor last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from ..errors import RequestError
from ..lines import Amount
from ..rounding import down, up
from . import read
from .charm import ANY, Charm
from .sticky import DAY, Shown, Sticky

KEYS = ("min_margin", "ceiling", "max_change", "max_change_per_day", "floor")
ORDER = (
    "min_margin",
    "ceiling",
    "max_change",
    "max_change_per_day",
    "changes_per_day",
    "cooldown",
    "floor",
)
"""What is applied after what; a later rule overrules an earlier one, and the floor all."""
Amounts = tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Guards:
    """The guard rails of a policy.

    ``min_margin`` is what must remain to the shop, an amount or a share of what it gets for the
    goods; ``floor`` and ``ceiling`` bound the all-in price; ``max_change`` is the largest change
    from one tick to the next and ``max_change_per_day`` between any two prices of 24 hours, as
    shares. Amounts may be in any currency.
    """

    min_margin: Fraction | Amounts | None = None
    ceiling: Amounts = ()
    max_change: Fraction | None = None
    max_change_per_day: Fraction | None = None
    floor: Amounts = ()

    @classmethod
    def of(cls, value: Mapping[str, Any], where: str) -> Guards:
        """From a table. Raises RequestError or MoneyError with the path."""
        given = read.table(value, KEYS, where)
        fields: dict[str, Any] = {}
        for name in ("ceiling", "floor"):
            if name in given:
                fields[name] = read.amounts(given[name], f"{where}.{name}")
        for name in ("max_change", "max_change_per_day"):
            if name in given:
                fields[name] = read.share(given[name], f"{where}.{name}")
        least = given.get("min_margin")
        if isinstance(least, str) and least.endswith("%"):
            fields["min_margin"] = read.share(least, f"{where}.min_margin")
            if fields["min_margin"] == 1:
                raise RequestError(
                    "no price leaves all of it as margin",
                    code="bad_rate",
                    where=f"{where}.min_margin",
                    hint="give a share below 100%",
                )
        elif least is not None:
            fields["min_margin"] = read.amounts(least, f"{where}.min_margin")
        made = cls(**fields)
        caps = {one.currency: one.minor for one in made.ceiling}
        for one in made.floor:
            if one.minor > caps.get(one.currency, one.minor):
                raise RequestError(
                    f"the floor in {one.currency} is above the ceiling",
                    code="bad_bounds",
                    where=f"{where}.floor",
                    hint="make the floor the lower of the two",
                )
        return made


@dataclass(frozen=True, slots=True)
class Bound:
    """One rule that changed a price: which, from what to what (minor units), and why."""

    code: str
    before: int
    after: int
    why: str


@dataclass(frozen=True, slots=True)
class Rails:
    """The bounds for one price: amounts in minor units of its currency, None for none.

    ``charm`` are the points a bound is moved to: a lower one up, an upper one down.
    """

    min_margin: int | None = None
    ceiling: int | None = None
    max_change: Fraction | None = None
    max_change_per_day: Fraction | None = None
    floor: int | None = None
    charm: Charm = ANY
    sticky: Sticky = field(default_factory=Sticky)

    def apply(self, minor: int, shown: Shown | None, at: datetime) -> tuple[int, list[Bound]]:
        """The price within the bounds, and the trail of what bound it, in :data:`ORDER`.

        The price is never below the floor. Above the floor it never breaks a limit of change or
        shows again what was just taken away, even if the margin is then too small: the trail
        says what overruled what.
        """
        trail: list[Bound] = []
        for bound in self._bounds(minor, shown, at):
            trail.append(bound)
        return (trail[-1].after if trail else minor), trail

    def _bounds(self, minor: int, shown: Shown | None, at: datetime) -> Iterator[Bound]:
        if self.min_margin is not None and minor < self.min_margin:
            after = self.charm.above(self.min_margin)
            yield Bound("min_margin", minor, after, "below it the least margin would not remain")
            minor = after
        if self.ceiling is not None and minor > self.ceiling:
            after = self._below(self.ceiling)
            yield Bound("ceiling", minor, after, "the highest price to be shown")
            minor = after
        if shown is not None:
            for bound in self._changes(minor, shown, at):
                yield bound
                minor = bound.after
        after = self._lifted(minor)
        if after != minor:
            yield Bound("floor", minor, after, "the lowest price to be shown, whatever else")

    def _lifted(self, minor: int) -> int:
        """A price, or the lowest there is above the floor."""
        if self.floor is None or minor >= self.floor:
            return minor
        after = self.charm.above(self.floor)
        if self.ceiling is not None and after > self.ceiling >= self.floor:
            return self.floor
        return after

    def _changes(self, minor: int, shown: Shown, at: datetime) -> Iterator[Bound]:
        now = shown.price.minor
        past = {now, *shown.recent(at, DAY)}
        for code, most, least_of, most_of, why in (
            ("max_change", self.max_change, now, now, "the largest change of one tick"),
            (
                "max_change_per_day",
                self.max_change_per_day,
                min(past),
                max(past),
                "the largest change within 24 hours",
            ),
        ):
            if most is None or minor == now:
                continue
            after = self._within(minor, now, most, least_of, most_of)
            if after != minor:
                yield Bound(code, minor, after, why)
                minor = after
        # What the floor makes of it counts: it must not bring back what was just taken away.
        barred = self.sticky.barred(shown, self._lifted(minor), at)
        if barred is not None:
            yield Bound(barred[0], minor, now, barred[1])

    def _within(self, minor: int, now: int, most: Fraction, lowest: int, highest: int) -> int:
        """The price point nearest to ``minor`` that is within a share of prices shown."""
        if minor > now:
            limit = lowest * (1 + most)
            cap = max(down(limit.numerator, limit.denominator), now)
            return minor if minor <= cap else max(self.charm.below(cap), now)
        limit = highest * (1 - most)
        least = min(up(limit.numerator, limit.denominator), now)
        return minor if minor >= least else min(self.charm.above(least), now)

    def _below(self, cap: int) -> int:
        found = self.charm.below(cap)
        return found if found > 0 else cap
