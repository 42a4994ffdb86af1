"""Who gains and loses by a reform, and where the seller's margin is gone."""

from __future__ import annotations

import pytest

from landedcost import Amount, Bundle, Buyer, LandedCost, Line, Reform, Request, RequestError
from landedcost.whatif.break_even import break_even
from landedcost.whatif.effect import Effect, Side, effects

DAY = "2029-06-01"
RATES = {"USD/GBP": "0.75", "USD/EUR": "0.86"}
RELIEF = "GB.threshold.low_value.amount"
COST = Amount(4000, "USD")


@pytest.fixture(scope="module")
def shop() -> LandedCost:
    return LandedCost("US", registrations=["IOSS", "GB-VAT"])


@pytest.fixture(scope="module")
def reformed(shop: LandedCost) -> LandedCost:
    return shop.with_reforms(Reform({RELIEF: {"2029-03-01": "0"}}, name="No relief"))


def request(shop: LandedCost, quantity: int = 2) -> Request:
    tee = Line("tee", "25.00 USD", quantity=quantity, hs_code="6109.10", origin="VN", weight_g=180)
    bundle = Bundle([tee], shipping="9.00 USD")
    return Request(bundle, "en-GB", shop.seller, DAY, rates=RATES, customs_rates=RATES)


def effect(shop: LandedCost, reformed: LandedCost, **more: object) -> tuple[Effect, Side, Side]:
    (found,) = effects(shop, reformed, request(shop), [Buyer.of("en-GB")], **more)  # type: ignore[arg-type]
    assert isinstance(found.before, Side)
    assert isinstance(found.after, Side)
    return found, found.before, found.after


def test_passed_on_the_buyer_pays_and_the_margin_stays(
    shop: LandedCost, reformed: LandedCost
) -> None:
    found, before, after = effect(shop, reformed, cost=COST)
    assert (before.margin, after.margin) == (1000, 1000)  # 50.00 less 40.00 dollars
    assert found.change("total") == found.change("duty") == 708
    assert found.change("state") == 708


def test_kept_the_seller_pays_and_not_a_cent_more(shop: LandedCost, reformed: LandedCost) -> None:
    found, before, after = effect(shop, reformed, cost=COST, keep_price=True)
    assert after.total <= before.total
    assert found.lowered is not None
    assert after.margin == before.margin - found.lowered.minor
    less = Amount(found.lowered.minor - 1, "USD")
    bundle = request(shop).bundle
    market = reformed.market(request(shop).but(currency="USD"))
    assert (
        market.price(Bundle(bundle.lines, discount=less, shipping=bundle.shipping)).total_minor
        > before.total
    )


def test_a_reform_that_makes_it_cheaper_needs_no_keeping(
    shop: LandedCost, reformed: LandedCost
) -> None:
    (found,) = effects(reformed, shop, request(shop), [Buyer.of("en-GB")], keep_price=True)
    assert found.lowered is None
    assert (found.change("total") or 0) < 0


def test_what_cannot_be_kept_says_so(shop: LandedCost) -> None:
    dear = shop.with_reforms(Reform({"GB.tax.vat.standard": {DAY: "5000%"}}))
    found, _, after = effect(shop, dear, cost=COST, keep_price=True)
    assert found.cannot_keep
    assert after.margin == -4000


def test_a_market_without_a_price_has_its_error(shop: LandedCost, reformed: LandedCost) -> None:
    wrong = request(shop).but(as_of="1999-01-01")
    (found,) = effects(shop, reformed, wrong, [Buyer.of("en-GB")])
    assert not isinstance(found.before, Side)
    assert found.change("total") is None


def test_a_cost_without_a_rate_is_the_callers_mistake(
    shop: LandedCost, reformed: LandedCost
) -> None:
    with pytest.raises(RequestError) as caught:
        effects(shop, reformed, request(shop), [Buyer.of("en-GB")], cost=Amount(1, "KPW"))
    assert caught.value.where == "cost"


@pytest.mark.parametrize("address", ["GB.tax.vat.standard", RELIEF])
def test_where_the_margin_is_gone(shop: LandedCost, address: str) -> None:
    asked, buyer = request(shop), Buyer.of("en-GB")
    cost = COST if address != RELIEF else Amount(4900, "USD")
    turn = break_even(shop, asked, buyer, address, cost)
    assert turn.least is not None
    assert turn.most is not None
    margins = []
    for value in (turn.least, turn.most):
        other = shop.with_reforms(Reform({address: {DAY: value}}))
        (found,) = effects(shop, other, asked, [buyer], cost=cost, keep_price=True)
        assert isinstance(found.after, Side)
        margins.append(found.after.margin)
    assert margins == [turn.margin_at_least, turn.margin_at_most]
    assert (margins[0] < 0) != (margins[1] < 0)


def test_a_rule_that_does_not_matter_turns_nothing(shop: LandedCost) -> None:
    turn = break_even(shop, request(shop), Buyer.of("en-GB"), "JP.threshold.low_value.amount", COST)
    assert turn.least is turn.most is None


def test_a_rule_of_words_cannot_be_searched(shop: LandedCost) -> None:
    with pytest.raises(RequestError, match="no number"):
        break_even(shop, request(shop), Buyer.of("en-GB"), "GB.valuation.cif.basis", COST)
