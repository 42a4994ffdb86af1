"""The price of a policy, held: the all-in price that was decided is the one that is honoured."""

from __future__ import annotations

from datetime import timedelta

from landedcost import Bundle, LandedCost
from landedcost.held import Accepted, HeldQuote, Keys, Scope, accept, hold, pin, replay
from landedcost.lines import Amount
from landedcost.pricing.offer import Pricing
from landedcost.pricing.policy import Policy

from .conftest import NOON, QUARTER

LATER = NOON + timedelta(hours=1)


def offered(
    shop: LandedCost, bundle: Bundle, keys: Keys, policy: dict[str, str]
) -> tuple[HeldQuote, Accepted]:
    """An offer held, recorded and made again; and what becomes of it when it has expired."""
    offer = Pricing(shop, Policy.of(policy)).offer(bundle, "de-DE", at=NOON)
    assert offer.price == Amount(7_900, "EUR")
    record = pin(offer.quote, shop.rules)
    assert replay(record).same
    held = hold(offer.quote, keys, at=NOON, lasts=QUARTER, shop="demo", record=record)
    assert held.total == offer.price
    assert held.headline == offer.headline.amount
    scope = Scope("demo", "DE", "EUR")
    assert accept(held.token, shop, keys, at=NOON, scope=scope).total == offer.price
    return held, accept(held.as_dict(), shop, keys, at=LATER, scope=scope)


def test_an_offer_is_held_at_its_price(shop: LandedCost, bundle: Bundle, keys: Keys) -> None:
    held, later = offered(shop, bundle, keys, {"all_in": "79.00 EUR"})
    assert not later.honoured
    assert later.moved == ()
    assert later.total == held.total


def test_the_margin_of_a_policy_is_its_own(shop: LandedCost, bundle: Bundle, keys: Keys) -> None:
    _, later = offered(shop, bundle, keys, {"all_in": "79.00 EUR", "fx_margin": "2%"})
    told = [one for one in later.moved if one.what == "exchange"]
    assert len(told) == 1
    assert "+ 2% =" in told[0].then
    assert "+ 1.5% =" in told[0].now
