"""``landedcost reprice`` and rows of its file, as a person at a terminal sees them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .conftest import Run

CATALOG = """\
id,title,unit_price,currency,hs_code,origin,weight_g,shipping,orgin
tee,Drop tee,25.00,USD,6109.10,VN,180,9.00,x
mug,<script>alert(1)</script>,16.00,USD,6912.00,PT,350,10.00,
typo,A price that is none,NaN,USD,6109.10,VN,180,9.00,
short,row
"""


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("drop.csv").write_text(CATALOG, encoding="utf-8")
    return "drop.csv"


def reprice(run: Run, catalog: str, *more: str) -> object:
    return run("reprice", catalog, "--markets", "DE,US", "--as-of", "2026-10-01", *more)


def test_it_tells_the_markets_the_bad_rows_and_columns_it_did_not_use(
    run: Run, catalog: str
) -> None:
    done = run("reprice", catalog, "--markets", "DE,US", "--as-of", "2026-10-01")
    assert done.code == 0
    assert "3 baskets → prices.parquet" in done.out
    assert "columns not used: orgin" in done.out
    assert "lines[0].unit_price" in done.out
    assert "not a finite amount" in done.out
    assert "line 5" in done.out
    assert "2 cells, the header has 9" in done.out
    assert done.err == ""


def test_the_same_as_json(run: Run, catalog: str) -> None:
    found = run("reprice", catalog, "--markets", "DE,US", "--as-of", "2026-10-01", "--json").json
    assert found["baskets"] == 3
    assert [(m["market"], m["priced"], m["failed"]) for m in found["markets"]] == [
        ("DE", 2, 1),
        ("US", 2, 1),
    ]
    assert [(b["row"], b["id"], b["field"]) for b in found["bad"]] == [
        (2, "typo", "lines[0].unit_price")
    ]
    assert found["skipped"] == [{"line": 5, "reason": "2 cells, the header has 9"}]


def test_every_bad_row_can_be_written_to_a_file(run: Run, catalog: str) -> None:
    reprice(run, catalog, "--errors", "bad.csv")
    with Path("bad.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["row"], row["id"], row["markets"]) for row in found] == [
        ("2", "typo", "DE US"),
        ("", "line 5", ""),
    ]


def test_a_row_explains_itself_in_the_words_of_a_single_quote(run: Run, catalog: str) -> None:
    reprice(run, catalog)
    row = run("explain", "prices.parquet", "--row", "0")
    alone = run(
        *("explain", "--hs", "6109.10", "--origin", "VN", "--value", "25USD", "--weight", "180g"),
        *("--shipping", "9USD", "--to", "DE", "--as-of", "2026-10-01"),
    )
    assert row.code == alone.code == 0
    assert row.out == alone.out.replace("· item [", "· tee [")
    table = run("price", "prices.parquet", "--row", "0")
    assert f"total            {row.out.split(' DDP')[0]}" in table.out


def test_a_row_without_a_price_says_why(run: Run, catalog: str) -> None:
    reprice(run, catalog)
    done = run("explain", "prices.parquet", "--row", "2", "--json")
    assert done.code == 2
    assert done.json["error"]["where"] == "lines[0].unit_price"


def test_a_tick_and_what_it_moved(run: Run, catalog: str) -> None:
    reprice(run, catalog, "--rate", "USD/EUR=0.86", "-o", "old.parquet")
    again = (*("--rate", "USD/EUR=0.87", "-o", "new.parquet"), "--changed-since", "old.parquet")
    done = run(
        *("reprice", catalog, "--markets", "DE,US", "--as-of", "2026-10-01", *again),
        *("--diff", "old.parquet"),
    )
    assert "4 priced again, 2 kept as they were" in done.out
    assert "changed: rates USD/EUR: 0.86 → 0.87" in done.out
    assert "tee on DE: " in done.out


@pytest.mark.parametrize(
    ("more", "code", "where"),
    [
        (("--output", "prices.csv"), "bad_output", "--output"),
        (("--rate", "USD/EUR"), "bad_pair", "--rate"),
        (("--rate", "USD/EUR=0"), "zero_rate", "--rate"),
        (("--rate", "USD/EUR=NaN"), "bad_rate", "--rate"),
        (("--from", "QQ"), "unknown_country", "--from"),
        (("--terms", "FOB"), "unknown_terms", "--terms"),
        (("--channel", "pigeon"), "unknown_channel", "--channel"),
        (("--as-of", "yesterday"), "bad_date", "--as-of"),
        (("--registrations", "nope"), "bad_registration", "--registrations"),
        (("--changed-since", "drop.csv"), "not_prices", "drop.csv"),
        (("--diff", "none.parquet"), "no_file", "none.parquet"),
        (("--jobs", "0"), "usage", ""),
    ],
)
def test_a_wrong_flag_is_named(
    run: Run, catalog: str, more: tuple[str, ...], code: str, where: str
) -> None:
    done = run("reprice", catalog, "--markets", "DE", "--json", *more)
    assert done.code == 2
    assert (done.json["error"]["code"], done.json["error"]["where"]) == (code, where)
    assert not Path("prices.parquet").exists()


def test_no_market_and_an_unknown_one(run: Run, catalog: str) -> None:
    none = run("reprice", catalog, "--markets", " , ", "--json").json
    assert none["error"]["where"] == "--markets"
    unknown = run("reprice", catalog, "--markets", "DE,QQ", "--json").json
    assert unknown["error"]["where"] == "--markets"
    assert "QQ" in unknown["error"]["message"]


def test_a_row_of_what(run: Run) -> None:
    done = run("explain", "--row", "0", "--json")
    assert done.json["error"]["where"] == "--row"
