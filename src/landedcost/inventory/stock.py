"""Stock in a database: counted, promised for a while, sold once.

Whatever moves units locks the rows of all its articles first, in the order of their names, so
that two of them never wait for each other; what it then reads nobody else can change. Promises
that ran out are ended by whoever comes next, in a row of their own: an end once written stays,
even if the clock goes back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ..codes import nearest
from ..errors import LandedCostError, RequestError, SoldOut
from ..lines import line_id
from ..ports.inventory import EXPIRED, HELD, RELEASED, SOLD, Reservation, StockLevel
from .checks import MAX_STOCK, count, instant_of, micros, wanted
from .database import Database
from .tables import MOVEMENT, PART, RESERVATION, RESERVED, STOCK, STOCKED

Rows = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the ledger: so many units of an article moved, why, for which quote, when.

    ``kind`` is ``stocked`` (the total changed by ``units``), ``reserved``, ``released``,
    ``expired`` or ``sold``.
    """

    sku: str
    quote_id: str | None
    kind: str
    units: int
    at: datetime


class Inventory:
    """The stock of a shop in SQLite or PostgreSQL; threads and processes may share it.

    Instants are datetimes with a time zone. Every method may raise ProviderError: ``retryable``
    when the database is busy or cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, place: str | os.PathLike[str]) -> Inventory:
        """Open, and make if need be, ``"stock.db"`` or ``"postgresql://USER:PASS@HOST/NAME"``.

        Raises RequestError for an address that cannot be used, ProviderError, PluginError.
        """
        return cls(Database(place))

    def ping(self) -> None:
        """Raise ProviderError unless the database answers."""
        self._database.ping()

    def close(self) -> None:
        """Close the connections."""
        self._database.engine.dispose()

    def __enter__(self) -> Inventory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Inventory({self._database!r})"

    def set_stock(self, sku: str, units: int, at: datetime) -> StockLevel:
        """There are so many units to sell in all: those sold and reserved already among them.

        Saying the same again changes nothing, so a program may do it whenever it starts. Raises
        RequestError (``below_promised``) for fewer than are sold or reserved.
        """
        line_id(sku, "sku")
        count(units, 0, MAX_STOCK, "units")
        now = micros(at, "at")
        with self._database.writing() as db:
            make = postgresql.insert if self._database.is_postgres else sqlite.insert
            fresh = make(STOCK).values(sku=sku, total=0, reserved=0, sold=0)
            db.execute(fresh.on_conflict_do_nothing())
            row = _locked(db, [sku], now)[sku]
            promised = row.reserved + row.sold
            if units < promised:
                raise RequestError(
                    f"{promised} of {sku!r} are sold or reserved, {units} are too few",
                    code="below_promised",
                    where="units",
                    hint="release reservations first; units sold count too",
                )
            if units != row.total:
                db.execute(STOCK.update().where(STOCK.c.sku == sku).values(total=units))
                _record(db, STOCKED, None, {sku: units - row.total}, now)
        return StockLevel(sku, units, row.reserved, row.sold, at)

    def left(self, sku: str, at: datetime) -> StockLevel:
        """The stock of an article now, reservations that have run out no longer counted.

        Raises RequestError (``unknown_sku``).
        """
        line_id(sku, "sku")
        now = micros(at, "at")
        with self._database.reading() as db:
            row = db.execute(STOCK.select().where(STOCK.c.sku == sku)).one_or_none()
            if row is None:
                raise _unknown(db, sku)
            over = _over(db, [sku], now)
        if over:
            with self._database.writing() as db:
                row = _locked(db, [sku], now)[sku]
        return StockLevel(sku, row.total, row.reserved, row.sold, at)

    def reserve(
        self, quote_id: str, units: Mapping[str, int], until: datetime, at: datetime
    ) -> Reservation:
        """Promise units to a quote until an instant: all of them, or none.

        Asked again for the same quote and units, the reservation there is; its ``until`` stays.
        Raises SoldOut; RequestError: ``unknown_sku``, ``bad_units``, ``already_over`` for an
        ``until`` that has passed, ``reservation_differs`` for other units under the same quote,
        ``reservation_over`` for a quote whose reservation was sold, released or ran out.
        """
        line_id(quote_id, "quote_id")
        asked = wanted(units)
        end, now = micros(until, "until"), micros(at, "at")
        try:
            found = self._reserve(quote_id, asked, end, now)
        except IntegrityError:  # another process reserved under this name at the same moment
            found = self._reserve(quote_id, asked, end, now)
        if isinstance(found, LandedCostError):
            raise found
        return found

    def _reserve(
        self, quote_id: str, asked: dict[str, int], end: int, now: int
    ) -> Reservation | LandedCostError:
        """The reservation or why there is none; what had run out stays ended either way."""
        with self._database.writing() as db:
            rows = _locked(db, asked, now)
            before = _find(db, quote_id)
            if before is not None:
                return _differs(before, asked) or before
            problem = _too_late(end, now) or _too_few(rows, asked)
            if problem is not None:
                return problem
            db.execute(RESERVATION.insert().values(quote_id=quote_id, until_us=end, state=HELD))
            db.execute(
                PART.insert(),
                [{"sku": s, "quote_id": quote_id, "units": n} for s, n in asked.items()],
            )
            for sku, number in asked.items():
                change = {"reserved": STOCK.c.reserved + number}
                db.execute(STOCK.update().where(STOCK.c.sku == sku).values(change))
            _record(db, RESERVED, quote_id, asked, now)
        return Reservation(quote_id, asked, instant_of(end))

    def release(self, quote_id: str, at: datetime) -> Reservation:
        """Give the units of a quote back; once, however often it is asked.

        A reservation that ran out has given them back already, and is returned as it is. Raises
        RequestError: ``unknown_reservation``, ``reservation_over`` for one that was sold.
        """
        return self._end(quote_id, RELEASED, (RELEASED, EXPIRED), at)

    def commit(self, quote_id: str, at: datetime) -> Reservation:
        """The units of a quote are sold; once, however often it is asked.

        Raises RequestError: ``unknown_reservation``, ``reservation_over`` for one that was
        released or has run out, since its units may have been promised to another.
        """
        return self._end(quote_id, SOLD, (SOLD,), at)

    def _end(self, quote_id: str, state: str, fine: tuple[str, ...], at: datetime) -> Reservation:
        line_id(quote_id, "quote_id")
        now = micros(at, "at")
        with self._database.writing() as db:
            found = _find(db, quote_id)
            if found is None:
                raise RequestError(
                    f"nothing is reserved for the quote {str(quote_id)[:60]!r}",
                    code="unknown_reservation",
                    where="quote_id",
                    hint="reserve first",
                )
            _locked(db, found.units, now)
            found = _find(db, quote_id) or found
            if found.state == HELD:
                _move(db, found, state, now)
                return Reservation(quote_id, found.units, found.until, state)
        if found.state not in fine:
            raise _is_over(found)
        return found

    def reservation(self, quote_id: str) -> Reservation | None:
        """The reservation of a quote as it was last written down, or None."""
        line_id(quote_id, "quote_id")
        with self._database.reading() as db:
            return _find(db, quote_id)

    def movements(self, sku: str | None = None) -> tuple[Movement, ...]:
        """The ledger from its beginning: every movement of units, of one article or of all."""
        query = MOVEMENT.select().order_by(MOVEMENT.c.id)
        if sku is not None:
            query = query.where(MOVEMENT.c.sku == sku)
        with self._database.reading() as db:
            rows = db.execute(query).all()
        return tuple(
            Movement(r.sku, r.quote_id, r.kind, r.units, instant_of(r.at_us)) for r in rows
        )


def _over(db: Connection, skus: Iterable[str], now: int) -> list[str]:
    """The quotes whose reservation of one of these articles has run out and is not ended."""
    query = (
        select(RESERVATION.c.quote_id)
        .join(PART, PART.c.quote_id == RESERVATION.c.quote_id)
        .where(PART.c.sku.in_(list(skus)))
        .where(RESERVATION.c.state == HELD, RESERVATION.c.until_us <= now)
        .distinct()
        .order_by(RESERVATION.c.quote_id)
    )
    return list(db.scalars(query))


def _locked(db: Connection, skus: Iterable[str], now: int) -> Rows:
    """The rows of articles, locked, and what ran out among them ended.

    A reservation that ran out may hold other articles too: their rows are locked with the rest.
    """
    names = set(skus)
    over = _over(db, names, now)
    beside = set(db.scalars(select(PART.c.sku).where(PART.c.quote_id.in_(over)))) if over else set()
    rows = _lock(db, names | beside)
    for sku in sorted(names):
        if sku not in rows:
            raise _unknown(db, sku)
    ended = 0
    for quote_id in _over(db, names, now):
        found = _find(db, quote_id)
        if found is not None and rows.keys() >= found.units.keys():
            _move(db, found, EXPIRED, now)
            ended += 1
    return _lock(db, names) if ended else rows


def _lock(db: Connection, skus: Iterable[str]) -> Rows:
    query = STOCK.select().where(STOCK.c.sku.in_(sorted(skus))).order_by(STOCK.c.sku)
    return {row.sku: row for row in db.execute(query.with_for_update())}


def _find(db: Connection, quote_id: str) -> Reservation | None:
    query = (
        select(RESERVATION, PART.c.sku, PART.c.units)
        .join(PART, PART.c.quote_id == RESERVATION.c.quote_id)
        .where(RESERVATION.c.quote_id == quote_id)
        .order_by(PART.c.sku)
    )
    rows = db.execute(query).all()
    if not rows:
        return None
    units = {row.sku: row.units for row in rows}
    return Reservation(quote_id, units, instant_of(rows[0].until_us), rows[0].state)


def _move(db: Connection, found: Reservation, state: str, now: int) -> None:
    """End a held reservation, whose articles are locked: sold, released or expired."""
    held = and_(RESERVATION.c.quote_id == found.quote_id, RESERVATION.c.state == HELD)
    db.execute(RESERVATION.update().where(held).values(state=state))
    for sku, number in found.units.items():
        change = {"reserved": STOCK.c.reserved - number}
        if state == SOLD:
            change["sold"] = STOCK.c.sold + number
        db.execute(STOCK.update().where(STOCK.c.sku == sku).values(change))
    _record(db, state, found.quote_id, found.units, now)


def _record(
    db: Connection, kind: str, quote_id: str | None, units: Mapping[str, int], now: int
) -> None:
    db.execute(
        MOVEMENT.insert(),
        [
            {"sku": sku, "quote_id": quote_id, "kind": kind, "units": number, "at_us": now}
            for sku, number in units.items()
        ],
    )


def _too_late(end: int, now: int) -> RequestError | None:
    if end > now:
        return None
    return RequestError(
        "the reservation would be over before it began",
        code="already_over",
        where="until",
        hint="reserve until an instant that is still to come",
    )


def _too_few(rows: Rows, asked: dict[str, int]) -> SoldOut | None:
    for sku, number in asked.items():
        left = rows[sku].total - rows[sku].reserved - rows[sku].sold
        if number > left:
            return SoldOut(sku, wanted=number, left=left, where=f"units[{sku!r}]")
    return None


def _differs(before: Reservation, asked: dict[str, int]) -> RequestError | None:
    """Why a reservation that is there is not the one that was asked for, if it is not."""
    if before.units != asked:
        return RequestError(
            f"the quote {before.quote_id!r} has reserved {dict(before.units)}, not {asked}",
            code="reservation_differs",
            where="units",
            hint="ask for a new quote, which has an id of its own",
        )
    return None if before.state == HELD else _is_over(before)


def _is_over(found: Reservation) -> RequestError:
    what = {EXPIRED: "ran out", RELEASED: "was released", SOLD: "is sold"}[found.state]
    return RequestError(
        f"the reservation of the quote {found.quote_id!r} {what}",
        code="reservation_over",
        where="quote_id",
        hint="ask for a new quote and reserve for that",
    )


def _unknown(db: Connection, sku: str) -> RequestError:
    near = or_(STOCK.c.sku.ilike(f"{sku[:2]}%"), STOCK.c.sku.ilike(f"%{sku[-2:]}"))
    known = list(db.scalars(select(STOCK.c.sku).where(near).order_by(STOCK.c.sku).limit(200)))
    close = nearest(sku, known)
    return RequestError(
        f"no stock is kept of {sku[:60]!r}",
        code="unknown_sku",
        where="sku",
        hint=f"did you mean {', '.join(close)}?" if close else "call set_stock first",
    )
