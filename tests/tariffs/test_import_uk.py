"""The UK and EU table and recorded answers: imported, dated, doubted where they say so."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from landedcost import LocalTariffs
from landedcost.errors import LandedCostError, NotInForce, RequestError
from landedcost.tariffs.importers import Options, read_file
from landedcost.tariffs.rows import Row, choose

from .answers import UK_2025, Answer, scarves
from .samples import READ, imported, packed, uk_csv

DAY = date(2025, 7, 14)
TABLE = "uk-eu-mfn.csv"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "tariffs.sqlite3"


def row(tariffs: LocalTariffs, name: str, code: str, day: date = DAY, origin: str = "VN") -> Row:
    table = tariffs.table(name)
    assert table is not None
    found = table.lookup(code, day, origin=origin)
    return choose(found, "refuse")[0]


def test_one_table_is_two_tariffs(into: Path) -> None:
    tariffs = imported(into, (TABLE, uk_csv()))
    assert tariffs.names == ("EU", "GB")
    assert row(tariffs, "GB", "62141000").text == "8.0%"
    assert row(tariffs, "EU", "6214100099").text == "8.0%"
    found = row(tariffs, "GB", "62141000")
    assert (found.start, found.verified) == (date(2021, 1, 1), True)
    assert found.source.title == "UK Global Tariff as published for January 2021"
    with pytest.raises(NotInForce):
        row(tariffs, "GB", "62141000", date(2020, 12, 31))


def test_seasons_entry_prices_and_agricultural_components(into: Path) -> None:
    tariffs = imported(into, (TABLE, uk_csv()))
    cucumbers = row(tariffs, "GB", "07070005")
    assert str(cucumbers.duty_on(date(2025, 7, 14))) == "16%"
    assert str(cucumbers.duty_on(date(2025, 12, 1))) == "6%"
    assert row(tariffs, "EU", "07020000").duty.beyond() == ("the entry price of the consignment",)
    biscuits = row(tariffs, "EU", "19053110")
    assert biscuits.duty.beyond() == (
        "the Meursing code for the agricultural component",
        "the Meursing code for the additional duty on sugar",
    )


def test_what_the_table_doubts_is_not_verified(into: Path) -> None:
    tariffs = imported(into, (TABLE, uk_csv()))
    suspended = row(tariffs, "GB", "0707009999")
    assert (suspended.verified, suspended.note) == (False, "a suspension of the duty applied")
    remedied = row(tariffs, "GB", "0707009910")
    assert "the Union's rate of 24 + 4.2 EUR/100 kg applied instead" in remedied.note
    slip = row(tariffs, "EU", "0707009910")
    assert str(slip.duty) == "24% + 4.2 EUR/100kg"
    assert (slip.verified, slip.note) == (False, "'24' has no unit: percent is meant")
    april = row(tariffs, "EU", "0707009999")
    assert str(april.duty_on(date(2025, 4, 30))) == "9%"
    assert not april.verified


BAD_TABLES: dict[str, Callable[[], bytes]] = {
    "cut": lambda: uk_csv()[:-20],
    "no end": lambda: uk_csv()[:-1],
    "a flag": lambda: uk_csv("62141000,Silk,8%,8%,No,Perhaps,False,False,False"),
    "a code": lambda: uk_csv("6214A000,Silk,8%,8%,No,False,False,False,False"),
    "a short code": lambda: uk_csv("6214,Silk,8%,8%,No,False,False,False,False"),
    "columns": lambda: uk_csv("62141000,Silk,8%,8%"),
    "twice": lambda: uk_csv(*["62141000,Silk,8%,8%,No,False,False,False,False"] * 2),
    "a novel": lambda: uk_csv(f"62141000,Silk,{'8%' * 2000},8%,No,False,False,False,False"),
    "only a header": lambda: uk_csv().splitlines()[0] + b"\n",
    "an open quote": lambda: uk_csv('62141000,"Silk,8%,8%,No,False,False,False,False'),
    "other columns": lambda: b"code,rate\n62141000,8%\n",
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_broken_table_changes_nothing(into: Path, name: str) -> None:
    imported(into, (TABLE, uk_csv()))
    before = into.read_bytes()
    with pytest.raises(LandedCostError) as caught:
        imported(into, (UK_2025, scarves().text()), (TABLE, BAD_TABLES[name]()))
    assert caught.value.code == "bad_file"
    assert into.read_bytes() == before


@pytest.fixture
def silk(into: Path) -> LocalTariffs:
    return imported(into, (TABLE, uk_csv()), (f"{UK_2025}.gz", packed(scarves().text())))


def test_an_answer_is_for_its_own_code(silk: LocalTariffs) -> None:
    found = row(silk, "GB", "6214100010", origin="IN")
    assert (found.text, found.plus, found.provider) == ("8.00 %", (), "imported")
    assert "answer of 2025-07-14" in found.source.text
    assert row(silk, "GB", "6214100010", origin="JE").text == "0.00 %"  # its own area
    assert row(silk, "GB", "62141000", origin="IN").meaning == "8%"  # spelled in two ways
    assert row(silk, "GB", "62141000", origin="IN").verified


def test_remedies_come_on_top_for_the_origins_they_are_for(silk: LocalTariffs) -> None:
    russian = row(silk, "GB", "6214100010", origin="RU")
    assert (russian.shown, str(russian.duty)) == ("8.00 % + 35.00 %", "8% + 35%")
    assert "with additional duty, 35.00 %" in russian.note
    assert row(silk, "GB", "6214100010", origin="VN").shown == "8.00 % + 25.00 %"
    chinese = row(silk, "GB", "6214100010", origin="CN")
    assert chinese.lacks == "the additional code of the trade remedy: C999"
    unknown = row(silk, "GB", "6214100010", origin="")
    assert unknown.lacks == "the origin of the goods: trade remedies depend on it"


def test_what_may_be_claimed(silk: LocalTariffs) -> None:
    table = silk.table("GB")
    assert table is not None
    found = row(silk, "GB", "6214100010", origin="VN")
    claims = {c.names[-1]: c for c in table.claims(found, DAY) or ()}
    assert set(claims) == {"eu", "vietnam", "cptpp", "050001", "area 1011"}
    assert claims["eu"].condition == "with U110"
    assert claims["eu"].row.only == {"DE", "FR", "IT"}
    assert claims["cptpp"].row.shown == "3.00 % + 25.00 %"
    assert claims["050001"].row.shown == "0.00 %"  # a quota bears no safeguard duty
    assert claims["050001"].doubt == "what is left of the quota is not known"
    assert (claims["area 1011"].kind, claims["area 1011"].row.until) == (
        "suspension",
        date(2026, 1, 1),
    )
    later = {c.names[-1] for c in table.claims(found, date(2026, 1, 1)) or ()}
    assert "area 1011" not in later
    plain = row(silk, "GB", "19053110")
    assert table.claims(plain, DAY) is None  # the table says nothing of preferences


def test_the_answer_of_the_day_or_the_last_before_it(into: Path) -> None:
    old = Answer().measure("103", "8.00 %", ("01", 8.0, None, None), end="2025-12-31")
    new = Answer().measure("103", "6.00 %", ("01", 6.0, None, None), start="2026-01-01")
    tariffs = imported(
        into,
        (UK_2025, old.text()),
        (UK_2025.replace("2025-07-14", "2026-01-05"), new.text()),
    )
    assert row(tariffs, "GB", "6214100010", date(2025, 8, 1)).text == "8.00 %"
    assert row(tariffs, "GB", "6214100010", date(2026, 2, 1)).text == "6.00 %"
    assert row(tariffs, "GB", "6214100010", date(2021, 1, 1)).text == "8.00 %"
    with pytest.raises(NotInForce):
        row(tariffs, "GB", "6214100010", date(2026, 1, 3))  # the older answer ends before


def test_northern_ireland_is_kept_for_the_union(into: Path) -> None:
    answer = Answer(source="xi").measure("103", "6.50 %", ("01", 6.5, None, None))
    tariffs = imported(into, ("xi_commodities_6214100010_asof_2025-07-14.json", answer.text()))
    assert tariffs.names == ("EU",)
    assert row(tariffs, "EU", "6214100010").text == "6.50 %"
    assert row(tariffs, "EU", "61091000").provider == "bundled"  # only a part was imported


def test_a_bundled_rate_answers_what_a_part_does_not_have(silk: LocalTariffs) -> None:
    assert row(silk, "GB", "6109100010").provider == "bundled"
    table = silk.table("GB")
    assert table is not None
    with pytest.raises(RequestError, match="not in the bundled table"):
        table.lookup("990000", DAY)


def test_importing_answers_again_changes_nothing(into: Path) -> None:
    imported(into, (UK_2025, scarves().text()))
    before = into.read_bytes()
    imported(into, (UK_2025, scarves().text()))
    assert into.read_bytes() == before


def test_an_answer_needs_a_day(into: Path) -> None:
    with pytest.raises(RequestError, match="for which day was the answer given"):
        imported(into, ("answer.json", scarves().text()))
    tariffs = imported(into, ("answer.json", scarves().text()), effective=date(2025, 3, 1))
    assert "answer of 2025-03-01" in row(tariffs, "GB", "6214100010", origin="IN").source.text


def test_other_documents_of_the_service_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "chapters.json"
    path.write_text(json.dumps({"data": [{"id": "1", "type": "chapter"}]}), encoding="utf-8")
    (found,) = read_file(path, Options(READ))
    assert getattr(found, "why", "") == "no measures: not about a code that can be declared"


def amount(text: bytes) -> bytes:
    return scarves().text().replace(b'"duty_amount": 8.0', b'"duty_amount": ' + text)


def broken(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = scarves().document()
    change(document)
    return json.dumps(document).encode()


BAD_ANSWERS: dict[str, Callable[[], bytes]] = {
    "cut": lambda: scarves().text()[:-100],
    "not an answer": lambda: b'{"error": "not found"}',
    "a reference to nothing": lambda: broken(lambda d: d["included"].pop()),
    "no included": lambda: broken(lambda d: d.pop("included")),
    "included is an object": lambda: broken(lambda d: d.update(included={})),
    "an entity is a text": lambda: broken(lambda d: d["included"].append("measure")),
    "a code": lambda: broken(
        lambda d: d["data"]["attributes"].update(goods_nomenclature_item_id="6214.10")
    ),
    "an unknown tariff": lambda: broken(
        lambda d: d["data"]["meta"]["duty_calculator"].update(source="us")
    ),
    "an amount of words": lambda: amount(b'"8 percent"'),
    "an amount of NaN": lambda: amount(b"NaN"),
    "an absurd amount": lambda: amount(b"1e400"),
    "a date": lambda: scarves().text().replace(b"2021-01-01T", b"2021-13-01T"),
    "deep": lambda: b'{"data": ' + b"[" * 100_000,
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_a_broken_answer_changes_nothing(into: Path, name: str) -> None:
    imported(into, (UK_2025, scarves().text()))
    before = into.read_bytes()
    with pytest.raises(LandedCostError) as caught:
        imported(into, (UK_2025.replace("2025", "2026"), BAD_ANSWERS[name]()))
    assert caught.value.code == "bad_file"
    assert into.read_bytes() == before
