"""The prices a shop displayed, by article and market: entries are added and never changed.

The law of announced reductions is in ``reductions.toml``, what follows from it in
:mod:`landedcost.ledger.reduction`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..errors import LedgerError, RequestError
from ..lines import Amount
from ..request import Buyer
from .reduction import (
    Displayed,
    Entry,
    Reduction,
    Reference,
    computed,
    history_of,
    microseconds,
    moment,
    percent_of,
    reduction_of,
    reference_at,
    runs,
    text_of,
)
from .rules import reduction_rule
from .store import ShownStore

if TYPE_CHECKING:
    from sqlalchemy import Engine

_TRIES = 50


class PriceLedger:
    """The prices a shop displayed, by article and market, in a database.

    ``where`` is a URL such as ``"sqlite:///shown.db"``, or an engine of SQLAlchemy. A market is
    a country, a region of one (``"US-CA"``), or a locale (``"de-DE"``). Times are aware; they
    are given, no clock is asked. Several processes may write at once. Raises LedgerError when
    the database fails.
    """

    def __init__(self, where: str | Engine) -> None:
        self._store = ShownStore(where)

    def close(self) -> None:
        """Give back the connections to the database."""
        self._store.close()

    def show(self, sku: str, market: str, price: Amount | str, at: datetime) -> bool:
        """From ``at`` the price is on display; False when it is already.

        Another price ends a reduction that was announced. Raises RequestError
        (``clock_went_back``) for a time not after the last entry.
        """
        amount = _positive(price)

        def entry(past: Sequence[Entry], at_us: int) -> Entry | None:
            last = past[-1] if past else None
            if last is not None and (last.minor, last.currency) == (amount.minor, amount.currency):
                return None
            return Entry(0, at_us, "shown", amount.minor, amount.currency)

        return self._added(sku, market, at, entry) is not None

    def withdraw(self, sku: str, market: str, at: datetime) -> bool:
        """From ``at`` no price is on display; False when none is already. Raises RequestError."""

        def entry(past: Sequence[Entry], at_us: int) -> Entry | None:
            if not past or past[-1].kind == "withdrawn":
                return None
            return Entry(0, at_us, "withdrawn")

        return self._added(sku, market, at, entry) is not None

    def history(self, sku: str, market: str) -> tuple[Displayed, ...]:
        """Every price that was on display, oldest first."""
        return history_of(self._store.entries(sku, _market(market)[0]))

    def reference_price(self, sku: str, market: str, at: datetime) -> Reference:
        """What a reduction beginning at ``at`` is computed from.

        While an announced reduction runs, the reference is the one it began with. Raises
        RequestError (``no_reference``) when nothing was on display in the time that counts.
        """
        name, country = _market(market)
        past = [e for e in self._store.entries(sku, name) if e.at_us <= microseconds(at)]
        return reference_at(past, country, at, sku)

    def announce(
        self,
        sku: str,
        market: str,
        price: Amount | str | None = None,
        *,
        percent: str | int | None = None,
        at: datetime,
        progressive: bool = False,
    ) -> Reduction:
        """Announce a reduction to ``price``, or by ``percent``, from ``at``, and display it.

        The percentage is that of the reference price, cut to the decimals it is given with; one
        that says something else is refused (``wrong_percent``), and the hint has the right one.
        With ``percent`` alone the new price is the reference less so much, cut to the minor unit.
        ``progressive`` keeps the reference of the reduction that runs, where the law of the
        market is known to allow it. Raises RequestError.
        """
        name, country = _market(market)
        if price is None and percent is None:
            raise RequestError(
                "a reduction needs a new price or a percentage", code="missing_field", where="price"
            )
        asked = None if price is None else _positive(price)
        claim = None if percent is None else percent_of(percent)
        made: list[Reduction] = []

        def entry(past: Sequence[Entry], at_us: int) -> Entry:
            grows = progressive and runs(past)
            reference = _start(past, country, at, sku, grows)
            found = reduction_of(asked, claim, reference, at)
            if grows and found.price.minor >= (past[-1].minor or 0):
                raise _not_growing(found.price, past[-1])
            made.append(found)
            began = past[-1].began_us if grows else at_us
            return Entry(
                0,
                at_us,
                "reduced",
                found.price.minor,
                found.price.currency,
                reference.price.minor,
                began,
            )

        self._added(sku, name, at, entry)
        return made[-1]

    def _added(
        self,
        sku: str,
        market: str,
        at: datetime,
        make: Callable[[Sequence[Entry], int], Entry | None],
    ) -> Entry | None:
        """Add what ``make`` makes of the past, again when another writer was first."""
        name, at_us = _market(market)[0], microseconds(at)
        if not sku or len(sku) > 200:
            raise RequestError("no SKU of 1 to 200 characters", code="bad_sku", where="sku")
        for _ in range(_TRIES):
            past = self._store.entries(sku, name)
            if past and at_us < past[-1].at_us:
                raise _went_back(sku, name, at, past[-1])
            entry = make(past, at_us)
            if entry is None:
                return None
            if past and at_us == past[-1].at_us:
                raise _went_back(sku, name, at, past[-1])
            entry = replace(entry, entry=len(past) + 1)
            if self._store.add(sku, name, entry):
                return entry
        raise LedgerError(
            f"{sku} on {name}: other writers were first {_TRIES} times",
            code="too_busy",
            hint="let one process display the prices of an article",
        )


def _went_back(sku: str, market: str, at: datetime, last: Entry) -> RequestError:
    return RequestError(
        f"{sku} on {market}: {at.isoformat()} is not after the last entry, of "
        f"{moment(last.at_us).isoformat()}",
        code="clock_went_back",
        where="at",
        hint="entries are made in order of time: look at the clock of the machine",
    )


def _not_growing(price: Amount, last: Entry) -> RequestError:
    now = text_of(Amount(last.minor or 0, last.currency or price.currency))
    return RequestError(
        f"{text_of(price)} is not below {now}, the price of the reduction that runs",
        code="not_growing",
        where="price",
        hint="a reduction keeps its first reference only while it grows",
    )


def _start(past: Sequence[Entry], country: str, at: datetime, sku: str, grows: bool) -> Reference:
    """The reference of a reduction that is about to begin. Raises RequestError."""
    if not grows:
        return computed(past, country, at, sku)
    rule = reduction_rule(country, at.date())
    if rule is not None and rule.progressive != "allowed":
        raise RequestError(
            f"whether a growing reduction may keep its first reference in {country} is "
            f"{rule.progressive}",
            code="progressive_not_allowed",
            where="progressive",
            hint=f"leave it out: the reduction is then computed from the last {rule.days} days",
        )
    return reference_at(past, country, at, sku)


def _positive(price: Amount | str) -> Amount:
    amount = Amount.of(price, "price")
    if amount.minor <= 0:
        raise RequestError(
            f"a displayed price is above zero: {text_of(amount)}", code="bad_amount", where="price"
        )
    return amount


def _market(market: str) -> tuple[str, str]:
    """The name of a market as it is stored, and its country. Raises RequestError."""
    where = Buyer.of(market).place
    name = f"{where.country}-{where.region}" if where.region else where.country
    return name, where.country
