"""A shop's own zone-and-weight table: prices, refusals, and files that are broken."""

from __future__ import annotations

from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import NotInForce, RequestError, RuleFileError
from landedcost.shipping.zones import ZoneTable

TEXT = """\
name = "Demo post"
currency = "USD"
from = ["US"]
channel = "post"
valid_from = 2026-01-01

[zones]
germany = ["DE"]
europe = ["EU", "GB", "CH", "NO"]
world = ["*"]

[[bands.germany]]
up_to_g = 2000
price = "9"

[[bands.europe]]
up_to_g = 500
price = "12.50"
[[bands.europe]]
up_to_g = 1000
price = "18.00"

[[bands.world]]
up_to_g = 500
price = "20.00"

[per_extra_kg]
europe = "6.00"
"""
TABLE = ZoneTable.parse(TEXT, "own.toml")
FULL_DEMO = Path(str(resources.files("landedcost.shipping").joinpath("data", "demo_zones.toml")))
DEMO = ZoneTable.load(FULL_DEMO)


@pytest.mark.parametrize(
    ("country", "grams", "amount", "zone", "band"),
    [
        ("FR", 1, 1250, "europe", "up to 500 g"),
        ("FR", 500, 1250, "europe", "up to 500 g"),
        ("FR", 501, 1800, "europe", "up to 1000 g"),
        ("FR", 1001, 2400, "europe", "1000 g and 1 kg more"),
        ("FR", 2000, 2400, "europe", "1000 g and 1 kg more"),
        ("FR", 2001, 3000, "europe", "1000 g and 2 kg more"),
        ("GB", 0, 1250, "europe", "up to 500 g"),
        ("DE", 1500, 900, "germany", "up to 2000 g"),
        ("JP", 500, 2000, "world", "up to 500 g"),
    ],
)
def test_prices(country: str, grams: int, amount: int, zone: str, band: str) -> None:
    offer = TABLE.quote(country, grams)
    assert (offer.amount, offer.currency, offer.zone, offer.band) == (amount, "USD", zone, band)
    assert (offer.channel, offer.service) == ("post", "Demo post")
    assert offer.source == "Demo post, valid from 2026-01-01"


def test_the_most_specific_zone_wins_whatever_the_order() -> None:
    text = TEXT.replace('germany = ["DE"]\n', "").replace(
        'world = ["*"]', 'world = ["*"]\ngermany = ["DE"]'
    )
    assert ZoneTable.parse(text, "own.toml").quote("DE", 100).zone == "germany"


