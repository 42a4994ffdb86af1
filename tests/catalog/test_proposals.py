"""Proposed bundles keep the margin and the stock, and are the best there are."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shops import DAY, SHOP, shop_with

from landedcost import Catalog, LandedCostError, RequestError, propose_bundles
from landedcost.catalog import Proposal
from landedcost.pricing.costs import kept

SHARES = {"0%": (0, 1), "30%": (3, 10), "62.5%": (5, 8)}
CODES = (("6109.10", "VN"), ("6912.00", "CN"), ("4901.99", "US"), ("8523.80", "CZ"))


def shop_of(
    articles: list[tuple[int, int, int | None]],
    strategy: str = "highest",
    policy: dict[str, Any] | None = None,
) -> Catalog:
    items: dict[str, Any] = {}
    for n, (price, cost, stock) in enumerate(articles):
        hs_code, origin = CODES[n % len(CODES)]
        items[f"a{n}"] = {
            "price": f"{price}.00 USD",
            "cost": f"{cost}.00 USD",
            "hs_code": hs_code,
            "origin": origin,
            "weight_g": 200,
        }
        if stock is not None:
            items[f"a{n}"]["stock"] = stock
    shop = {
        "country": "US",
        "registrations": ["IOSS", "GB-VAT"],
        "shipping": "5.00 USD",
        "tariff_strategy": strategy,
    }
    return Catalog.of({"shop": shop, "items": items, "policy": policy or {}})


_ARTICLES = st.lists(
    st.tuples(st.integers(1, 150), st.integers(0, 120), st.sampled_from([None, 0, 1, 9])),
    min_size=2,
    max_size=6,
)


def skus_of(proposal: Proposal) -> tuple[str, ...]:
    return tuple(part.item.sku for part in proposal.bundle.parts)


@given(_ARTICLES, st.sampled_from(["DE", "GB", "US", "JP"]), st.sampled_from(list(SHARES)))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_they_are_the_best_of_all_sets(
    articles: list[tuple[int, int, int | None]], market: str, margin: str
) -> None:
    """Equal to pricing every set one by one and sorting."""
    catalog = shop_of(articles)
    if all(stock == 0 for _, _, stock in articles):
        with pytest.raises(RequestError, match="sold out"):
            propose_bundles(catalog, market, at=DAY)
        return
    found = propose_bundles(catalog, market, margin=margin, size=3, limit=4, at=DAY)
    num, den = SHARES[margin]
    brute = []
    skus = [sku for sku, item in catalog.items.items() if item.stock != 0]
    for count in (2, 3):
        for members in combinations(skus, count):
            bundle = catalog.together(*members)
            offer = bundle.offer(market, at=DAY)
            quote, margin = offer.quote, offer.margin
            apart = sum(
                catalog.together(sku).quote(market, as_of=DAY).total_minor for sku in members
            )
            assert margin is not None
            goods = kept(quote, offer.listed)
            if goods and margin.minor * den >= num * goods and quote.total_minor <= apart:
                brute.append((-margin.minor, quote.total_minor - apart, count, members))
    ranked = [(-p.margin.minor, -p.saving.minor, len(p.bundle.parts), skus_of(p)) for p in found]
    assert ranked == sorted(brute)[:4]


def test_each_is_priced_as_price_for_prices_it() -> None:
    catalog = Catalog.of(SHOP)
    found = propose_bundles(catalog, "de-DE", margin="30%", at=DAY)
    assert len(found) == 4
    for one in found:
        again = catalog.shop().price_for(one.bundle.bundle, "de-DE", as_of=DAY)
        assert one.quote.as_dict() == again.as_dict()
        assert one.margin.minor * 10 >= 3 * one.goods
        assert sum(one.changes.values()) == -one.saving.minor
        assert one.saving.minor >= 0
    assert [p.as_dict() for p in found] == [
        p.as_dict() for p in propose_bundles(Catalog.of(SHOP), "de-DE", margin="30%", at=DAY)
    ]
    assert found[0].stock == 7


def test_stock_is_honoured() -> None:
    catalog = Catalog.of(SHOP)
    found = propose_bundles(catalog, "DE", stock={"mug": 0, "book": 3}, at=DAY)
    assert found.left_out == {"mug": "sold out"}
    assert [p.stock for p in found] == [3]


def test_why_an_article_takes_no_part() -> None:
    data = shop_with("items.pen", {"price": "3.00 USD", "hs_code": "9608.10"})
    data["items"]["cap"] = {"price": "9.00 EUR", "cost": "3.00 EUR", "hs_code": "6505.00"}
    data["items"]["odd"] = {"price": "9.00 USD", "cost": "3.00 USD"}
    found = propose_bundles(Catalog.of(data), "DE", at=DAY)
    assert found.left_out["pen"] == "its cost is not known"
    assert "EUR" in found.left_out["cap"]
    assert "hs_code" in found.left_out["odd"]


def test_a_bundle_dearer_than_its_articles_is_not_proposed() -> None:
    """Together they pass what Britain relieves of duty; nothing is said of sending them apart."""
    catalog = shop_of([(100, 10, None), (110, 10, None)])
    found = propose_bundles(catalog, "GB", at=DAY)
    assert (len(found), found.dearer, found.sets) == (0, 1, 1)


def test_the_thresholds_it_passes_and_the_next_are_told() -> None:
    """Two articles are together above what Japan relieves, and not above 150 EUR."""
    catalog = shop_of([(95, 10, None), (20, 1, None)])
    (best,) = propose_bundles(catalog, "ja-JP", margin="0%", size=2, at=DAY)
    assert [turn.bound for cliff in best.passed for turn in cliff.turns][:1] == ["10000 JPY"]
    assert any("Consumption tax" in reason for reason in best.reasons)
    (best,) = propose_bundles(catalog, "de-DE", margin="0%", size=2, at=DAY)
    assert best.passed == ()
    assert best.ahead is not None
    assert best.ahead.below.minor == 150_00
    assert best.reasons[-1].startswith("from 150,01\N{NO-BREAK SPACE}€ of goods: Customs duty")


def test_a_bundle_without_a_price_is_told() -> None:
    """Alone each is below what is relieved of duty; together the code is too short for one."""
    found = propose_bundles(shop_of([(100, 10, None), (110, 10, None)], "refuse"), "GB", at=DAY)
    assert not found.found
    assert "6912.00.21" in found.unpriced["a0+a1"]


@pytest.mark.parametrize(
    ("given_", "where"),
    [
        ({"margin": "100%"}, "margin"),
        ({"margin": "lots"}, "margin"),
        ({"size": 1}, "size"),
        ({"size": 6}, "size"),
        ({"limit": 0}, "limit"),
        ({"stock": {"muk": 1}}, "stock"),
        ({"at": "yesterday"}, "at"),
    ],
)
def test_what_cannot_be_asked(given_: dict[str, Any], where: str) -> None:
    with pytest.raises(LandedCostError) as caught:
        propose_bundles(Catalog.of(SHOP), "DE", **({"at": DAY} | given_))
    assert caught.value.where == where


def test_they_are_sold_at_the_policys_price() -> None:
    """Charm, a least margin and who bears the duty: each proposal is the offer of its bundle."""
    policy = {"charm": "usual", "bears": {"duty": "merchant"}, "guards": {"min_margin": "20%"}}
    catalog = Catalog.of(shop_with("policy", policy))
    found = propose_bundles(catalog, "de-DE", margin="45%", at=DAY)
    assert found.found
    for one in found:
        again = one.bundle.offer("de-DE", at=DAY)
        assert one.offer.as_dict() == again.as_dict()
        assert one.offer.price.minor % 100 == 99
        assert again.margin is not None
        assert again.margin.minor * 100 >= 45 * one.goods


@pytest.mark.slow
@pytest.mark.parametrize("policy", [{}, {"charm": "usual", "guards": {"min_margin": "20%"}}])
def test_fifty_articles_are_looked_through_in_seconds(policy: dict[str, Any]) -> None:
    """20,825 sets; the steps told rise to the end."""
    catalog = shop_of([(60 + n, 3 + n // 3, None) for n in range(50)], policy=policy)
    told: list[tuple[int, int]] = []
    found = propose_bundles(
        catalog, "GB", at=DAY, progress=lambda done, of: told.append((done, of))
    )
    assert (found.sets, found.looked_at) == (20_825, 1_000)
    assert len(found) == 10
    assert told == [(n, 1_000) for n in range(1, 1_001)]
