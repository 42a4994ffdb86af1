"""A quote's request, written as a document, asks the same again."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from landedcost import Bundle, Buyer, LandedCost, Line, place
from landedcost.contract import build_request, parse_request
from landedcost.contract.write import bundle_document, request_document

SHOP = LandedCost("US", registrations=["IOSS", "GB-VAT"])
FULL = Line(
    "wine",
    "19.90 USD",
    quantity=3,
    hs_code="2204.21.42",
    origin="US",
    weight_g=1_300,
    goods_class="food",
    duty="32 EUR/hl",
    tax_rate="21.5%",
    preference="GSP",
    evidence="form A",
    claims=["US:9903.82.03", "GB:x"],
    content={"steel": "33.3%", "copper": "5%"},
    discount="1.99 USD",
    customs_value="18 USD",
    retail_price="25 USD",
    pairs=2,
    litres="0.75",
    square_metres="1.000001",
    metres="12",
    cubic_metres="0.5",
    title="Red \N{WINE GLASS}",
)


def same(line: Line, other: Line) -> bool:
    return all(getattr(line, name) == getattr(other, name) for name in Line.__slots__)


def test_every_field_of_a_line_comes_back() -> None:
    bundle = Bundle([FULL], discount="2 USD", shipping="9 USD", insurance="1 EUR")
    asked = {"seller": {"country": "US"}, "buyer": {"country": "DE"}, "as_of": "2026-10-01"}
    text = json.dumps({**asked, **bundle_document(bundle)})
    found = parse_request(text).bundle
    assert same(found.lines[0], FULL)
    assert (found.discount, found.shipping, found.insurance) == (
        bundle.discount,
        bundle.shipping,
        bundle.insurance,
    )


@pytest.mark.parametrize(
    "buyer",
    ["de-DE", "pt-BR", Buyer("ES", postal_code="35001"), Buyer("GB", region="NIR"), "CA-ON", "XI"],
)
@pytest.mark.parametrize("price", [None, "59.00 EUR", "40 USD"])
def test_a_quote_is_asked_again_and_answers_the_same(buyer: Buyer | str, price: str | None) -> None:
    lines = [
        Line("tee", "25 USD", quantity=2, hs_code="6109.10", origin="VN", discount="3 USD"),
        Line("mug", "12 EUR", hs_code="6912.00", origin="CN", duty="12%"),
    ]
    bundle = Bundle(lines, shipping="9 USD", price=price)
    to = Buyer.of(buyer)
    rates = {"USD/EUR": Decimal("0.8600")} if to.country == "DE" else None
    quote = SHOP.price_for(bundle, to, as_of="2026-10-01", rates=rates)  # type: ignore[arg-type]
    request = build_request(request_document(quote))
    assert SHOP.price(request).as_dict() == quote.as_dict()
    assert request.ship_from == place("US")
