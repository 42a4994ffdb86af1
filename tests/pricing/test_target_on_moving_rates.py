"""A target is met again when the rates move, and programs are not written anew for it."""

from __future__ import annotations

from scanned import SCHEMES, bundle

from landedcost import Bundle, LandedCost, ZoneTable
from landedcost.pricing.target import solve

SHOP = LandedCost("US", registrations=SCHEMES)


def test_at_other_rates_the_target_is_the_same_and_the_goods_are_not() -> None:
    sold = bundle(2)
    goods = set()
    for rate in ("0.70", "0.75", "0.80"):
        pins = {"USD/GBP": rate, "EUR/GBP": "0.86"}
        market = SHOP.market_for("GB", as_of="2026-10-01", rates=pins)
        solved = solve(market, sold, "49.00 GBP")
        assert abs(solved.gap_minor) <= 1
        goods.add(solved.goods.minor)
    assert len(goods) == 3


def test_a_market_at_other_rates_keeps_its_programs() -> None:
    sold = bundle(2)
    market = SHOP.market_for("GB", as_of="2026-10-01")
    solve(market, sold, "49.00 GBP")
    other = SHOP.market_for("GB", as_of="2026-10-01", rates={"USD/GBP": "0.5", "EUR/GBP": "0.6"})
    moved = market.at(other.rates)
    known = len(market._spans)
    assert solve(moved, sold, "49.00 GBP").goods == solve(other, sold, "49.00 GBP").goods
    assert len(market._spans) == known


def test_shipping_comes_from_the_carrier_where_the_bundle_has_none() -> None:
    table = ZoneTable.parse(
        'name = "Post"\ncurrency = "USD"\n[zones]\nworld = ["*"]\n'
        '[[bands.world]]\nup_to_g = 2000\nprice = "12.00"\n',
        "post.toml",
    )
    shop = LandedCost("US", registrations=SCHEMES, carrier=table)
    bare = Bundle(bundle(1).lines)
    solved = solve(shop.market_for("de-DE", as_of="2026-10-01"), bare, "59.00 EUR")
    assert any(charge.kind == "shipping" for charge in solved.quote.charges)
    assert abs(solved.gap_minor) <= 1
