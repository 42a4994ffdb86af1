"""Where imported tariffs are kept: one SQLite file, read by code.

An import never changes the file but replaces it (:mod:`.writing`), so that it
can be read without locks. Every question opens it anew: nothing is kept open between two prices.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from ...errors import RequestError
from ..editions import Cell, Described

T = TypeVar("T")
FORMAT = 1


@dataclass(frozen=True, slots=True)
class KeptEdition:
    """An edition as kept: its name, the day from which it applies, and who published it."""

    tariff: str
    name: str
    start: date
    order: int
    title: str
    url: str
    read: date
    official: bool
    headings: frozenset[str] | None
    dialect: str
    digest: str


@dataclass(frozen=True, slots=True)
class KeptRate:
    """A rate as kept, with the days it holds."""

    code: str
    column: str
    start: date
    until: date | None
    cell: Cell
    dialect: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer of the UK tariff service as kept; ``document`` is its JSON text."""

    code: str
    day: date
    text: str
    title: str
    url: str
    read: date
    document: str


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


class Store:
    """The tables in a file, for reading."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            with closing(open_for_reading(self.path)) as base:
                return base.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise broken(self.path, str(error)) from None

    def _made(
        self, make: Callable[[tuple[Any, ...]], T], sql: str, values: Sequence[Any] = ()
    ) -> tuple[T, ...]:
        """What the rows stand for. Raises RequestError (``bad_table``) for one that is broken."""
        rows = self._rows(sql, values)
        try:
            return tuple(make(row) for row in rows)
        except (TypeError, ValueError, zlib.error) as error:
            raise broken(self.path, str(error)) from None

    def tariffs(self) -> tuple[str, ...]:
        """The tariffs there are rates for."""
        rows = self._rows("SELECT tariff FROM edition UNION SELECT tariff FROM answer ORDER BY 1")
        return tuple(row[0] for row in rows)

    def editions(self, tariff: str) -> tuple[KeptEdition, ...]:
        """The editions of a tariff, by the day from which they apply."""
        return self._made(
            _edition,
            "SELECT tariff, name, start, place, title, url, read, official, headings, dialect,"
            " digest FROM edition WHERE tariff = ? ORDER BY start, place",
            (tariff,),
        )

    def rates(
        self, tariff: str, codes: Iterable[str], columns: Iterable[str] = ()
    ) -> tuple[KeptRate, ...]:
        """The rates of exactly these codes, of all columns or some."""
        wanted, cols = tuple(codes), tuple(columns)
        sql = f"tariff = ? AND code IN ({_marks(wanted)})"
        if cols:
            sql += f" AND col IN ({_marks(cols)})"
        return self._rates(sql, (tariff, *wanted, *cols))

    def rates_below(
        self, tariff: str, code: str, columns: Iterable[str] = ()
    ) -> tuple[KeptRate, ...]:
        """The rates of every longer code that starts with this one."""
        cols = tuple(columns)
        sql = "tariff = ? AND code > ? AND code < ?"
        if cols:
            sql += f" AND col IN ({_marks(cols)})"
        return self._rates(sql, (tariff, code, _after(code), *cols))

    def _rates(self, where: str, values: Sequence[Any]) -> tuple[KeptRate, ...]:
        return self._made(
            _rate,
            "SELECT code, col, start, until, text, note, verified, dialect FROM rate"
            f" WHERE {where} ORDER BY code, col, start",
            values,
        )

    def described(self, tariff: str, code: str, day: date) -> Mapping[str, Described]:
        """The lines of a code and below it that the tariff has on a day."""
        rows = self._rows(
            "SELECT code, text, units FROM line WHERE tariff = ? AND code >= ? AND code < ?"
            " AND start <= ? AND (until IS NULL OR until > ?) ORDER BY code",
            (tariff, code, _after(code), day.isoformat(), day.isoformat()),
        )
        return {row[0]: Described(row[1], row[2]) for row in rows}

    def codes_near(self, tariff: str, code: str, least: int = 3) -> tuple[str, ...]:
        """Known codes that share the most leading digits with ``code``, a few at least."""
        for length in range(len(code) - 1, -1, -1):
            start = code[:length]
            rows = self._rows(
                "SELECT DISTINCT code FROM rate WHERE tariff = ? AND col = 'general'"
                " AND code >= ? AND code < ? LIMIT 5000",
                (tariff, start, _after(start)),
            )
            if len(rows) >= least:
                return tuple(row[0] for row in rows)
        rows = self._rows("SELECT DISTINCT code FROM answer WHERE tariff = ?", (tariff,))
        return tuple(row[0] for row in rows)

    def answers(self, tariff: str, code: str, *, below: bool = False) -> tuple[KeptAnswer, ...]:
        """The answers about a code, or about every longer one that starts with it."""
        test = "code > ? AND code < ?" if below else "code = ?"
        values = (tariff, code, _after(code)) if below else (tariff, code)
        return self._made(
            _answer,
            "SELECT code, day, text, title, url, read, document FROM answer"
            f" WHERE tariff = ? AND {test} ORDER BY code, day",
            values,
        )

    def counts(self) -> dict[str, int]:
        """How much there is."""
        names = ("edition", "rate", "line", "answer")
        return {n: int(self._rows(f"SELECT COUNT(*) FROM {n}")[0][0]) for n in names}


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _after(code: str) -> str:
    """The first text after every code that starts with ``code``."""
    return f"{code}:"  # ":" follows "9"


def _rate(row: Sequence[Any]) -> KeptRate:
    code, col, start, until, text, note, verified, dialect = row
    cell = Cell(text, note, bool(verified))
    return KeptRate(code, col, date.fromisoformat(start), _day(until), cell, dialect)


def _answer(row: Sequence[Any]) -> KeptAnswer:
    code, day, text, title, url, read, document = row
    return KeptAnswer(
        code,
        date.fromisoformat(day),
        text,
        title,
        url,
        date.fromisoformat(read),
        zlib.decompress(document).decode(),
    )


def _edition(row: Sequence[Any]) -> KeptEdition:
    tariff, name, start, place, title, url, read, official, headings, dialect, digest = row
    return KeptEdition(
        tariff,
        name,
        date.fromisoformat(start),
        place,
        title,
        url,
        date.fromisoformat(read),
        bool(official),
        None if headings is None else frozenset(json.loads(headings)),
        dialect,
        digest,
    )


def open_for_reading(path: Path) -> sqlite3.Connection:
    """The file, for reading only. Raises RequestError (``no_table``, ``bad_table``)."""
    if not path.is_file():
        raise RequestError(
            "no imported tariffs there",
            code="no_table",
            where=str(path),
            hint="import one: landedcost tariff import FILE",
        )
    base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        version = base.execute("SELECT version FROM format").fetchone()
    except sqlite3.DatabaseError as error:
        base.close()
        raise broken(path, str(error)) from None
    if version != (FORMAT,):
        base.close()
        raise broken(path, f"format {version}, this release reads {FORMAT}")
    return base


def broken(path: Path, what: str) -> RequestError:
    """The error for a file that is none of ours."""
    return RequestError(
        f"not a file of imported tariffs: {what}",
        code="bad_table",
        where=str(path),
        hint="import the tariffs again, into a file of another name",
    )
