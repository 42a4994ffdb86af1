"""What a reduction is computed from, and whether it says what is true: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from ..currencies import currency
from ..errors import RequestError
from ..lines import Amount
from ..money import amount_text
from .rules import ReductionRule, reduction_rule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_PERCENT = re.compile(r"(\d{1,2})(?:\.(\d{1,4}))?\s*%?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a ledger: from ``at_us`` (microseconds since 1970, UTC) a price was shown.

    ``kind`` is ``shown``, ``reduced`` or ``withdrawn``, which has no price. A reduction keeps its
    ``reference`` in minor units, and since when it or the reduction it goes on from has run.
    """

    entry: int
    at_us: int
    kind: str
    minor: int | None = None
    currency: str | None = None
    reference: int | None = None
    began_us: int | None = None


@dataclass(frozen=True, slots=True)
class Displayed:
    """A price and the time it was on display; ``until`` is exclusive, None while it still is."""

    price: Amount
    since: datetime
    until: datetime | None
    reduced: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reduction is computed from: the lowest price displayed from ``start`` to ``end``.

    Without a ``rule`` none is known for the market, and the price is the one displayed last.
    ``shown_for`` is for how long a price was on display in that time; ``notes`` say what else
    must be known.
    """

    price: Amount
    start: datetime
    end: datetime
    shown_for: timedelta
    rule: ReductionRule | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reduction:
    """An announced reduction: the new price, from when, and the percentage to show."""

    price: Amount
    reference: Reference
    percent: str
    at: datetime


def lowest(history: Sequence[Displayed], start: datetime, end: datetime) -> Displayed | None:
    """The lowest price on display at some time from ``start`` up to ``end``, the latest of equals.

    What was put on display before ``start`` and not yet taken off counts. None when nothing was
    on display. Raises RequestError when prices are in several currencies.
    """
    seen = [one for one in history if one.since < end and (one.until is None or one.until > start)]
    units = sorted({one.price.currency for one in seen})
    if len(units) > 1:
        raise RequestError(
            f"prices in {' and '.join(units)} were on display, which cannot be compared",
            code="mixed_currencies",
            hint="announce no reduction until all prices of the time are in one currency",
        )
    return min(reversed(seen), key=lambda one: one.price.minor, default=None)


def history_of(entries: Sequence[Entry]) -> tuple[Displayed, ...]:
    """What was on display, of the entries of one article on a market."""
    found = []
    for one, after in zip_longest(entries, entries[1:]):
        if one.minor is not None and one.currency is not None:
            until = None if after is None else moment(after.at_us)
            price = Amount(one.minor, one.currency)
            found.append(Displayed(price, moment(one.at_us), until, one.kind == "reduced"))
    return tuple(found)


def runs(past: Sequence[Entry]) -> bool:
    """Whether an announced reduction runs after these entries."""
    return bool(past) and past[-1].kind == "reduced"


def reference_at(past: Sequence[Entry], country: str, at: datetime, sku: str) -> Reference:
    """The reference at a time, that of the running reduction if one runs."""
    if not runs(past):
        return computed(past, country, at, sku)
    running = past[-1]
    began = moment(running.began_us or running.at_us)
    before = [entry for entry in past if entry.at_us < microseconds(began)]
    return computed(before, country, began, sku)


def computed(past: Sequence[Entry], country: str, at: datetime, sku: str) -> Reference:
    """The reference of a reduction that begins at ``at``, after the entries of ``past``.

    Raises RequestError.
    """
    history = history_of(past)
    rule = reduction_rule(country, at.date())
    if rule is None:
        return _before(history, country, at, sku)
    start = at - rule.days * _DAY
    found = lowest(history, start, at)
    if found is None:
        told = f"it was last on display until {history[-1].until}" if history else "it never was"
        raise RequestError(
            f"{sku} was not on display in {country} in the {rule.days} days before "
            f"{at.isoformat()}: {told}",
            code="no_reference",
            where="at",
            hint="display the price without announcing a reduction",
        )
    shown_for = sum(
        (min(one.until or at, at) - max(one.since, start) for one in history if _met(one, start)),
        timedelta(),
    )
    notes = []
    if history[0].since > start:
        notes.append(
            f"on sale for {(at - history[0].since) // _DAY} days, less than {rule.days}: the "
            "lowest price since then is taken. Member states may set a shorter time for goods that "
            "are new on the market; that is not looked at here"
        )
    return Reference(found.price, start, at, shown_for, rule, tuple(notes))


def _met(one: Displayed, start: datetime) -> bool:
    return one.until is None or one.until > start


def _before(history: Sequence[Displayed], country: str, at: datetime, sku: str) -> Reference:
    """The price on display just before, where no law is known. Raises RequestError."""
    history = [one for one in history if one.since < at]
    if not history or (history[-1].until is not None and history[-1].until < at):
        raise RequestError(
            f"{sku} was not on display in {country} before {at.isoformat()}",
            code="no_reference",
            where="at",
            hint="display the price without announcing a reduction",
        )
    last = history[-1]
    note = f"no law of announced reductions is known here for {country}: the last price is taken"
    return Reference(last.price, last.since, at, at - last.since, None, (note,))


def reduction_of(
    asked: Amount | None, claim: tuple[int, int] | None, reference: Reference, at: datetime
) -> Reduction:
    """The reduction, checked against its reference. Raises RequestError."""
    full = reference.price
    claimed, decimals = claim if claim is not None else (0, 0)
    hundred = 100 * 10**decimals
    price = asked or Amount(full.minor * (hundred - claimed) // hundred, full.currency)
    if price.currency != full.currency:
        raise RequestError(
            f"the reference price is in {full.currency}, the new one in {price.currency}",
            code="mixed_currencies",
            where="price",
            hint=f"give the price in {full.currency}",
        )
    days = f" of the last {reference.rule.days} days" if reference.rule else ""
    if price.minor >= full.minor:
        raise RequestError(
            f"{text_of(price)} is no reduction: the lowest price{days} is {text_of(full)}",
            code="no_reduction",
            where="price",
            hint="display the price without announcing a reduction",
        )
    true = (full.minor - price.minor) * hundred // full.minor
    if asked is not None and claim is not None and claimed != true:
        raise RequestError(
            f"{text_of(price)} is not {amount_text(claimed, decimals)} % below {text_of(full)}, "
            f"the lowest price{days}",
            code="wrong_percent",
            where="percent",
            hint=f"announce {amount_text(true, decimals)} %",
        )
    shown = claimed if claim is not None else true
    return Reduction(price, reference, amount_text(shown, decimals), at)


def percent_of(value: str | int) -> tuple[int, int]:
    """A percentage as an int and its decimals. Raises RequestError."""
    found = None if isinstance(value, bool | float) else _PERCENT.fullmatch(str(value).strip())
    if found is not None:
        decimals = found[2] or ""
        number = int(found[1] + decimals)
        if number:
            return number, len(decimals)
    raise RequestError(
        f"not a percentage between 0 and 100: {value!r}",
        code="bad_percent",
        where="percent",
        hint='write 20 or "12.5"',
    )


def microseconds(at: datetime) -> int:
    """A moment in microseconds since 1970, UTC. Raises RequestError for one without a zone."""
    if at.tzinfo is None:
        raise RequestError(
            "a time needs its zone",
            code="naive_time",
            where="at",
            hint="give an aware datetime, such as datetime(2026, 10, 1, 20, tzinfo=UTC)",
        )
    return (at - _EPOCH) // _MICROSECOND


def moment(at_us: int) -> datetime:
    """The moment of microseconds since 1970, UTC."""
    return _EPOCH + at_us * _MICROSECOND


def text_of(amount: Amount) -> str:
    """An amount with its currency, for errors."""
    return f"{amount_text(amount.minor, currency(amount.currency).digits)} {amount.currency}"
