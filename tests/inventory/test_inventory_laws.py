"""Any order of calls, any clock: units are conserved and never promised twice."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from stock_books import NOON, check

from landedcost import RequestError
from landedcost.inventory import Inventory, SoldOut

SKUS = ("cap", "pin", "tee")
QUOTES = st.sampled_from([f"q{n}" for n in range(8)])
UNITS = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 3), min_size=1)
MINUTES = st.integers(0, 60).map(lambda n: timedelta(minutes=n))
OVER = {"reservation_over", "reservation_differs", "already_over", "unknown_reservation"}


def true(what: bool) -> None:
    assert what


def told(error: RequestError, codes: set[str]) -> None:
    assert error.code in codes


class Shop(RuleBasedStateMachine):
    """Quotes come, are paid, given up or forgotten, while the clock goes forth and back."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "stock.db")
        self.stock = Inventory.open(self.path)
        self.now = NOON
        self.ended: dict[str, str] = {}
        """What each quote was told about its end: it must never be told another."""

    @initialize(totals=st.tuples(*[st.integers(0, 6)] * len(SKUS)))
    def counted(self, totals: tuple[int, ...]) -> None:
        for sku, total in zip(SKUS, totals, strict=True):
            self.stock.set_stock(sku, total, self.now)

    @rule(step=MINUTES)
    def forth(self, step: timedelta) -> None:
        self.now += step

    @rule(step=MINUTES)
    def back(self, step: timedelta) -> None:
        self.now -= step

    @rule()
    def opened_again(self) -> None:
        self.stock.close()
        self.stock = Inventory.open(self.path)

    @rule(sku=st.sampled_from(SKUS), total=st.integers(0, 6))
    def recounted(self, sku: str, total: int) -> None:
        before = self.stock.left(sku, self.now)
        try:
            self.stock.set_stock(sku, total, self.now)
        except RequestError as error:
            told(error, {"below_promised"})
            true(total < before.reserved + before.sold)

    @rule(quote=QUOTES, units=UNITS, span=MINUTES)
    def reserve(self, quote: str, units: dict[str, int], span: timedelta) -> None:
        had = self.stock.reservation(quote)
        left = {sku: self.stock.left(sku, self.now).left for sku in units}
        try:
            made = self.stock.reserve(quote, units, self.now + span, self.now)
        except SoldOut as error:
            true(error.left == left[error.sku] < units[error.sku])
        except RequestError as error:
            told(error, OVER)
        else:
            assert quote not in self.ended
            assert made.units == units
            assert had is not None or all(left[sku] >= n for sku, n in units.items())

    @rule(quote=QUOTES)
    def release(self, quote: str) -> None:
        self._end(quote, lambda: self.stock.release(quote, self.now).state)

    @rule(quote=QUOTES)
    def commit(self, quote: str) -> None:
        self._end(quote, lambda: self.stock.commit(quote, self.now).state)

    def _end(self, quote: str, call: object) -> None:
        try:
            state = call()  # type: ignore[operator]
        except RequestError as error:
            told(error, OVER)
            found = self.stock.reservation(quote)
            if found is None:
                return
            state = found.state
        assert self.ended.setdefault(quote, state) == state

    @invariant()
    def conserved(self) -> None:
        check(self.stock, self.now)

    def teardown(self) -> None:
        self.stock.close()
        self.folder.cleanup()


@pytest.mark.slow
class TestShop(Shop.TestCase):
    settings = settings(max_examples=25, stateful_step_count=30, deadline=None)


def test_the_books_notice_what_is_wrong(tmp_path: Path) -> None:
    """The check of the laws is no empty one."""
    at: datetime = NOON
    with Inventory.open(tmp_path / "stock.db") as stock:
        stock.set_stock("tee", 5, at)
        with stock._database.writing() as db:
            db.exec_driver_sql("UPDATE inventory_stock SET sold = 1")
        with pytest.raises(AssertionError):
            check(stock, at)