@pytest.mark.parametrize(
    ("country", "grams", "code"),
    [
        ("JP", 501, "too_heavy"),
        ("DE", 2001, "too_heavy"),
        ("DE", None, "missing_weight"),
        ("DE", -1, "bad_weight"),
        ("DE", True, "bad_weight"),
        ("DE", 1.5, "bad_weight"),
        ("QQ", 100, "unknown_country"),
    ],
)
def test_a_parcel_that_cannot_be_priced(country: str, grams: Any, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        TABLE.quote(country, grams, where="shipping")
    assert (caught.value.code, caught.value.where) == (code, "shipping")
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_a_country_in_naive_time() -> None:
    text = TEXT.replace('world = ["*"]', 'world = ["JP"]')
    with pytest.raises(RequestError, match="no zone for AU") as caught:
        ZoneTable.parse(text, "own.toml").quote("AU", 100)
    assert caught.value.code == "naive_time"


def test_sender_and_day_are_checked_when_given() -> None:
    assert TABLE.quote("DE", 100, ship_from="US", on=date(2026, 1, 1)).amount == 900
    with pytest.raises(RequestError, match="no prices from CA, only from US") as caught:
        TABLE.quote("DE", 100, ship_from="CA")
    assert caught.value.code == "not_from_here"
    with pytest.raises(NotInForce, match="start on 2026-01-01, after 2025-12-31"):
        TABLE.quote("DE", 100, on=date(2025, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('name = "Demo post"', 'name = "Demo post', 1, "not valid TOML"),
        ('"6.00"\n', '"6.00"\n[zones', 29, "not valid TOML"),
        ("valid_from", "valid_form", 5, "unknown key 'valid_form'"),
        ("2026-01-01", '"2026-01-01"', 5, "not a day"),
        ("2026-01-01", "2026-01-01T00:00:00", 5, "not a day"),
        ('"USD"', '"USX"', 2, "USX"),
        ('["US"]', '["USA"]', 3, "USA"),
        ('["US"]', '"US"', 3, "list of countries"),
        ('channel = "post"', 'channel = "pigeon"', 4, "no channel"),
        ('name = "Demo post"', "name = 7", 1, "name must be text"),
        ('"NO"]', '"NX"]', 9, "NX"),
        ('"NO"]', '"DE"]', 9, "DE is in 'germany' and in 'europe'"),
        ('world = ["*"]', "world = []", 10, "list of countries"),
        ('world = ["*"]', 'world = ["*"]\nmoon = ["AQ"]', 11, r"no \[\[bands.moon\]\]"),
        ("[[bands.world]]", "[[bands.moon]]", 23, "no zone"),
        ("[[bands.germany]]", "[bands.germany]", 12, "written as"),
        ('up_to_g = 1000\nprice = "18.00"', 'up_to_g = 1000\nprize = "18.00"', 21, "unknown key"),
        ('up_to_g = 1000\nprice = "18.00"', "up_to_g = 1000", 19, "has no 'price'"),
        ("up_to_g = 1000", "up_to_g = 400", 20, "must rise"),
        ("up_to_g = 1000", "up_to_g = 1e3", 20, "whole grams"),
        ("up_to_g = 1000", "up_to_g = true", 20, "whole grams"),
        ('"18.00"', "18.00", 21, "written as text"),
        ('"18.00"', '"12.49"', 21, "cheaper"),
        ('"18.00"', '"18.005"', 21, "decimals"),
        ('"18.00"', '"NaN"', 21, "finite"),
        ('price = "9"', 'price = "-9"', 14, "negative"),
        ('europe = "6.00"', 'europa = "6.00"', 28, "unknown key 'europa'"),
        ('europe = "6.00"', "europe = 6.00", 28, "written as text"),
        ("[per_extra_kg]\neurope =", "per_extra_kg =", 27, "unknown key 'per_extra_kg'"),
    ],
)
def test_a_broken_table_names_file_and_line(old: str, new: str, line: int, says: str) -> None:
    assert old in TEXT
    with pytest.raises(RuleFileError, match=says) as caught:
        ZoneTable.parse(TEXT.replace(old, new, 1), "own.toml")
    assert caught.value.file == "own.toml"
    assert caught.value.line == line
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("key", ["name", "currency", "zones", "bands"])
def test_what_must_be_there(key: str) -> None:
    parts = {
        "name": 'name = "A"',
        "currency": 'currency = "USD"',
        "zones": 'zones = {a = ["*"]}',
        "bands": 'bands = {a = [{up_to_g = 5, price = "1"}]}',
    }
    whole = "\n".join(parts.values())
    offer = ZoneTable.parse(whole, "a.toml").quote("DE", 5)
    assert (offer.amount, offer.channel, offer.source) == (100, "post", "A")
    del parts[key]
    with pytest.raises(RuleFileError, match=f"no '{key}'"):
        ZoneTable.parse("\n".join(parts.values()), "a.toml")


def test_a_table_nested_without_end() -> None:
    with pytest.raises(RuleFileError):
        ZoneTable.parse("a = " + "[" * 100_000, "deep.toml")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "Caf\xe9"'.encode("latin-1"))
    for path in (tmp_path / "none.toml", tmp_path, latin):
        with pytest.raises(RequestError) as caught:
            ZoneTable.load(path)
        assert (caught.value.code, caught.value.where) == ("no_file", str(path))


def test_the_demonstration_table() -> None:
    assert DEMO.origins == {"US"}
    assert "own" in DEMO.name.lower() or "demo" in DEMO.name.lower()
    for country in ("DE", "GB", "US", "CA", "AU", "NZ", "NO", "CH", "JP", "SG", "BR"):
        assert DEMO.quote(country, 700).amount > 0


@given(
    st.sampled_from(["US", "CA", "DE", "JP", "BR"]), st.integers(0, 50_000), st.integers(0, 50_000)
)
def test_more_weight_never_costs_less(country: str, one: int, two: int) -> None:
    light, heavy = sorted((one, two))
    assert DEMO.quote(country, light).amount <= DEMO.quote(country, heavy).amount


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 10**6)), min_size=1, max_size=8),
    st.integers(0, 10**4),
    st.integers(0, 60_000),
)
def test_a_price_is_that_of_the_first_band_that_holds_it(
    steps: list[tuple[int, int]], per_kg: int, grams: int
) -> None:
    bands, up_to, price = [], 0, 0
    for more_grams, more in steps:
        up_to, price = up_to + more_grams, price + more
        bands.append((up_to, price))
    rows = ", ".join(f'{{up_to_g = {g}, price = "{p // 100}.{p % 100:02d}"}}' for g, p in bands)
    text = (
        f'name = "A"\ncurrency = "USD"\nzones = {{a = ["*"]}}\nbands = {{a = [{rows}]}}\n'
        f'per_extra_kg = {{a = "{per_kg // 100}.{per_kg % 100:02d}"}}\n'
    )
    amount = ZoneTable.parse(text, "a.toml").quote("DE", grams).amount
    held = [p for g, p in bands if grams <= g]
    assert amount == (held[0] if held else price + -(-(grams - up_to) // 1000) * per_kg)
