"""Which bundled rate stands in for the customs authority's own, and how well it does."""

from __future__ import annotations

from datetime import date, timedelta

from .rates import SAME, CustomsRate, Rate, RateTable

LONGEST_PAUSE = 5
"""Days without a rate around a customs day that holidays can explain (Easter, Christmas)."""
WEDNESDAY = 2
EU_RULE = "ECB rate of the second-last Wednesday of the month before, Reg (EU) 2015/2447 Art 146"


def second_last_wednesday(year: int, month: int) -> date:
    """The Wednesday a week before the last one of a month."""
    end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return end - timedelta(days=(end.weekday() - WEDNESDAY) % 7 + 7)


def customs_day(on: date) -> date:
    """The day whose rate EU customs uses on ``on``: fixed for the whole calendar month."""
    before = on.replace(day=1) - timedelta(days=1)
    return second_last_wednesday(before.year, before.month)


def customs_rate(table: RateTable, territory: str, base: str, quote: str, on: date) -> CustomsRate:
    """The rate for a customs value in ``quote`` on the day ``on``.

    ``territory`` is the customs territory. In the EU, with values in euro, this is the rate the
    law names. A member with its own currency uses its national authority's rate of that day,
    and every other authority publishes its own: there a reference rate stands in, and
    ``approximate`` is true. Raises what :meth:`RateTable.rate` raises.
    """
    if base == quote:
        return CustomsRate(table.rate(base, quote, on), False, SAME)
    if territory != "EU":
        rate = table.rate(base, quote, on)
        rule = f"the {table.source} stand in for the authority's own table, which is not bundled"
        return CustomsRate(rate, True, rule)
    day = customs_day(on)
    rate = table.rate(base, quote, day)
    if quote != "EUR":
        rule = (
            f"the {table.source} of {rate.on.isoformat()} stand in for those of the national "
            f"authority, which are not bundled"
        )
        return CustomsRate(rate, True, rule)
    if not _published(table, rate, day):
        rule = (
            f"the rate of {rate.on.isoformat()} stands in for that of {day.isoformat()}, "
            f"which is not in the table"
        )
        return CustomsRate(rate, True, rule)
    return CustomsRate(rate, False, EU_RULE)


def _published(table: RateTable, rate: Rate, day: date) -> bool:
    """Whether ``rate`` is of ``day``, or of the last day with rates before a holiday."""
    if rate.on == day:
        return True
    known = table.last is not None and table.last > day
    return known and (day - rate.on).days < LONGEST_PAUSE
