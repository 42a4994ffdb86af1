"""A policy read from TOML: a closed schema, paths in errors, overrides by market."""

from __future__ import annotations

import pickle
import tomllib
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from landedcost.errors import RequestError
from landedcost.fx.margin import FxMargin
from landedcost.lines import Amount
from landedcost.pricing.charm import ANY, Charm
from landedcost.pricing.policy import Policy
from landedcost.territories import place

FULL = """
[policy]
fx_margin = "1.5%"
all_in = ["59.00 EUR", "49.00 GBP"]
cash = false

[policy.bears]
duty = "merchant"
tax = "buyer"
freight = "50%"

[policy.charm]
mode = "up"
EUR = ".99"
JPY = "100"
others = "usual"

[policy.returns]
rate = "8%"
returned = 30
sold = 400
weight = 100
ship_back = "9.00 USD"
handling = "2.00 USD"
not_resaleable = "20%"
duty_minimum_claim = "10.00 EUR"
tax_recovered = "100%"

[policy.guards]
min_margin = "20%"
floor = "20.00 USD"
ceiling = ["99.00 EUR", "120.00 USD"]
max_change = "8%"
max_change_per_day = "15%"

[policy.sticky]
band = "1%"
threshold = "5%"
cooldown = "24h"
changes_per_day = 2

[policy.markets.EU]
hand_set = "55.00 EUR"

[policy.markets.DE.bears]
duty = "buyer"

[policy.markets.DE.guards]
floor = "25.00 EUR"

[policy.markets.US-CA]
cash = true
"""


def full() -> Policy:
    return Policy.of(tomllib.loads(FULL)["policy"])


def test_everything_is_read() -> None:
    found = full().market(place("JP"))
    assert (found.bears.duty, found.bears.tax, found.bears.freight) == (1, 0, Fraction(1, 2))
    assert found.bears.fees == 0
    assert found.all_in == (Amount(5900, "EUR"), Amount(4900, "GBP"))
    assert found.hand_set == ()
    assert found.fx_margin == FxMargin.of("1.5%")
    assert found.returns is not None
    assert found.returns.rate == Fraction(30 + 8, 500)
    assert found.returns.not_resaleable == Fraction(1, 5)
    assert found.guards.min_margin == Fraction(1, 5)
    assert found.guards.max_change == Fraction(2, 25)
    assert found.sticky.cooldown == timedelta(days=1)
    assert found.sticky.changes_per_day == 2
    assert found.charm("EUR") == Charm(100, (99,), "up")
    assert found.charm("JPY") == Charm(100, (0,), "up")
    assert found.charm("KRW") == Charm(100, (0,), "up")
    assert found.charm("XAF") == ANY


def test_the_narrower_market_wins_key_by_key() -> None:
    policy = full()
    france, germany = policy.market(place("FR")), policy.market(place("DE"))
    assert france.hand_set == germany.hand_set == (Amount(5500, "EUR"),)
    assert (france.bears.duty, germany.bears.duty) == (1, 0)
    assert germany.bears.freight == Fraction(1, 2)
    assert france.guards.floor == (Amount(2000, "USD"),)
    assert germany.guards.floor == (Amount(2500, "EUR"),)
    assert germany.guards.max_change == Fraction(2, 25)
    assert policy.market(place("US", "CA")).cash
    assert not policy.market(place("US", "NY")).cash
    assert policy.market(place("GB")).hand_set == ()
    assert policy.market(place("DE")) is germany


def test_a_policy_may_refine_another() -> None:
    made = Policy.of({"guards": {"floor": "9.00 EUR"}, "cash": True}, "bundles.drop", full())
    found = made.market(place("GB"))
    assert found.guards.floor == (Amount(900, "EUR"),)
    assert found.guards.max_change == Fraction(2, 25)
    assert found.bears.duty == 1


def test_an_empty_policy_does_nothing() -> None:
    found = Policy.of({}).market(place("DE"))
    assert found.charm("EUR") == ANY
    assert found.returns is None
    assert not any((found.bears.duty, found.bears.tax, found.bears.freight, found.bears.fees))


def test_cash() -> None:
    policy = Policy.of({"cash": True})
    found = policy.market(place("CH"))
    assert found.charm("CHF") == Charm(5, (0,))
    assert found.charm("EUR") == Charm(1, (0,))
    with pytest.raises(RequestError) as caught:
        Policy.of({"cash": True, "charm": {"CHF": ".99"}}).market(place("CH")).charm("CHF")
    assert caught.value.where == "policy.charm.CHF"
    kept = Policy.of({"cash": True, "charm": {"CHF": ".95"}}).market(place("CH")).charm("CHF")
    assert kept == Charm(100, (95,))
    usual = Policy.of({"cash": True, "charm": "usual"}).market(place("CA"))
    assert usual.charm("CAD") == Charm(5, (0,)), ".99 cannot be paid in Canada"
    assert usual.charm("CHF") == Charm(100, (90,))


