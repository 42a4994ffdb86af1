"""One price on many markets: what every buyer pays, and the margin that remains."""

from __future__ import annotations

import pytest
from scanned import bundle

from landedcost import Amount, Buyer, LandedCost, MoneyError, RefusedError, RequestError
from landedcost.pricing.everywhere import one_price

SHOP = LandedCost("US", registrations=("IOSS", "GB-VAT"))
EURO = ["DE", "FR", "IT", "ES", "NL", "AT", "FI", "IE"]


def test_one_price_in_the_euro_area() -> None:
    found = one_price(SHOP, bundle(2), "79.00 EUR", EURO, cost="20.00 USD", as_of="2026-10-01")
    assert [one.market for one in found] == EURO
    spent = set()
    for one in found:
        assert one.solved is not None
        assert one.figures is not None
        quote = one.solved.quote
        assert abs(quote.total_minor - 79_00) <= 2
        assert one.solved.gap_minor == quote.total_minor - 79_00
        of = {kind: 0 for kind in ("goods", "duty", "tax", "shipping", "insurance", "rounding")}
        for charge in quote.charges:
            if charge.kind in of:
                of[charge.kind] += charge.amount_minor
        assert sum(of.values()) == quote.total_minor
        assert (one.figures.duty, one.figures.tax) == (of["duty"], of["tax"])
        assert one.solved.goods == Amount(of["goods"], "EUR")
        borne = sum(charge.amount_minor for charge in quote.seller_costs)
        spent.add(of["goods"] - borne - one.figures.margin)
    (cost,) = spent
    assert 15_00 < cost < 20_00
    taxes = {one.market: one.figures.tax for one in found if one.figures is not None}
    assert taxes["FI"] > taxes["FR"] > taxes["DE"]


def test_the_price_is_in_the_currency_of_the_target_everywhere() -> None:
    (one,) = one_price(SHOP, bundle(1), "59.00 EUR", [Buyer.of("en-GB")], as_of="2026-10-01")
    assert one.solved is not None
    assert one.solved.quote.currency == one.solved.goods.currency == "EUR"
    assert one.market == "en-GB"


def test_a_market_without_a_price_does_not_stand_in_the_way_of_others() -> None:
    refused, priced = one_price(SHOP, bundle(1), "59.00 EUR", ["TR", "DE"], as_of="2026-10-01")
    assert isinstance(refused.error, RefusedError)
    assert (refused.solved, refused.figures) == (None, None)
    assert priced.solved is not None


def test_no_market_is_no_answer() -> None:
    assert one_price(SHOP, bundle(1), "59.00 EUR", [], as_of="2026-10-01") == []


def test_what_cannot_be_read_is_an_error_for_all() -> None:
    with pytest.raises(MoneyError):
        one_price(SHOP, bundle(1), 59.0, EURO)
    with pytest.raises(RequestError) as caught:
        one_price(SHOP, bundle(1), "0 EUR", EURO)
    assert caught.value.where == "target"
    with pytest.raises(RequestError) as lost:
        one_price(SHOP, bundle(1), "59 EUR", EURO, cost="5 VND", as_of="2026-10-01")
    assert lost.value.where == "cost"
