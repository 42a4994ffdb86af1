"""A drop that goes from one worker to another: the same prices and ids."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from landedcost.catalog import Catalog
from landedcost.errors import RequestError
from landedcost.lines import Amount
from landedcost.live.card import Card
from landedcost.live.drop import Drop
from landedcost.live.dropped import DropSource, rates_told
from landedcost.live.feed import Feed
from landedcost.live.source import Made
from landedcost.pricing.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 10, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CATALOG = Catalog.load(ROOT / "examples" / "drop_catalog" / "drop.toml")


class Place:
    """Where a source tells what it did: cards and what is kept, as other workers have them."""

    def __init__(self) -> None:
        self.now = AT
        self.feed = Feed("f", AT)
        self.kept: dict[str, Any] = {}

    def clock(self) -> datetime:
        return self.now

    def source(self, **more: Any) -> DropSource:
        return DropSource.of(self.clock, CATALOG, policy=Policy.of({}), **more)

    def take(self, made: Made) -> list[Card]:
        for name, one in json.loads(json.dumps(dict(made.kept))).items():
            if one is None:
                self.kept.pop(name, None)
            else:
                self.kept[name] = one
        event = self.feed.publish(made.changes, self.now)
        return [] if event is None else list(event.cards)

    def do(self, call: Callable[[], Coroutine[Any, Any, Made]]) -> list[Card]:
        return self.take(asyncio.run(call()))

    def rates(self, source: DropSource, rates: dict[str, str]) -> list[Card]:
        return self.do(lambda: source.do("rates", rates_told(rates, self.now), self.now))


def test_the_next_worker_goes_on_with_the_same_prices_and_ids() -> None:
    place = Place()
    one, two = place.source(), place.source()
    first = place.take(one.start({}, AT))
    assert len(first) == len(CATALOG.bundles) * 5
    place.now += MINUTE
    moved = place.rates(one, {"USD/EUR": "0.70"})
    assert {card.market for card in moved} == {"de-DE"}
    place.now += MINUTE
    before = {card.key: card.price for card in [*first, *moved]}
    taken = place.take(two.start(place.kept, place.now))
    # A price that stayed while its rate moved is made at the rate of now: another quote.
    assert [card.key for card in taken] == [("starter", "de-DE")]
    assert taken[0].price is not None
    assert two.drop is not None
    assert two.drop.offered(taken[0].price.quote, place.now).offer.price == Amount(5900, "EUR")
    before[taken[0].key] = taken[0].price
    assert two.drop.grid.rates == {"USD/EUR": "0.70"}
    place.now += 11 * MINUTE
    again = place.do(lambda: two.advance(place.now))
    assert len(again) == len(first) - 1  # all but the one that is fresh
    for card in again:
        was = before[card.key]
        assert card.price is not None
        assert was is not None
        assert card.price.amount == was.amount
        assert card.price.quote != was.quote


def test_every_worker_honours_a_price_that_another_showed() -> None:
    place = Place()
    one, two = place.source(), place.source()
    first = place.take(one.start({}, AT))
    assert one.drop is not None
    quotes = {c.price.quote: one.drop.offered(c.price.quote, AT).quote for c in first if c.price}
    place.now += MINUTE
    moved = place.rates(one, {"USD/EUR": "0.70", "USD/GBP": "0.60"})
    quotes |= {
        c.price.quote: one.drop.offered(c.price.quote, place.now).quote for c in moved if c.price
    }
    for id, quote in quotes.items():
        found = two.offered(id, place.kept, place.now)
        assert found.quote.id == quote.id
        assert found.quote.as_dict() == quote.as_dict()
        assert found.id == id
    place.take(two.start(place.kept, place.now))
    for id, quote in quotes.items():
        assert two.offered(id, place.kept, place.now).quote.as_dict() == quote.as_dict()
    place.now += 15 * MINUTE
    for id in list(quotes)[:3]:
        with pytest.raises(RequestError, match="held until"):
            one.offered(id, place.kept, place.now)
    with pytest.raises(RequestError, match="no price is shown"):
        two.offered("f.1", place.kept, place.now)


def test_a_price_that_comes_out_otherwise_is_not_honoured() -> None:
    place = Place()
    one = place.source()
    card = place.take(one.start({}, AT))[0]
    assert card.price is not None
    other = Catalog.load(ROOT / "examples" / "drop_catalog" / "drop.toml")
    two = DropSource.of(place.clock, other, markets=["fr-FR", "de-DE"])
    assert two.offered(card.price.quote, place.kept, AT).quote.total_minor > 0
    recipe = place.kept[f"offer:{card.price.quote}"]
    place.kept[f"offer:{card.price.quote}"] = [*recipe[:-1], "another"]
    with pytest.raises(RequestError, match="no price is shown"):
        two.offered(card.price.quote, place.kept, AT)


def test_what_is_kept_is_let_go_when_nothing_rests_on_it() -> None:
    place = Place()
    source = place.source()
    place.take(source.start({}, AT))
    sizes = []
    for step in range(60):
        place.now += MINUTE
        if step % 2:
            place.rates(source, {"USD/EUR": f"0.{80 + step}"})
        place.do(lambda: source.advance(place.now))
        sizes.append(len(place.kept))
    assert max(sizes[30:]) <= max(sizes[:30])
    source = place.source()
    place.take(source.start(place.kept, place.now))
    place.now += 24 * 60 * MINUTE
    place.do(lambda: source.advance(place.now))
    assert len([name for name in place.kept if name.startswith("rates:")]) == 1


def test_a_rate_that_comes_late_does_not_count() -> None:
    place = Place()
    source = place.source()
    place.take(source.start({}, AT))
    assert place.rates(source, {"USD/EUR": "0.70"})
    told = rates_told({"USD/EUR": "0.60", "USD/GBP": "0.60"}, AT - MINUTE)
    moved = place.do(lambda: source.do("rates", told, AT))
    assert {card.market for card in moved} == {"en-GB"}
    assert source.drop is not None
    assert source.drop.grid.rates == {"USD/EUR": "0.70", "USD/GBP": "0.60"}
    with pytest.raises(RequestError):
        asyncio.run(source.do("rates", rates_told({"USD/EUR": "-1"}, AT), AT))
    with pytest.raises(RequestError, match="no such fact"):
        asyncio.run(source.do("weather", {}, AT))


def test_a_worker_whose_clock_is_behind_takes_over_all_the_same() -> None:
    place = Place()
    one, two = place.source(), place.source()
    place.take(one.start({}, AT))
    place.now -= timedelta(seconds=2)
    place.take(two.start(place.kept, place.now))
    assert isinstance(two.drop, Drop)
    assert two.drop.at == AT
    place.do(lambda: two.advance(place.now))
