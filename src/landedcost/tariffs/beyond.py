"""Duties that a tariff writes and the calculation has no fact for: understood, then refused.

Each names the fact it depends on (:meth:`~landedcost.tariffs.rates.Duty.beyond`), so that a
refusal can say what is missing. A season is the exception: its day is known, and
:func:`on_day` leaves the duty of that day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from .rates import Duty, Specific

_ON = re.compile(r"^(?:on|upon|of) ")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MEURSING = {
    "EA": "the agricultural component",
    "ADSZ": "the additional duty on sugar",
    "ADFM": "the additional duty on flour",
}


@dataclass(frozen=True, slots=True)
class OnPart(Duty):
    """A duty on a part of the goods: ``6.25% on the case``, ``2.2¢/kg on lead content``."""

    duty: Duty
    part: str

    def beyond(self) -> tuple[str, ...]:
        """The value of the part, or its quantity."""
        if isinstance(self.duty, Specific):
            return (f"the quantity in {self.duty.unit} {self.part}",)
        words = _ON.sub("", self.part)
        return (words if "value" in words else f"the value of {words}",)

    def __str__(self) -> str:
        return f"{self.duty} {self.part}"


@dataclass(frozen=True, slots=True)
class Meursing(Duty):
    """A component of the Meursing table: ``EA``, ``ADSZ`` or ``ADFM``."""

    code: str

    def beyond(self) -> tuple[str, ...]:
        """The Meursing code of the goods."""
        return (f"the Meursing code for {MEURSING[self.code]}",)

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class EntryPrice(Duty):
    """A duty by price bands of the season."""

    def beyond(self) -> tuple[str, ...]:
        """The entry price."""
        return ("the entry price of the consignment",)

    def __str__(self) -> str:
        return "Entry Price"


@dataclass(frozen=True, slots=True)
class SupplementaryUnit(Duty):
    """No duty: the unit in which a declaration counts the goods."""

    unit: str

    def beyond(self) -> tuple[str, ...]:
        """The duty itself."""
        return ("a duty: the text names a unit only",)

    def __str__(self) -> str:
        return self.unit


@dataclass(frozen=True, slots=True)
class Degrees(Duty):
    """Sugar by its polarisation: ``top`` less ``less`` for each degree below 100."""

    top: Duty
    less: Duty
    least: Duty

    def beyond(self) -> tuple[str, ...]:
        """The polarisation."""
        return ("the polarisation of the sugar in degrees",)

    def __str__(self) -> str:
        return (
            f"{self.top} less {self.less} for each degree under 100 degrees "
            f"but not less than {self.least}"
        )


@dataclass(frozen=True, slots=True)
class Elsewhere(Duty):
    """The duty of another line, of the article it belongs to, or of a base named in words.

    ``text`` is what the tariff says, ``headings`` the codes it names, ``plus`` and ``minus``
    what is added to or taken from that duty.
    """

    text: str
    headings: tuple[str, ...] = ()
    plus: Duty | None = None
    minus: Duty | None = None

    def beyond(self) -> tuple[str, ...]:
        """The line it refers to."""
        if self.headings:
            return (f"the duty of {', '.join(self.headings)}",)
        return ("the line of the tariff it refers to",)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Conditional(Duty):
    """A duty that holds under a condition stated in words: ``Free, under bond``."""

    duty: Duty
    condition: str

    def beyond(self) -> tuple[str, ...]:
        """The condition."""
        return (f"whether the goods are entered {self.condition}",)

    def __str__(self) -> str:
        return f"{self.duty}, {self.condition}"


@dataclass(frozen=True, slots=True)
class Season:
    """Days of a year, both ends included, as (month, day); it may run over the new year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: date) -> bool:
        """Whether ``day`` is inside."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last

    def __str__(self) -> str:
        return " - ".join(
            f"{day:02d} {MONTHS[month - 1]}" for month, day in (self.first, self.last)
        )


@dataclass(frozen=True, slots=True)
class Seasonal(Duty):
    """A duty for each season; one without a season holds on the days the others leave."""

    rates: tuple[tuple[Duty, tuple[Season, ...]], ...]

    def parts(self) -> tuple[Duty, ...]:
        """The duties of all seasons."""
        return tuple(duty for duty, _ in self.rates)

    def on(self, day: date) -> Duty | None:
        """The duty on ``day``; None on a day that no season covers."""
        rest = None
        for duty, seasons in self.rates:
            if not seasons:
                rest = duty
            elif any(season.holds(day) for season in seasons):
                return duty
        return rest

    def until(self, day: date) -> date:
        """The first day after ``day`` on which another season's duty holds, within a year."""
        here, at = self.on(day), day
        for _ in range(366):
            at = date.fromordinal(at.toordinal() + 1)
            if self.on(at) != here:
                break
        return at

    def __str__(self) -> str:
        return ", ".join(
            f"{duty} ({', '.join(map(str, seasons))})" if seasons else str(duty)
            for duty, seasons in self.rates
        )


def on_day(duty: Duty, day: date) -> Duty | None:
    """The duty on a day: itself, or that of its season; None where no season covers the day."""
    return duty.on(day) if isinstance(duty, Seasonal) else duty
