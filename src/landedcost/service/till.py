"""Where prices are held and honoured: signing keys, the store of holds, and the stock.

Every method blocks on the database: a handler calls it in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from ..errors import RequestError
from ..held import HeldQuote, Keys, Scope, hold, pin
from ..held.quote import read
from .problems import Problem
from .store import Hold, Holds

if TYPE_CHECKING:
    from ..held import Record
    from ..ports.inventory import InventorySource
    from ..quote import Quote
    from ..regimes.load import RuleBook

_ID = re.compile(r"[a-z0-9]{1,64}", re.ASCII)
_OVER = ("reservation_over", "unknown_reservation")


@dataclass(frozen=True, slots=True)
class Terms:
    """How long prices are held: ``usual`` if nobody says, ``most`` at the longest.

    ``overnight`` lets a price outlast the last day of its quote, at the seller's risk.
    """

    usual: timedelta = timedelta(minutes=15)
    most: timedelta = timedelta(hours=24)
    overnight: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be held besides the price: for how long, with which units, under which id.

    ``asked`` tells two questions under one id apart. ``record`` keeps what the price was made of,
    ``card`` the bundle and the market of the card it was taken from.
    """

    lasts: timedelta
    units: Mapping[str, int]
    asked: str
    id: str = ""
    record: bool = False
    card: tuple[str, str] | None = None


@dataclass(frozen=True)
class Till:
    """Holds prices in the scope of ``shop`` and honours them.

    ``inventory`` is None for a shop that keeps no stock.
    """

    keys: Keys = field(repr=False)
    holds: Holds
    shop: str = ""
    inventory: InventorySource | None = None
    terms: Terms = field(default_factory=Terms)

    @property
    def scope(self) -> Scope:
        """The scope in which its prices hold: this shop, on any market."""
        return Scope(self.shop)

    def lasting(self, wanted: timedelta | None) -> timedelta:
        """For how long a price is held. Raises RequestError (``bad_duration``)."""
        found = wanted if wanted is not None else self.terms.usual
        if found > self.terms.most:
            raise RequestError(
                f"a price is held for {self.terms.most} at the longest",
                code="bad_duration",
                where="hold",
                hint="ask for less; the service's `longest` says how long",
            )
        return found

    def hold(self, quote: Quote, wanted: Wanted, at: datetime, rules: RuleBook) -> Hold:
        """Reserve, sign and keep a price. Asked again under the same id, the hold there is.

        The units are reserved before the hold is kept: a hold that was answered has its units,
        and units without a hold come back when it would have ended. Raises RequestError, SoldOut,
        ProviderError; Problem (409) for another question under an id.
        """
        if wanted.id:
            before = self.again(wanted.id, wanted.asked)
            if before is not None:
                return before
        record = pin(quote, rules) if wanted.record else None
        name = wanted.id or f"q{uuid4().hex}"
        made = self._signed(quote, name, wanted, at, record)
        if wanted.units:
            kept = self._stock().reserve(name, wanted.units, made.until, at)
            if kept.until < made.until:  # reserved before, for a hold that was never kept
                rest = replace(wanted, lasts=kept.until - at)
                made = self._signed(quote, name, rest, at, record)
        return _same(self.holds.put(made), wanted.asked)

    def _signed(
        self, quote: Quote, name: str, wanted: Wanted, at: datetime, record: Record | None
    ) -> Hold:
        held = hold(
            quote,
            self.keys,
            at=at,
            lasts=wanted.lasts,
            shop=self.shop,
            overnight=self.terms.overnight,
            record=record,
        )
        return Hold(
            name,
            wanted.asked,
            held.as_dict(),
            wanted.units,
            at,
            held.valid_until,
            record,
            card=wanted.card,
        )

    def again(self, hold_id: str, asked: str) -> Hold | None:
        """The hold there is under an id, None if there is none. Raises Problem as ``hold``."""
        found = self.holds.get(hold_id)
        return None if found is None else _same(found, asked)

    def find(self, hold_id: str) -> Hold:
        """A hold by its id. Raises RequestError (``no_such_quote``)."""
        found = self.holds.get(hold_id) if _ID.fullmatch(hold_id) else None
        if found is None:
            raise RequestError(
                f"no price is held under {hold_id[:64]!r}",
                code="no_such_quote",
                where="id",
                hint="take the id from `held` of the answer that held it",
            )
        return found

    def take(self, found: Hold, at: datetime) -> Hold | None:
        """Sell: commit the units and mark the hold as accepted, once. None where it is too late.

        The stock decides whether units are still there for it; what it has sold stays sold,
        whatever the time is by then: so it is if the process ended between the two.
        """
        if found.accepted_at is not None:
            return found
        if found.units:
            try:
                self._stock().commit(found.id, at)
            except RequestError as error:
                if error.code not in _OVER:
                    raise
                return None
        elif at >= found.until:
            return None
        return self.holds.accept(found.id, at)

    def next_id(self, hold_id: str, at: datetime) -> str:
        """The id under which a price that is over is held anew, the same however often asked."""
        while True:
            hold_id = f"n{sha256(hold_id.encode()).hexdigest()[:40]}"
            found = self.holds.get(hold_id)
            if found is None or at < found.until or found.accepted_at is not None:
                return hold_id

    def held(self, found: Hold) -> HeldQuote:
        """The signed price of a hold, not verified."""
        return read(found.document)

    def _stock(self) -> InventorySource:
        if self.inventory is None:
            raise Problem(
                409,
                "no_inventory",
                "this service keeps no stock, so nothing can be reserved",
                where="reserve",
                hint="set `inventory = true` under [state], or hold without units",
            )
        return self.inventory


def _same(found: Hold, asked: str) -> Hold:
    if found.asked != asked:
        raise Problem(
            409,
            "reused_key",
            "something else was asked under this Idempotency-Key",
            where="Idempotency-Key",
            hint="take a fresh key for each basket",
        )
    return found
