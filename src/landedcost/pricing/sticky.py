"""Stickiness: a shown price that does not flap with the rate, yet follows a real move at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from ..currencies import currency
from ..errors import RequestError
from ..lines import Amount
from . import read

DAY = timedelta(days=1)
KEYS = ("band", "threshold", "cooldown", "changes_per_day")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A price shown before, in minor units, and when another took its place."""

    minor: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown, since when, and what was shown not long before: all that stickiness needs.

    ``anchor`` is what the price would have been without its ending when it was set, in minor
    units; moves are measured from it. Store it with :meth:`as_dict` and read it with :meth:`of`.
    """

    price: Amount
    since: datetime
    anchor: int
    earlier: tuple[Earlier, ...] = ()

    def changes(self, at: datetime) -> int:
        """How often the price changed in the 24 hours before ``at``."""
        return sum(1 for one in self.earlier if at - one.until < DAY)

    def recent(self, at: datetime, span: timedelta) -> set[int]:
        """The prices taken away within ``span`` before ``at``, in minor units."""
        return {one.minor for one in self.earlier if at - one.until < span}

    def then(self, minor: int, at: datetime, anchor: int, keep: timedelta) -> Shown:
        """What is shown after ``minor`` was decided on; of the past, what ``keep`` reaches."""
        if minor == self.price.minor:
            return self
        past = [one for one in self.earlier if at - one.until < keep]
        past.append(Earlier(self.price.minor, at))
        return Shown(Amount(minor, self.price.currency), at, anchor, tuple(past))

    def as_dict(self) -> dict[str, Any]:
        """The state as a JSON object; amounts are whole minor units, times are in UTC."""
        return {
            "price_minor": self.price.minor,
            "currency": self.price.currency,
            "since": _text(self.since),
            "anchor_minor": self.anchor,
            "earlier": [
                {"price_minor": one.minor, "until": _text(one.until)} for one in self.earlier
            ],
        }

    @classmethod
    def of(cls, value: Mapping[str, Any], where: str = "shown") -> Shown:
        """From :meth:`as_dict`. Raises RequestError for what is no such object."""
        names = ("price_minor", "currency", "since", "anchor_minor", "earlier")
        given = read.table(value, names, where)
        unit = currency(given.get("currency"), f"{where}.currency").code
        try:
            earlier = tuple(
                Earlier(
                    read.count(one["price_minor"], f"{where}.earlier.price_minor"),
                    moment(datetime.fromisoformat(one["until"]), f"{where}.earlier.until"),
                )
                for one in given["earlier"]
            )
            return cls(
                Amount(read.count(given["price_minor"], f"{where}.price_minor"), unit),
                moment(datetime.fromisoformat(given["since"]), f"{where}.since"),
                read.count(given["anchor_minor"], f"{where}.anchor_minor"),
                earlier,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RequestError(
                f"not the state of a shown price: {error}",
                code="bad_state",
                where=where,
                hint="give what Shown.as_dict() returned",
            ) from None


@dataclass(frozen=True, slots=True)
class Sticky:
    """How long a shown price stays.

    A move of less than ``band`` since the price was set is not followed. A greater one is, once
    ``cooldown`` has passed since the last change. One of ``threshold`` or more is a real move,
    followed at once. ``changes_per_day`` is the most changes in any 24 hours; if it is two or
    more, the last one is kept for a real move. A price taken away is not shown again before
    ``cooldown`` has passed, not even for a real move. Of all rules only the floor is above these.
    """

    band: Fraction = Fraction(0)
    threshold: Fraction | None = None
    cooldown: timedelta = timedelta(0)
    changes_per_day: int | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any], where: str) -> Sticky:
        """From a table. Raises RequestError or MoneyError with the path."""
        given = read.table(value, KEYS, where)
        band = read.share(given.get("band", "0%"), f"{where}.band")
        threshold = None
        if "threshold" in given:
            threshold = read.share(given["threshold"], f"{where}.threshold", most=None)
            if threshold < band or not threshold:
                raise RequestError(
                    "a real move is above zero and not less than one that is ignored",
                    code="bad_rate",
                    where=f"{where}.threshold",
                    hint="make the threshold greater than the band",
                )
        cooldown = read.span(given.get("cooldown", "0s"), f"{where}.cooldown")
        changes = given.get("changes_per_day")
        if changes is not None:
            changes = read.count(changes, f"{where}.changes_per_day")
        return cls(band, threshold, cooldown, changes)

    @property
    def memory(self) -> timedelta:
        """How far back it must be known what was shown."""
        return max(DAY, self.cooldown)

    def held(self, shown: Shown, raw: int, at: datetime) -> str:
        """Why the shown price stays, in words; empty where the wanted one is followed.

        ``raw`` is the wanted price without its ending, in minor units.
        """
        move = abs(raw - shown.anchor)
        if self.threshold is not None and move >= self.threshold * shown.anchor:
            return ""
        if move < self.band * shown.anchor:
            return f"moved less than {read.percent_text(self.band)} since the price was set"
        if at - shown.since < self.cooldown:
            return f"the last change was at {_text(shown.since)}, within the cooldown"
        most = self.changes_per_day
        kept = self.threshold is not None and most is not None and most > 1
        if kept and most is not None and shown.changes(at) >= most - 1:
            return "the last change of the day is kept for a real move"
        return ""

    def barred(self, shown: Shown, minor: int, at: datetime) -> tuple[str, str] | None:
        """The limit that a change to ``minor`` would break and why, in words; None for none."""
        most = self.changes_per_day
        if minor == shown.price.minor:
            return None
        if most is not None and shown.changes(at) >= most:
            return "changes_per_day", f"{most} changes in 24 hours are the most"
        if minor in shown.recent(at, self.cooldown):
            return "cooldown", "this price was taken away within the cooldown"
        return None


def moment(at: datetime, where: str = "at") -> datetime:
    """The instant in UTC. Raises RequestError for a time without a zone."""
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise RequestError(
            f"a time needs its zone: {at}",
            code="bad_date",
            where=where,
            hint="give datetime(..., tzinfo=UTC)",
        )
    return at.astimezone(UTC)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
