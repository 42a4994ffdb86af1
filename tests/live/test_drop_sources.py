"""A drop of a shop with live sources: they move, fail and come back; and its keeper."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from live_drop import AT, DAY, MINUTE, SECOND, Shelves, catalog, drop, prices

from landedcost import Amount, Providers, RequestError
from landedcost.catalog import Catalog
from landedcost.errors import ProviderError
from landedcost.live.drop import HOLD, RETRY, Drop
from landedcost.live.grid import Cell
from landedcost.live.keep import Keeper, StateFile
from landedcost.ports import COMMERCIAL, Freshness, NoAnswer, RatesAnswer
from landedcost.testing import FastClock, Switch, failing, fake, fake_carrier, fake_tariff

HOME = {Cell(bundle, "US") for bundle in ("set", "tee")}
"""They cost dollars where buyers pay in dollars, and need no rate."""
HOME_KEYS = {(cell.bundle, cell.market) for cell in HOME}


class Market:
    """A source of rates that can be told what to say and to fail, and the shop that asks it."""

    def __init__(self, **more: Any) -> None:
        self.rates = {"USD": Fraction(5, 4), "GBP": Fraction(17, 20)}
        self.down = Switch()
        self.clock = FastClock(speed=1)

        def answer(ask: Any) -> RatesAnswer:
            if ask.use != COMMERCIAL:
                raise NoAnswer("no authority")
            return RatesAnswer("EUR", dict(self.rates), ask.day, "a market")

        providers = Providers(
            rates=failing(fake("rates", "market", answer), self.down),
            freshness={"rates": Freshness(fresh_ms=1_000)},
            clock=self.clock,
            **more,
        )
        usual = catalog(**({"shop": {"shipping": "9.00 USD"}}))
        self.catalog: Catalog = usual.using(usual.shop(providers=providers))

    def drop(self, **settings: Any) -> Drop:
        return drop(self.catalog, **({"markets": ["DE", "GB", "US"]} | settings))

    def move(self, **rates: str) -> None:
        self.rates |= {code: Fraction(text) for code, text in rates.items()}
        self.clock.skip(2_000)

    def fail(self) -> None:
        self.down.on()
        self.clock.skip(2_000)


def test_what_live_sources_say_now_touches_what_rests_on_it() -> None:
    market = Market()
    made = market.drop()
    assert made.errors == {}
    market.move(GBP="0.95")
    asked = made.ask(AT + MINUTE, everything=True)
    update = made.advance(AT + MINUTE, asked)
    assert {cell.market for cell in update.touched} == {"GB"}
    assert update.spared == 6
    assert prices(made) == prices(market.drop(at=AT + MINUTE))
    found = made.offered(made.feed.cards[0].price.quote, AT)  # type: ignore[union-attr]
    told = [p.provider for p in found.offer.quote.provenance if p.kind == "rates"]
    assert told == ["market USD/EUR (customs)", "market USD/EUR (commercial)"]


def test_rates_given_go_before_those_of_live_sources() -> None:
    market = Market()
    made = market.drop()
    made.rates_moved({"USD/GBP": "0.50"}, AT + SECOND)
    before = prices(made)
    market.move(GBP="0.95")
    made.advance(AT + MINUTE, made.ask(AT + MINUTE, everything=True))
    # The book's price is in euros: that rate is not given, and moved.
    assert {key for key, text in prices(made).items() if text != before[key]} == {("book", "GB")}


def test_an_outage_keeps_a_price_while_it_holds_and_no_longer() -> None:
    market = Market()
    made = market.drop()
    before = prices(made)
    market.fail()
    update = made.advance(AT + MINUTE, made.ask(AT + MINUTE, everything=True))
    assert (prices(made), update.event) == (before, None)
    assert set(made.errors) == set(made.grid.cells) - HOME
    assert made.next_at(AT + MINUTE) == AT + MINUTE + RETRY
    made.rates_moved({"USD/JPY": "150"}, AT + 2 * MINUTE)
    at = AT + 2 * MINUTE
    while at < AT + HOLD:
        assert prices(made) == before
        at = made.next_at(at)
        made.advance(at)
    assert {key for key, text in prices(made).items() if text is not None} == HOME_KEYS
    assert all(isinstance(error, ProviderError) for error in made.errors.values())
    market.down.off()
    market.move(USD="1.30")
    made.advance(made.next_at(at))
    assert made.errors == {}
    assert None not in prices(made).values()
    assert prices(made) == prices(market.drop(at=made.at))


def test_what_was_asked_before_other_rates_came_is_asked_again() -> None:
    market = Market()
    made = market.drop()
    asked = made.ask(AT + MINUTE, everything=True)
    made.rates_moved({"USD/GBP": "0.50"}, AT + MINUTE)
    before = prices(made)
    made.advance(AT + MINUTE, asked)
    assert prices(made) == before


def test_a_carriers_offer_stays_with_a_price_as_rates_move() -> None:
    market = Market(
        carrier=fake_carrier({"Post": Amount(900, "USD")}), tariff=fake_tariff({"6109": "10%"})
    )
    tables = {"bundles": {"set": {"title": "Set", "items": ["tee"]}}}
    usual = catalog(**tables)
    shop = market.catalog.shop()
    made = drop(usual.using(shop), markets=["DE"], bundles=["tee"])
    made.rates_moved({"USD/EUR": "0.5"}, AT + SECOND)
    fresh = drop(usual.using(shop), markets=["DE"], bundles=["tee"], rates={"USD/EUR": "0.5"})
    assert prices(made) == prices(fresh)
    assert made.errors == {}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def running(keeper: Keeper) -> Iterator[asyncio.AbstractEventLoop]:
    """The keeper's task in a loop that a test drives."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(keeper.run())
    yield loop
    task.cancel()
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "landedcost.live"]


