"""What if a rule were another: values by address and day, on every path a price can take."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from landedcost import (
    Bundle,
    LandedCost,
    Line,
    Providers,
    Reform,
    Request,
    RequestError,
    RuleBook,
)
from landedcost.bulk.job import Job
from landedcost.bulk.reprice import reprice
from landedcost.regimes.reform import scenarios
from landedcost.testing import fake_rates

RELIEF = "GB.threshold.low_value.amount"
VAT = "GB.tax.vat.standard"
DAY = "2029-06-01"
RATES = {"USD/GBP": "0.75", "USD/EUR": "0.86", "USD/JPY": "150"}
PINS: dict[str, Any] = {"rates": RATES, "customs_rates": RATES}


@pytest.fixture(scope="module")
def shop() -> LandedCost:
    return LandedCost("US", registrations=["IOSS", "GB-VAT"])


def tee(price: str = "25.00 USD") -> Bundle:
    line = Line("tee", price, quantity=2, hs_code="6109.10", origin="VN", weight_g=180)
    return Bundle([line], shipping="9.00 USD")


def document(shop: LandedCost, market: str, day: str = DAY) -> str:
    return json.dumps(shop.price_for(tee(), market, as_of=day, **PINS).as_dict())


@pytest.mark.parametrize("market", ["en-GB", "de-DE", "en-US", "ja-JP", "nb-NO"])
@pytest.mark.parametrize("day", ["2024-03-01", "2026-10-01", DAY])
def test_an_empty_reform_changes_no_byte(shop: LandedCost, market: str, day: str) -> None:
    for empty in (shop.with_reforms(), shop.with_reforms(Reform({}, name="nothing"))):
        assert document(empty, market, day) == document(shop, market, day)


def test_a_reform_of_one_territory_changes_no_byte_of_another(shop: LandedCost) -> None:
    reformed = shop.with_reforms(Reform({RELIEF: {"2029-03-01": "0"}}))
    for market in ("de-DE", "ja-JP", "nb-NO"):
        assert document(reformed, market) == document(shop, market)


def test_it_holds_from_its_day_and_says_so(shop: LandedCost) -> None:
    reformed = shop.with_reforms(Reform({RELIEF: {"2029-03-01": "0"}}, name="No relief"))
    before = reformed.price_for(tee(), "en-GB", as_of="2029-02-28", **PINS)
    after = reformed.price_for(tee(), "en-GB", as_of="2029-03-01", **PINS)
    plain = shop.price_for(tee(), "en-GB", as_of="2029-03-01", **PINS)
    assert before.total_minor == plain.total_minor
    assert after.customs["duty"] == "5.31"  # 12 % of 44.25 GBP
    notes = {note.code: note.text for note in after.notes}
    assert "No relief" in notes["reform"]
    assert RELIEF in notes["reform"]
    assert "reform" not in {note.code for note in before.notes}
    assert after.certainty == "estimated"
    assert before.valid_until < date(2029, 3, 1)


def test_the_why_of_a_charge_names_the_reform(shop: LandedCost) -> None:
    reformed = shop.with_reforms(Reform({VAT: {DAY: "25%"}}, name="Dearer"))
    (vat,) = (c for c in reformed.price_for(tee(), "en-GB", as_of=DAY).charges if c.kind == "tax")
    assert vat.why.rate == "25%"
    assert vat.why.source == "What if, assumed, not enacted"
    assert vat.why.as_of == date(2029, 6, 1)


def test_steps_ends_and_what_was_scheduled_after(shop: LandedCost) -> None:
    steps = {"2026-10-01": "30%", "2027-10-01": "none", "2028-10-01": "5%"}
    book = shop.rules.with_reforms(Reform({VAT: steps}))
    values = book.regime("GB").rules["tax.vat"]
    on = {
        day: value.value if (value := values.value("standard", date.fromisoformat(day))) else None
        for day in ("2026-09-30", "2026-10-01", "2027-09-30", "2027-10-01", "2028-10-01")
    }
    assert list(on.values()) == ["20%", "30%", "30%", None, "5%"]
    prolonged = shop.rules.with_reforms(Reform({"EU.duty.flat_per_line.amount": {DAY: "4"}}))
    flat = prolonged.regime("DE").rules["duty.flat_per_line"]
    assert flat.value("amount", date(2028, 7, 1)) is None  # what is law until then stays
    assert flat.value("amount", date(2029, 6, 1)) is not None


def test_a_member_is_reached_through_its_union(shop: LandedCost) -> None:
    reform = Reform({"EU.duty.flat_per_line.amount": {"2026-10-01": "5"}}, name="Five")
    quote = shop.with_reforms(reform).price_for(tee(), "de-DE", as_of="2026-10-01", **PINS)
    assert quote.customs["duty"] == "5.00"
    assert any("Five" in note.text for note in quote.notes)


def test_reforms_that_do_not_meet_may_come_in_any_order(shop: LandedCost) -> None:
    one = Reform({RELIEF: {"2029-03-01": "0"}}, name="one")
    two = Reform({VAT: {"2029-03-01": "25%"}}, name="two")
    there, back = shop.with_reforms(one, two), shop.with_reforms(two, one)
    assert there.rules.overlaps == back.rules.overlaps == ()
    first = there.price_for(tee(), "en-GB", as_of=DAY, **PINS)
    second = back.price_for(tee(), "en-GB", as_of=DAY, **PINS)
    assert [c.as_dict() for c in first.charges] == [c.as_dict() for c in second.charges]


def test_of_two_that_meet_the_later_holds_and_that_is_told(shop: LandedCost) -> None:
    low = Reform({VAT: {"2029-03-01": "5%"}}, name="low")
    high = Reform({VAT: {"2029-03-01": "25%"}}, name="high")
    both = shop.with_reforms(low).with_reforms(high)
    (overlap,) = both.rules.overlaps
    assert (overlap.address, overlap.loser, overlap.winner) == (VAT, "low", "high")
    (vat,) = (c for c in both.price_for(tee(), "en-GB", as_of=DAY).charges if c.kind == "tax")
    assert vat.why.rate == "25%"


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"GB.threshold.low_valu.amount": {DAY: "0"}}, "unknown_address", RELIEF),
        ({"GX.threshold.low_value.amount": {DAY: "0"}}, "unknown_address", "GX"),
        ({"GB": {DAY: "0"}}, "unknown_address", "GB"),
        ({RELIEF: {DAY: "much"}}, "bad_reform", "not a number"),
        ({RELIEF: {DAY: "-1"}}, "bad_reform", "not a number"),
        ({RELIEF: {DAY: "135 QQQ"}}, "unknown_currency", "QQQ"),
        ({RELIEF: {DAY: 135}}, "bad_reform", "text"),
        ({RELIEF: {"tomorrow": "0"}}, "bad_date", "tomorrow"),
        ({RELIEF: {}}, "bad_reform", "no values"),
    ],
)
def test_a_reform_that_cannot_be(
    shop: LandedCost, changes: dict[str, Any], code: str, says: str
) -> None:
    with pytest.raises(RequestError, match=says) as caught:
        shop.with_reforms(Reform(changes))
    assert caught.value.code == code


def test_it_reaches_every_path(shop: LandedCost, tmp_path: Path) -> None:
    """One quote, a request, a catalogue in columns, a catalogue's file, terms, a copied shop."""
    reform = tmp_path / "relief.toml"
    reform.write_text(
        f'name = "No relief"\n[changes."{RELIEF}"]\n2029-03-01 = "0"\n', encoding="utf-8"
    )
    reformed = shop.with_reforms(Reform.load(reform))
    expected = reformed.price_for(tee(), "en-GB", as_of=DAY, **PINS).total_minor
    assert expected != shop.price_for(tee(), "en-GB", as_of=DAY, **PINS).total_minor

    request = Request(tee(), "en-GB", shop.seller, DAY, **PINS)
    assert reformed.price(request).total_minor == expected
    assert reformed.market_for("en-GB", as_of=DAY, **PINS).price(tee()).total_minor == expected
    item = {"id": "tee", "unit_price": "25.00", "currency": "USD", "quantity": 2}
    item |= {"hs_code": "6109.10", "origin": "VN", "weight_g": 180, "shipping": "9.00"}
    prices = reformed.price_many([item], ["en-GB"], as_of=DAY, **PINS)
    assert prices.table["total_minor"].to_pylist() == [expected]
    assert "No relief" in str(prices.quote(0).explain())
    catalog = tmp_path / "drop.csv"
    catalog.write_text(f"{','.join(item)}\n{','.join(map(str, item.values()))}\n", encoding="utf-8")
    job = Job(
        str(catalog), ("en-GB",), DAY, registrations=("GB-VAT",), reforms=(str(reform),), **PINS
    )
    import pyarrow.parquet as pq

    found = pq.read_table(reprice(job, tmp_path / "prices.parquet").target)
    assert found["total_minor"].to_pylist() == [expected]


