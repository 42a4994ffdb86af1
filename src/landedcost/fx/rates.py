"""Exchange rates as exact ratios, from a table of what one euro is worth on each day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from math import gcd

from ..currencies import currency
from ..errors import NotInForce, RequestError, RuleFileError
from ..facts import Remark
from ..money import ratio

STALE_DAYS = 4
"""Days after which a rate is stale: a long weekend is not, a week is."""
DROPPED_DAYS = 31
"""How far behind the table's newest day a currency's own last day may lie."""

SAME = "the same currency"


@dataclass(frozen=True, slots=True)
class Rate:
    """``num / den`` units of ``quote`` for one unit of ``base``, both in major units, exact.

    ``on`` is the day the rate is of; ``stale`` says it is older than four days at the day it
    was asked for. ``source`` is for people, ``provider`` is the name of what answered, and
    ``asked_at`` when, if it is a live source; ``remarks`` are what a quote must say of it.
    """

    base: str
    quote: str
    num: int
    den: int
    source: str
    provider: str
    on: date
    stale: bool
    asked_at: datetime | None = None
    remarks: tuple[Remark, ...] = ()

    def inverse(self) -> Rate:
        """The same rate the other way round, exactly."""
        return replace(self, base=self.quote, quote=self.base, num=self.den, den=self.num)

    def times(self, other: Rate) -> Rate:
        """Through a currency in the middle: ``a/b`` times ``b/c`` is ``a/c``, exactly."""
        num, den = reduced(self.num * other.num, self.den * other.den)
        return replace(
            self,
            quote=other.quote,
            num=num,
            den=den,
            on=min(self.on, other.on),
            stale=self.stale or other.stale,
            remarks=tuple(dict.fromkeys(self.remarks + other.remarks)),
        )


@dataclass(frozen=True, slots=True)
class CustomsRate:
    """A rate for customs values.

    ``approximate`` says that it is not the rate the authority would use but stands in for it;
    ``rule`` says in words which rate it is.
    """

    rate: Rate
    approximate: bool
    rule: str


def same(code: str, on: date) -> Rate:
    """The rate of a currency to itself: one."""
    return Rate(code, code, 1, 1, SAME, "none", on, False)


class RateTable:
    """What one euro was worth, by day and currency; kept in memory, never changed.

    ``days`` maps a day to decimal texts such as ``{"USD": "1.1172"}``; the euro itself is left
    out. A rate between two currencies goes through the euro, exactly.
    """

    def __init__(
        self,
        days: Mapping[date, Mapping[str, str]],
        *,
        source: str = "exchange rates given as a table",
        provider: str = "table",
    ) -> None:
        self.source = source
        self.provider = provider
        self._rows = {day: dict(row) for day, row in days.items()}
        self._days = sorted(self._rows)

    @property
    def first(self) -> date | None:
        """The first day of the table, or None when it is empty."""
        return self._days[0] if self._days else None

    @property
    def last(self) -> date | None:
        """The newest day of the table, or None when it is empty."""
        return self._days[-1] if self._days else None

    def rate(self, base: str, quote: str, on: date, *, where: str = "rates") -> Rate:
        """The rate of the last day up to ``on`` that has both currencies.

        Raises NotInForce for a day before the table, RequestError (``no_rate``) for a currency
        the table does not have or no longer has, MoneyError for a code that is no currency.
        """
        currency(base, where)
        currency(quote, where)
        if base == quote:
            return same(base, on)
        day = self._day(base, quote, on, where)
        row = self._rows[day]
        num, den = 1, 1
        for code in (base, quote):
            if code != "EUR":
                top, bottom = ratio(row[code], where)
                num, den = (num * bottom, den * top) if code == base else (num * top, den * bottom)
        num, den = reduced(num, den)
        crossed = "" if "EUR" in (base, quote) else ", through EUR"
        stale = (on - day).days > STALE_DAYS
        return Rate(base, quote, num, den, self.source + crossed, self.provider, day, stale)

    def customs(self, territory: str, base: str, quote: str, on: date) -> CustomsRate:
        """The rate for customs values, or what stands in for it. Raises as ``rate`` does."""
        from .customs import customs_rate

        return customs_rate(self, territory, base, quote, on)

    def sheet(self, on: date) -> tuple[date, Mapping[str, str]]:
        """The last day up to ``on`` and what one euro was worth on it. Raises NotInForce."""
        day = self._days[self._before(on) - 1]
        return day, self._rows[day]

    def age_days(self, on: date) -> int:
        """Days between ``on`` and the last day of the table up to it. Raises NotInForce."""
        return (on - self._days[self._before(on) - 1]).days

    def _before(self, on: date) -> int:
        """How many days of the table are not after ``on``, at least one."""
        count = bisect_right(self._days, on)
        if not count:
            start = f"start on {self._days[0].isoformat()}" if self._days else "are empty"
            raise NotInForce(
                f"no exchange rates for {on.isoformat()}: the {self.source} {start}",
                code="no_rates_that_day",
                where="as_of",
                hint="ask for a later day, or give `rates` and `customs_rates` in the request",
            )
        return count

    def _day(self, base: str, quote: str, on: date, where: str) -> date:
        count = self._before(on)
        newest = self._days[count - 1]
        needed = {base, quote} - {"EUR"}
        for index in range(count - 1, -1, -1):
            day = self._days[index]
            if (newest - day).days > DROPPED_DAYS:
                break
            if needed <= self._rows[day].keys():
                return day
        lacking = needed - self._rows[newest].keys()
        had = [d for d in self._days[:count] if lacking <= self._rows[d].keys()]
        past = f"; they last had it on {had[-1].isoformat()}" if had else ""
        raise RequestError(
            f"no rate for {base}/{quote} on {on.isoformat()}: the {self.source} do not have "
            f"{' and '.join(sorted(lacking))}{past}",
            code="no_rate",
            where=where,
            hint=f'give it in the request, such as "rates": {{"{base}/{quote}": "…"}}',
        )


class EcbRates(RateTable):
    """The euro reference rates of the European Central Bank that come with the package.

    Kept are the last day of each year from 2007, the second-last Wednesday of each month from
    November 2019 (the day EU customs takes), the last day of each month from December 2023, and
    the newest day known when the table was made.
    """

    @classmethod
    def load(cls) -> EcbRates:
        """The bundled table, read once, when first asked for. Raises RuleFileError."""
        return _bundled()


def read_table(text: str, file: str) -> dict[date, dict[str, str]]:
    """The days of a ``date,currency,per_eur`` table; lines that start with ``#`` are comments.

    Raises RuleFileError with the line that is broken.
    """
    days: dict[date, dict[str, str]] = {}
    row: dict[str, str] = {}
    seen = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#") or line == "date,currency,per_eur":
            continue
        parts = line.split(",")
        try:
            day, code, value = parts
            if day != seen:
                row = days.setdefault(date.fromisoformat(day), {})
                seen = day
        except ValueError:
            raise RuleFileError(
                f"not date,currency,per_eur: {line[:60]!r}", file=file, line=number
            ) from None
        if code in row:
            raise RuleFileError(f"{code} is there twice on {day}", file=file, line=number)
        row[code] = value
    return days


@cache
def _bundled() -> EcbRates:
    from importlib import resources

    file = resources.files("landedcost.fx").joinpath("data", "ecb.csv")
    return EcbRates(
        read_table(file.read_text(encoding="utf-8"), file.name),
        source="European Central Bank reference rates",
        provider="ecb",
    )


def reduced(num: int, den: int) -> tuple[int, int]:
    """The same ratio in lowest terms."""
    common = gcd(num, den)
    return num // common, den // common
