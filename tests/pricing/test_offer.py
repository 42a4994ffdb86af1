"""Offers: from the landed cost through the policy to a quote that costs exactly what is shown."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import landedcost
from landedcost import (
    Amount,
    AsyncLandedCost,
    Bundle,
    Buyer,
    LandedCost,
    Line,
    Quote,
    RequestError,
)
from landedcost.pricing.charm import USUAL, Charm
from landedcost.pricing.offer import Offer, Pricing
from landedcost.pricing.policy import Policy
from landedcost.pricing.sticky import Shown
from landedcost.shipping.zones import ZoneTable

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
SHOP = LandedCost("US", registrations=["IOSS", "GB-VAT", "NO-VOEC", "AU-GST"])
LINES = [
    Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180),
    Line("mug", "14.00 USD", hs_code="6912.00", origin="CN", weight_g=350),
]
BUNDLE = Bundle(LINES, shipping="12.00 USD")
COST = {"tee": "6.00 USD", "mug": "3.50 EUR"}
MARKETS = ("de-DE", "fr-FR", "en-GB", "nb-NO", "de-CH", "en-AU", "en-CA", "en-US", "en-SG")


def offer(policy: dict[str, Any], buyer: str | Buyer = "de-DE", **more: Any) -> Offer:
    bundle = more.pop("bundle", BUNDLE)
    at = more.pop("at", NOW)
    return Pricing(SHOP, Policy.of(policy)).offer(bundle, buyer, at=at, **more)


def holds(found: Offer) -> None:
    """What is true of every offer."""
    quote = found.quote
    assert found.price == Amount(quote.total_minor, quote.currency)
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor
    assert found.steps[0].before == found.steps[0].after
    if found.shown == found.price:
        assert found.steps[0].after.minor == found.listed.total_minor
    for one, two in zip(found.steps, found.steps[1:], strict=False):
        assert one.after == two.before
    assert found.steps[-1].after == found.shown
    assert all(step.why for step in found.steps)
    assert json.loads(json.dumps(found.as_dict()))["binding"] == found.binding


def codes(found: Offer) -> list[str]:
    return [step.code for step in found.steps]


def test_public_names() -> None:
    assert landedcost.Pricing is Pricing
    assert landedcost.Policy is Policy
    assert landedcost.Offer is Offer


@pytest.mark.parametrize("buyer", MARKETS)
def test_an_empty_policy_is_the_landed_cost(buyer: str) -> None:
    found = offer({}, buyer)
    holds(found)
    assert found.quote is found.listed
    assert (found.binding, codes(found), found.margin) == ("list", ["list"], None)


@pytest.mark.parametrize("buyer", MARKETS)
def test_every_market_gets_its_ending_exactly(buyer: str) -> None:
    found = offer({"charm": "usual"}, buyer)
    holds(found)
    unit = found.price.currency
    assert Charm.of(USUAL[unit], unit).is_point(found.price.minor)
    assert found.binding == "charm"


def charge(found: Offer, *kinds: str) -> int:
    return sum(c.amount_minor for c in found.listed.charges if c.kind in kinds)


def test_what_the_merchant_bears_is_off_the_price() -> None:
    found = offer({"bears": {"duty": "merchant", "freight": "50%"}})
    holds(found)
    duty, freight = charge(found, "duty"), charge(found, "shipping", "insurance")
    assert duty > 0
    listed = found.listed.total_minor
    assert found.steps[1].after.minor == listed - duty
    half = listed - duty - (freight + 1) // 2
    assert found.steps[2].after.minor in (half, half + 1)
    assert codes(found)[:3] == ["list", "bears_duty", "bears_freight"]
    whole = offer({"bears": dict.fromkeys(("duty", "tax", "freight", "fees"), "merchant")})
    assert whole.steps[-1].after.minor == charge(whole, "goods", "rounding")


def test_a_target_is_met_to_the_cent_in_every_country_of_its_currency() -> None:
    policy = {"all_in": ["59.00 EUR", "49.00 GBP"], "charm": "usual"}
    for country in ("DE", "FR", "FI", "IE", "ES"):
        found = offer(policy, Buyer(country))
        holds(found)
        assert found.price == Amount(5900, "EUR")
        assert found.binding == "all_in"
    assert offer(policy, "en-GB").price == Amount(4900, "GBP")
    assert offer(policy, "de-CH").binding == "charm"


def test_a_hand_set_price_wins() -> None:
    policy = {
        "hand_set": "55.55 EUR",
        "all_in": "59.00 EUR",
        "charm": "usual",
        "guards": {"ceiling": "50.00 EUR", "max_change": "1%"},
        "sticky": {"band": "50%", "cooldown": "9d"},
    }
    shown = Shown(Amount(7999, "EUR"), NOW - timedelta(hours=1), 7999)
    found = offer(policy, shown=shown)
    holds(found)
    assert (found.price, found.binding) == (Amount(5555, "EUR"), "hand_set")
    assert found.shown_after.price == found.price


def test_a_hand_set_price_below_the_floor_is_refused() -> None:
    policy = {"guards": {"floor": "60.00 EUR"}, "markets": {"DE": {"hand_set": "55.55 EUR"}}}
    with pytest.raises(RequestError) as caught:
        offer(policy)
    assert (caught.value.code, caught.value.where) == ("below_floor", "policy.markets.DE.hand_set")
    assert "60.00 EUR" in str(caught.value)
    assert offer(policy, "fr-FR").price.minor >= 6000


def test_returns() -> None:
    returns = {"rate": "10%", "ship_back": "9.00 EUR", "not_resaleable": "50%"}
    found = offer({"returns": returns}, cost=COST)
    holds(found)
    without = offer({"returns": {**returns, "rate": "0%"}}, cost=COST)
    assert without.price.minor == without.listed.total_minor
    assert found.price.minor > without.price.minor
    prices = [
        offer({"returns": {**returns, "rate": f"{r}%"}}, cost=COST).steps[-1].after.minor
        for r in range(0, 100, 12)
    ]
    assert prices == sorted(prices)
    with pytest.raises(RequestError) as caught:
        offer({"returns": returns})
    assert caught.value.code == "missing_cost"


def test_the_margin_is_what_is_left() -> None:
    found = offer({"charm": "usual", "bears": {"freight": "merchant"}}, cost=COST)
    holds(found)
    assert found.margin is not None
    spent = sum(c.amount_minor for c in found.quote.charges if c.kind in ("duty", "tax", "fee"))
    freight = charge(found, "shipping", "insurance")
    rate = found.listed.priced.market.rates.get("shown", "USD", "EUR").rate
    goods = Fraction(1200 * rate.num, rate.den) + 350
    exact = found.price.minor - spent - freight - goods
    assert found.margin.minor == exact.numerator // exact.denominator


@pytest.mark.parametrize("buyer", MARKETS)
@pytest.mark.parametrize("least", ["80%", "70.00 USD"])
def test_the_least_margin_remains(buyer: str, least: str) -> None:
    policy = {"guards": {"min_margin": least}, "bears": {"tax": "merchant"}, "charm": "usual"}
    found = offer(policy, buyer, cost=COST)
    holds(found)
    assert "min_margin" in codes(found)
    assert found.margin is not None
    unit = found.price.currency
    if least.endswith("%"):
        goods = sum(c.amount_minor for c in found.quote.charges if c.kind in ("goods", "discount"))
        assert found.margin.minor >= Fraction(8, 10) * goods - 2
    else:
        rate = found.listed.priced.market.rates.get("shown", "USD", unit)
        assert found.margin.minor >= Fraction(7000 * rate.minor_num, rate.minor_den) - 2
    with pytest.raises(RequestError) as caught:
        offer(policy, buyer)
    assert caught.value.code == "missing_cost"


def test_the_floor_is_last() -> None:
    policy = {"guards": {"floor": "90.00 EUR", "ceiling": "95.00 USD", "max_change": "1%"}}
    shown = Shown(Amount(5000, "EUR"), NOW - timedelta(hours=50), 5000)
    found = offer(policy, shown=shown)
    holds(found)
    assert found.price.minor >= 9000
    assert found.binding == "floor"
    assert codes(found)[-3:] == ["ceiling", "max_change", "floor"]


def test_stickiness_and_its_state() -> None:
    policy = {
        "charm": "usual",
        "sticky": {"band": "1%", "threshold": "5%", "cooldown": "24h", "changes_per_day": 2},
    }
    state, seen = None, []
    for hour, rate in enumerate(["0.8600", "0.8650", "0.8800", "0.9100", "0.8600", "0.8600"]):
        found = offer(policy, shown=state, at=NOW + timedelta(hours=hour), rates={"USD/EUR": rate})
        holds(found)
        state = Shown.of(json.loads(json.dumps(found.shown_after.as_dict())))
        assert state == found.shown_after
        seen.append((found.price.minor, found.binding))
    prices = [price for price, _ in seen]
    assert prices[0] == prices[1] == prices[2]
    assert prices[3] > prices[2]
    assert prices[4] == prices[5] == prices[3]
    assert seen[2][1] == "sticky"
    assert seen[4][1] in ("cooldown", "sticky")


def test_the_margin_on_exchange_rates_is_the_policys() -> None:
    plain = offer({}, rates={"USD/EUR": "0.80"})
    policy = {"markets": {"EU": {"fx_margin": "10%"}}}
    found = offer(policy, rates={"USD/EUR": "0.80"})
    assert charge(found, "goods") == Fraction(11, 10) * charge(plain, "goods")
    home = offer(policy, "en-US")
    assert home.price == offer({}, "en-US").price
    pricing = Pricing(SHOP, Policy.of(policy))
    assert pricing.shop_for(Buyer("DE").place) is pricing.shop_for(Buyer("FR").place) is not SHOP
    assert pricing.shop_for(Buyer("US").place) is SHOP
    pricing.close()


def test_amounts_of_the_policy_go_at_the_market_rate() -> None:
    """A floor in dollars is not raised by the shop's own margin."""
    policy = {"fx_margin": "10%", "guards": {"floor": "200.00 USD"}}
    found = offer(policy, rates={"USD/EUR": "0.90"})
    assert found.steps[-1].after == Amount(18_000, "EUR")


