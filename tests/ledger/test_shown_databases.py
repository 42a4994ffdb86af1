"""The ledger in a database: kept for good, whole or not at all, by several writers at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from landedcost.errors import LedgerError, PluginError, RequestError
from landedcost.ledger.shown import PriceLedger
from landedcost.ledger.store import ShownStore
from landedcost.lines import Amount

START = datetime(2026, 9, 1, tzinfo=UTC)
TABLE = "landedcost_shown_prices"
MINUTE = timedelta(minutes=1)


def engine_of(url: str) -> sa.Engine:
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def prices(ledger: PriceLedger) -> list[int]:
    return [one.price.minor for one in ledger.history("tee", "DE")]


def test_entries_are_kept_as_they_are(url: str) -> None:
    ledger = PriceLedger(url)
    ledger.show("tee", "DE", "50.00 EUR", START)
    ledger.close()
    raw = engine_of(url)
    for statement in (f"UPDATE {TABLE} SET minor = 1", f"DELETE FROM {TABLE}"):
        with raw.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="are kept"):
            connection.execute(sa.text(statement))
    raw.dispose()
    again = PriceLedger(url)
    assert prices(again) == [5000]
    assert again.reference_price("tee", "DE", START + MINUTE).price == Amount(5000, "EUR")
    again.close()


def test_a_writer_that_dies_half_way_leaves_nothing(url: str) -> None:
    ledger = PriceLedger(url)
    ledger.show("tee", "DE", "50.00 EUR", START)
    raw = engine_of(url)
    half = raw.connect()
    half.execute(
        sa.text(f"INSERT INTO {TABLE} VALUES ('tee', 'DE', 2, 9, 'shown', 1, 'EUR', NULL, NULL)")
    )
    assert prices(ledger) == [5000]
    died = half.connection.driver_connection
    assert died is not None
    died.close()
    half.invalidate()
    half.close()
    raw.dispose()
    assert ledger.show("tee", "DE", "40.00 EUR", START + MINUTE)
    assert prices(ledger) == [5000, 4000]
    ledger.close()


def test_writers_at_the_same_time_lose_nothing(url: str) -> None:
    PriceLedger(url).close()
    done: list[datetime] = []
    faults: list[str] = []

    def write(writer: int) -> None:
        ledger = PriceLedger(url)
        for k in range(10):
            at = START + (10 * k + writer) * MINUTE
            try:
                ledger.show("tee", "DE", Amount(1000 + 10 * k + writer, "EUR"), at)
            except RequestError as error:
                faults.append(error.code)
            else:
                done.append(at)
        ledger.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = PriceLedger(url)
    times = [one.since for one in last.history("tee", "DE")]
    last.close()
    assert set(faults) <= {"clock_went_back"}
    assert times == sorted(done)
    assert len(done) + len(faults) == 40
    assert len(done) >= 10


def test_opening_it_at_the_same_time(url: str) -> None:
    faults: list[Exception] = []

    def open_it() -> None:
        try:
            PriceLedger(url).close()
        except LedgerError as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("sqlite:///{folder}/no/shown.db", "unable to open"),
        ("sqlite:///{folder}/text.db", "not a database"),
        ("no url", "ArgumentError"),
        ("postgresql://me:hunter22@host:port/db", "ValueError"),
        ("postgresql://me:x@hunter22@nowhere.invalid/db", "OperationalError"),
        ("mysql://me:hunter22@nowhere.invalid/db", "MySQLdb"),
    ],
)
def test_a_database_that_cannot_be_opened(tmp_path: Path, where: str, words: str) -> None:
    tmp_path.joinpath("text.db").write_bytes(b"this is no database" * 100)
    with pytest.raises((LedgerError, PluginError), match=words) as caught:
        PriceLedger(where.format(folder=tmp_path))
    assert "hunter22" not in str(caught.value)
    assert caught.value.hint


def test_an_engine_of_the_shop(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'own.db'}")
    store = ShownStore(engine)
    assert store.entries("tee", "DE") == []
    PriceLedger(engine).show("tee", "DE", "1.00 EUR", START)
    assert len(store.entries("tee", "DE")) == 1
    engine.dispose()
