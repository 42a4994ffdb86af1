"""A price is made again from its record alone: the same bytes, whatever has changed since."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from landedcost import (
    Amount,
    Bundle,
    LandedCost,
    Line,
    Providers,
    Quote,
    Reform,
    RequestError,
    RuleFileError,
    ZoneTable,
)
from landedcost.fx.rates import EcbRates
from landedcost.held import Keys, Record, Scope, hold, pin, replay, verify
from landedcost.regimes.load import RuleBook
from landedcost.tariffs.table import TariffTable
from landedcost.testing import fake_carrier, fake_landed, fake_rates, fake_tariff

from .conftest import NOON, QUARTER

RATES = {"USD/EUR": "0.8"}
TEE = {"hs_code": "6109.10", "origin": "VN", "weight_g": 180}


def same(quote: Quote, shop: LandedCost, folder: Path) -> Record:
    """Pin a quote, write and read the record, and see that it gives the same bytes."""
    record = pin(quote, shop.rules)
    record.save(folder / "record.json")
    found = Record.load(folder / "record.json")
    assert found.digest == record.digest
    assert found.answer == quote.as_dict()
    again = replay(found)
    assert again.same, (again.differences, again.error)
    assert again.quote is not None
    assert json.dumps(again.quote.as_dict()) == json.dumps(quote.as_dict())
    return found


def test_nothing_that_is_bundled_is_read(
    quote: Quote, shop: LandedCost, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = pin(quote, shop.rules)
    own = RuleBook.folder.fget  # type: ignore[attr-defined]

    def gone(*args: object) -> Any:
        raise AssertionError("a replay must not read what is bundled")

    monkeypatch.setattr(TariffTable, "load", gone)
    monkeypatch.setattr(EcbRates, "load", gone)
    monkeypatch.setattr(
        RuleBook, "folder", property(lambda book: own(book) if book._folder else gone())
    )
    assert replay(record).same


def test_rules_that_have_changed_since_change_nothing(
    quote: Quote, shop: LandedCost, bundle: Bundle, tmp_path: Path
) -> None:
    record = same(quote, shop, tmp_path)
    dear = shop.with_reforms(Reform({"DE.tax.vat.standard": {"2026-01-01": "50%"}}))
    assert dear.price_for(bundle, "de-DE", as_of=NOON.date()).total_minor != quote.total_minor
    assert replay(record).same


@pytest.mark.parametrize(
    "reform",
    [
        Reform({"DE.tax.vat.standard": {"2026-01-01": "50%"}}, name="Dear", why="to see"),
        Reform({"GB.tax.vat.standard": {"2026-01-01": "1%"}}, name="Elsewhere"),
        Reform.load("eu-normal-tariff"),
        Reform.load("uk-relief-ends"),
        Reform.load("jp-reform-2028"),
    ],
)
def test_a_price_of_a_reform_keeps_the_reform(
    shop: LandedCost, bundle: Bundle, tmp_path: Path, reform: Reform
) -> None:
    reformed = shop.with_reforms(reform)
    same(reformed.price_for(bundle, "de-DE", as_of=NOON.date()), reformed, tmp_path)
    same(reformed.price_for(bundle, "ja-JP", as_of=NOON.date()), reformed, tmp_path)


def test_a_price_of_live_sources_is_made_again_without_them(bundle: Bundle, tmp_path: Path) -> None:
    live = Providers(
        rates=fake_rates({"USD": "1.25", "GBP": "0.80"}),
        tariff=fake_tariff({"6109": "10%", "65": "2.7%"}),
        carrier=fake_carrier({"Post": Amount(900, "USD"), "Fast": Amount(2_900, "USD")}),
    )
    shop = LandedCost("US", providers=live, fx_margin="1%")
    unsent = Bundle([Line("tee", "25.00 USD", quantity=9, **TEE)])  # type: ignore[arg-type]
    quote = shop.price_for(unsent, "de-DE", as_of=NOON.date())
    record = same(quote, shop, tmp_path)
    assert record.document["carried"]["amount"] == 900
    assert "lookup 610910 VN" in record.document["tariff"]["answers"]
    assert record.document["request"].get("shipping") is None
    same(shop.price_for(bundle, "en-GB", as_of=NOON.date()), shop, tmp_path)


@pytest.mark.parametrize("policy", ["beside", "replace"])
def test_a_price_beside_another_source_keeps_what_it_said(
    bundle: Bundle, tmp_path: Path, policy: str
) -> None:
    landed = fake_landed(Amount(600, "EUR"), Amount(1_200, "EUR"))
    rates = fake_rates({"USD": "1.25"})
    live = Providers(rates=rates, landed=landed, landed_policy=policy)
    shop = LandedCost("US", providers=live)
    quote = shop.price_for(bundle, "de-DE", as_of=NOON.date())
    assert quote.beside
    same(quote, shop, tmp_path)


def test_a_carriers_table_a_preference_and_given_rates(tmp_path: Path) -> None:
    table = ZoneTable(
        "Post", "USD", "post", None, frozenset(), {"all": ("*",)}, {"all": ((9_000, 1_250),)}, {}
    )
    shop = LandedCost("US", carrier=table, ship_from="VN")
    lines = [
        Line("tee", "25.00 USD", quantity=20, preference="EVFTA", **TEE),  # type: ignore[arg-type]
        Line("gift", "0 USD", customs_value="2 USD", hs_code="3926.40", origin="US", weight_g=5),
    ]
    for rates in (RATES, None):
        quote = shop.price_for(Bundle(lines), "de-DE", as_of=NOON.date(), rates=rates)
        record = same(quote, shop, tmp_path)
        assert record.document["carried"]["source"]


def test_a_fixed_price_of_a_bundle(shop: LandedCost, bundle: Bundle, tmp_path: Path) -> None:
    lines = [Line("tee", "25.00 USD", **TEE), Line("cap", "19 EUR", hs_code="6505.00", origin="CN")]  # type: ignore[arg-type]
    mixed = Bundle(lines, price="39.90 EUR", shipping="9 USD")
    same(shop.price_for(mixed, "de-DE", as_of=NOON.date()), shop, tmp_path)
    same(shop.price_for(mixed.at(Amount(5_500, "JPY")), "ja-JP", as_of=NOON.date()), shop, tmp_path)


def test_a_shop_of_empty_tables_makes_no_difference(
    quote: Quote, shop: LandedCost, tmp_path: Path
) -> None:
    """The very opposite of a record made by accident from what lies around."""
    record = same(quote, shop, tmp_path)
    document = json.loads(json.dumps(record.document))
    document["rates"] = {}
    empty = replay(Record(document, record.texts))
    assert not empty.same
    assert empty.error is not None
    assert empty.error.code == "not_pinned"
    document = json.loads(json.dumps(record.document))
    document["tariff"]["answers"] = {}
    dropped = replay(Record(document, record.texts))
    assert dropped.same or dropped.error is not None or dropped.differences


def test_what_comes_out_otherwise_is_told_exactly(quote: Quote, shop: LandedCost) -> None:
    record = pin(quote, shop.rules)
    document = json.loads(json.dumps(record.document))
    document["answer"]["total"]["amount"] = "1.00"
    del document["answer"]["notes"][-1]
    document["landedcost"] = "0.0.9"
    found = replay(Record(document, record.texts))
    assert not found.same
    assert found.made_with == "0.0.9"
    paths = {one.path: (one.then, one.now) for one in found.differences}
    assert paths["total.amount"] == ("1.00", quote.as_dict()["total"]["amount"])
    assert len(paths) == 2
    last = f"notes[{len(quote.notes) - 1}]"
    assert paths[last] == (None, quote.as_dict()["notes"][-1])


def test_pins_are_shared_and_checked(quote: Quote, shop: LandedCost, tmp_path: Path) -> None:
    record = pin(quote, shop.rules)
    for name in ("one", "two", "three"):
        record.save(tmp_path / f"{name}.json")
    pins = sorted((tmp_path / "pins").iterdir())
    assert len(pins) == len(record.texts) == 2
    text = pins[0].read_text()
    pins[0].write_text(text + "\n")
    with pytest.raises(RuleFileError) as caught:
        Record.load(tmp_path / "one.json")
    assert caught.value.code == "changed_pin"
    pins[0].unlink()
    with pytest.raises(RuleFileError) as caught:
        Record.load(tmp_path / "one.json")
    assert caught.value.code == "missing_pin"


@pytest.mark.parametrize(
    "change",
    [
        {"record": 2},
        {"record": None},
        {"lane": {}},
        {"terms": {"shown": 1}},
        {"rates": {f"{use} USD/EUR": {"answer": {}} for use in ("commercial", "customs")}},
        {"rates": {f"{use} USD/EUR": {"error": {"x": 1}} for use in ("commercial", "customs")}},
        {"rates": dict.fromkeys(("commercial USD/EUR", "customs USD/EUR"), 5)},
        {"carried": {"amount": "x"}},
        {"reforms": [{}]},
        {"beside": [1]},
        {"rules": {"DE.toml": "x" * 64}},
        {"rules": 5},
        {"more": 1},
    ],
)
def test_what_is_no_record_is_refused(
    quote: Quote, shop: LandedCost, tmp_path: Path, change: dict[str, Any]
) -> None:
    record = pin(quote, shop.rules)
    record.save(tmp_path / "r.json")
    document = {**record.document, **change}
    (tmp_path / "r.json").write_text(json.dumps(document))
    with pytest.raises((RequestError, RuleFileError)) as caught:
        replay(Record.load(tmp_path / "r.json"))
    assert caught.value.code in {"bad_record", "missing_pin"}


@pytest.mark.parametrize("text", ["", "[]", "{}", "1.5", '{"a": NaN}', "[" * 100])
def test_a_file_that_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(RequestError) as caught:
        Record.load(tmp_path / "r.json")
    assert caught.value.code == "bad_record"
    with pytest.raises(RequestError) as caught:
        Record.load(tmp_path / "none.json")
    assert caught.value.code == "no_file"


def test_another_rule_book_cannot_pin_a_quote(quote: Quote, shop: LandedCost) -> None:
    other = shop.with_reforms(Reform({"DE.tax.vat.standard": {"2026-01-01": "50%"}}))
    with pytest.raises(RuleFileError) as caught:
        pin(quote, other.rules)
    assert caught.value.code == "rules_differ"


def test_a_held_quote_is_bound_to_its_record(quote: Quote, shop: LandedCost, keys: Keys) -> None:
    record = pin(quote, shop.rules)
    made = hold(quote, keys, at=NOON, lasts=QUARTER, shop="demo", record=record)
    found = verify(made.as_dict(), keys, at=NOON, scope=Scope("demo"))
    assert found.record == record.digest
    assert pin(quote, shop.rules).digest == record.digest
    other = shop.price_for(Bundle([Line("x", "5 USD", **TEE)]), "de-DE", as_of=date(2026, 10, 1))  # type: ignore[arg-type]
    assert pin(other, shop.rules).digest != record.digest
