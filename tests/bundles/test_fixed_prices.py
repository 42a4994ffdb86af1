"""Bundles at a fixed price and lines with a discount, by hand and to the cent."""

from __future__ import annotations

from typing import Any

import pytest

from landedcost import Amount, Bundle, LandedCost, LandedCostError, Line, Quote, Request, Seller
from landedcost.contract import parse_request

SHOP = LandedCost(seller=Seller.of("US", ["IOSS", "GB-VAT", "NO-VOEC"]))
DAY = "2026-10-01"
TEE = Line("tee", "25.00 EUR", hs_code="6109.10", origin="VN", weight_g=180)
MUG = Line("mug", "18.00 EUR", hs_code="6911.10", origin="CN", weight_g=350)
BOOK = Line("book", "12.00 EUR", hs_code="4901.99", origin="US", goods_class="book")


def of(quote: Quote, kind: str) -> dict[str | None, int]:
    return {c.line: c.amount_minor for c in quote.charges if c.kind == kind}


def test_book_and_mug_in_france_are_taxed_on_their_parts() -> None:
    quote = SHOP.price_for(
        Bundle([BOOK, MUG], price="25.00 EUR", shipping="5 EUR"), "fr-FR", as_of=DAY
    )
    assert of(quote, "goods") == {"book": 1000, "mug": 1500}
    assert of(quote, "tax") == {"book": 66, "mug": 360}  # 12.00 at 5.5 %, 18.00 at 20 %
    assert quote.saves == Amount(500, "EUR")


def test_food_and_merchandise_in_the_united_kingdom() -> None:
    food = Line("food", "12.00 GBP", hs_code="1806.31", origin="US", goods_class="food")
    mug = Line("mug", "18.00 GBP", hs_code="6911.10", origin="CN")
    quote = SHOP.price_for(
        Bundle([food, mug], price="25.00 GBP", shipping="5 GBP"), "en-GB", as_of=DAY
    )
    assert of(quote, "tax") == {"food": 0, "mug": 360}


def test_tax_by_line_and_by_document_differ_by_rounding_alone() -> None:
    """Three lines of 0.13 and one of 0.13: by line 4 × 0.03, on the document 0.52 × 20 % = 0.10."""
    mugs = [Line(f"mug-{k}", "0.20 GBP", hs_code="6911.10", origin="CN") for k in range(4)]
    food = Line("food", "0.40 GBP", hs_code="1806.31", origin="US", goods_class="food")
    quote = SHOP.price_for(
        Bundle([*mugs, food], price="0.78 GBP", shipping="0 GBP"), "en-GB", as_of=DAY
    )
    tax, goods = of(quote, "tax"), of(quote, "goods")
    base = sum(goods[mug.id] for mug in mugs)
    assert goods == {**dict.fromkeys((m.id for m in mugs), 13), "food": 26}
    assert sum(tax.values()) == 12
    assert (2 * base * 20 + 100) // 200 == 10
    assert sum(tax.values()) - 10 == 2  # at most half a penny a line
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor


def test_a_price_above_the_list_saves_less_than_nothing() -> None:
    bundle = Bundle([TEE, MUG], price="50.00 EUR")
    assert bundle.saves == Amount(-700, "EUR")
    assert bundle.listed == Amount(4300, "EUR")
    assert SHOP.price_for(bundle, "de-DE", as_of=DAY).saves == Amount(-700, "EUR")


def test_a_price_in_another_currency_needs_no_rate_to_be_shared_out() -> None:
    bundle = Bundle([TEE, MUG], price="6400 JPY")
    assert bundle.saves is None
    assert {k: p.minor for k, p in bundle.parts.items()} == {"mug": 2679, "tee": 3721}


def test_lines_of_several_currencies_have_no_parts_without_rates() -> None:
    yen = Line("cap", "3000 JPY", hs_code="6505.00", origin="CN")
    bundle = Bundle([TEE, yen], price="40.00 EUR")
    assert (bundle.listed, bundle.saves, bundle.parts) == (None, None, {})
    quote = SHOP.price_for(bundle, "de-DE", as_of=DAY)
    assert sum(of(quote, "goods").values()) == 4000


def test_at_replaces_a_discount() -> None:
    bundle = Bundle([TEE, MUG], discount="3.00 EUR", shipping="5.00 EUR")
    fixed = bundle.at("30.00 EUR")
    assert (fixed.discount, fixed.price, fixed.shipping) == (
        None,
        Amount(3000, "EUR"),
        Amount(500, "EUR"),
    )
    assert (bundle.discount, bundle.price) == (Amount(300, "EUR"), None)


def test_a_line_discount_is_a_charge_of_the_line() -> None:
    line = Line("tee", "25.00 EUR", quantity=2, hs_code="6109.10", origin="VN", discount="8.00 EUR")
    quote = SHOP.price_for(Bundle([line, BOOK], shipping="5 EUR"), "de-DE", as_of=DAY)
    found = [c for c in quote.charges if c.kind == "discount"]
    assert [(c.line, c.amount_minor, c.why.rule) for c in found] == [("tee", -800, "request.lines")]
    assert quote.customs["customs_value"] == "59.00"  # 42.00 + 12.00 + freight
    assert quote.saves == Amount(800, "EUR")


def test_with_a_fixed_price_a_line_discount_only_weighs() -> None:
    tee = TEE.less("7.00 EUR")
    quote = SHOP.price_for(Bundle([tee, MUG], price="30.00 EUR"), "de-DE", as_of=DAY)
    assert of(quote, "goods") == {"mug": 1500, "tee": 1500}
    assert not of(quote, "discount")


