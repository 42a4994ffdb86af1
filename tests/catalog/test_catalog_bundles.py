"""What can be asked of a bundle of a catalogue."""

from __future__ import annotations

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
from landedcost.catalog import CatalogBundle, Margin


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
    assert trio.list_price == Amount(8200, "USD")
    assert trio.bundle.discount == Amount(820, "USD")
    assert trio.cost == Amount(3400, "USD")


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


def test_the_margin_is_what_is_left_of_the_goods(catalog: Catalog) -> None:
    trio = catalog.bundle("trio")
    assert trio.cost is not None
    margin = Margin.of(trio.quote("de-DE", as_of=DAY), trio.cost)
    assert (margin.goods, margin.cost, margin.currency) == (7380, 3400, "USD")
    assert margin.minor == 3980 - margin.borne
    assert margin.percent == "53.9%"
    assert margin.keeps((5392, 10_000))
    assert not margin.keeps((5394, 10_000))


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
    assert duo.list_price == Amount(2500 + 3900 - 390, "USD")
    assert duo.cost == Amount(2 * 900 + 2000 + 500, "USD")
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
        ("bundles.trio.discount", "101%", "bad_rate"),
        ("bundles.trio.discount", "0%", "bad_rate"),
        ("bundles.trio.discount", "900.00 USD", "discount_too_large"),
        ("bundles.trio.price", "9.00 USD", "bad_request"),
        ("bundles.duo.price", ["9.00 USD", "8.00 USD"], "repeated_currency"),
        ("bundles.duo.price", [], "bad_type"),
        ("shop.carrier", "post.toml", "bad_request"),
    ],
)
def test_what_a_bundle_cannot_be(path: str, value: object, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        Catalog.of(shop_with(path, value))
    assert caught.value.code == code
    assert caught.value.where.startswith(path.rpartition(".")[0])