TABLE = """
name = "Demo post"
currency = "USD"
[zones]
world = ["*"]
[[bands.world]]
up_to_g = 2000
price = "12.00"
"""


def test_the_freight_of_a_table_is_what_it_costs_though_less_is_charged(tmp_path: Path) -> None:
    tmp_path.joinpath("post.toml").write_text(TABLE, encoding="utf-8")
    shop = LandedCost("US", carrier=ZoneTable.load(tmp_path / "post.toml"))
    bundle, seen = Bundle(LINES), set()
    for cents in range(8000, 8020):
        policy = Policy.of({"all_in": f"{cents // 100}.{cents % 100:02} CAD"})
        found = Pricing(shop, policy).offer(bundle, "en-CA", at=NOW, cost=COST)
        given = Pricing(shop, policy).offer(BUNDLE, "en-CA", at=NOW, cost=COST)
        holds(found)
        assert found.price == given.price == Amount(cents, "CAD")
        assert found.margin == given.margin
        seen.add("freight" in codes(found))
    assert seen == {True, False}


@pytest.mark.parametrize("buyer", ["en-GB", "en-CA", "de-DE"])
def test_a_few_cents_of_freight_make_any_price(buyer: str) -> None:
    """Where duty and tax leave gaps between totals, the shop bears a little of the freight."""
    lines = [
        Line("tee", "65.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180),
        *LINES[1:],
        Line("hat", "24.00 USD", hs_code="6505.00", origin="CN", weight_g=90),
    ]
    bundle = Bundle(lines, shipping="19.00 USD")
    listed = SHOP.price_for(bundle, buyer, as_of="2026-10-01")
    unit, helped = listed.currency, 0
    for more in range(25):
        target = Amount(listed.total_minor - 700 - 31 * more, unit)
        text = f"{target.minor // 100}.{target.minor % 100:02} {unit}"
        found = offer({"all_in": text}, buyer, bundle=bundle, cost=None)
        holds(found)
        assert found.price == target
        helped += "freight" in codes(found)
        less = charge(found, "shipping") - sum(
            c.amount_minor for c in found.quote.charges if c.kind == "shipping"
        )
        assert less == 0 or ("freight" in codes(found) and 0 < less <= 20)
    assert helped or buyer == "de-DE"


def test_without_freight_the_nearest_price_is_shown_and_said() -> None:
    bundle = Bundle(LINES, shipping="0 USD")
    seen = set()
    for cents in range(5900, 5960):
        found = offer({"all_in": f"{cents // 100}.{cents % 100:02} EUR"}, bundle=bundle)
        holds(found)
        seen.add(found.binding)
        assert abs(found.price.minor - cents) <= 1
        found = offer(
            {"hand_set": f"{cents // 100}.{cents % 100:02} EUR",
             "guards": {"floor": f"{cents // 100}.{cents % 100:02} EUR"}},
            bundle=bundle,
        )  # fmt: skip
        assert found.price.minor >= cents
    assert seen == {"all_in", "reachable"}


def offered(policy: dict[str, Any], buyer: str) -> Offer | None:
    """The offer, None where freight and duty alone are above what it is to be."""
    try:
        return offer(policy, buyer)
    except RequestError as error:
        if error.code == "unreachable_price":
            return None
        raise


@given(
    st.sampled_from(MARKETS),
    st.integers(100, 20_000),
    st.integers(100, 20_000),
    st.sampled_from(["up", "nearest", "down"]),
    st.sampled_from(["0%", "35%", "100%"]),
)
@settings(max_examples=60, deadline=None)
def test_nothing_is_ever_below_the_floor(
    buyer: str, floor: int, ceiling: int, mode: str, part: str
) -> None:
    low = f"{floor // 100}.{floor % 100:02} USD"
    high = f"{ceiling // 100}.{ceiling % 100:02} AUD"
    policy = {
        "charm": {"mode": mode, "others": "usual"},
        "bears": {"tax": part, "freight": part},
        "guards": {"floor": low, "ceiling": high},
    }
    found = offered(policy, buyer)
    if found is None:
        assert max(floor, ceiling) < 6_000
        return
    holds(found)
    rate = found.listed.priced.market.rates.get("shown", "USD", found.price.currency)
    assert found.price.minor >= Fraction(floor * rate.minor_num, rate.minor_den)


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"shown": Shown(Amount(1, "GBP"), NOW, 1)}, "wrong_currency", "shown"),
        ({"shown": Shown(Amount(1, "EUR"), NOW + timedelta(1), 1)}, "bad_date", "at"),
        ({"at": datetime(2026, 10, 1)}, "bad_date", "at"),  # noqa: DTZ001
        ({"cost": {"te": "1 USD", "mug": "1 USD"}}, "unknown_line", "cost.te"),
        ({"cost": {"tee": "1 USD"}}, "missing_cost", "cost.mug"),
        ({"cost": {"tee": "1 USD", "mug": "-1 USD"}}, "negative_amount", "cost.mug"),
        ({"cost": {"tee": "1 USD", "mug": 1.5}}, "float_amount", "cost.mug"),
    ],
)
def test_what_cannot_be_asked(change: dict[str, Any], code: str, where: str) -> None:
    with pytest.raises(RequestError) as caught:
        offer({}, **change)
    assert (caught.value.code, caught.value.where) == (code, where)
    assert caught.value.hint