def test_charm_in_one_word() -> None:
    found = Policy.of({"charm": "usual"}).market(place("DE"))
    assert found.charm("EUR") == Charm(100, (99,))
    assert Policy.of({"charm": "none"}).market(place("DE")).charm("EUR") == ANY


def test_it_can_be_sent_elsewhere_and_compared() -> None:
    policy = full()
    assert pickle.loads(pickle.dumps(policy)) == policy == full()
    assert "DE" in repr(policy)


@pytest.mark.parametrize(
    ("table", "where", "code", "hint"),
    [
        ({"guard": {}}, "policy.guard", "unknown_key", "guards"),
        ({"guards": {"flor": "1 EUR"}}, "policy.guards.flor", "unknown_key", "floor"),
        ({"markets": {"DE": {"beers": {}}}}, "policy.markets.DE.beers", "unknown_key", "bears"),
        ({"markets": {"XX": {}}}, "policy.markets.XX", "unknown_country", ""),
        ({"markets": {"DE": 3}}, "policy.markets.DE", "bad_type", ""),
        ({"markets": {"US-C.A": {}}}, "policy.markets.US-C.A", "bad_region", ""),
        (
            {"markets": {"DE": {"guards": {"floor": "x"}}}},
            "policy.markets.DE.guards.floor",
            "bad_amount",
            "",
        ),
        ({"bears": {"duty": "seller"}}, "policy.bears.duty", "unknown_bearer", ""),
        ({"bears": {"duty": "150%"}}, "policy.bears.duty", "bad_rate", ""),
        ({"bears": {"duty": 0.5}}, "policy.bears.duty", "unknown_bearer", ""),
        ({"all_in": "59"}, "policy.all_in", "bad_amount", ""),
        ({"all_in": ["1 EUR", "2 EUR"]}, "policy.all_in[1]", "repeated_currency", ""),
        ({"all_in": []}, "policy.all_in", "bad_amount", ""),
        ({"hand_set": "-1 EUR"}, "policy.hand_set", "negative_amount", ""),
        ({"all_in": "0 EUR"}, "policy.all_in", "negative_amount", ""),
        ({"hand_set": 59.0}, "policy.hand_set", "float_amount", ""),
        ({"fx_margin": 0.015}, "policy.fx_margin", "bad_margin", ""),
        ({"shown": "subtotal"}, "policy.shown", "unknown_price", ""),
        ({"cash": "yes"}, "policy.cash", "bad_type", ""),
        ({"charm": "unusual"}, "policy.charm", "bad_ending", ""),
        ({"charm": 5}, "policy.charm", "bad_type", ""),
        ({"charm": {"EUR": "x"}}, "policy.charm.EUR", "bad_ending", ""),
        ({"charm": {"EURO": ".99"}}, "policy.charm.EURO", "unknown_currency", "EUR"),
        ({"charm": {"mode": "sideways"}}, "policy.charm.mode", "unknown_mode", ""),
        ({"returns": {}}, "policy.returns.rate", "missing_field", ""),
        ({"returns": {"rate": "101%"}}, "policy.returns.rate", "bad_rate", ""),
        ({"returns": {"rate": "8%", "sold": -1}}, "policy.returns.sold", "bad_quantity", ""),
        ({"guards": {"min_margin": "100%"}}, "policy.guards.min_margin", "bad_rate", ""),
        (
            {"guards": {"floor": "9 EUR", "ceiling": "8 EUR"}},
            "policy.guards.floor",
            "bad_bounds",
            "",
        ),
        ({"sticky": {"cooldown": "1 day"}}, "policy.sticky.cooldown", "bad_duration", "24h"),
        ({"sticky": {"cooldown": 24}}, "policy.sticky.cooldown", "bad_duration", ""),
        (
            {"sticky": {"changes_per_day": True}},
            "policy.sticky.changes_per_day",
            "bad_quantity",
            "",
        ),
        (
            {"sticky": {"band": "5%", "threshold": "2%"}},
            "policy.sticky.threshold",
            "bad_rate",
            "",
        ),
        ([], "policy", "bad_type", ""),
    ],
)
def test_what_is_wrong_is_named(table: Any, where: str, code: str, hint: str) -> None:
    with pytest.raises(RequestError) as caught:
        Policy.of(table)
    assert (caught.value.where, caught.value.code) == (where, code)
    assert hint in caught.value.hint
    assert caught.value.hint


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(f"[shop]\ncountry = 'US'\n{FULL}", encoding="utf-8")
    assert Policy.load(file) == full()
    for text, code, where in (
        ("[shop]", "missing_field", str(file)),
        ("[policy", "bad_toml", str(file)),
        ("[policy]\nflor = 1", "unknown_key", "shop.toml: policy.flor"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(RequestError) as caught:
            Policy.load(file)
        assert (caught.value.code, caught.value.where) == (code, where)
    with pytest.raises(RequestError) as caught:
        Policy.load(tmp_path / "none.toml")
    assert caught.value.code == "no_file"