def test_it_reaches_prices_on_live_sources(shop: LandedCost) -> None:
    reform = Reform({VAT: {DAY: "25%"}}, name="Dearer")
    sources = Providers(rates=fake_rates({"USD": "1.25", "GBP": "0.80"}, name="live"))
    with LandedCost("US", registrations=["GB-VAT"], providers=sources) as asking:
        plain = asking.price_for(tee(), "en-GB", as_of=DAY)
        with asking.with_reforms(reform) as reformed:
            quote = reformed.price_for(tee(), "en-GB", as_of=DAY)
    (vat,) = (c for c in quote.charges if c.kind == "tax")
    assert vat.why.rate == "25%"
    assert quote.total_minor > plain.total_minor
    assert any(p.provider.startswith("live ") for p in quote.provenance)


def test_a_shop_keeps_its_own_rules_after_lending_them(shop: LandedCost) -> None:
    plain = document(shop, "en-GB")
    shop.with_reforms(Reform({VAT: {DAY: "25%"}})).price_for(tee(), "en-GB", as_of=DAY)
    assert document(shop, "en-GB") == plain


def test_since_moves_every_day(shop: LandedCost) -> None:
    reform = Reform({VAT: {"2029-03-01": "25%", "2029-03-11": "none"}}).since("2026-10-01")
    assert reform.changes[VAT] == {date(2026, 10, 1): "25%", date(2026, 10, 11): None}


