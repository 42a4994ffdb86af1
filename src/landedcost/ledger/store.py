"""Displayed prices in a database, through SQLAlchemy: rows are added, never changed.

Each article on a market has its own count of entries, which is the key. Two writers that want to
add the same entry cannot both succeed, whatever the database: the later one looks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import LedgerError, PluginError
from .reduction import Entry

try:
    import sqlalchemy as sa
    from sqlalchemy.pool import StaticPool
except ModuleNotFoundError as error:
    raise PluginError(
        "a ledger needs sqlalchemy, which is not installed",
        code="missing_extra",
        hint='install "landedcost[ledger]"',
    ) from error

if TYPE_CHECKING:
    from sqlalchemy import Engine

_WAIT_S = 30
_META = sa.MetaData()
_SHOWN = sa.Table(
    "landedcost_shown_prices",
    _META,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("market", sa.Text, primary_key=True),
    sa.Column("entry", sa.Integer, primary_key=True),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("minor", sa.BigInteger),
    sa.Column("currency", sa.Text),
    sa.Column("reference", sa.BigInteger),
    sa.Column("began_us", sa.BigInteger),
)
_LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(1818445940)"}
"""What lets one process at a time make the table."""
_KEPT = "displayed prices are kept as they are"
for _what in ("UPDATE", "DELETE"):
    sa.event.listen(
        _SHOWN,
        "after_create",
        sa.DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER landedcost_shown_no_{_what.lower()} BEFORE {_what} ON "
            f"landedcost_shown_prices BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
        ).execute_if(dialect="sqlite"),
    )
for _text in (
    "CREATE OR REPLACE FUNCTION landedcost_kept() RETURNS trigger AS "
    f"$$ BEGIN RAISE EXCEPTION '{_KEPT}'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER landedcost_shown_kept BEFORE UPDATE OR DELETE ON landedcost_shown_prices "
    "FOR EACH ROW EXECUTE FUNCTION landedcost_kept()",
):
    sa.event.listen(
        _SHOWN,
        "after_create",
        sa.DDL(  # type: ignore[no-untyped-call]
            _text
        ).execute_if(dialect="postgresql"),
    )


class ShownStore:
    """The table of displayed prices behind a database URL or an engine of SQLAlchemy.

    Raises LedgerError when the database cannot be opened.
    """

    def __init__(self, where: str | Engine) -> None:
        with _failing("opened"):
            self._engine = _engine(where) if isinstance(where, str) else where
            self._make()

    def _make(self) -> None:
        """Make the table where there is none, one process at a time."""
        if sa.inspect(self._engine).has_table(_SHOWN.name):
            return
        lock = _LOCKS.get(self._engine.dialect.name)
        with self._engine.connect() as connection:
            if lock is not None:
                connection.exec_driver_sql(lock)
            _META.create_all(connection)
            connection.commit()

    def entries(self, sku: str, market: str) -> Sequence[Entry]:
        """Every entry of an article on a market, oldest first. Raises LedgerError."""
        columns = _SHOWN.c
        query = (
            sa.select(
                columns.entry,
                columns.at_us,
                columns.kind,
                columns.minor,
                columns.currency,
                columns.reference,
                columns.began_us,
            )
            .where(columns.sku == sku, columns.market == market)
            .order_by(columns.entry)
        )
        with _failing("read"), self._engine.connect() as connection:
            return [Entry(*row) for row in connection.execute(query)]

    def add(self, sku: str, market: str, entry: Entry) -> bool:
        """Add an entry in one transaction; False when another writer was first.

        Raises LedgerError.
        """
        row = {name: getattr(entry, name) for name in Entry.__slots__}
        with _failing("written"):
            try:
                with self._engine.begin() as connection:
                    connection.execute(_SHOWN.insert().values(sku=sku, market=market, **row))
            except sa.exc.IntegrityError:
                return False
        return True

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    made = sa.make_url(url)
    if made.drivername in ("postgres", "postgresql"):
        made = made.set(drivername="postgresql+psycopg")
    if made.get_backend_name() != "sqlite":
        try:
            return sa.create_engine(made)
        except ModuleNotFoundError as error:
            raise PluginError(
                f"the database needs {error.name}, which is not installed",
                code="missing_extra",
                hint='install "landedcost[postgres]"',
            ) from None
    options: dict[str, Any] = {"connect_args": {"timeout": _WAIT_S}}
    if made.database in (None, "", ":memory:"):
        options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    return sa.create_engine(made, **options)


@contextmanager
def _failing(what: str) -> Iterator[None]:
    """A failure of the database in our words; what only SQLite says is repeated, it has no secrets.

    Raises LedgerError.
    """
    try:
        yield
    except (sa.exc.SQLAlchemyError, ValueError) as error:
        cause = getattr(error, "orig", None)
        own = type(cause).__module__ == "sqlite3"
        raise LedgerError(
            f"the ledger cannot be {what}: {cause if own else type(cause or error).__name__}",
            hint="look at the database, and whether its URL is right",
        ) from (error if own else None)
