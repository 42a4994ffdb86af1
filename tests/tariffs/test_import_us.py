"""Exports of the American schedule: revisions become one dated table, bad files no table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from landedcost import LocalTariffs
from landedcost.errors import LandedCostError, NotInForce, RequestError, RuleFileError
from landedcost.tariffs.local_table import LocalTable

from .samples import SCARVES, imported, packed, row, us_csv, us_json

BASIC, REV_3 = "hts_2026_basic.json", "hts_2026_rev_3.json"
LATER = date(2026, 3, 1)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "tariffs.sqlite3"


def table(tariffs: LocalTariffs) -> LocalTable:
    found = tariffs.table("US")
    assert found is not None
    return found


def rate(tariffs: LocalTariffs, code: str, day: date = LATER, origin: str = "VN") -> str:
    found = table(tariffs).lookup(code, day, origin=origin)
    assert len(found.rows) == 1
    return found.rows[0].text


def changed(**rates: str) -> list[dict[str, Any]]:
    """The scarves with other general rates, by code without dots."""
    names = {code: f"{code[:4]}.{code[4:6]}.{code[6:8]}" for code in rates}
    return [
        {
            **r,
            "general": next((rates[c] for c, n in names.items() if n == r["htsno"]), r["general"]),
        }
        for r in SCARVES
    ]


def test_a_line_without_a_rate_has_that_of_the_line_above_it(into: Path) -> None:
    tariffs = imported(into, (BASIC, us_json(SCARVES)))
    assert rate(tariffs, "6214101010") == "1.2%"
    assert rate(tariffs, "62141010") == "1.2%"
    assert rate(tariffs, "6214102099") == "3.9% + 10¢/kg"
    assert rate(tariffs, "62149000") == "11.3%"
    lines = table(tariffs).store.described("US", "6214101010", LATER)
    assert lines["6214101010"].units == "doz, kg"
    words = "Shawls and scarves: Of silk: Containing 70 percent of silk: Hand-painted"
    assert lines["6214101010"].text == words


def test_inheritance_is_by_indent_not_by_code(into: Path) -> None:
    rows = [
        row("7113", 0, "Jewelry:"),
        row("", 1, "Of precious metal:", "5%", "Free (AU)", "80%"),
        row("7113.11.00", 2, "Of silver"),
        row("7113.19.00", 2, "Other", "", "", ""),
        row("7113.19.00.10", 3, "Of gold", "6%", "", "81%"),
        row("7113.20.00", 1, "Clad"),
    ]
    tariffs = imported(into, (BASIC, us_json(rows)))
    assert rate(tariffs, "71131100") == "5%"
    assert rate(tariffs, "7113190010") == "6%"
    assert rate(tariffs, "71131100", origin="CU") == "80%"
    assert rate(tariffs, "7113190010", origin="RU") == "81%"
    claims = table(tariffs).claims(table(tariffs).lookup("71131100", LATER).rows[0], LATER)
    assert [c.names[0] for c in claims or ()] == ["AU"]
    with pytest.raises(RequestError, match="not in the imported table") as caught:
        rate(tariffs, "71132000")  # the line above it is not one of its own
    assert "nearest known: 7113.19" in caught.value.hint


def test_csv_and_json_and_gz_are_the_same(into: Path, tmp_path: Path) -> None:
    one = imported(into, (BASIC, us_json(SCARVES)))
    two = imported(tmp_path / "two.sqlite3", ("hts_2026_basic.csv", us_csv(SCARVES)))
    three = imported(tmp_path / "three.sqlite3", (f"{BASIC}.gz", packed(us_json(SCARVES))))
    for code in ("6214101010", "62141020", "62149000"):
        rows = [table(t).lookup(code, LATER).rows for t in (one, two, three)]
        assert rows[0] == rows[1] == rows[2]
    assert table(one).store.described("US", "62", LATER) == table(two).store.described(
        "US", "62", LATER
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_revisions_make_one_dated_table_in_any_order(into: Path, order: tuple[int, ...]) -> None:
    files = [
        ("hts_2025_basic.json", us_json(changed(**{"62141010": "1%"}))),
        (BASIC, us_json(SCARVES[:5])),  # the line 6214.90 is gone
        (REV_3, us_json(changed(**{"62141010": "7%"}))),
    ]
    for k in order:
        tariffs = imported(into, files[k])
    assert rate(tariffs, "62141010", date(2025, 12, 31)) == "1%"
    assert rate(tariffs, "62141010", date(2026, 1, 1)) == "1.2%"
    assert rate(tariffs, "62141010", date(2026, 2, 11)) == "1.2%"  # between two revisions
    assert rate(tariffs, "62141010", date(2026, 2, 12)) == "7%"
    row_of = table(tariffs).lookup("62141010", date(2026, 2, 1)).rows[0]
    assert (row_of.start, row_of.until) == (date(2026, 1, 1), date(2026, 2, 12))
    assert "2026 basic edition" in row_of.source.text
    unchanged = table(tariffs).lookup("62141020", date(2026, 2, 1)).rows[0]
    assert (unchanged.start, unchanged.until) == (date(2025, 1, 1), None)
    assert rate(tariffs, "62149000", date(2025, 6, 1)) == "11.3%"
    with pytest.raises(NotInForce, match="not known on 2026-02-01"):
        rate(tariffs, "62149000", date(2026, 2, 1))
    with pytest.raises(NotInForce, match="not known on 2024-12-31"):
        rate(tariffs, "62141020", date(2024, 12, 31))


def test_importing_again_changes_nothing(into: Path) -> None:
    files = ((BASIC, us_json(SCARVES)), (REV_3, us_json(changed(**{"62141010": "7%"}))))
    imported(into, *files)
    before, when = into.read_bytes(), into.stat().st_mtime_ns
    imported(into, *files)
    assert (into.read_bytes(), into.stat().st_mtime_ns) == (before, when)
    imported(into, files[0])
    assert into.read_bytes() == before
    later = imported(into, files[0], read=date(2026, 12, 24))
    assert table(later).editions[0].read == date(2026, 12, 24)


def test_a_corrected_edition_takes_the_place_of_the_old(into: Path) -> None:
    imported(into, (BASIC, us_json(SCARVES)), (REV_3, us_json(SCARVES)))
    tariffs = imported(into, (BASIC, us_json(changed(**{"62141010": "2%"}))))
    assert rate(tariffs, "62141010", date(2026, 2, 1)) == "2%"
    assert rate(tariffs, "62141010", LATER) == "1.2%"
    before = into.read_bytes()
    with pytest.raises(RequestError, match="was kept as applying from 2026-01-01") as caught:
        imported(into, (BASIC, us_json(SCARVES)), effective=date(2026, 1, 5))
    assert caught.value.code == "edition_day"
    assert into.read_bytes() == before


def test_a_part_of_the_schedule_changes_its_headings_only(into: Path) -> None:
    shoes = [row("6401", 0, "Footwear:"), row("6401.10.00", 1, "Waterproof", "37.5%", "", "75%")]
    imported(into, (BASIC, us_json([*SCARVES, *shoes])))
    tariffs = imported(into, (REV_3, us_json([*shoes[:1], {**shoes[1], "general": "36%"}])))
    assert rate(tariffs, "64011000") == "36%"
    assert rate(tariffs, "62141010") == "1.2%"
    editions = table(tariffs).editions
    assert [e.headings for e in editions] == [frozenset({"6214", "6401"}), frozenset({"6401"})]
    found = table(tariffs).lookup("62141010", LATER).rows[0]
    assert "2026 basic edition" in found.source.text


def test_the_edition_and_its_day_must_be_known(into: Path) -> None:
    with pytest.raises(RequestError, match="which edition"):
        imported(into, ("schedule.json", us_json(SCARVES)))
    with pytest.raises(RequestError, match="from which day does the 2027 revision 4 apply"):
        imported(into, ("hts_2027_rev_4.json", us_json(SCARVES)))
    assert not into.exists()
    tariffs = imported(
        into,
        ("schedule.json", us_json(SCARVES)),
        edition="2027HTSRev4",
        effective=date(2027, 5, 1),
    )
    assert table(tariffs).editions[0].name == "2027 revision 4"
    assert rate(tariffs, "62141010", date(2027, 5, 1)) == "1.2%"


WHOLE = us_json(SCARVES)


def with_row(**changes: Any) -> bytes:
    return us_json([*SCARVES[:2], {**SCARVES[2], **changes}, *SCARVES[3:]])


def without(name: str) -> bytes:
    return us_json([{k: v for k, v in r.items() if k != name} for r in SCARVES])


BAD: dict[str, Callable[[], bytes]] = {
    "cut in the middle of a row": lambda: WHOLE[: len(WHOLE) // 2],
    "cut after a row": lambda: WHOLE[: WHOLE.index(b"},") + 2],
    "cut before the end": lambda: WHOLE.rstrip()[:-1],
    "something after the end": lambda: WHOLE + b"{}",
    "two lists": lambda: WHOLE + WHOLE,
    "rows without commas": lambda: WHOLE.replace(b"},\n", b"}\n", 1),
    "empty list": lambda: b"[]",
    "no rates": lambda: us_json([row("6214", 0, "Shawls")]),
    "not rows": lambda: b"[1, 2, 3]",
    "deep": lambda: b"[" * 100_000,
    "deep in a row": lambda: b'[{"htsno": ' + b"[" * 100_000,
    "not UTF-8": lambda: WHOLE[:100] + b"\xff\xfe" + WHOLE[100:],
    "a code twice": lambda: us_json([*SCARVES, SCARVES[2]]),
    "a code of letters": lambda: with_row(htsno="6214.1O.10"),
    "a long code": lambda: with_row(htsno="6214.10.10.10.10"),
    "an indent of words": lambda: with_row(indent="two"),
    "an absurd indent": lambda: with_row(indent="9" * 30),
    "a rate as a number": lambda: with_row(general=0.012),
    "a rate as NaN": lambda: WHOLE.replace(b'"1.2%"', b"NaN"),
    "a rate as a list": lambda: with_row(general=["1.2%"]),
    "a rate as a novel": lambda: with_row(general="1.2% " * 1000),
    "units as text": lambda: with_row(units="kg"),
    "units of numbers": lambda: with_row(units=[1]),
    "no code column": lambda: without("htsno"),
    "no indent column": lambda: without("indent"),
    "a page instead": lambda: b"<!doctype html><title>Access denied</title>",
    "nothing": lambda: b"",
    "zeros": lambda: bytes(1000),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gz"])
def test_a_broken_or_hostile_file_changes_nothing(into: Path, name: str, zipped: bool) -> None:
    imported(into, (BASIC, WHOLE))
    before = into.read_bytes()
    data = BAD[name]()
    good = ("hts_2026_rev_4.json", us_json(changed(**{"62141010": "9%"})))
    with pytest.raises(LandedCostError) as caught:
        imported(into, good, (REV_3, packed(data) if zipped else data))
    assert into.read_bytes() == before
    assert isinstance(caught.value, RuleFileError)
    assert caught.value.code == "bad_file"
    assert caught.value.file == REV_3
    assert [p.name for p in into.parent.glob("*.new")] == []


def test_a_gz_that_is_cut_or_damaged(into: Path) -> None:
    data = packed(WHOLE)
    for bad in (data[:-9], data[: len(data) // 2], data[:-8] + bytes(8), data[:5]):
        with pytest.raises(RuleFileError, match=r"cut off or damaged"):
            imported(into, (BASIC, bad))
    assert not into.exists()


def test_a_file_that_unpacks_to_too_much(into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landedcost.tariffs.importers.files.MAX_BYTES", 1000)
    with pytest.raises(RuleFileError, match="no tariff is that large"):
        imported(into, (BASIC, packed(b"[" + b" " * 100_000)))


CSV = us_csv(SCARVES)


@pytest.mark.parametrize(
    "data",
    [
        CSV[:-1],
        CSV[: len(CSV) // 2],
        CSV + b"one,cell\n",
        CSV.replace(b"6214.10.10,2", b"6214.10.10,x"),
        CSV.replace(b'"[""doz.""', b'"[""doz.'),
    ],
    ids=["no last line end", "cut", "another row", "indent", "units"],
)
def test_a_broken_csv(into: Path, data: bytes) -> None:
    with pytest.raises(RuleFileError) as caught:
        imported(into, ("hts_2026_basic.csv", data))
    assert caught.value.code == "bad_file"
    assert not into.exists()


def test_a_text_that_is_not_understood_refuses_by_itself(into: Path) -> None:
    strange = "1.7¢/jewel + 0.2¢ for each other piece"
    tariffs = imported(into, (BASIC, us_json(changed(**{"62141010": strange}))))
    found = table(tariffs).lookup("62141010", LATER).rows[0]
    with pytest.raises(RequestError) as caught:
        found.duty_on(LATER)
    assert strange in caught.value.message
    assert "6214.10.10" in caught.value.message
    assert rate(tariffs, "62149000") == "11.3%"


def test_programmes_with_their_conditions(into: Path) -> None:
    tariffs = imported(into, (BASIC, us_json(SCARVES)))
    local = table(tariffs)
    claims = {
        c.names[0]: c for c in local.claims(local.lookup("62141020", LATER).rows[0], LATER) or ()
    }
    assert set(claims) == {"A*", "KR", "S+", "JP"}
    assert claims["KR"].is_for("korus", "KR")
    assert not claims["KR"].is_for("KORUS", "VN")
    assert claims["JP"].row.text == "2%"
    assert claims["S+"].is_for("USMCA", "MX")
    assert "only for the countries or quantities" in claims["S+"].condition
    assert "lapsed on 2020-12-31" in claims["A*"].doubt
    see = local.claims(local.lookup("62149000", LATER).rows[0], LATER)
    assert [c.row.duty.beyond() for c in see or ()] == [("the duty of 9822.05.10",)]


def test_a_table_that_was_tampered_with(into: Path) -> None:
    imported(into, (BASIC, WHOLE))
    for change in (
        "UPDATE rate SET start = 'soon'",
        "UPDATE rate SET start = 5",
        "UPDATE edition SET headings = '{'",
        "UPDATE format SET version = 99",
        "DROP TABLE rate",
    ):
        copy = into.with_name("copy.sqlite3")
        copy.write_bytes(into.read_bytes())
        with sqlite3.connect(copy, isolation_level=None) as base:
            base.execute(change)
        base.close()
        with pytest.raises(RequestError) as caught:
            rate(LocalTariffs(copy), "62141010")
        assert caught.value.code == "bad_table"


def test_nothing_there_and_something_else_there(into: Path) -> None:
    with pytest.raises(RequestError, match="no imported tariffs there"):
        LocalTariffs(into)
    into.write_bytes(b"SQLite format 3\x00 no more than a greeting")
    with pytest.raises(RequestError, match="not a file of imported tariffs"):
        LocalTariffs(into)
    with pytest.raises(RequestError, match="not a file of imported tariffs"):
        imported(into, (BASIC, WHOLE))
    assert into.read_bytes().endswith(b"greeting")
    assert json.loads(WHOLE)[2]["htsno"] == "6214.10.10"
