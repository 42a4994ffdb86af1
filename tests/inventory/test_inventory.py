"""Stock that is promised, sold and given back, on both databases."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from postgres_server import PASSWORD, Cluster
from sqlalchemy.exc import IntegrityError
from stock_books import HOUR, NOON, check

from landedcost import LandedCostError, ProviderError, RequestError
from landedcost.inventory import Inventory, InventorySource, SoldOut

SECOND = timedelta(seconds=1)


@pytest.fixture
def stock(place: str) -> Iterator[Inventory]:
    with Inventory.open(place) as made:
        yield made
        check(made, NOON)


def code_of(error: pytest.ExceptionInfo[LandedCostError]) -> str:
    return error.value.code


def test_the_way_of_a_unit(stock: Inventory) -> None:
    source: InventorySource = stock
    stock.set_stock("tee", 3, NOON)
    held = source.reserve("q1", {"tee": 2}, NOON + HOUR, NOON)
    assert (held.state, held.units, held.until) == ("held", {"tee": 2}, NOON + HOUR)
    level = source.left("tee", NOON)
    assert (level.total, level.left, level.reserved, level.sold) == (3, 1, 2, 0)
    assert level.at == NOON
    assert source.commit("q1", NOON).state == "sold"
    level = source.left("tee", NOON + 2 * HOUR)
    assert (level.total, level.left, level.reserved, level.sold) == (3, 1, 0, 2)
    assert [(m.kind, m.units, m.quote_id) for m in stock.movements("tee")] == [
        ("stocked", 3, None),
        ("reserved", 2, "q1"),
        ("sold", 2, "q1"),
    ]


def test_two_quotes_are_not_promised_the_last_one(stock: Inventory) -> None:
    stock.set_stock("tee", 1, NOON)
    stock.reserve("q1", {"tee": 1}, NOON + HOUR, NOON)
    with pytest.raises(SoldOut) as error:
        stock.reserve("q2", {"tee": 1}, NOON + HOUR, NOON)
    assert (error.value.sku, error.value.wanted, error.value.left) == ("tee", 1, 0)
    assert "sold out" in str(error.value)


def test_all_or_nothing(stock: Inventory) -> None:
    stock.set_stock("tee", 5, NOON)
    stock.set_stock("cap", 1, NOON)
    with pytest.raises(SoldOut, match="1 of 'cap' left, 2 wanted"):
        stock.reserve("q1", {"tee": 2, "cap": 2}, NOON + HOUR, NOON)
    assert stock.left("tee", NOON).left == 5
    assert stock.reservation("q1") is None


def test_asked_twice_it_is_one_reservation(stock: Inventory) -> None:
    stock.set_stock("tee", 5, NOON)
    first = stock.reserve("q1", {"tee": 2}, NOON + HOUR, NOON)
    assert stock.reserve("q1", {"tee": 2}, NOON + 2 * HOUR, NOON) == first
    assert stock.left("tee", NOON).left == 3
    with pytest.raises(RequestError) as error:
        stock.reserve("q1", {"tee": 3}, NOON + HOUR, NOON)
    assert code_of(error) == "reservation_differs"
    stock.commit("q1", NOON)
    with pytest.raises(RequestError) as error:
        stock.reserve("q1", {"tee": 2}, NOON + HOUR, NOON)
    assert code_of(error) == "reservation_over"


def test_sold_and_released_once(stock: Inventory) -> None:
    stock.set_stock("tee", 5, NOON)
    stock.reserve("sold", {"tee": 2}, NOON + HOUR, NOON)
    stock.reserve("back", {"tee": 1}, NOON + HOUR, NOON)
    for _ in range(3):
        assert stock.commit("sold", NOON).state == "sold"
        assert stock.release("back", NOON).state == "released"
    level = stock.left("tee", NOON)
    assert (level.left, level.reserved, level.sold) == (3, 0, 2)
    for wrong in (lambda: stock.release("sold", NOON), lambda: stock.commit("back", NOON)):
        with pytest.raises(RequestError) as error:
            wrong()
        assert code_of(error) == "reservation_over"
    with pytest.raises(RequestError) as error:
        stock.commit("never", NOON)
    assert code_of(error) == "unknown_reservation"


def test_a_reservation_ends_at_its_instant(stock: Inventory) -> None:
    stock.set_stock("tee", 1, NOON)
    stock.reserve("q1", {"tee": 1}, NOON + HOUR, NOON)
    assert stock.left("tee", NOON + HOUR - timedelta(microseconds=1)).left == 0
    assert stock.left("tee", NOON + HOUR).left == 1
    assert stock.release("q1", NOON + HOUR).state == "expired"
    with pytest.raises(RequestError, match="ran out"):
        stock.commit("q1", NOON + HOUR)


def test_what_ran_out_stays_so_when_the_clock_goes_back(stock: Inventory) -> None:
    stock.set_stock("tee", 1, NOON)
    stock.reserve("q1", {"tee": 1}, NOON + HOUR, NOON)
    stock.reserve("q2", {"tee": 1}, NOON + 3 * HOUR, NOON + 2 * HOUR)
    with pytest.raises(RequestError, match="ran out"):
        stock.commit("q1", NOON)
    with pytest.raises(RequestError, match="ran out"):
        stock.reserve("q1", {"tee": 1}, NOON + HOUR, NOON)
    assert stock.release("q1", NOON).state == "expired"
    assert stock.left("tee", NOON).left == 0
    assert stock.commit("q2", NOON).state == "sold"


def test_an_end_that_was_told_stays_told(stock: Inventory) -> None:
    stock.set_stock("tee", 1, NOON)
    for number, look in enumerate(
        (
            lambda q: stock.left("tee", NOON + HOUR),
            lambda q: stock.reserve(q, {"tee": 1}, NOON + 9 * HOUR, NOON + HOUR),
            lambda q: stock.reserve("many", {"tee": 2}, NOON + 9 * HOUR, NOON + HOUR),
            lambda q: stock.commit(q, NOON + HOUR),
        )
    ):
        quote = f"q{number}"
        stock.reserve(quote, {"tee": 1}, NOON + HOUR, NOON)
        with suppress(LandedCostError):
            look(quote)
        with pytest.raises(RequestError, match="ran out"):
            stock.commit(quote, NOON)


def test_what_ran_out_beside_is_given_back_too(stock: Inventory) -> None:
    for sku in ("a", "b", "c"):
        stock.set_stock(sku, 1, NOON)
    stock.reserve("q1", {"a": 1, "b": 1}, NOON + HOUR, NOON)
    stock.reserve("q2", {"b": 1, "c": 1}, NOON + 3 * HOUR, NOON + HOUR)
    assert stock.left("a", NOON + HOUR).left == 1
    assert stock.left("b", NOON + HOUR).left == 0


def test_the_total_is_said_again_at_every_start(stock: Inventory) -> None:
    stock.set_stock("tee", 5, NOON)
    stock.reserve("q1", {"tee": 3}, NOON + HOUR, NOON)
    stock.commit("q1", NOON)
    assert stock.set_stock("tee", 5, NOON).left == 2
    assert stock.set_stock("tee", 8, NOON).left == 5
    assert stock.set_stock("tee", 3, NOON).left == 0
    with pytest.raises(RequestError) as error:
        stock.set_stock("tee", 2, NOON)
    assert code_of(error) == "below_promised"
    assert [m.units for m in stock.movements() if m.kind == "stocked"] == [5, 3, -5]


def test_an_unknown_article_names_the_nearest(stock: Inventory) -> None:
    stock.set_stock("tee-black", 5, NOON)
    for ask in (
        lambda: stock.left("tee-blck", NOON),
        lambda: stock.reserve("q", {"tee-blck": 1, "tee-black": 1}, NOON + HOUR, NOON),
    ):
        with pytest.raises(RequestError, match="did you mean tee-black") as error:
            ask()
        assert code_of(error) == "unknown_sku"


@pytest.mark.parametrize(
    ("units", "until", "at", "code"),
    [
        ({}, NOON + HOUR, NOON, "bad_units"),
        ({"tee": 0}, NOON + HOUR, NOON, "bad_units"),
        ({"tee": True}, NOON + HOUR, NOON, "bad_units"),
        ({"tee": 1}, NOON, NOON, "already_over"),
        ({"tee": 1}, datetime(2026, 12, 1), NOON, "naive_time"),  # noqa: DTZ001
        ({"tee": 1}, NOON + HOUR, None, "naive_time"),
        ({"t\0e": 1}, NOON + HOUR, NOON, "bad_id"),
    ],
)
def test_what_is_wrong_is_said(
    stock: Inventory, units: dict[str, int], until: datetime, at: datetime, code: str
) -> None:
    stock.set_stock("tee", 5, NOON)
    with pytest.raises(RequestError) as error:
        stock.reserve("q", units, until, at)
    assert code_of(error) == code


def test_it_is_all_there_after_opening_again(place: str) -> None:
    with Inventory.open(place) as stock:
        stock.set_stock("tee", 5, NOON)
        stock.reserve("q1", {"tee": 2}, NOON + HOUR, NOON)
    with Inventory.open(place) as stock:
        assert stock.left("tee", NOON).left == 3
        assert stock.commit("q1", NOON).state == "sold"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (":memory:", "bad_database_url"),
        ("sqlite://", "bad_database_url"),
        ("mysql://me:hunter22@host/db", "bad_database_url"),
        ("postgresql://me:hunter22@host:port/db", "bad_database_url"),
        ("postgresql://me:hunter22@127.0.0.1:1/db", "provider_unreachable"),
        ("postgresql://me:x@hunter22@nowhere.invalid/db", "provider_unreachable"),
        ("postgresql://127.0.0.1:1/db?user=me&password=hunter22", "provider_unreachable"),
        ("/nowhere/to/be/found/stock.db", "provider_unreachable"),
    ],
)
def test_an_address_that_cannot_be_used(
    address: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(LandedCostError) as error:
        Inventory.open(address)
    assert code_of(error) == code
    told = "".join(traceback.format_exception(error.value))
    assert "hunter22" not in f"{error.value!r} {told.replace(address, '')} {caplog.text}"


def test_a_wrong_password_is_not_repeated(postgres: Cluster) -> None:
    with pytest.raises(ProviderError, match="authentication failed") as error:
        Inventory.open(postgres.url.replace(PASSWORD, "hunter22"))
    assert "hunter22" not in repr(error.value)


def test_no_secret_is_shown(postgres_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Inventory.open(postgres_url) as stock:
        stock.set_stock("tee", 1, NOON)
        assert "***" in repr(stock)
        assert PASSWORD not in repr(stock)
    assert PASSWORD not in caplog.text


def test_busy_says_that_trying_again_may_help(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Inventory.open(place) as first:
        first.set_stock("tee", 1, NOON)
        monkeypatch.setattr("landedcost.inventory.database.PATIENCE_S", 1)
        with Inventory.open(place) as second, first._database.writing() as db:
            db.exec_driver_sql("UPDATE inventory_stock SET total = total")
            with pytest.raises(ProviderError) as error:
                second.reserve("q", {"tee": 1}, NOON + HOUR, NOON)
        assert error.value.code == "inventory_busy"
        assert error.value.retryable
        assert second.reserve("q", {"tee": 1}, NOON + HOUR, NOON).state == "held"
        second.close()


def test_a_file_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "stock.db"
    path.write_bytes(b"this is no database at all, and long enough to be seen as such" * 20)
    with pytest.raises(ProviderError, match="not a database") as error:
        Inventory.open(path)
    assert not error.value.retryable


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE inventory_stock SET sold = 2",
        "UPDATE inventory_stock SET reserved = -1",
        "UPDATE inventory_reservation SET state = 'lost'",
        "INSERT INTO inventory_movement (sku, quote_id, kind, units, at_us) "
        "VALUES ('tee', 'q', 'reserved', 1, 0)",
        "INSERT INTO inventory_reservation VALUES ('q', 0, 'held')",
    ],
)
def test_the_database_itself_refuses_what_must_not_be(stock: Inventory, wrong: str) -> None:
    stock.set_stock("tee", 1, NOON)
    stock.reserve("q", {"tee": 1}, NOON + HOUR, NOON)
    with pytest.raises(IntegrityError), stock._database.writing() as db:
        db.exec_driver_sql(wrong)


def test_a_newer_format_is_not_touched(place: str) -> None:
    with Inventory.open(place) as stock, stock._database.writing() as db:
        db.exec_driver_sql("UPDATE inventory_format SET version = 99")
    with pytest.raises(RequestError, match="format 99") as error:
        Inventory.open(place)
    assert code_of(error) == "bad_format"
