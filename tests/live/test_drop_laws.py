"""After any facts in any order a drop shows what is made of the facts alone."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_drop import AT, SHOP, Shelves, drop

from landedcost import Buyer, Quote, Reform
from landedcost.catalog import Catalog
from landedcost.errors import LandedCostError
from landedcost.live.drop import Drop, Update
from landedcost.live.grid import Grid
from landedcost.present.headline import headline
from landedcost.pricing.offer import Pricing
from landedcost.pricing.sticky import Sticky

MARKETS = ("DE", "fr-FR", "GB", "JP", "US", "CA-ON", "NO", "CH", "ar-AE")
MIDDLE = {
    "USD/EUR": 870,
    "USD/GBP": 750,
    "USD/JPY": 150_000,
    "EUR/GBP": 860,
    "USD/NOK": 10_400,
    "EUR/CHF": 940,
    "USD/AED": 3_670,
    "JPY/EUR": 6,
}
"""In thousandths."""

codes = st.sampled_from(["6109.10.00", "6912.00", "4901.99", "8523.80", "6110.20"])


@st.composite
def items(draw: Any) -> dict[str, Any]:
    minor, unit = (
        draw(st.sampled_from([450, 1_999, 4_200, 13_500, 30_000])),
        draw(st.sampled_from(["USD", "EUR", "GBP"])),
    )
    return {
        "price": f"{minor // 100}.{minor % 100:02} {unit}",
        "cost": f"1.00 {unit}",
        "hs_code": draw(codes),
        "origin": draw(st.sampled_from(["VN", "US", "PT", "CN"])),
        "weight_g": draw(st.integers(20, 900)),
        "stock": 9,
    }


policies = st.sampled_from(
    [
        {},
        {"shown": "headline", "charm": "usual", "bears": {"duty": "50%"}},
        {"guards": {"floor": "6900 JPY"}},
        {"guards": {"floor": "8900 JPY"}},
        {"guards": {"ceiling": "4000 JPY"}},
        {"guards": {"min_margin": "20%", "max_change": "5%"}},
        {"charm": "usual", "sticky": {"band": "2%", "cooldown": "10m"}},
        {"sticky": {"threshold": "3%", "cooldown": "1h", "changes_per_day": 4}},
    ]
)
rates = st.dictionaries(
    st.sampled_from(sorted(MIDDLE)), st.integers(-150, 150), min_size=1, max_size=3
).map(
    lambda moves: {
        pair: f"{MIDDLE[pair] * (1_000 + move) // 1_000_000}."
        f"{MIDDLE[pair] * (1_000 + move) % 1_000_000:06}"
        for pair, move in moves.items()
    }
)
waits = st.sampled_from([0, 1, 60, 700, 900, 7_200, 86_400]).map(lambda s: timedelta(seconds=s))
others = st.one_of(
    st.just("time"), st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 9)), st.integers(10, 30)
)
facts = st.lists(st.tuples(waits, st.one_of(rates, rates, rates, others)), min_size=2, max_size=6)


@st.composite
def shops(draw: Any) -> Catalog:
    tables = deepcopy(SHOP)
    tables["items"] = {"a": draw(items()), "b": draw(items())}
    tables["bundles"] = {
        "one": {"items": ["a"]},
        "two": {"items": {"a": draw(st.integers(1, 3)), "b": 1}},
        "fixed": {"items": ["b"], "price": draw(st.sampled_from(["31.00 USD", "29.00 GBP"]))},
    }
    tables["policy"] = draw(policies)
    return Catalog.of(tables)


def told(made: Drop, fact: Any, at: datetime, shelves: Shelves) -> Update:
    """Tell a drop a fact."""
    if fact == "time":
        return made.advance(at)
    if isinstance(fact, dict):
        return made.rates_moved(fact, at)
    if isinstance(fact, tuple):
        shelves.left_of[fact[0]] = fact[1]
        return made.stock_moved([fact[0]], at)
    reform = Reform({"GB.tax.vat.standard": {"2026-01-01": f"{fact}%"}})
    return made.use(Pricing(made.pricing.shop.with_reforms(reform), made.pricing.policy), at)


def same(one: Quote | LandedCostError, two: Quote | LandedCostError) -> bool:
    if isinstance(one, LandedCostError) or isinstance(two, LandedCostError):
        return type(one) is type(two) and str(one) == str(two)
    return one.figures == two.figures and one.currency == two.currency


@pytest.mark.slow
@settings(max_examples=60)
@given(shops(), st.lists(st.sampled_from(MARKETS), min_size=1, max_size=4, unique=True), facts)
def test_nothing_is_missed_and_every_card_is_what_its_facts_make(
    found: Catalog, markets: list[str], happened: list[Any]
) -> None:
    shelves = Shelves(a=4, b=4)
    made, at = drop(found, markets=markets, inventory=shelves), AT
    one = made.pricing.policy.market(Buyer.of("DE").place)
    steady = one.sticky == Sticky() and one.guards.max_change is None
    for wait, fact in happened:
        at += wait
        made.advance(at)
        before = {cell: (made.shown.get(cell), made.shelf.get(cell)) for cell in made.grid.cells}
        update = told(made, fact, at, shelves)
        full = Grid(
            made.grid.shops, made.goods, made.buyers, made.grid.cells, at.date(), made.grid.rates
        )
        cards = {card.key: card for card in made.feed.cards}
        assert len(update.touched) + update.spared == len(made.grid.cells)
        for cell in made.grid.cells:
            listed, offered = full.quotes[cell], made.shelf.get(cell)
            assert same(made.grid.quote(cell), listed)
            assert (offered is None) == (cell in made.errors)
            card, goods = cards[cell.bundle, cell.market], made.goods[cell.bundle]
            left = min(shelves.left_of[sku] // n for sku, n in goods.units.items())
            assert (card.stock and card.stock.left) == left
            assert (card.price is None) == (offered is None or not left)
            if card.price is not None and offered is not None:
                assert card.price.quote == offered.id
                assert card.price.amount == headline(offered.offer.quote).amount
                assert made.offered(offered.id, at) is offered
                assert card.price.valid_until > at
            if cell not in update.touched:
                assert (made.shown.get(cell), offered) == before[cell]
                if offered is not None and steady and isinstance(listed, Quote):
                    fresh = made.pricing.decide(
                        listed, at=at, shown=before[cell][0], cost=goods.cost
                    )
                    assert offered.offer.shown == fresh.shown
            elif offered is not None:
                assert isinstance(listed, Quote)
                fresh = made.pricing.decide(listed, at=at, shown=before[cell][0], cost=goods.cost)
                assert made.shown[cell].price == fresh.shown_after.price
                if not {"reachable", "freight"} & {step.code for step in fresh.steps}:
                    assert offered.offer.shown == fresh.shown
            elif isinstance(listed, Quote):
                with pytest.raises(LandedCostError):
                    made.pricing.decide(listed, at=at, shown=before[cell][0], cost=goods.cost)