def test_a_gift_keeps_its_customs_value_whatever_the_price() -> None:
    gift = Line("pin", "0 EUR", customs_value="2.00 EUR", hs_code="7117.19", origin="CN")
    value = {}
    for price in ("43.00 EUR", "10.00 EUR"):
        quote = SHOP.price_for(Bundle([TEE, MUG, gift], price=price), "de-DE", as_of=DAY)
        assert of(quote, "goods")["pin"] == 0
        assert sum(of(quote, "goods").values()) == Amount.of(price).minor
        value[price] = quote.customs["customs_value"]
    assert value == {"43.00 EUR": "45.00", "10.00 EUR": "12.00"}


def test_one_item_of_a_reduced_line_is_compared_at_what_is_paid() -> None:
    """Norway's VOEC takes items below 3,000 NOK: the test is exact, whatever does not divide."""
    lamp = {"hs_code": "9405.21", "origin": "US", "weight_g": 900}

    def scheme(line: Line, price: str | None = None) -> str | None:
        bundle = Bundle([line], price=price, shipping="0 NOK")
        return SHOP.price_for(bundle, "NO", as_of=DAY).customs["scheme"]

    dear = Line("lamp", "3100.00 NOK", quantity=3, **lamp)
    assert scheme(dear) is None
    assert scheme(dear, "9000.00 NOK") == scheme(Line("lamp", "3000.00 NOK", **lamp))
    assert scheme(dear, "8999.99 NOK") == "NO-VOEC"
    assert (
        scheme(Line("lamp", "3100.00 NOK", quantity=3, discount="300.01 NOK", **lamp)) == "NO-VOEC"
    )
    assert scheme(dear, "9000.02 NOK") is None


@pytest.mark.parametrize(
    ("make", "code", "where"),
    [
        (lambda: Bundle([TEE], price="9 EUR", discount="1 EUR"), "discount_and_price", "price"),
        (lambda: Bundle([TEE], price="-9 EUR"), "negative_amount", "price"),
        (lambda: Bundle([TEE], price="0 EUR"), "missing_customs_value", "lines[0].customs_value"),
        (
            lambda: Bundle([TEE]).at(Amount(0, "EUR")),
            "missing_customs_value",
            "lines[0].customs_value",
        ),
        (lambda: Bundle([TEE]).at(9.0), "float_amount", "price"),
        (lambda: Line("x", "5 EUR", discount="6 EUR"), "discount_too_large", "discount"),
        (lambda: Line("x", "5 EUR", discount="5 EUR"), "missing_customs_value", "customs_value"),
        (lambda: Line("x", "5 EUR", discount="1 USD"), "mixed_currencies", "discount"),
        (lambda: Line("x", "5 EUR", discount="-1 EUR"), "negative_amount", "discount"),
        (
            lambda: Bundle([TEE.less("5 EUR")], discount="20.01 EUR"),
            "discount_too_large",
            "discount",
        ),
    ],
)
def test_what_cannot_be(make: Any, code: str, where: str) -> None:
    with pytest.raises(LandedCostError) as caught:
        make()
    assert (caught.value.code, caught.value.where) == (code, where)


def test_a_gift_bundle_may_cost_nothing() -> None:
    gift = Line("pin", "2 EUR", customs_value="2.00 EUR", hs_code="7117.19", origin="CN")
    quote = SHOP.price_for(Bundle([gift], price="0 EUR"), "de-DE", as_of=DAY)
    assert (of(quote, "goods"), quote.customs["customs_value"]) == ({"pin": 0}, "2.00")


def test_the_request_document_has_both() -> None:
    asked = """{"as_of": "2026-10-01", "seller": {"country": "US"}, "buyer": {"country": "DE"},
      "lines": [{"id": "tee", "unit_price": {"amount": "25.00", "currency": "USD"},
                 "hs_code": "6109.10", "origin": "VN",
                 "discount": {"amount": "5.00", "currency": "USD"}}],
      "price": {"amount": "17.00", "currency": "EUR"}}"""
    request = parse_request(asked)
    assert isinstance(request, Request)
    assert request.bundle.price == Amount(1700, "EUR")
    assert request.bundle.lines[0].discount == Amount(500, "USD")
    assert sum(of(SHOP.price(request), "goods").values()) == 1700


def test_a_catalogue_has_both_columns() -> None:
    rows = [
        {"basket": "a", "id": "tee", "unit_price": "25.00", "currency": "EUR", "hs_code": "6109.10",
         "origin": "VN", "line_discount": "5.00", "price": "30.00 EUR", "shipping": "5.00"},
        {"basket": "a", "id": "mug", "unit_price": "18.00", "currency": "EUR", "hs_code": "6911.10",
         "origin": "CN"},
        {"basket": "b", "id": "cap", "unit_price": "18.00", "currency": "EUR", "hs_code": "6505.00",
         "origin": "CN", "line_discount": "0.00", "shipping": "5.00"},
    ]  # fmt: skip
    prices = SHOP.price_many(rows, ["DE"], as_of=DAY)
    first, second = prices.table.to_pylist()
    assert (first["error"], first["goods_minor"], first["discount_minor"]) == (None, 3000, 0)
    assert (second["error"], second["goods_minor"]) == (None, 1800)
    assert prices.quote(0).total_minor == first["total_minor"]
    assert prices.alone == 0