def turn(keeper: Keeper) -> None:
    asyncio.run(keeper.turn())


def test_a_keeper_makes_time_pass() -> None:
    clock, made = Clock(), drop(inventory=Shelves(tee=10, mug=5))
    keeper = Keeper(made, clock)
    clock.now = AT + HOLD
    turn(keeper)
    assert all(c.price and c.price.valid_until == AT + 2 * HOLD for c in made.feed.cards)
    clock.now = AT + DAY
    turn(keeper)
    assert made.grid.day == (AT + DAY).date()
    assert keeper.health() == {
        "state": "ok",
        "event": made.feed.last_id,
        "listeners": 0,
        "unpriced": 0,
        "troubles": {},
    }


def test_a_keeper_asks_live_sources_and_says_what_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    market, clock = Market(), Clock()
    made = market.drop()
    told: list[Any] = [{"USD/JPY": "150"}, RuntimeError("bug"), {"USD/JPY": "151"}]

    def rates() -> Any:
        found = told.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    keeper = Keeper(made, clock, rates=rates)
    market.move(GBP="0.95")
    clock.now += MINUTE
    turn(keeper)
    assert prices(made) == prices(market.drop(at=clock.now))
    assert made.grid.rates == {"USD/JPY": "150"}
    market.fail()
    clock.now += MINUTE
    with caplog.at_level(logging.WARNING, "landedcost.live"):
        turn(keeper)
        assert keeper.health()["state"] == "degraded"
        assert keeper.health()["troubles"] == {"rates": "bug"}
        assert keeper.health()["unpriced"] == 7
        market.down.off()
        clock.now += MINUTE
        turn(keeper)
    assert keeper.health()["state"] == "ok"
    assert said(caplog) == [
        "rates of the drop: bug",
        "rates of the drop: well again",
    ]


def test_a_keeper_reads_the_inventory_and_survives_it(caplog: pytest.LogCaptureFixture) -> None:
    shelves, clock = Shelves(tee=10, mug=5), Clock()
    made = drop(inventory=shelves)
    keeper = Keeper(made, clock)
    shelves.fails = True
    clock.now += 5 * SECOND
    with caplog.at_level(logging.WARNING, "landedcost.live"):
        turn(keeper)
        clock.now += 5 * SECOND
        turn(keeper)
    assert said(caplog) == ["stock of the drop: stock: the database is gone"]
    assert keeper.health()["troubles"] == {"stock": "stock: the database is gone"}
    shelves.fails, shelves.left_of["tee"] = False, 0
    clock.now += 5 * SECOND
    turn(keeper)
    assert made.feed.cards[0].sale is not None
    shelves.left_of["tee"], shelves.asked = 4, []
    keeper.touch(["tee"])
    clock.now += SECOND
    turn(keeper)
    assert made.feed.cards[0].sale is None
    assert shelves.asked == ["tee"]


def test_a_clock_set_back_a_little_stands_still_and_one_set_back_far_is_told() -> None:
    clock, made = Clock(), drop(inventory=Shelves(tee=10, mug=5))
    keeper = Keeper(made, clock)
    clock.now = AT + HOLD
    turn(keeper)
    clock.now -= SECOND
    keeper.touch(["tee"])
    turn(keeper)
    assert keeper.troubles == {}
    clock.now -= MINUTE
    keeper.touch(["tee"])
    turn(keeper)
    assert "is the clock right" in str(keeper.troubles["stock"])
    clock.now = AT + HOLD + MINUTE
    keeper.touch(["tee"])
    turn(keeper)
    assert keeper.troubles == {}


def test_a_keeper_runs_until_cancelled_and_saves_at_the_end(tmp_path: Path) -> None:
    store = StateFile(tmp_path / "state.json")
    assert store.load() == {}
    shelves, clock = Shelves(tee=10, mug=5), Clock()
    made = drop(inventory=shelves)
    keeper = Keeper(made, clock, save=store.save)
    with running(keeper) as loop:
        loop.run_until_complete(asyncio.sleep(0.2))
        shelves.left_of["tee"] = 0
        keeper.touch(["tee"])
        clock.now += SECOND
        loop.run_until_complete(asyncio.sleep(0.2))
        assert made.feed.cards[0].sale is not None
        clock.now += SECOND
        made.rates_moved({"USD/GBP": "0.5"}, clock.now)
    assert store.load() == made.state()
    later = drop(at=clock.now, state=store.load(), rates={"USD/GBP": "0.5"})
    assert later.state() == made.state()


def test_a_state_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    for text in ("{", "[]"):
        path.write_text(text)
        with pytest.raises(RequestError) as caught:
            StateFile(path).load()
        assert (caught.value.code, caught.value.where) == ("bad_state", str(path))
    with pytest.raises(RequestError, match="No such file"):
        StateFile(tmp_path / "no" / "state.json").save({})
