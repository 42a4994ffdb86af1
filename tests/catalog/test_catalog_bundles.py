"""What can be asked of a bundle of a catalogue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from shops import DAY, SHOP, shop_with

from landedcost import (
    Amount,
    Bundle,
    Catalog,
    LandedCost,
    Line,
    Quote,
    Reform,
    RequestError,
    Seller,
)
from landedcost.bundles.cliffs import cliffs
from landedcost.catalog import CatalogBundle
from landedcost.pricing.offer import Pricing
from landedcost.pricing.sticky import Shown


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.of(SHOP)


def test_a_bundle_costs_what_its_lines_cost_by_hand(catalog: Catalog) -> None:
    shop = LandedCost(Seller.of("US", ["IOSS", "GB-VAT"]))
    lines = [
        Line("tee", "25.00 USD", hs_code="6109.10", origin="VN", weight_g=180, title="Tee"),
        Line("mug", "18.00 USD", quantity=2, hs_code="6912.00", origin="CN", weight_g=390),
    ]
    by_hand = shop.price_for(Bundle(lines, shipping="9.00 USD"), "de-DE", as_of=DAY)
    assert catalog.quote("duo", "de-DE", as_of=DAY).total == by_hand.total


def test_a_share_is_taken_off_the_whole(catalog: Catalog) -> None:
    trio = catalog.bundle("trio")
    assert trio.bundle.listed == Amount(8200, "USD")
    assert trio.bundle.discount == trio.bundle.saves == Amount(820, "USD")


def test_stock_is_that_of_the_scarcest(catalog: Catalog) -> None:
    assert catalog.bundle("duo").stock == 3
    assert catalog.together("book").stock is None


def test_one_item_more(catalog: Catalog) -> None:
    duo = catalog.bundle("duo")
    more = duo.with_item("book").with_item("mug")
    assert [(p.item.sku, p.quantity) for p in more.parts] == [("tee", 1), ("mug", 3), ("book", 1)]
    assert (
        duo.with_item("mug").quote("de-DE", as_of=DAY).total > duo.quote("de-DE", as_of=DAY).total
    )
    with pytest.raises(RequestError, match="did you mean 'book'"):
        duo.with_item("books")


def test_names_that_are_none(catalog: Catalog) -> None:
    with pytest.raises(RequestError, match="did you mean 'trio'"):
        catalog.bundle("tiro")
    with pytest.raises(RequestError) as caught:
        catalog.together("tee", "mugg")
    assert caught.value.code == "unknown_item"


def test_another_shop_prices_the_same_catalogue(catalog: Catalog) -> None:
    reform = Reform({"DE.tax.vat.standard": {"2026-01-01": "25%"}}, name="more")
    reformed = catalog.using(catalog.shop().with_reforms(reform))
    assert isinstance(reformed.bundle("duo"), CatalogBundle)
    assert (
        reformed.quote("duo", "de-DE", as_of=DAY).total
        > catalog.quote("duo", "de-DE", as_of=DAY).total
    )
    assert catalog.bundle("duo").catalog is catalog


def test_an_offer_is_made_by_the_shops_policy_and_the_bundles() -> None:
    data = shop_with("policy", {"charm": "usual", "guards": {"min_margin": "30%"}})
    data["bundles"]["duo"]["policy"] = {"all_in": ["59.00 EUR"]}
    catalog = Catalog.of(data)
    duo, trio = catalog.bundle("duo"), catalog.bundle("trio")
    at = datetime(2026, 10, 1, 18, tzinfo=UTC)
    offer = duo.offer("de-DE", at=at)
    assert (offer.price, offer.quote.total_minor) == (Amount(5900, "EUR"), 5900)
    assert offer.binding == "all_in"
    assert trio.offer("de-DE", at=at).price.minor % 100 == 99
    assert trio.offer("de-DE", at=at).margin is not None
    later = trio.offer("de-DE", at=at + timedelta(hours=1), shown=offer_shown(trio, at))
    assert later.price == trio.offer("de-DE", at=at).price
    by_hand = Pricing(catalog.shop(), catalog.policy).offer(
        trio.bundle,
        "de-DE",
        at=at,
        cost={"tee": "9.00 USD", "mug": "5.00 USD", "book": "20.00 USD"},
    )
    assert trio.offer("de-DE", at=at).as_dict() == by_hand.as_dict()


def offer_shown(bundle: CatalogBundle, at: datetime) -> Shown:
    return bundle.offer("de-DE", at=at).shown_after


def test_an_item_without_a_cost_leaves_the_margin_unknown() -> None:
    data = shop_with("items.book.cost", None)
    catalog = Catalog.of(data)
    assert catalog.bundle("trio").offer("de-DE", at=DAY).margin is None
    data["policy"] = {"guards": {"min_margin": "30%"}}
    with pytest.raises(RequestError) as caught:
        Catalog.of(data).bundle("trio").offer("de-DE", at=DAY)
    assert caught.value.code == "missing_cost"


def test_cliffs_are_those_of_its_market(catalog: Catalog) -> None:
    found = catalog.bundle("duo").cliffs("de-DE", as_of=DAY)
    market = catalog.shop().market_for("de-DE", as_of=DAY)
    assert found
    again = cliffs(market, catalog.bundle("duo").bundle)
    assert [(c.below, c.above, c.jump_minor) for c in found] == [
        (c.below, c.above, c.jump_minor) for c in again
    ]


def test_a_set_needs_all_of_its_conditions() -> None:
    said = {"different_headings": True, "common_need": True, "essential_item": "tee"}
    unsure = Catalog.of(shop_with("bundles.duo.set", said)).bundle("duo")
    sure = Catalog.of(shop_with("bundles.duo.set", said | {"retail_packed": True})).bundle("duo")
    assert [line.id for line in unsure.bundle.lines] == ["tee", "mug"]
    assert [line.id for line in sure.bundle.lines] == ["set"]
    assert sure.costs == {"set": Amount(900 + 2 * 500, "USD")}
    both = unsure.both_ways("en-US", as_of=DAY)
    assert both.needs_ruling
    assert both.quote.total == unsure.quote("en-US", as_of=DAY).total
    assert sure.offer("de-DE", at=DAY).margin is not None
    with pytest.raises(RequestError, match="one set to customs"):
        sure.catalog.baskets()


def test_drops_are_of_bundles_markets_and_times() -> None:
    data = shop_with(
        "drops.friday",
        {"bundles": ["duo"], "starts": "2026-10-02T20:00", "ends": "2026-10-03T20:00"},
    )
    data["shop"]["zone"] = "America/Los_Angeles"
    data["drops"]["early"] = {
        "markets": ["JP"],
        "starts": "2026-09-01T20:00",
        "ends": "2026-09-02T20:00",
    }
    catalog = Catalog.of(data)
    assert list(catalog.drops) == ["early", "friday"]
    friday = catalog.drops["friday"]
    assert (friday.name, friday.bundles, friday.markets) == ("friday", ("duo",), ("de-DE", "en-GB"))
    at = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
    running = catalog.schedule.active(at, "Europe/Berlin")
    assert running is not None
    assert running.name == "friday"
    assert catalog.schedule.active(at - timedelta(seconds=1), "Europe/Berlin") is None


def goods(quote: Quote) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for charge in quote.charges:
        if charge.kind in ("goods", "discount"):
            found[charge.line] = found.get(charge.line, 0) + charge.local.minor * (
                -1 if charge.kind == "discount" and charge.local.minor > 0 else 1
            )
    return found


def test_a_fixed_price_is_that_of_the_buyers_currency() -> None:
    catalog = Catalog.of(shop_with("bundles.duo.price", ["49.00 USD", "45.00 EUR"]))
    duo = catalog.bundle("duo")
    assert duo.bundle.price == Amount(4900, "USD")
    euros, pounds = (duo.quote(m, as_of=DAY) for m in ("de-DE", "en-GB"))
    assert sum(goods(euros).values()) == 4500
    assert sum(goods(pounds).values()) == 4900
    more = duo.with_item("tee")
    assert more.prices == {"USD": Amount(7400, "USD")}
    with pytest.raises(RequestError, match="give the bundle a price in that currency"):
        Catalog.of(shop_with("bundles.duo.price", "45.00 EUR")).bundle("duo").with_item("tee")


def test_what_is_free_and_what_is_given() -> None:
    items = {
        "tee": {"quantity": 2, "free": 1},
        "book": {"discount": "10%"},
        "mug": {"gift": True},
    }
    duo = Catalog.of(shop_with("bundles.duo.items", items)).bundle("duo")
    tee, book, mug = duo.bundle.lines
    assert tee.discount == Amount(2500, "USD")
    assert book.discount == Amount(390, "USD")
    assert (mug.unit_price.minor, mug.ints[3]) == (0, 1800)
    assert duo.bundle.listed == Amount(5000 + 3900, "USD")
    assert duo.costs == {
        "tee": Amount(900, "USD"),
        "book": Amount(2000, "USD"),
        "mug": Amount(500, "USD"),
    }
    quote = duo.quote("de-DE", as_of=DAY)
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor


def test_in_columns_each_bundle_costs_the_same() -> None:
    data = shop_with("bundles.duo.price", ["49.00 USD", "45.00 EUR"])
    data["bundles"]["mixed"] = {
        "items": {"tee": {"quantity": 2, "free": 1}, "mug": {"gift": True}, "book": 1},
        "discount": "5%",
    }
    data["items"]["book"] |= {"content": {"steel": "1%"}, "claims": ["US:9903.82.03"]}
    catalog = Catalog.of(data)
    rows = catalog.baskets("EUR")
    assert [row["basket"] for row in rows] == ["duo"] * 2 + ["trio"] * 3 + ["mixed"] * 3
    prices = catalog.shop().price_many(rows, ["de-DE", "fr-FR"], as_of=DAY)
    assert not prices.failed
    for row in prices.table.to_pylist():
        alone = catalog.quote(row["id"], row["market"], as_of=DAY)
        assert row["total_minor"] == alone.total_minor


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("bundles.duo.items", [], "no_lines"),
        ("bundles.duo.items", {}, "no_lines"),
        ("bundles.duo.items", None, "missing_field"),
        ("bundles.duo.items", {"tee": {"quantity": 2, "free": 2}}, "bad_quantity"),
        ("bundles.duo.items", {"tee": {"gift": True, "free": 1, "quantity": 2}}, "bad_request"),
        ("bundles.duo.items", {"tee": {"gift": "yes"}}, "bad_type"),
        ("bundles.duo.items", {"tee": {"quanity": 2}}, "unknown_key"),
        ("bundles.duo.items.tee", {"discount": "25.01 USD"}, "discount_too_large"),
        ("bundles.duo.items.tee", {"discount": "5.00 EUR"}, "mixed_currencies"),
        ("bundles.trio.discount", "101%", "bad_rate"),
        ("bundles.trio.discount", "0%", "bad_rate"),
        ("bundles.trio.discount", "900.00 USD", "discount_too_large"),
        ("bundles.trio.price", "9.00 USD", "bad_request"),
        ("bundles.duo.price", ["9.00 USD", "8.00 USD"], "repeated_currency"),
        ("bundles.duo.price", [], "bad_type"),
        ("shop.carrier", "post.toml", "bad_request"),
        ("shop.fx_margin", "1.5", "bad_margin"),
        ("shop.fx_margin", {"USD/XXY": "1%"}, "unknown_currency"),
        ("policy.charm", "unusual", "bad_ending"),
        ("policy.guards", {"floor": "x"}, None),
        ("bundles.duo.policy", {"chram": "usual"}, "unknown_key"),
        ("bundles.duo.set", {"retail_packed": "yes"}, "bad_type"),
        ("bundles.duo.set", {"essential_item": "book"}, "unknown_item"),
        ("drops.one", {"bundles": ["dou"], "starts": "2026-10-01T20:00"}, "unknown_bundle"),
        ("drops.one", {"starts": "tonight"}, "bad_date"),
        ("drops.one", {}, "missing_field"),
        ("drops.one", {"starts": "2026-10-01T20:00", "zone": "Mars/One"}, "unknown_zone"),
    ],
)
def test_what_a_bundle_cannot_be(path: str, value: object, code: str | None) -> None:
    with pytest.raises(RequestError) as caught:
        Catalog.of(shop_with(path, value))
    assert code is None or caught.value.code == code
    assert caught.value.where.startswith(path.rpartition(".")[0])
