"""Prices from imported tariffs: rates, programmes, seasons, remedies, and what must refuse."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from landedcost import Bundle, Charge, LandedCost, Line, LocalTariffs, Quote
from landedcost.bulk.earlier import Earlier
from landedcost.bulk.job import Job
from landedcost.bulk.replay import Replay
from landedcost.bulk.reprice import reprice
from landedcost.errors import LandedCostError, NotInForce, RequestError
from landedcost.tariffs.store import Store

from .answers import UK_2025, Answer, scarves
from .samples import READ, SCARVES, imported, row, uk_csv, us_json

RATES = {"rates": {"USD/GBP": "0.8", "GBP/USD": "1.25"}, "customs_rates": {"USD/GBP": "0.8"}}
WATCHES = [
    row("9105", 0, "Clocks:"),
    row("9105.11.80", 1, "Alarm clocks", "30¢ each + 6.9% on the case + 5.3% on the battery"),
    row("9105.21.40", 1, "Wall clocks", "1.7¢/jewel + 0.2¢ for each other piece"),
]


@pytest.fixture(scope="module")
def american(tmp_path_factory: pytest.TempPathFactory) -> LocalTariffs:
    into = tmp_path_factory.mktemp("us") / "tariffs.sqlite3"
    return imported(into, ("hts_2026_basic.json", us_json([*SCARVES, *WATCHES])))


@pytest.fixture(scope="module")
def british(tmp_path_factory: pytest.TempPathFactory) -> LocalTariffs:
    into = tmp_path_factory.mktemp("uk") / "tariffs.sqlite3"
    wine = (
        Answer("2204210000")
        .measure("103", "10.00 GBP / hl", ("01", 10.0, "GBP", "HLT"))
        .measure("306", "28.74 GBP / l alc. 100%", ("01", 28.74, "GBP", "LPA"))
    )
    return imported(
        into,
        ("uk-eu-mfn.csv", uk_csv()),
        (UK_2025, scarves().text()),
        (UK_2025.replace("6214100010", "2204210000"), wine.text()),
    )


def line(hs: str, origin: str = "VN", price: str = "1000.00 USD", **more: Any) -> Line:
    return Line("scarf", price, hs_code=hs, origin=origin, weight_g=500, **more)


def priced(
    tariffs: LocalTariffs | None,
    to: str,
    one: Line,
    on: str = "2026-11-20",
    seller: str = "FR",
    **more: Any,
) -> Quote:
    shop = LandedCost(seller, tariffs=tariffs, **more)
    return shop.price_for(Bundle([one], shipping="0.00 USD"), to, as_of=on, **RATES)


def duty(quote: Quote) -> Charge:
    return next(c for c in quote.charges if c.kind == "duty" and c.code in ("mfn", "preference"))


def duty_codes(quote: Quote) -> list[str]:
    """Why no duty is charged."""
    return [c.code for c in quote.charges if c.kind == "duty" and not c.amount_minor]


def note(quote: Quote, code: str) -> str:
    return next(n.text for n in quote.notes if n.code == code)


def test_the_imported_rate_with_its_source_and_date(american: LocalTariffs) -> None:
    quote = priced(american, "US", line("6214.10.10"))
    found = duty(quote)
    assert (found.amount_minor, found.why.rate) == (1200, "1.2%")
    assert found.why.rule == "tariff.US.62141010"
    assert found.why.source == (
        "Harmonized Tariff Schedule of the United States, 2026 basic edition, "
        "https://hts.usitc.gov, read 2026-11-24"
    )
    assert found.why.as_of == date(2026, 1, 1)
    assert [p.provider for p in quote.provenance if p.kind == "tariff"] == ["imported tariff.US"]
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor
    assert "tariff_not_rechecked" not in {n.code for n in quote.notes}
    bundled = priced(None, "US", line("6109.10"))
    assert [p.provider for p in bundled.provenance if p.kind == "tariff"] == ["bundled tariff.US"]


def test_a_statistical_code_and_a_short_one(american: LocalTariffs) -> None:
    assert duty(priced(american, "US", line("6214.10.10.10"))).why.rate == "1.2%"
    with pytest.raises(RequestError, match="one of several tariff lines") as caught:
        priced(american, "US", line("6214.10"))
    assert "6214.10.20 3.9% + 10¢/kg" in caught.value.hint
    low = priced(american, "US", line("6214.10"), tariff_strategy="lowest")
    high = priced(american, "US", line("6214.10"), tariff_strategy="highest")
    assert (duty(low).why.rate, duty(high).why.rate) == ("1.2%", "3.9% + 10¢/kg")
    assert duty(high).amount_minor == 3900 + 5
    assert "6214.10 is shorter" not in note(high, "tariff_choice")
    assert low.certainty != "exact"


def test_column_2(american: LocalTariffs) -> None:
    assert duty(priced(american, "US", line("6214.10.10", "CU"))).why.rate == "60%"


def test_after_the_import_was_read_the_price_is_an_estimate(american: LocalTariffs) -> None:
    quote = priced(american, "US", line("6214.10.10"), "2026-11-25")
    assert "read on 2026-11-24" in note(quote, "tariff_not_rechecked")
    assert quote.certainty in ("estimated", "partial")


@pytest.mark.parametrize("name", ["USMCA", "S", "s"])
def test_a_programme_at_the_rate_of_the_special_column(american: LocalTariffs, name: str) -> None:
    quote = priced(american, "US", line("6214.10.10", "MX", preference=name))
    found = duty(quote)
    assert (found.amount_minor, found.why.rate) == (0, "Free")
    assert "2026 basic edition" in found.why.source
    under_a_rule = found.why.rule == "US.preference.usmca"
    assert under_a_rule is (name == "USMCA")
    assert not [n for n in quote.notes if n.code == "unverified_rule" and "preference" in n.text]


def test_a_programme_that_no_rule_names(american: LocalTariffs) -> None:
    quote = priced(american, "US", line("6214.10.20", "JP", preference="JP"))
    assert (duty(quote).amount_minor, duty(quote).why.rate) == (2000, "2%")


def test_a_programme_with_a_condition_or_a_doubt_is_an_estimate(american: LocalTariffs) -> None:
    quote = priced(american, "US", line("6214.10.20", "MX", preference="USMCA"))
    assert duty(quote).amount_minor == 0
    assert "only for the countries or quantities" in note(quote, "preference_condition")
    doubtful = priced(american, "US", line("6214.10.20", "PK", preference="GSP"))
    assert "lapsed on 2020-12-31" in note(doubtful, "preference_doubtful")


@pytest.mark.parametrize(
    ("hs", "origin", "name"),
    [
        ("6214.10.10", "KR", "KORUS"),  # a rule knows it, the special column of this line does not
        ("6214.10.10", "VN", "USMCA"),  # not of these origins
        ("6214.10.20", "VN", "JP"),
        ("6214.10.20", "VN", "nonsense"),
    ],
)
def test_a_rate_that_is_not_to_be_had(
    american: LocalTariffs, hs: str, origin: str, name: str
) -> None:
    with pytest.raises(RequestError) as caught:
        priced(american, "US", line(hs, origin, preference=name))
    assert caught.value.code == "unknown_preference"
    assert caught.value.where.endswith("preference")


def test_a_rate_of_another_heading_refuses_with_its_reason(american: LocalTariffs) -> None:
    with pytest.raises(RequestError, match=r"needs the duty of 9822\.05\.10") as caught:
        priced(american, "US", line("6214.90.00", "CR", preference="CAFTA-DR"))
    assert caught.value.code == "duty_needs_fact"


def test_a_duty_on_a_part_of_the_goods_refuses_and_names_the_fact(american: LocalTariffs) -> None:
    with pytest.raises(RequestError) as caught:
        priced(american, "US", line("9105.11.80"))
    assert caught.value.code == "duty_needs_fact"
    assert "the value of the case and the value of the battery" in caught.value.message
    assert "30¢ each + 6.9% on the case + 5.3% on the battery" in caught.value.message
    pinned = priced(american, "US", line("9105.11.80", duty="5%"))
    assert pinned.charges


def test_a_text_that_was_not_understood_refuses_with_the_text(american: LocalTariffs) -> None:
    with pytest.raises(RequestError) as caught:
        priced(american, "US", line("9105.21.40"))
    assert caught.value.code == "bad_duty_text"
    assert "1.7¢/jewel + 0.2¢ for each other piece" in caught.value.message
    assert "9105.21.40" in caught.value.message


def test_below_a_threshold_no_rate_is_needed(british: LocalTariffs) -> None:
    """Where no duty is due, one that cannot be computed is no error."""
    cheap = priced(british, "GB", line("6214100010", "CN", "20.00 GBP"), "2025-07-14")
    assert duty_codes(cheap)
    with pytest.raises(RequestError, match="additional code"):
        priced(british, "GB", line("6214100010", "CN", "500.00 GBP"), "2025-07-14")


def test_a_season_bounds_how_long_a_price_holds(british: LocalTariffs) -> None:
    winter = priced(british, "GB", line("0707.00.05", price="1000.00 GBP"), "2026-02-20")
    assert duty(winter).amount_minor == 60_00
    assert winter.valid_until == date(2026, 2, 28)
    spring = priced(british, "GB", line("0707.00.05", price="1000.00 GBP"), "2026-03-01")
    assert duty(spring).amount_minor == 160_00


def test_an_entry_price_refuses(british: LocalTariffs) -> None:
    with pytest.raises(RequestError, match="needs the entry price of the consignment"):
        priced(british, "FR", line("0702.00.00", "MA"), "2026-02-20", seller="US")


def test_remedies_are_part_of_the_duty(british: LocalTariffs) -> None:
    quote = priced(british, "GB", line("6214100010", "RU", "1000.00 GBP"), "2025-07-14")
    found = duty(quote)
    assert (found.amount_minor, found.why.rate) == (430_00, "8.00 % + 35.00 %")
    assert quote.certainty == "exact"
    with pytest.raises(RequestError, match="the additional code of the trade remedy: C999"):
        priced(british, "GB", line("6214100010", "CN", "1000.00 GBP"), "2025-07-14")
    unknown = Line("scarf", "1000.00 GBP", hs_code="6214100010", weight_g=500)
    with pytest.raises(RequestError, match="needs the origin of the goods"):
        priced(british, "GB", unknown, "2025-07-14")


def test_a_preference_of_the_british_tariff(british: LocalTariffs) -> None:
    french = line("6214100010", "FR", "1000.00 GBP", preference="UK-EU-TCA", evidence="statement")
    quote = priced(british, "GB", french, "2025-07-14")
    found = duty(quote)
    assert (found.amount_minor, found.why.rate, found.code) == (0, "0.00 %", "preference")
    assert found.why.rule == "GB.preference.eu"
    assert "answer of 2025-07-14" in found.why.source
    assert "with U110" in note(quote, "preference_condition")
    vietnamese = line("6214100010", "VN", "1000.00 GBP", preference="CPTPP", evidence="statement")
    better = duty(priced(british, "GB", vietnamese, "2025-07-14"))
    assert better.why.rate == "3.00 % + 25.00 %"
    assert better.amount_minor == 280_00
    quota = line("6214100010", "VN", "1000.00 GBP", preference="050001")
    taken = priced(british, "GB", quota, "2025-07-14")
    assert duty(taken).amount_minor == 0
    assert "what is left of the quota" in note(taken, "preference_doubtful")
    both = line("6214100010", "VN", "1000.00 GBP", preference="VN")
    with pytest.raises(RequestError, match="several rates") as caught:
        priced(british, "GB", both, "2025-07-14")
    assert caught.value.code == "ambiguous_preference"


def test_excise_that_is_not_in_the_price_makes_it_partial(british: LocalTariffs) -> None:
    wine = line("2204210000", "AU", "1000.00 GBP", litres="0.75")
    quote = priced(british, "GB", wine, "2025-07-14")
    assert duty(quote).amount_minor == 8  # 7.5 pence
    assert quote.certainty == "partial"
    assert "excise of 28.74 GBP / l alc. 100%" in note(quote, "not_in_price")


def test_a_rate_of_2021_that_a_suspension_replaced_is_an_estimate(british: LocalTariffs) -> None:
    quote = priced(british, "GB", line("0707.00.99.99", price="1000.00 GBP"), "2026-02-20")
    assert "a suspension of the duty applied" in note(quote, "unverified_tariff")


def test_outside_the_days_of_the_import(american: LocalTariffs) -> None:
    before = priced(american, "US", line("6214.10.10"), "2025-12-31")
    assert [p.provider for p in before.provenance if p.kind == "tariff"] == ["bundled tariff.US"]
    with pytest.raises(NotInForce):
        priced(american, "US", line("9105.11.80"), "2024-12-31")


def test_requirements_name_what_a_duty_needs(american: LocalTariffs) -> None:
    shop = LandedCost("FR", tariffs=american)
    found = {
        r.fact: r.why for r in shop.requirements_for("91051180", "CH", "US", as_of="2026-11-20")
    }
    assert "needs the value of the case" in found["duty"]
    found = {
        r.fact: r.why for r in shop.requirements_for("62141020", "CH", "US", as_of="2026-11-20")
    }
    assert "3.9% + 10¢/kg" in found["weight_g"]


def test_a_warm_price_asks_no_file(american: LocalTariffs, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = LandedCost("FR", tariffs=american)
    bundle = Bundle([line("6214.10.10")], shipping="0.00 USD")
    first = shop.price_for(bundle, "US", as_of="2026-11-20").total_minor

    def never(*_: Any) -> Any:
        raise AssertionError("the file was asked")

    monkeypatch.setattr(Store, "_rows", never)
    other = Bundle([line("6214.10.10", price="77.00 USD")], shipping="0.00 USD")
    assert shop.price_for(bundle, "US", as_of="2026-11-20").total_minor == first
    assert shop.price_for(other, "US", as_of="2026-11-20").total_minor < first


def test_a_shop_with_imported_tariffs_can_be_sent_elsewhere(american: LocalTariffs) -> None:
    shop = pickle.loads(pickle.dumps(LandedCost("FR", tariffs=american)))
    quote = shop.price_for(Bundle([line("6214.10.10")], shipping="0.00 USD"), "US", as_of=READ)
    assert duty(quote).why.rate == "1.2%"


def outcome(shop: LandedCost, bundle: Bundle, to: str, on: str) -> tuple[Any, Any, Any]:
    """The code of the error, or total and certainty."""
    try:
        quote = shop.price_for(bundle, to, as_of=on, **RATES)
    except LandedCostError as error:
        return error.code, None, None
    return None, quote.total_minor, quote.certainty


def test_columns_equal_single_prices(american: LocalTariffs, british: LocalTariffs) -> None:
    for tariffs, to, on in ((american, "US", "2026-11-20"), (british, "GB", "2025-07-14")):
        shop = LandedCost("FR", tariffs=tariffs)
        catalogue = [
            {
                "id": f"{hs}-{origin}-{k}",
                "unit_price": "900.00",
                "currency": "USD",
                "hs_code": hs,
                "origin": origin,
                "weight_g": 500,
                "preference": preference,
                "shipping": "5.00",
            }
            for k, (hs, origin, preference) in enumerate(
                [
                    ("62141010", "VN", None),
                    ("62141010", "MX", "USMCA"),
                    ("62141020", "MX", "USMCA"),
                    ("62141020", "JP", "JP"),
                    ("91051180", "CH", None),
                    ("6214100010", "FR", "UK-EU-TCA"),
                    ("6214100010", "RU", None),
                    ("6214100010", "CN", None),
                    ("0707009999", "MA", None),
                ]
            )
        ] * 3
        catalogue = [{**item, "id": f"{item['id']}-{n}"} for n, item in enumerate(catalogue)]
        found = shop.price_many(catalogue, [to], as_of=on, **RATES)
        rows = found.table.to_pylist()
        assert len(rows) == len(catalogue)
        for item, cells in zip(catalogue, rows, strict=True):
            one = Line(
                item["id"],
                "900.00 USD",
                hs_code=item["hs_code"],
                origin=item["origin"],
                weight_g=500,
                preference=item["preference"],
            )
            bundle = Bundle([one], shipping="5.00 USD")
            assert outcome(shop, bundle, to, on) == (
                cells["error_code"],
                cells["total_minor"],
                cells["certainty"],
            )


def test_a_catalogues_file_is_priced_from_them_too(american: LocalTariffs, tmp_path: Path) -> None:
    catalog = tmp_path / "drop.csv"
    catalog.write_text(
        "id,unit_price,currency,hs_code,origin,weight_g\nscarf,1000.00,USD,6214.10.10,VN,500\n",
        encoding="utf-8",
    )
    job = Job(str(catalog), ("US",), "2026-11-20", sender="FR", tariffs=str(american.path))
    target = reprice(job, tmp_path / "prices.parquet").target
    quote = Replay(Earlier(target)).quote(0)
    alone = priced(american, "US", line("6214.10.10"))
    assert str(duty(quote).why.source) == str(duty(alone).why.source)
    assert "2026 basic edition" in duty(quote).why.source
    assert quote.total_minor == alone.total_minor
