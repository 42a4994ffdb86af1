"""Prices that are held, in a database: SQLite in a file, or PostgreSQL by its URL.

The same database may hold the stock. A hold is written whole or not at all, and is accepted once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from ..held import Record
from ..inventory.checks import instant_of, micros
from ..inventory.database import Database
from .tables import ACCEPTED, HELD, HOLD, HOLDS, PIN


@dataclass(frozen=True, slots=True)
class Hold:
    """A held price as it is kept.

    ``document`` is the signed document; ``units`` what is reserved with it by article, empty for
    nothing; ``asked`` the digest of what was asked for; ``record`` what the price was made of, if
    that was wanted; ``card`` the bundle and the market of a card it was taken from.
    ``accepted_at`` is when it was accepted, None until then.
    """

    id: str
    asked: str
    document: Mapping[str, Any] = field(repr=False)
    units: Mapping[str, int]
    made_at: datetime
    until: datetime
    record: Record | None = field(default=None, repr=False)
    accepted_at: datetime | None = None
    card: tuple[str, str] | None = None


class Holds:
    """The held prices of a service; threads and processes may share the database.

    Raises ProviderError where the database fails: ``retryable`` when it is busy or cannot be
    reached; RequestError for an address that cannot be used, or tables of another version.
    """

    def __init__(self, place: str | os.PathLike[str]) -> None:
        self._database = Database(place, HOLDS)

    def put(self, hold: Hold) -> Hold:
        """Keep a hold; where there is one of the same id, that one is returned."""
        make = postgresql.insert if self._database.is_postgres else sqlite.insert
        row = {
            "id": hold.id,
            "asked": hold.asked,
            "document": _json(hold.document),
            "units": _json(hold.units),
            "card": None if hold.card is None else json.dumps(hold.card),
            "record": None if hold.record is None else _json(hold.record.document),
            "state": HELD,
            "made_us": micros(hold.made_at, "made_at"),
            "until_us": micros(hold.until, "until"),
        }
        with self._database.writing() as db:
            texts = hold.record.texts if hold.record is not None else {}
            for digest, text in texts.items():
                pin = {"digest": digest, "text": text}
                db.execute(make(PIN).values(pin).on_conflict_do_nothing())
            db.execute(make(HOLD).values(row).on_conflict_do_nothing())
            return self._hold(db, db.execute(select(HOLD).where(HOLD.c.id == hold.id)).one())

    def get(self, hold_id: str) -> Hold | None:
        """A hold by its id."""
        with self._database.reading() as db:
            row = db.execute(select(HOLD).where(HOLD.c.id == hold_id)).one_or_none()
            return None if row is None else self._hold(db, row)

    def accept(self, hold_id: str, at: datetime) -> Hold:
        """Mark a hold as accepted; once, the first instant stays."""
        with self._database.writing() as db:
            held = HOLD.update().where(HOLD.c.id == hold_id, HOLD.c.state == HELD)
            db.execute(held.values(state=ACCEPTED, accepted_us=micros(at, "at")))
            return self._hold(db, db.execute(select(HOLD).where(HOLD.c.id == hold_id)).one())

    def forget(self, before: datetime) -> int:
        """Remove what was never accepted and ended before an instant; returns how many."""
        over = HOLD.delete().where(HOLD.c.state == HELD, HOLD.c.until_us < micros(before, "before"))
        with self._database.writing() as db:
            return db.execute(over).rowcount

    def ping(self) -> None:
        """Raise ProviderError unless the database answers."""
        self._database.ping()

    def close(self) -> None:
        """Close the connections."""
        self._database.engine.dispose()

    def __repr__(self) -> str:
        return f"Holds({self._database!r})"

    def _hold(self, db: Connection, row: Row[Any]) -> Hold:
        record = None
        if row.record is not None:
            document = json.loads(row.record)
            names = set(document["rules"].values())
            pins = db.execute(select(PIN).where(PIN.c.digest.in_(names)))
            record = Record(document, {pin.digest: pin.text for pin in pins})
        return Hold(
            row.id,
            row.asked,
            json.loads(row.document),
            json.loads(row.units),
            instant_of(row.made_us),
            instant_of(row.until_us),
            record,
            None if row.accepted_us is None else instant_of(row.accepted_us),
            None if row.card is None else _card(row.card),
        )


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(dict(data), ensure_ascii=False)


def _card(text: str) -> tuple[str, str]:
    bundle, market = json.loads(text)
    return bundle, market