def test_a_file_may_bring_rules_of_its_own(shop: LandedCost, tmp_path: Path) -> None:
    path = tmp_path / "fee.toml"
    path.write_text(
        'name = "A pound a parcel"\n'
        '[source]\ntitle = "A paper"\nurl = "https://example.org"\nread = 2026-11-24\n'
        '[rules.GB.fee.parcel]\nlabel = "Parcel levy"\nmethod = "fixed"\npayer = "buyer"\n'
        'due = "always"\n[[rules.GB.fee.parcel.amount]]\nfrom = 2029-01-01\nvalue = "1"\n',
        encoding="utf-8",
    )
    reformed = shop.with_reforms(Reform.load(path))
    quote = reformed.price_for(tee(), "en-GB", as_of=DAY, **PINS)
    (levy,) = (c for c in quote.charges if c.code == "parcel")
    assert (levy.amount_minor, levy.why.rule) == (100, "GB.fee.parcel")
    assert levy.why.source.startswith("A paper")
    early = reformed.price_for(tee(), "en-GB", as_of="2028-12-31", **PINS)
    assert not [c for c in early.charges if c.code == "parcel" and c.amount_minor]
    again = path.read_text(encoding="utf-8").replace("fee.parcel", "fee.royal_mail")
    path.write_text(again, encoding="utf-8")
    with pytest.raises(RequestError, match="there already"):
        shop.with_reforms(Reform.load(path))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "not valid TOML"),
        ("[changes]\n", "a name"),
        ('name = "x"\nchange = 1\n', "unknown key 'change'"),
        ('name = "x"\n[source]\nauthor = "me"\n', "source of title"),
        ('name = "x"\n[changes."GB.a.b.c"]\n2029 = "0"\n', "not a day"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match=says) as caught:
        Reform.load(path)
    assert str(path) in caught.value.where
    with pytest.raises(RequestError) as caught:
        Reform.load(tmp_path / "none.toml")
    assert caught.value.code == "no_file"


@pytest.mark.parametrize("name", list(scenarios()))
def test_every_scenario_changes_what_it_says(name: str) -> None:
    reform = Reform.load(name)
    assert reform.why
    assert reform.source.text
    book = RuleBook().with_reforms(reform)
    assert book.overlaps == ()
    for code in reform.territories:
        assert book.regime(code).version != RuleBook().regime(code).version
        assert any(reform.name in one.text for one in book.regime(code).reforms)


@pytest.mark.parametrize(
    ("name", "market", "seller"),
    [
        ("uk-relief-ends", "GB", "US"),
        ("eu-normal-tariff", "DE", "US"),
        ("jp-reform-2028", "JP", "US"),
        ("us-de-minimis-restored", "US", "DE"),
        ("eu-micro-parcels", "FR", "US"),
    ],
)
def test_every_scenario_moves_a_price(name: str, market: str, seller: str) -> None:
    shop = LandedCost(seller, registrations=["IOSS", "GB-VAT"])
    reformed = shop.with_reforms(Reform.load(name).since("2026-11-01"))
    before = shop.price_for(tee(), f"en-{market}", as_of="2026-11-01").total_minor
    assert reformed.price_for(tee(), f"en-{market}", as_of="2026-11-01").total_minor != before
