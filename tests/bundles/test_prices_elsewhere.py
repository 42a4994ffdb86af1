"""What others are told of a fixed price and of a line's discount, and what a reform makes of it."""

from __future__ import annotations

from landedcost import Amount, Bundle, LandedCost, Line, Reform, Request
from landedcost.outside.asks import goods
from landedcost.whatif.effect import Side, effects

TEE = Line("tee", "25.00 USD", quantity=3, hs_code="6109.10", origin="VN", preference="GSP")
MUG = Line("mug", "18.00 USD", hs_code="6911.10", origin="CN")
DAY = "2029-06-01"
RATES = {"USD/GBP": "0.75"}


def test_sources_are_told_what_is_paid() -> None:
    bundle = Bundle([TEE.less("10.00 USD"), MUG])
    tee, mug = goods(bundle, bundle.parts)
    assert (tee.total, tee.unit_price) == (Amount(6500, "USD"), Amount(2167, "USD"))
    assert (mug.total, mug.unit_price) == (Amount(1800, "USD"), Amount(1800, "USD"))
    fixed = bundle.at("83.00 EUR")
    assert [one.total for one in goods(fixed, fixed.parts)] == [
        Amount(6500, "EUR"),
        Amount(1800, "EUR"),
    ]


def test_the_price_stays_with_evidence() -> None:
    bundle = Bundle([MUG, TEE], price="60.00 EUR").backed("tee")
    assert bundle.price == Amount(6000, "EUR")
    assert [line.evidence for line in bundle.lines] == ["", "assumed"]
    assert [line.id for line in bundle.sorted] == ["mug", "tee"]


def test_a_fixed_price_is_lowered_to_keep_what_the_buyer_pays() -> None:
    shop = LandedCost("US", registrations=["GB-VAT"])
    reformed = shop.with_reforms(Reform({"GB.threshold.low_value.amount": {"2029-03-01": "0"}}))
    tee = Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN")
    bundle = Bundle([tee], price="40.00 GBP", shipping="9.00 USD")
    asked = Request(bundle, "en-GB", shop.seller, DAY, rates=RATES, customs_rates=RATES)
    (found,) = effects(shop, reformed, asked, [asked.buyer], keep_price=True)
    assert isinstance(found.before, Side)
    assert isinstance(found.after, Side)
    assert found.lowered is not None
    assert found.lowered.currency == "GBP"
    assert found.after.total <= found.before.total
    dearer = bundle.at(Amount(4000 - found.lowered.minor + 1, "GBP"))
    market = reformed.market(asked.but(currency="USD"))
    assert market.price(dearer).total_minor > found.before.total
