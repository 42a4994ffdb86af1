"""The parts together: a shop's file, a policy's price, the headline, the lock, and what follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from shops import shop_with

from landedcost import Bundle, Buyer, Catalog, LandedCost, Line, Policy, Pricing, propose_bundles
from landedcost.bundles.refund import POLICIES, Paid, Returns
from landedcost.held import Keys, Record, Scope, accept, hold, moved, pin, replay, verify
from landedcost.ledger import PriceLedger
from landedcost.present.headline import charges_inside
from landedcost.pricing.offer import Offer
from landedcost.quote import Quote

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
SOON = AT + timedelta(minutes=9)
FOR = timedelta(minutes=10)
MARKETS = ("de-DE", "en-GB", "ja-JP", "en-US", "fr-CA", "de-CH", "ko-KR", "en-AU")
KEYS = Keys.new()
SHOP = LandedCost("US", registrations=["IOSS", "GB-VAT"], fx_margin="1.5%")
TEE = Line("tee", "25.00 USD", quantity=3, hs_code="6109.10", origin="VN", duty="12%")
MUG = Line("mug", "18.00 USD", hs_code="6912.00", origin="CN", duty="5%")
DROP = Bundle([TEE, MUG], shipping="9.00 USD")


def lock(offer: Offer, shop: LandedCost, to: str, folder: Path) -> None:
    """Hold, verify, accept and replay an offer: it is its price everywhere."""
    record = pin(offer.quote, shop.rules)
    record.save(folder / "price.json")
    held = hold(offer.quote, KEYS, at=AT, lasts=FOR, shop="nova", record=record)
    scope = Scope("nova", to=to, currency=offer.price.currency)
    assert verify(held.token, KEYS, at=SOON, scope=scope).total == offer.price
    assert held.headline == offer.headline.amount
    found = accept(held.as_dict(), shop, KEYS, at=SOON, scope=scope)
    assert found.honoured
    assert found.total == offer.price
    again = replay(Record.load(folder / "price.json"))
    assert again.same
    assert again.quote is not None
    assert again.quote.as_dict() == offer.quote.as_dict()


@pytest.mark.parametrize("terms", ["DDP", "DAP"])
@pytest.mark.parametrize("shown", ["total", "headline"])
@pytest.mark.parametrize("market", MARKETS)
def test_an_offer_is_one_price_all_the_way(
    market: str, shown: str, terms: str, tmp_path: Path
) -> None:
    policy = Policy.of({"shown": shown, "charm": "usual", "cash": True, "fx_margin": "2%"})
    offer = Pricing(SHOP, policy).offer(
        DROP, market, at=AT, terms=terms, cost={"tee": "8.00 USD", "mug": "5.00 USD"}
    )
    quote, first = offer.quote, offer.headline
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor == offer.price.minor
    inside = sum(c.amount_minor for c in charges_inside(quote))
    assert inside == first.amount.minor
    assert inside + sum(part.amount.minor for part in first.outside) == offer.price.minor
    assert offer.shown == (first.amount if shown == "headline" else offer.price)
    rates = [rate.as_dict() for rate in quote.exchange]
    assert {rate["margin"] for rate in rates if rate["use"] == "commercial"} <= {"2%"}
    assert {rate["margin"] for rate in rates if rate["use"] == "customs"} <= {"0%"}
    lock(offer, SHOP, market[-2:], tmp_path)


@pytest.mark.parametrize(("unit", "rate"), [("JPY", "150"), ("EUR", "0.86"), ("KWD", "0.306")])
def test_currencies_of_no_two_and_three_digits(unit: str, rate: str, tmp_path: Path) -> None:
    """A buyer in Germany who pays in yen, euros or dinars; then all comes back, piece by piece."""
    buyer = Buyer("DE", currency=unit)
    rates = {f"USD/{unit}": rate, "USD/EUR": "0.86", f"EUR/{unit}": "1" if unit == "EUR" else rate}
    rates = {pair: value for pair, value in rates.items() if pair != "EUR/EUR"}
    offer = Pricing(SHOP, Policy.of({"charm": {"KWD": ".900"}})).offer(
        DROP, buyer, at=AT, rates=rates
    )
    assert offer.price.currency == unit
    lock(offer, SHOP, "DE", tmp_path)
    units = ("tee", "tee", "mug", "tee")
    for policy in POLICIES:
        for order in set(permutations(units)):
            state, back = Returns(Paid.of(offer.quote), policy), 0
            for sku in order:
                refund, state = state.returning({sku: 1})
                assert min(refund.parts.values()) >= 0
                back += refund.total.minor
            assert back == offer.quote.checkout_minor


def given_up() -> Offer:
    """An offer for whose price a little freight is given up; most rates need none."""
    pricing = Pricing(SHOP, Policy.of({"shown": "headline", "charm": "usual"}))
    for millis in range(850, 900):
        rates = {"USD/EUR": f"0.{millis}"}
        offer = pricing.offer(DROP, "de-DE", at=AT, rates=rates, customs_rates=rates)
        if "freight" in [step.code for step in offer.steps]:
            return offer
    raise AssertionError("no rate needs it")


def sums(quote: Quote) -> dict[str, int]:
    kinds = dict.fromkeys(c.kind for c in quote.charges)
    return {kind: sum(c.amount_minor for c in quote.charges if c.kind == kind) for kind in kinds}


def test_less_freight_is_less_to_pay_back() -> None:
    """What was given up for the price was never paid."""
    offer = given_up()
    paid, listed = sums(offer.quote)["shipping"], sums(offer.listed)["shipping"]
    assert 0 < listed - paid <= 20
    assert sum(line.parts["shipping"] for line in Paid.of(offer.quote).lines) == paid
    state = Returns(Paid.of(offer.quote))
    refund, state = state.returning({"tee": 3, "mug": 1})
    assert refund.total.minor == offer.quote.checkout_minor


def test_customs_goes_by_what_is_charged() -> None:
    """The freight given up is neither in the customs value nor taxed."""
    quote = given_up().quote
    found = sums(quote)
    value = quote.customs["customs_value"]
    assert value is not None
    assert int(value.replace(".", "")) == found["goods"] + found["shipping"]
    sold = found["goods"] + found["shipping"]
    assert abs(100 * found["tax"] - 19 * sold) <= 100, "under IOSS the sale is taxed"


def test_what_is_proposed_can_be_offered_and_held(tmp_path: Path) -> None:
    catalog = Catalog.of(shop_with("policy", {"shown": "headline", "charm": "usual"}))
    proposal = propose_bundles(catalog, "de-DE", margin="10%", at=AT).found[0]
    offer = proposal.bundle.offer("de-DE", at=AT)
    assert offer.price == proposal.offer.price
    lock(offer, catalog.shop(), "DE", tmp_path)


def test_a_set_says_so_all_the_way(tmp_path: Path) -> None:
    said = {
        "different_headings": True,
        "common_need": True,
        "retail_packed": True,
        "essential_item": "tee",
    }
    catalog = Catalog.of(
        shop_with("bundles.duo.set", said) | {"policy": {"shown": "headline", "charm": "usual"}}
    )
    bundle = catalog.bundle("duo")
    listed, offer = bundle.quote("de-DE", as_of=AT.date()), bundle.offer("de-DE", at=AT)
    assert offer.quote.total_minor != listed.total_minor
    for quote in (listed, offer.listed, offer.quote):
        assert "set_needs_ruling" in [note.code for note in quote.notes]
        assert quote.certainty != "exact"
    lock(offer, catalog.shop(), "DE", tmp_path)
    apart = Catalog.of(shop_with("bundles.duo.set", said | {"common_need": False})).bundle("duo")
    notes = [note.code for note in apart.quote("de-DE", as_of=AT.date()).notes]
    assert "set_needs_ruling" not in notes


def test_offers_are_what_a_reduction_is_computed_from() -> None:
    ledger = PriceLedger("sqlite://")
    pricing = Pricing(SHOP, Policy.of({"shown": "headline", "charm": "usual"}))
    offers = [
        pricing.offer(bundle, "de-DE", at=AT)
        for bundle in (DROP, DROP.at("80.00 USD"), DROP, DROP.at("60.00 USD"))
    ]
    for day, offer in enumerate(offers[:3]):
        ledger.show("drop", "de-DE", offer.headline.amount, AT + timedelta(days=day))
    sale = ledger.announce("drop", "de-DE", offers[3].headline.amount, at=AT + timedelta(days=9))
    assert sale.reference.price == offers[1].headline.amount
    assert sale.price == offers[3].headline.amount


def test_after_its_end_the_policy_can_be_asked_again() -> None:
    """`accept` keeps the goods price; a new offer keeps the policy. Both say what moved."""
    pricing = Pricing(SHOP, Policy.of({"charm": "usual"}))
    first = pricing.offer(DROP, "de-DE", at=AT, rates={"USD/EUR": "0.86"})
    held = hold(first.quote, KEYS, at=AT, lasts=FOR, shop="nova")
    later, rates = AT + FOR, {"USD/EUR": "0.90"}
    found = accept(held.as_dict(), SHOP, KEYS, at=later, scope=Scope("nova", to="DE"), rates=rates)
    assert not found.honoured
    second = pricing.offer(DROP, "de-DE", at=later, rates=rates, shown=first.shown_after)
    assert second.price.minor % 100 == 99
    told = {move.name: (move.then, move.now) for move in moved(held, second.quote)}
    assert told["total"] == (
        f"{first.price.minor // 100}.99 EUR",
        f"{second.price.minor // 100}.99 EUR",
    )


def test_a_thousand_articles_are_proposed_from_in_a_moment() -> None:
    """No list of all their 166 million sets is made."""
    data = shop_with("policy", {})
    data["bundles"] = {}
    data["items"] = {
        f"a{n}": {
            "price": f"{5 + n % 40}.00 USD",
            "cost": f"{2 + n % 7}.00 USD",
            "hs_code": "6109.10",
            "origin": "VN",
        }
        for n in range(1_000)
    }
    found = propose_bundles(Catalog.of(data), "de-DE", at=AT)
    assert (found.sets, found.looked_at) == (166_666_500, 1_000)
    assert len(found.found) == 10
