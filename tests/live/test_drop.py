"""A drop: what a fact touches, how long a price holds, and what goes on over a restart."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from live_drop import AT, DAY, HOUR, MARKETS, MINUTE, SECOND, Shelves, catalog, drop, prices

from landedcost import Amount, Buyer, LandedCost, Pricing, Reform, Request, RequestError, Seller
from landedcost.catalog import Catalog
from landedcost.errors import ProviderError
from landedcost.live.drop import HOLD, Drop
from landedcost.live.goods import Goods
from landedcost.live.grid import Cell
from landedcost.present.headline import headline
from landedcost.pricing.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
EURO = {Cell(bundle, "de-DE") for bundle in ("set", "tee", "book")}


def by_market(cells: Any) -> set[str]:
    return {cell.market for cell in cells}


class TestWhatAFactTouches:
    def test_a_rate_touches_the_prices_that_rest_on_it(self) -> None:
        made = drop()
        assert len(made.feed.cards) == 15
        priced = made.grid.priced
        update = made.rates_moved({"USD/GBP": "0.70"}, AT + SECOND)
        assert by_market(update.touched) == {"en-GB"}
        # The book is priced in euros: its freight, in dollars, moves all the same.
        assert set(update.changed) == {Cell(b, "en-GB") for b in ("set", "tee", "book")}
        assert (update.spared, made.grid.priced - priced) == (12, 3)
        assert update.event is not None
        assert [card.key for card in update.event.cards] == [
            (cell.bundle, cell.market) for cell in update.touched
        ]

    def test_the_same_rate_again_touches_nothing(self) -> None:
        made = drop()
        made.rates_moved({"USD/GBP": "0.70"}, AT + SECOND)
        update = made.rates_moved({"USD/GBP": "0.70"}, AT + 2 * SECOND)
        assert (update.touched, update.spared, update.event) == ((), 15, None)

    def test_a_price_that_stays_is_not_published(self) -> None:
        made = drop(catalog(policy={"sticky": {"band": "5%"}}))
        update = made.rates_moved({"USD/GBP": "0.76"}, AT + SECOND)
        assert update.changed == ()
        assert len(update.touched) == 3
        assert update.event is None

    def test_a_rate_of_the_policys_own_amounts_touches_too(self) -> None:
        floor = catalog(policy={"guards": {"floor": "900.00 JPY"}})
        made = drop(floor)
        update = made.rates_moved({"JPY/GBP": "0.5"}, AT + SECOND)
        assert by_market(update.touched) == {"en-GB"}
        assert prices(made)["tee", "en-GB"] == "£450.00"

    def test_a_rate_that_was_lacking_is_taken(self) -> None:
        made = drop(markets=["de-DE", "ar-AE"])
        assert {cell.market for cell in made.errors} == {"ar-AE"}
        assert prices(made)["tee", "ar-AE"] is None
        update = made.rates_moved({"USD/AED": "3.67"}, AT + SECOND)
        assert by_market(update.touched) == {"ar-AE"}
        assert prices(made)["tee", "ar-AE"] is not None
        assert set(made.errors) == {Cell("book", "ar-AE")}  # its price is in euros
        update = made.rates_moved({"EUR/AED": "4.2"}, AT + 2 * SECOND)
        assert made.errors == {}
        # Through the dirham there is a rate of dollars to euros now.
        assert by_market(update.touched) == {"ar-AE", "de-DE"}

    def test_other_rules_touch_everything(self) -> None:
        found = catalog()
        made = drop(found)
        reform = Reform({"GB.tax.vat.standard": {"2026-01-01": "30%"}})
        shop = found.shop().with_reforms(reform)
        update = made.use(Pricing(shop, found.policy), AT + SECOND)
        assert len(update.touched) == 15
        assert by_market(update.changed) == {"en-GB"}

    def test_other_freight_comes_with_the_goods(self) -> None:
        made = drop()
        dearer = catalog(shop={"shipping": "19.00 USD"})
        goods = {name: Goods.of(one) for name, one in dearer.bundles.items()}
        update = made.use(dearer.pricing(), AT + SECOND, goods)
        assert len(update.changed) == 15
        assert prices(made) == prices(drop(dearer))
        with pytest.raises(RequestError, match="does not sell 'cap'"):
            made.use(dearer.pricing(), AT + 2 * SECOND, {"cap": goods["tee"]})

    def test_a_bad_rate_changes_nothing(self) -> None:
        made = drop()
        before = prices(made), made.grid.rates
        for rates in ({"USD/GBP": "-1"}, {"USD": "1"}, {"USD/GBP": "0.7", "USD/XXQ": "1"}):
            with pytest.raises(RequestError):
                made.rates_moved(rates, AT + SECOND)
        assert (prices(made), made.grid.rates) == before


class TestTime:
    def test_a_price_is_made_again_before_it_runs_out(self) -> None:
        made = drop()
        first = made.feed.cards[0].price
        assert first is not None
        assert first.valid_until == AT + HOLD
        at = made.next_at(AT)
        assert at == AT + HOLD * 4 // 5
        assert made.advance(at - SECOND).event is None
        update = made.advance(at)
        assert (len(update.touched), update.changed) == (15, ())
        again = made.feed.cards[0].price
        assert again is not None
        assert (again.quote, again.valid_until) != (first.quote, first.valid_until)
        assert again.amount == first.amount
        shown = made.offered(first.quote, AT + HOLD - SECOND)
        assert headline(shown.offer.quote).amount == first.amount
        with pytest.raises(RequestError) as caught:
            made.offered(first.quote, AT + HOLD)
        assert caught.value.code == "expired"
        made.advance(AT + HOLD)
        with pytest.raises(RequestError) as caught:
            made.offered(first.quote, AT + HOLD)
        assert caught.value.code == "no_such_quote"

    def test_an_old_price_holds_though_another_is_shown(self) -> None:
        made = drop()
        old = next(c for c in made.feed.cards if c.key == ("tee", "en-GB")).price
        made.rates_moved({"USD/GBP": "0.60"}, AT + SECOND)
        new = next(c for c in made.feed.cards if c.key == ("tee", "en-GB")).price
        assert old is not None
        assert new is not None
        assert old.amount != new.amount
        for price in (old, new):
            held = made.offered(price.quote, AT + MINUTE)
            assert headline(held.offer.quote).amount == price.amount
            assert held.valid_until == price.valid_until
            assert held.cell == Cell("tee", "en-GB")

    def test_no_price_is_ever_out_of_date_while_time_passes(self) -> None:
        made, at = drop(at=AT + 11 * HOUR), AT + 11 * HOUR
        end, turns = at + 3 * HOUR, 0
        while at < end:
            at, turns = made.next_at(at), turns + 1
            made.advance(at)
            for card in made.feed.cards:
                assert card.price is not None
                assert card.price.valid_until > at
        assert turns < 30  # and none is made again and again towards midnight
        assert made.grid.day == date(2026, 10, 2)

    def test_a_new_day_is_priced_by_its_own_rules(self) -> None:
        found = catalog()
        shop = found.shop().with_reforms(Reform({"GB.tax.vat.standard": {"2026-10-02": "30%"}}))
        found = found.using(shop)
        made = drop(found)
        before = prices(made)
        midnight = datetime(2026, 10, 2, tzinfo=UTC)
        update = made.advance(midnight)
        assert len(update.touched) == 15
        changed = {key for key, text in prices(made).items() if text != before[key]}
        assert {market for _, market in changed} == {"en-GB"}
        assert prices(made) == prices(drop(found, at=midnight))

    def test_rates_on_a_new_day(self) -> None:
        made = drop()
        made.rates_moved({"USD/GBP": "0.70"}, AT + DAY)
        assert made.grid.day == date(2026, 10, 2)
        assert all(c.price and c.price.valid_until == AT + DAY + HOLD for c in made.feed.cards)

    def test_a_clock_that_goes_back_loses_nothing(self) -> None:
        made = drop()
        made.advance(AT + MINUTE)
        before, number = prices(made), made.feed.number
        for call in (
            lambda at: made.advance(at),
            lambda at: made.rates_moved({"USD/GBP": "0.5"}, at),
            lambda at: made.stock_moved(["tee"], at),
            lambda at: made.use(made.pricing, at),
        ):
            with pytest.raises(RequestError, match="is the clock right") as caught:
                call(AT)
            assert caught.value.code == "bad_date"
        assert (prices(made), made.feed.number, made.errors) == (before, number, {})
        assert made.rates_moved({"USD/GBP": "0.5"}, AT + MINUTE).event is not None

    def test_a_day_that_is_pinned(self) -> None:
        made = drop(day=date(2026, 9, 1))
        until = {card.price and card.price.valid_until for card in made.feed.cards}
        assert until == {AT + HOLD}
        made.advance(AT + DAY)
        assert made.grid.day == date(2026, 9, 1)
        assert prices(made) == prices(drop(at=datetime(2026, 9, 1, tzinfo=UTC)))


class TestSchedule:
    def planned(self, **more: Any) -> Catalog:
        starts = {"bundles": ["set"], "starts": "2026-10-03T20:00", "ends": "2026-10-04T20:00"}
        return catalog(drops={"friday": {**starts, **more}})

    def test_scheduled_live_ended(self) -> None:
        made = drop(self.planned())
        start, end = datetime(2026, 10, 4, 3, tzinfo=UTC), datetime(2026, 10, 5, 3, tzinfo=UTC)
        card = made.feed.cards[0]
        assert (card.key, card.price) == (("set", "de-DE"), None)
        assert card.sale is not None
        assert (card.sale.state, card.sale.starts_at) == ("scheduled", start)
        assert prices(made)["tee", "de-DE"] is not None  # on sale always
        states, at = [], AT
        while at < end:
            at = made.next_at(at)
            made.advance(at)
            card = made.feed.cards[0]
            assert card.sale is not None
            assert (card.price is not None) == (start <= at < end)
            states.append(card.sale.state)
            if card.price is not None:
                assert card.price.valid_until <= end
                assert card.price.changes_after == (card.price.valid_until == end)
        assert list(dict.fromkeys(states)) == ["scheduled", "live", "ended"]

    def test_by_the_clock_of_each_viewer_also_as_clocks_change(self) -> None:
        found = self.planned(zone="buyer", starts="2026-10-25T02:30", ends="2026-10-25T12:00")
        zones = {"US": "America/New_York", "CA": "America/Toronto"}
        made = drop(found, at=datetime(2026, 10, 24, 12, tzinfo=UTC), zones=zones)
        starts = {
            card.market: card.sale.starts_at
            for card in made.feed.cards
            if card.bundle == "set" and card.sale is not None
        }
        assert starts["ja-JP"] == datetime(2026, 10, 24, 17, 30, tzinfo=UTC)
        # Half past two comes twice in Berlin that night, and the first counts.
        assert starts["de-DE"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert starts["en-US"] == datetime(2026, 10, 25, 6, 30, tzinfo=UTC)
        made.advance(datetime(2026, 10, 24, 18, tzinfo=UTC))
        live = {m for (b, m), text in prices(made).items() if b == "set" and text is not None}
        assert live == {"ja-JP"}
        with pytest.raises(RequestError, match="no one time zone"):
            drop(found)

    def test_a_turn_is_not_missed_for_another_fact(self) -> None:
        made = drop(self.planned(), inventory=Shelves(tee=9, mug=9))
        start = datetime(2026, 10, 4, 3, tzinfo=UTC)
        made.advance(start - SECOND)
        made.stock_moved(["tee"], start + SECOND)
        assert made.next_at(start + SECOND) == start + SECOND
        made.advance(start + SECOND)
        assert prices(made)["set", "en-GB"] is not None

    def test_a_drop_on_some_markets_has_no_card_on_others(self) -> None:
        made = drop(self.planned(markets=["DE", "en-GB"]))
        sold = {card.market for card in made.feed.cards if card.bundle == "set"}
        assert sold == {"de-DE", "en-GB"}
        other = drop(self.planned(), markets=["DE", "KR"])  # a drop without markets is for all
        assert ("set", "KR") in {card.key for card in other.feed.cards}


class TestStock:
    def test_left_sold_out_and_back(self) -> None:
        shelves = Shelves(tee=10, mug=5)
        made = drop(inventory=shelves)
        card = made.feed.cards[0]
        assert card.stock is not None
        assert card.stock.left == 5  # two tees and a mug each
        assert next(c for c in made.feed.cards if c.bundle == "book").stock is None
        priced = made.grid.priced
        shelves.left_of["tee"] = 1
        update = made.stock_moved(["tee"], AT + SECOND)
        assert (update.touched, update.spared) == ((), 15)
        assert update.event is not None
        assert {card.bundle for card in update.event.cards} == {"set", "tee"}
        card = made.feed.cards[0]
        assert (card.price, card.sale and card.sale.state) == (None, "sold_out")
        assert prices(made)["tee", "de-DE"] is not None
        shelves.left_of["tee"] = 2
        made.stock_moved(["tee"], AT + 2 * SECOND)
        assert made.feed.cards[0].price is not None
        assert made.feed.cards[0].sale is None
        assert made.grid.priced == priced

    def test_a_reading_that_says_the_same_is_told_every_half_minute(self) -> None:
        shelves = Shelves(tee=10, mug=5)
        made = drop(inventory=shelves)
        assert made.stock_moved(["tee", "mug"], AT + 29 * SECOND).event is None
        event = made.stock_moved(["tee", "mug"], AT + 30 * SECOND).event
        assert event is not None
        assert {card.bundle for card in event.cards} == {"set", "tee"}

    def test_an_inventory_that_fails(self) -> None:
        shelves = Shelves(tee=10, mug=5)
        made = drop(inventory=shelves)
        shelves.fails = True
        before = made.feed.cards
        with pytest.raises(ProviderError, match="database is gone"):
            made.stock_moved(["tee"], AT + SECOND)
        assert made.feed.cards == before
        assert made.rates_moved({"USD/GBP": "0.7"}, AT + 2 * SECOND).event is not None


class TestOverARestart:
    STICKY: ClassVar = {
        "shown": "headline",
        "charm": "usual",
        "sticky": {"band": "3%", "cooldown": "6h"},
    }

    def test_what_is_shown_is_shown_on(self) -> None:
        found = catalog(policy=self.STICKY)
        made = drop(found)
        moved = {"USD/GBP": "0.755", "USD/EUR": "0.875"}
        assert made.rates_moved(moved, AT + MINUTE).changed == ()
        state = json.loads(json.dumps(made.state()))
        later = drop(found, at=AT + 2 * MINUTE, epoch="f", rates=moved, state=state)
        assert prices(later) == prices(made)
        assert later.state() == state
        fresh = drop(found, at=AT + 2 * MINUTE, rates=moved)
        assert prices(fresh) != prices(made)

    def test_a_state_of_what_is_no_longer_sold_does_no_harm(self) -> None:
        state = drop().state()
        state["cap"] = state["tee"]
        made = drop(state=state, bundles=["tee"], markets=["DE", "en-GB"])
        assert len(made.feed.cards) == 2
        yen = {"tee": {"DE": state["tee"]["ja-JP"]}}  # it is in another currency now
        assert prices(drop(state=yen, markets=["DE"]))["tee", "DE"] is not None

    def test_a_state_that_is_none_or_of_a_later_time(self) -> None:
        state = drop(at=AT + HOUR).state()
        with pytest.raises(RequestError, match="is the clock right"):
            drop(state=state)
        with pytest.raises(RequestError, match="not the state"):
            drop(state={"tee": {"de-DE": {"price_minor": 1, "currency": "EUR"}}})


def test_no_price_comes_back_within_the_cooldown_nor_falls_below_the_floor() -> None:
    made = drop(
        catalog(
            policy={
                "charm": "usual",
                "sticky": {"threshold": "4%", "cooldown": "1h"},
                "guards": {"floor": "31.50 GBP"},
            }
        ),
        markets=["en-GB"],
        bundles=["tee"],
    )
    cell, history = Cell("tee", "en-GB"), []
    for minute in range(1, 180):
        rate = "0.70" if minute % 2 else "0.80"
        made.rates_moved({"USD/GBP": rate}, AT + minute * MINUTE)
        made.advance(AT + minute * MINUTE)
        found = made.shelf.get(cell)
        assert found is not None
        minor = found.offer.shown.minor
        assert minor >= 3_150
        if not history or history[-1][1] != minor:
            left = [at for at, old in ends(history) if old == minor]
            assert all(minute - at >= 60 for at in left)
            history.append((minute, minor))
    assert len(history) > 2


def ends(history: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """When each price of a history was taken away; the last one is now."""
    return [(history[i + 1][0], old) for i, (_, old) in enumerate(history[:-1])]


def test_the_bundles_of_a_shops_file_go_by_its_policy_and_their_own() -> None:
    found = Catalog.load(ROOT / "examples" / "drop_catalog" / "drop.toml")
    at = datetime(2026, 10, 3, 12, tzinfo=UTC)
    made = Drop.of(found, at=at, epoch="e")
    assert made.errors == {}
    assert len(made.feed.cards) == len(found.bundles) * len(found.settings.markets)
    for card in made.feed.cards:
        assert card.price is not None
        offer = found.bundle(card.bundle).offer(card.market, at=at)
        assert card.price.amount == headline(offer.quote).amount
        assert made.offered(card.price.quote, at).offer.quote.total_minor == offer.quote.total_minor
        assert card.price.saving is not None
    assert {card.title for card in made.feed.cards} >= {"Starter pack", "Listening party"}
    own = made.offered(made.feed.cards[0].price.quote, at)  # type: ignore[union-attr]
    assert (own.cell.bundle, own.offer.price) == ("starter", Amount(5_900, "EUR"))
    policy = Policy.of({"bears": {"duty": "100%"}})
    other = Drop.of(found, ["de-DE"], policy, at=at, epoch="e", bundles=["crew", "starter"])
    assert prices(other)["crew", "de-DE"] != prices(made)["crew", "de-DE"]
    assert prices(other)["starter", "de-DE"] == prices(made)["starter", "de-DE"]


def test_a_set_and_its_costs() -> None:
    told = dict.fromkeys(("different_headings", "common_need", "retail_packed"), True)
    one = {"items": {"tee": 1, "mug": 1}, "set": {**told, "essential_item": "tee"}}
    found = catalog(bundles={"one": one}, policy={"guards": {"min_margin": "30%"}})
    made = drop(found, bundles=["one"])
    assert made.errors == {}
    offer = found.bundle("one").offer("en-GB", at=AT)
    assert prices(made)["one", "en-GB"] == headline(offer.quote).text


def test_a_request_is_sold_as_it_says() -> None:
    usual = catalog().bundle("set").bundle
    request = Request(
        usual, "DE", Seller.of("US", ["IOSS"]), AT.date(), terms="DAP", rates={"USD/EUR": "0.90"}
    )
    shop = LandedCost("GB", tariff_strategy="highest")
    goods = {"set": Goods.asked(request)}
    made = Drop(Pricing(shop, Policy.of({})), goods, ["DE", "JP"], at=AT, epoch="e", pinned=goods)
    card = made.feed.cards[0]
    assert card.title == "Tee + Mug"
    assert card.price is not None
    assert card.price.amount == headline(shop.price(request)).amount
    assert card.price.saving is not None
    made.rates_moved({"USD/EUR": "0.95"}, AT + SECOND)
    moved = shop.price(request.but(rates={"USD/EUR": "0.95"}))
    assert prices(made)["set", "DE"] == headline(moved).text
    other = shop.price(request.but(buyer=Buyer.of("JP"), currency=None))
    assert prices(made)["set", "JP"] == headline(other).text
    late = Drop(
        Pricing(shop, Policy.of({})), goods, ["DE"], at=AT + 12 * HOUR - 2 * MINUTE, epoch="e"
    )
    until = late.feed.cards[0].price
    assert until is not None
    assert until.valid_until == datetime(2026, 10, 2, tzinfo=UTC)


def test_what_cannot_be_dropped() -> None:
    with pytest.raises(RequestError, match="no bundle"):
        drop(bundles=["cap"])
    with pytest.raises(RequestError):
        drop(markets=["DEU"])
    with pytest.raises(RequestError, match="needs its zone"):
        drop(at=AT.replace(tzinfo=None))
    assert MARKETS[0] in drop().buyers
