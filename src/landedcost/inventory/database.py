"""Opening the database, and its failures in our words; no secret of its URL is ever shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..errors import (
    LandedCostError,
    PluginError,
    ProviderDown,
    ProviderError,
    RequestError,
    Unreachable,
)
from ..ports.urls import written_forms
from .tables import FORMAT, META, VERSION

PATIENCE_S = 5
"""How long one waits for a lock, or for a connection."""
_BUSY = frozenset({"40001", "40P01", "55P03", "57014"})


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables that are made when they are missing, and the version they are written in.

    ``version`` is the table with the one row of it. ``name`` is whose tables they are, ``what``
    is kept in them; ``lock`` is the number of the lock that lets one process make them.
    """

    meta: MetaData
    version: Table
    format: int
    name: str
    what: str
    lock: int


STOCK = Schema(META, VERSION, FORMAT, "inventory", "stock", 0x6C636976)


def address(place: str | os.PathLike[str]) -> URL:
    """The URL of a file or a database. Raises RequestError (``bad_database_url``)."""
    raw = os.fspath(place)
    if "://" not in raw:
        return _file(URL.create("sqlite", database=raw))
    try:
        url = make_url(raw)
    except (ArgumentError, ValueError):
        raise _bad("cannot be read") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        return _file(url.set(drivername="sqlite"))
    raise _bad(f"{url.drivername!r} is not supported")


def _file(url: URL) -> URL:
    if url.database in (None, "", ":memory:"):
        raise _bad("a database in memory is gone when the process ends")
    return url


def _bad(why: str) -> RequestError:
    return RequestError(
        f"the address of the database: {why}",
        code="bad_database_url",
        where="inventory",
        hint="give a file, or postgresql://USER:PASSWORD@HOST/NAME",
    )


class Database:
    """A pool of connections; each transaction is whole or has not been."""

    def __init__(self, place: str | os.PathLike[str], schema: Schema = STOCK) -> None:
        self.schema = schema
        self.url = address(place)
        self._secrets = _secrets(os.fspath(place), self.url)
        self.is_postgres = self.url.drivername.startswith("postgresql")
        try:
            self.engine = _postgres(self.url) if self.is_postgres else _sqlite(self.url)
        except ModuleNotFoundError as error:
            raise PluginError(
                f"PostgreSQL needs {error.name}, which is not installed",
                code="missing_extra",
                hint='install "landedcost[postgres]"',
            ) from None
        try:
            self._make()
        except LandedCostError:
            self.engine.dispose()
            raise

    def _make(self) -> None:
        with self.reading() as db:
            found = self._format(db) if inspect(db).has_table(self.schema.version.name) else None
        if found is None:
            with self.writing() as db:
                if self.is_postgres:
                    db.execute(text(f"SELECT pg_advisory_xact_lock({self.schema.lock})"))
                self.schema.meta.create_all(db)
                found = self._format(db)
                if found is None:
                    db.execute(self.schema.version.insert().values(version=self.schema.format))
        if found not in (None, self.schema.format):
            raise RequestError(
                f"the {self.schema.what} is kept in format {found}, this version reads "
                f"{self.schema.format}",
                code="bad_format",
                where=self.schema.name,
                hint="use the version of landedcost that wrote it",
            )

    def _format(self, db: Connection) -> int | None:
        return db.scalar(select(self.schema.version.c.version))

    def ping(self) -> None:
        """Raise ProviderError unless the database answers."""
        with self.reading() as db:
            self._format(db)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite the only one. Raises ProviderError."""
        with self._in_our_words(), self.engine.begin() as db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and waits for nobody. Raises ProviderError."""
        options = {"landedcost_reads": True}
        with self._in_our_words(), self.engine.execution_options(**options).begin() as db:
            yield db

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except PoolTimeout:
            raise self._busy("no connection became free") from None
        except DBAPIError as error:
            raise self._told(error) from None

    def _told(self, error: DBAPIError) -> ProviderError:
        cause: Any = error.orig
        said = (str(cause).splitlines() or [""])[0]
        for secret in self._secrets:
            said = said.replace(secret, "***")
        state = getattr(cause, "sqlstate", None)
        if state in _BUSY or "locked" in said or "busy" in said:
            return self._busy(said)
        if isinstance(error, OperationalError) and (self.is_postgres or "unable to open" in said):
            return Unreachable(
                f"the database of the {self.schema.what} cannot be used: {said}",
                provider=self.schema.name,
                hint="see that it runs, and that its address is right",
            )
        return ProviderError(
            f"the database of the {self.schema.what} failed: {said}",
            provider=self.schema.name,
            hint="see its own log",
        )

    def _busy(self, said: str) -> ProviderDown:
        return ProviderDown(
            f"the database of the {self.schema.what} is busy: {said}",
            code=f"{self.schema.name}_busy",
            provider=self.schema.name,
            hint="try again",
        )

    def __repr__(self) -> str:
        shown = self.url.set(query={})
        return f"{shown.render_as_string(hide_password=True)}"


def _secrets(raw: str, url: URL) -> tuple[str, ...]:
    """The password in each form, and what lies between user and host if it was read wrongly."""
    _, _, rest = raw.partition("://")
    between, at, _ = rest.rpartition("@")
    words = {url.password, *(str(v) for k, v in url.query.items() if "pass" in k)}
    if at:
        words |= {between.partition(":")[2], *between.partition(":")[2].split("@")}
    found = {form for word in words if word for form in written_forms(word)}
    return tuple(sorted(found, key=len, reverse=True))


def _postgres(url: URL) -> Engine:
    wait = PATIENCE_S * 1000
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=PATIENCE_S,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={
            "connect_timeout": PATIENCE_S,
            "options": f"-c lock_timeout={wait} -c statement_timeout={2 * wait}",
        },
    )


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_timeout=PATIENCE_S,
        hide_parameters=True,
        connect_args={"timeout": PATIENCE_S},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins no transaction on its own
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(db: Connection) -> None:
        reads = db.get_execution_options().get("landedcost_reads")
        db.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