def test_the_headline_is_that_of_the_law() -> None:
    found = offer({"charm": "usual"})
    headline = found.headline
    outside = sum(part.amount.minor for part in headline.outside)
    assert headline.amount.minor + outside == found.price.minor
    assert found.as_dict()["headline"] == headline.as_dict()
    assert offer({"charm": "usual"}, "en-GB").headline.amount.minor % 100 == 99


@pytest.mark.parametrize("buyer", [*MARKETS, "fr-CA"])
def test_the_ending_may_be_that_of_the_headline(buyer: str) -> None:
    policy = {
        "shown": "headline",
        "charm": "usual",
        "bears": {"duty": "merchant"},
        "sticky": {"band": "2%", "threshold": "5%", "cooldown": "24h"},
    }
    state, unit = None, ""
    for hour in range(6):
        unit = unit or offer({}, buyer).price.currency
        rates = {f"USD/{unit}": f"0.9{hour}"} if unit != "USD" else None
        at = NOW + timedelta(hours=hour)
        found = offer(policy, buyer, shown=state, at=at, rates=rates)
        holds(found)
        assert found.shown == found.headline.amount == found.shown_after.price
        assert Charm.of(USUAL[unit], unit).is_point(found.shown.minor)
        state = found.shown_after


def test_guards_are_about_what_is_shown() -> None:
    policy = {"shown": "headline", "guards": {"floor": "120.00 EUR", "min_margin": "10%"}}
    found = offer(policy, cost=COST)
    holds(found)
    assert found.binding == "floor"
    assert found.shown == Amount(12_000, "EUR") == found.headline.amount
    assert found.price.minor > 12_000
    declared = offer({"shown": "headline", "all_in": "59.00 EUR"})
    assert declared.price == declared.shown == Amount(5900, "EUR")


def test_a_quote_of_the_asynchronous_client_goes_on_the_same_way() -> None:
    async def quoted() -> Quote:
        async with AsyncLandedCost("US", registrations=["IOSS"]) as shop:
            return await shop.price_for(BUNDLE, "de-DE", as_of="2026-10-01")

    shop = LandedCost("US", registrations=["IOSS"])
    pricing = Pricing(shop, Policy.of({"charm": "usual"}))
    found = pricing.decide(asyncio.run(quoted()), at=NOW)
    holds(found)
    assert found.quote.id == pricing.offer(BUNDLE, "de-DE", at=NOW).quote.id


def test_what_the_carrier_collects_is_part_of_the_price() -> None:
    found = offer({"charm": "usual"}, terms="DAP")
    holds(found)
    assert found.quote.delivery_minor > 0
    assert found.price.minor % 100 == 99


def test_a_price_that_freight_and_duty_alone_exceed_is_an_error() -> None:
    for policy in ({"all_in": "5.00 EUR"}, {"guards": {"ceiling": "5.00 EUR"}}):
        with pytest.raises(RequestError) as caught:
            offer(policy)
        assert caught.value.code == "unreachable_price"
        assert "5.00 EUR" in caught.value.message
