"""Writing imported tariffs: a copy of the file is completed and then takes its place.

A reader sees the old tables or the new ones; an import that is cut off leaves the old.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from ...errors import RequestError
from ..editions import Answer, Edition
from ..timeline import Span, replaced
from .reading import FORMAT, Store, broken, open_for_reading

_SCHEMA = """
CREATE TABLE format (version INTEGER NOT NULL);
CREATE TABLE edition (
    tariff TEXT NOT NULL, name TEXT NOT NULL, start TEXT NOT NULL, place INTEGER NOT NULL,
    title TEXT NOT NULL, url TEXT NOT NULL, read TEXT NOT NULL, official INTEGER NOT NULL,
    headings TEXT, dialect TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (tariff, name));
CREATE TABLE rate (
    tariff TEXT NOT NULL, code TEXT NOT NULL, col TEXT NOT NULL, start TEXT NOT NULL, until TEXT,
    text TEXT NOT NULL, note TEXT NOT NULL, verified INTEGER NOT NULL, dialect TEXT NOT NULL,
    PRIMARY KEY (tariff, code, col, start)) WITHOUT ROWID;
CREATE TABLE line (
    tariff TEXT NOT NULL, code TEXT NOT NULL, start TEXT NOT NULL, until TEXT,
    text TEXT NOT NULL, units TEXT NOT NULL, PRIMARY KEY (tariff, code, start)) WITHOUT ROWID;
CREATE TABLE answer (
    tariff TEXT NOT NULL, code TEXT NOT NULL, day TEXT NOT NULL, text TEXT NOT NULL,
    title TEXT NOT NULL, url TEXT NOT NULL, read TEXT NOT NULL, digest TEXT NOT NULL,
    document BLOB NOT NULL, PRIMARY KEY (tariff, code, day)) WITHOUT ROWID;
"""
_RATE = tuple[str, str, int, str]
_LINE = tuple[str, str]


def keep(path: Path, found: Iterable[Edition | Answer]) -> bool:
    """Add editions and answers to the file, all or none; False when it had them already.

    What is read from ``found`` is written as it comes; an error on the way leaves the file as it
    was. A newer reading of an edition takes the place of the older one of the same name. Raises
    RequestError: ``bad_table`` for a file of something else, ``locked`` while another import is
    writing it, ``edition_day`` where an edition was kept for another day before; and OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with _only_writer(path):
        fresh.unlink(missing_ok=True)
        try:
            changed = _write(path, fresh, found)
            if changed:
                os.replace(fresh, path)
        except sqlite3.DatabaseError as error:
            raise broken(path, str(error)) from None
        finally:
            fresh.unlink(missing_ok=True)
    return changed


@contextmanager
def _only_writer(path: Path) -> Iterator[None]:
    """Hold other imports off; the hold ends with the process, however that ends."""
    lock = path.with_name(f"{path.name}.lock")
    with closing(sqlite3.connect(lock, timeout=0, isolation_level=None)) as base:
        try:
            base.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            busy = "locked" in str(error)
            raise RequestError(
                "another import is writing it" if busy else f"cannot be written: {error}",
                code="locked" if busy else "no_file",
                where=str(path),
                hint="wait for it to end" if busy else "choose another place with --into",
            ) from None
        yield


def _write(old: Path, fresh: Path, found: Iterable[Edition | Answer]) -> bool:
    kept = Store(old) if old.exists() else None
    changed = False
    with closing(sqlite3.connect(fresh, isolation_level=None)) as base:
        if kept is not None:
            with closing(open_for_reading(old)) as before:
                before.backup(base)
        else:
            base.executescript(_SCHEMA)
            base.execute("INSERT INTO format VALUES (?)", (FORMAT,))
        base.execute("PRAGMA journal_mode = OFF")  # the copy is thrown away if this fails
        base.execute("BEGIN")
        tariffs: dict[str, _Timelines] = {}
        for item in found:
            if isinstance(item, Answer):
                changed |= _keep_answer(base, item)
                continue
            if _is_kept(base, item):
                continue
            if item.tariff not in tariffs:
                tariffs[item.tariff] = _Timelines(base, item.tariff)
            tariffs[item.tariff].lay(item)
            changed = True
        for timelines in tariffs.values():
            timelines.write()
        base.execute("COMMIT")
        faults = base.execute("PRAGMA integrity_check").fetchall()
        if faults != [("ok",)]:
            raise sqlite3.DatabaseError(str(faults[:3]))
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    return changed


def _is_kept(base: sqlite3.Connection, edition: Edition) -> bool:
    """Whether the same edition was kept, read on the same day or later."""
    row = base.execute(
        "SELECT start, digest, read FROM edition WHERE tariff = ? AND name = ?",
        (edition.tariff, edition.name),
    ).fetchone()
    if row is None:
        return False
    start, digest, read = row
    if start != edition.start.isoformat():
        raise RequestError(
            f"the {edition.name} of {edition.tariff} was kept as applying from {start}",
            code="edition_day",
            where=edition.file,
            hint="to correct that day, import everything into a new file with --into",
        )
    return bool(digest == edition.digest and read >= edition.published.read.isoformat())


