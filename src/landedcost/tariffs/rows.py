"""Rows of a tariff: a rate by code and date, what may be claimed instead, and choosing one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from ..codes import hs_dotted
from ..errors import NotInForce, RequestError
from ..facts import Provenance, Remark
from ..regimes.schema import Source
from .beyond import Seasonal, on_day
from .grammar import parse_duty, read_taric, read_us
from .rates import Duty, Free, Minus, Percent, Specific, Sum

DIALECTS = ("plain", "us", "taric")
"""How the text of a row is written: as in a request, or as in an official tariff."""
_LISTED = 40


@lru_cache(maxsize=20_000)
def read(text: str, dialect: str) -> Duty:
    """A text as a formula. Raises RequestError (``bad_duty_text``)."""
    if dialect == "us":
        return read_us(text).duty
    if dialect == "taric":
        return read_taric(text).duty
    return parse_duty(text)


@dataclass(frozen=True, slots=True)
class Row:
    """One rate: a code or its first digits, the duty, and the days it holds (until exclusive).

    ``only`` are the countries of origin it is for (none: every one), ``but`` those it is not for.
    ``plus`` are the texts of duties that come on top for those goods, ``lacks`` what must be known
    and no request carries, when there is something, and ``beside`` what else is due and not in
    the rate. ``provider`` names where the rate is kept.
    """

    code: str
    text: str
    start: date
    until: date | None
    source: Source
    verified: bool
    note: str
    dialect: str = "plain"
    only: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()
    plus: tuple[str, ...] = ()
    lacks: str = ""
    beside: str = ""
    provider: str = "bundled"

    @property
    def duty(self) -> Duty:
        """The text as a formula. Raises RequestError (``bad_duty_text``) if it is none."""
        first = read(self.text, self.dialect)
        if not self.plus:
            return first
        return Sum((first, *(read(text, self.dialect) for text in self.plus)))

    @property
    def shown(self) -> str:
        """The text with what comes on top."""
        return " + ".join((self.text, *self.plus))

    @property
    def meaning(self) -> str:
        """The same for two rates that charge the same, however they are written."""
        try:
            return str(self.duty)
        except RequestError as error:
            return error.message

    def duty_on(self, day: date, where: str = "") -> Duty:
        """The formula on a day: of seasons, the one it falls in.

        Raises RequestError (``bad_duty_text``) for a text that is not understood, NotInForce on
        a day that none of its seasons covers.
        """
        try:
            found = on_day(self.duty, day)
        except RequestError as error:
            raise RequestError(
                f"the duty of {hs_dotted(self.code)} is {error.message}",
                code=error.code,
                where=where,
                hint="pin `duty` on the line",
            ) from None
        if found is None:
            raise NotInForce(
                f"the duty of {hs_dotted(self.code)} is {self.text}, which names no rate for "
                f"{day.isoformat()}",
                where=where,
                hint="pin `duty` on the line",
            )
        return found

    def until_on(self, day: date) -> date | None:
        """The first day after ``day`` on which this rate no longer holds, its seasons counted."""
        duty = self.duty
        if not isinstance(duty, Seasonal):
            return self.until
        ends = duty.until(day)
        return ends if self.until is None else min(ends, self.until)

    def on(self, day: date) -> bool:
        """Whether the rate holds on ``day``."""
        return self.start <= day and (self.until is None or day < self.until)

    def for_origin(self, origin: str) -> bool:
        """Whether the rate is for goods made in ``origin``; unknown (empty) is no exception."""
        return origin not in self.but and (not self.only or origin in self.only)

    @property
    def span(self) -> str:
        """The days it holds, in words."""
        return f"from {self.start}" + (f" until {self.until}" if self.until else "")

    @property
    def last(self) -> date | None:
        """The last day it holds."""
        return None if self.until is None else self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that answer a code on a day: one, or the national lines it may be.

    ``by`` is the live source that told them; ``remarks`` are what a quote must say of them.
    """

    code: str
    rows: tuple[Row, ...]
    day: date
    by: Provenance | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A rate that may be claimed instead, for goods of ``row.only`` (none: of any origin).

    ``kind`` is ``preference``, ``suspension`` or ``quota``; ``names`` are what a request may call
    it. ``condition`` says what else must be met, and is empty when origin is all; ``doubt`` says
    why it may not apply at all.
    """

    kind: str
    names: tuple[str, ...]
    label: str
    row: Row
    condition: str = ""
    doubt: str = ""

    def is_for(self, name: str, origin: str) -> bool:
        """Whether a request that claims ``name`` for goods of ``origin`` means this one."""
        wanted = name.casefold()
        return self.row.for_origin(origin) and any(wanted == n.casefold() for n in self.names)


def choose(found: Found, strategy: str, *, where: str = "") -> tuple[Row, tuple[Row, ...]]:
    """One row of ``found`` by a strategy, and all candidates.

    ``refuse`` answers only where every candidate charges the same, and otherwise raises
    RequestError (``ambiguous_tariff``). ``lowest``, ``median`` (the lower of two) and
    ``highest`` order by the share of the value first and amounts per unit second: which of a
    percentage and an amount weighs more depends on the goods, so the order is by the text. A
    candidate that cannot be computed has no place in that order, and is refused by name.
    """
    rows = found.rows
    if len({(row.meaning, row.lacks) for row in rows}) == 1:
        return min(rows, key=lambda r: (not r.verified, r.code)), rows
    if strategy == "refuse":
        raise _ambiguous(found, "different duties", where, "; or choose lowest, median or highest")
    duties = [row.duty_on(found.day, where) for row in rows]
    for row, duty in zip(rows, duties, strict=True):
        if duty.beyond():
            raise _ambiguous(found, f"duties, and {row.text} cannot be compared", where)
    weighed = [
        (*_weight(duty), row.code, k)
        for k, (row, duty) in enumerate(zip(rows, duties, strict=True))
    ]
    ordered = [rows[entry[-1]] for entry in sorted(weighed)]
    at = {"lowest": 0, "median": (len(ordered) - 1) // 2, "highest": len(ordered) - 1}[strategy]
    return ordered[at], rows


def _ambiguous(found: Found, what: str, where: str, more: str = "") -> RequestError:
    codes = [row.code for row in found.rows]
    shown = "; ".join(
        f"{hs_dotted(r.code)} {r.shown}" + (f" ({r.note})" if codes.count(r.code) > 1 else "")
        for r in found.rows[:_LISTED]
    )
    left = len(found.rows) - _LISTED
    ask = "give one of these codes" if len(set(codes)) > 1 else "pin `duty` as one of these"
    return RequestError(
        f"{hs_dotted(found.code)} is one of several tariff lines with {what}",
        code="ambiguous_tariff",
        where=where,
        hint=f"{ask}: {shown}{f' and {left} more' if left > 0 else ''}{more}",
    )


def _weight(duty: Duty) -> tuple[Fraction, Fraction]:
    match duty:
        case Free():
            return Fraction(0), Fraction(0)
        case Percent(num, den):
            return Fraction(num, den), Fraction(0)
        case Specific(num, den):
            return Fraction(0), Fraction(num, den)
        case Sum(terms):
            parts = [_weight(term) for term in terms]
            return sum((p[0] for p in parts), Fraction(0)), sum((p[1] for p in parts), Fraction(0))
        case Minus(left):
            return _weight(left)
        case _:
            parts = [_weight(part) for part in duty.parts()[:1]]
            return parts[0] if parts else (Fraction(0), Fraction(0))