def _keep_answer(base: sqlite3.Connection, answer: Answer) -> bool:
    key = (answer.tariff, answer.code, answer.day.isoformat())
    document = zlib.compress(answer.document.encode(), 9)
    read = answer.published.read.isoformat()
    row = base.execute(
        "SELECT document, read FROM answer WHERE tariff = ? AND code = ? AND day = ?", key
    ).fetchone()
    if row is not None and row[0] == document and row[1] >= read:
        return False
    published = answer.published
    values = (answer.description, published.title, published.url, read, answer.digest, document)
    base.execute(
        "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*key, *values)
    )
    return True


class _Timelines:
    """The rates and lines of one tariff over time, in memory while editions are laid on them."""

    def __init__(self, base: sqlite3.Connection, tariff: str) -> None:
        self.base = base
        self.tariff = tariff
        self.rates: dict[tuple[str, str], list[Span[_RATE]]] = {}
        self.lines: dict[str, list[Span[_LINE]]] = {}
        for code, col, start, until, text, note, verified, dialect in base.execute(
            "SELECT code, col, start, until, text, note, verified, dialect FROM rate"
            " WHERE tariff = ? ORDER BY start",
            (tariff,),
        ):
            rate = (text, note, verified, dialect)
            self.rates.setdefault((code, col), []).append((_date(start), _end(until), rate))
        for code, start, until, text, units in base.execute(
            "SELECT code, start, until, text, units FROM line WHERE tariff = ? ORDER BY start",
            (tariff,),
        ):
            line = (text, units)
            self.lines.setdefault(code, []).append((_date(start), _end(until), line))

    def lay(self, edition: Edition) -> None:
        """Put an edition on its days: until the next one that speaks of the same heading."""
        later = self._record(edition)
        headings = edition.headings
        ends: dict[str, date | None] = {}

        def until(code: str) -> date | None:
            heading = code[:4]
            if heading not in ends:
                starts = (day for day, known in later if known is None or heading in known)
                ends[heading] = next(starts, None)
            return ends[heading]

        rates = {
            key: (cell.text, cell.note, int(cell.verified), edition.dialect)
            for key, cell in edition.cells.items()
        }
        lines = {code: (line.text, line.units) for code, line in edition.lines.items()}
        for key in {*self.rates, *rates}:
            if headings is None or key[0][:4] in headings:
                _put(self.rates, key, edition.start, until(key[0]), rates)
        for code in {*self.lines, *lines}:
            if headings is None or code[:4] in headings:
                _put(self.lines, code, edition.start, until(code), lines)

    def _record(self, edition: Edition) -> list[tuple[date, frozenset[str] | None]]:
        """Note an edition; the later ones, each with the headings it speaks of."""
        published, headings = edition.published, edition.headings
        self.base.execute(
            "INSERT OR REPLACE INTO edition VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                edition.tariff,
                edition.name,
                edition.start.isoformat(),
                edition.order,
                published.title,
                published.url,
                published.read.isoformat(),
                int(published.official),
                None if headings is None else json.dumps(sorted(headings)),
                edition.dialect,
                edition.digest,
            ),
        )
        rows = self.base.execute(
            "SELECT start, headings FROM edition WHERE tariff = ? AND name <> ?"
            " AND (start, place) > (?, ?) ORDER BY start, place",
            (self.tariff, edition.name, edition.start.isoformat(), edition.order),
        )
        return [(_date(day), None if h is None else frozenset(json.loads(h))) for day, h in rows]

    def write(self) -> None:
        """Replace what the file has of this tariff."""
        for table in ("rate", "line"):
            self.base.execute(f"DELETE FROM {table} WHERE tariff = ?", (self.tariff,))
        self.base.executemany(
            "INSERT INTO rate VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (self.tariff, code, col, start.isoformat(), _text(until), *value)
                for (code, col), spans in sorted(self.rates.items())
                for start, until, value in spans
            ),
        )
        self.base.executemany(
            "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)",
            (
                (self.tariff, code, start.isoformat(), _text(until), *value)
                for code, spans in sorted(self.lines.items())
                for start, until, value in spans
            ),
        )


def _put(
    kept: dict[Any, list[Span[Any]]],
    key: Any,
    start: date,
    until: date | None,
    given: Mapping[Any, Any],
) -> None:
    if until is not None and until <= start:
        return
    spans = replaced(kept.get(key, ()), start, until, given.get(key))
    if spans:
        kept[key] = spans
    else:
        kept.pop(key, None)


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _end(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
