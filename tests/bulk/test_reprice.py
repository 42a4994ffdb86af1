"""A catalogue's file priced into a file of prices: cut off, resumed, repeated, compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from catalogs import as_csv, parquet, rows

from landedcost import LandedCost, RequestError, RuleFileError
from landedcost.bulk.earlier import Earlier
from landedcost.bulk.job import Job
from landedcost.bulk.moves import moves, settings_changed, why
from landedcost.bulk.parts import Parts
from landedcost.bulk.replay import Replay
from landedcost.bulk.reprice import Outcome, reprice
from landedcost.bulk.summary import bad_rows, by_market

MARKETS = ("DE", "US", "JP")
DAY = "2026-10-01"
PINNED = {"USD/EUR": "0.86", "JPY/EUR": "0.0061", "JPY/USD": "0.0071"}


def job(catalog: Path, **changes: Any) -> Job:
    asked = {"catalog": str(catalog), "markets": MARKETS, "as_of": DAY, "strategy": "highest"}
    asked |= {"rates": PINNED, "customs_rates": PINNED, "registrations": ("IOSS",)}
    return Job(**(asked | changes))


def command(catalog: Path, output: Path, *more: str) -> list[str]:
    pins = [
        f for p, r in PINNED.items() for f in ("--rate", f"{p}={r}", "--customs-rate", f"{p}={r}")
    ]
    return [
        *(sys.executable, "-m", "landedcost", "reprice", str(catalog), "-o", str(output)),
        *("--markets", ",".join(MARKETS), "--as-of", DAY, "--strategy", "highest"),
        *("--registrations", "IOSS", "--batch", "500", *pins, *more),
    ]


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return parquet(tmp_path / "drop.parquet", rows(300))


def test_each_row_is_what_price_for_answers(catalog: Path, tmp_path: Path) -> None:
    outcome = reprice(job(catalog), tmp_path / "prices.parquet", size=100)
    assert (outcome.baskets, outcome.computed, outcome.kept) == (300, 900, 0)
    found = pq.read_table(outcome.target).to_pylist()
    expected = LandedCost("US", tariff_strategy="highest", registrations=["IOSS"]).price_many(
        rows(300), MARKETS, as_of=DAY, rates=PINNED, customs_rates=PINNED
    )
    by_key = {(r["market"], r["row"]): r for r in expected.table.to_pylist()}
    assert len(by_key) == len(found) == 900
    for row in found:
        assert row | {"basis": None} == by_key[row["market"], row["row"]] | {"basis": None}


@pytest.mark.slow
def test_killed_half_way_and_begun_again_gives_the_same_file(tmp_path: Path) -> None:
    catalog = parquet(tmp_path / "drop.parquet", rows(40_000))
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    subprocess.run(command(catalog, whole), check=True, capture_output=True)
    cut.write_bytes(b"the prices of yesterday")

    running = subprocess.Popen(command(catalog, cut), stdout=subprocess.DEVNULL)
    parts = tmp_path / "cut.parquet.parts"
    while len(list(parts.glob("*.parquet"))) < 3:
        assert running.poll() is None, "it ended before it could be killed"
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.wait()

    done = len(list(parts.glob("*.parquet")))
    assert 3 <= done < 80
    assert cut.read_bytes() == b"the prices of yesterday"
    again = subprocess.run(
        command(catalog, cut, "--json"), check=True, capture_output=True, encoding="utf-8"
    )
    assert json.loads(again.stdout)["resumed_batches"] == done
    assert cut.read_bytes() == whole.read_bytes()
    assert not parts.exists()


@pytest.mark.slow
def test_a_full_disk_leaves_the_earlier_file_whole(tmp_path: Path) -> None:
    """The system refuses the bytes beyond a limit, as a full disk does."""
    catalog = parquet(tmp_path / "drop.parquet", rows(20_000))
    target = tmp_path / "prices.parquet"
    target.write_bytes(b"the prices of yesterday")
    limited = (
        "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "runpy.run_module('landedcost', run_name='__main__')"
    )
    asked = command(catalog, target)
    done = subprocess.run(
        [sys.executable, "-c", limited, *asked[3:], "--json"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (2, "cannot_write")
    assert str(target) in error["where"]
    assert target.read_bytes() == b"the prices of yesterday"
    assert not list(tmp_path.glob("**/*.new"))
    again = subprocess.run(
        command(catalog, target, "--json"), check=True, capture_output=True, encoding="utf-8"
    )
    assert json.loads(again.stdout)["resumed_batches"] == 40
    assert pq.read_metadata(target).num_rows == 60_000


def test_parts_of_another_run_are_not_used(catalog: Path, tmp_path: Path) -> None:
    target = tmp_path / "prices.parquet"
    begun = Parts(target, {"job": "another"})
    begun.put(
        0, pq.read_table(reprice(job(catalog), tmp_path / "a.parquet").target).to_batches()[0], {}
    )
    outcome = reprice(job(catalog), target)
    assert outcome.resumed == 0
    assert target.read_bytes() == (tmp_path / "a.parquet").read_bytes()


def ticked(catalog: Path, tmp_path: Path) -> tuple[Outcome, Outcome, Path]:
    """Prices before a tick of the euro's rate, after it from the earlier ones, and after it."""
    rates = {**PINNED, "USD/EUR": "0.87"}
    before = reprice(job(catalog), tmp_path / "before.parquet", size=100)
    after = job(catalog, rates=rates)
    since = reprice(after, tmp_path / "since.parquet", size=100, earlier=Earlier(before.target))
    full = reprice(after, tmp_path / "full.parquet", size=100)
    return since, full, before.target


def test_a_tick_computes_only_what_it_touches_and_equals_a_full_run(
    catalog: Path, tmp_path: Path
) -> None:
    since, full, _ = ticked(catalog, tmp_path)
    units = [row["currency"] for row in rows(300)]
    touched = units.count("USD") + units.count("EUR")  # on DE, and on US: the inverse moves too
    assert (since.computed, since.kept) == (touched, 900 - touched)
    assert since.target.read_bytes() == full.target.read_bytes()


def test_an_article_put_in_front_does_not_touch_the_others(catalog: Path, tmp_path: Path) -> None:
    before = reprice(job(catalog), tmp_path / "before.parquet", size=100)
    first = rows(1)[0] | {"id": "new"}
    longer = parquet(tmp_path / "longer.parquet", [first, *rows(300)])
    since = reprice(
        job(longer), tmp_path / "since.parquet", size=100, earlier=Earlier(before.target)
    )
    assert (since.computed, since.kept) == (3, 900)
    full = reprice(job(longer), tmp_path / "full.parquet", size=100)
    assert since.target.read_bytes() == full.target.read_bytes()


def test_what_moved_and_why(catalog: Path, tmp_path: Path) -> None:
    since, _, before = ticked(catalog, tmp_path)
    old, new = Earlier(before), Earlier(since.target)
    found = moves(old, new)
    assert [m.market for m in found.markets] == list(MARKETS)
    germany, states, japan = found.markets
    assert (germany.up, germany.down, germany.same) == (150, 0, 150)
    assert (states.up, states.down, states.same) == (0, 75, 225)
    assert (japan.up, japan.down, japan.same) == (0, 0, 300)
    totals = {
        path: sum(r["total_minor"] for r in pq.read_table(path).to_pylist() if r["market"] == "DE")
        for path in (before, since.target)
    }
    assert sum(germany.parts.values()) == totals[since.target] - totals[before]
    assert len(found.largest) == 5
    for move in found.largest:
        reasons = why(move, Replay(old), Replay(new))
        assert isinstance(reasons, list)
        assert {r.kind for r in reasons} >= {"goods", "shipping"}
        change = sum((r.after or 0) - (r.before or 0) for r in reasons)
        assert change == move.after["total_minor"] - move.before["total_minor"]
    assert settings_changed(old.about, new.about) == ["rates USD/EUR: 0.86 → 0.87"]


def test_prices_that_are_gone_new_or_in_another_currency(tmp_path: Path) -> None:
    items = rows(40)
    one = reprice(job(parquet(tmp_path / "a.parquet", items)), tmp_path / "one.parquet")
    items[0] = items[0] | {"hs_code": "9999.99"}
    items[1] = items[1] | {"id": "fresh"}
    two = reprice(job(parquet(tmp_path / "b.parquet", items)), tmp_path / "two.parquet")
    states = moves(Earlier(one.target), Earlier(two.target)).markets[1]
    assert (states.lost, states.fresh, states.same) == (0, 1, 39)
    asked = job(tmp_path / "b.parquet", markets=("US",), sender="DE")
    three = reprice(asked, tmp_path / "three.parquet")
    gone = moves(Earlier(two.target), Earlier(three.target)).markets[0]
    assert gone.lost == 1  # from Germany the code's duty is needed


def test_any_row_explains_itself_as_a_single_quote_does(catalog: Path, tmp_path: Path) -> None:
    outcome = reprice(job(catalog), tmp_path / "prices.parquet", size=100)
    replay = Replay(Earlier(outcome.target))
    shop = LandedCost("US", tariff_strategy="highest", registrations=["IOSS"])
    alone = shop.price_many(rows(300), MARKETS, as_of=DAY, rates=PINNED, customs_rates=PINNED)
    by_key = {(r["market"], r["row"]): n for n, r in enumerate(alone.table.to_pylist())}
    for number in (0, 99, 100, 455, 899):
        row = replay.earlier.row(number)
        quote = replay.quote(number)
        assert quote.total_minor == row["total_minor"]
        assert str(quote.explain()) == str(alone.quote(by_key[row["market"], row["row"]]).explain())
    with pytest.raises(RequestError, match="0 to 899"):
        replay.quote(900)


def test_a_row_is_not_explained_by_something_else(catalog: Path, tmp_path: Path) -> None:
    outcome = reprice(job(catalog), tmp_path / "prices.parquet")
    moved = catalog.rename(tmp_path / "moved.parquet")
    with pytest.raises(RequestError) as caught:
        Replay(Earlier(outcome.target)).quote(0)
    assert caught.value.code == "no_file"
    assert Replay(Earlier(outcome.target), moved).quote(0)
    parquet(catalog, rows(299))
    with pytest.raises(RequestError) as caught:
        Replay(Earlier(outcome.target)).quote(0)
    assert caught.value.code == "other_catalog"
    changed = Earlier(outcome.target)
    changed.about["rules"]["DE"] = "0123456789ab"
    with pytest.raises(RuleFileError, match="DE"):
        Replay(changed, moved).quote(0)


def test_a_file_that_holds_no_prices_is_told(catalog: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        Earlier(catalog)
    assert caught.value.code == "not_prices"
    half = tmp_path / "half.parquet"
    half.write_bytes(catalog.read_bytes()[:-20])
    with pytest.raises(RequestError) as caught:
        Earlier(half)
    assert caught.value.code == "not_prices"
    with pytest.raises(RequestError) as caught:
        Earlier(tmp_path / "none.parquet")
    assert caught.value.code == "no_file"


def wrong(item: dict[str, Any], number: int) -> dict[str, Any]:
    """One way in which a row can be wrong, and the field that is."""
    ways: list[dict[str, Any]] = [
        {"hs_code": "61.x"},
        {"unit_price": "NaN"},
        {"weight_g": None, "duty": "0.30 USD/kg"},
        {"title": "x" * 501},
        {"title": "BADBYTES"},
    ]
    return item | ways[number % len(ways)]


FIELDS = {"hs_code", "unit_price", "weight_g", "title"}


@pytest.mark.slow
def test_a_hundred_thousand_rows_with_one_in_a_hundred_bad(tmp_path: Path) -> None:
    items = [{"duty": None, **item} for item in rows(100_000)]
    items[7] |= {"title": "<script>alert('x')</script> \x1b[31m"}
    bad = set(range(50, 100_000, 100))
    for number in bad:
        items[number] = wrong(items[number], number // 100)
    path = as_csv(tmp_path / "drop.csv", items)
    path.write_bytes(path.read_bytes().replace(b"BADBYTES", b"caf\xe9 \xff"))
    outcome = reprice(job(path, markets=("US",), sender="DE"), tmp_path / "prices.parquet")
    listed = list(bad_rows(outcome.target))
    assert {row.row for row in listed} == bad
    assert [row.row for row in listed] == sorted(bad)
    assert {row.field.removeprefix("lines[0].") for row in listed} == FIELDS
    assert all(row.reason and row.id == items[row.row]["id"] for row in listed)
    (states,) = by_market(outcome.target)
    assert (states.priced, states.failed) == (99_000, 1_000)


def test_rows_of_the_wrong_length_are_told_and_left_out(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "drop.csv", rows(20))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(5, "short,row\n")
    path.write_text("".join(lines) + "half-writ", encoding="utf-8")
    outcome = reprice(job(path), tmp_path / "prices.parquet")
    assert [(s.line, s.reason) for s in outcome.skipped] == [
        (6, "2 cells, the header has 9"),
        (23, "1 cells, the header has 9"),
    ]
    assert outcome.baskets == 20


def test_csv_parquet_and_toml_are_read_alike(tmp_path: Path) -> None:
    items = rows(20)
    toml = "[defaults]\nmarket_note = 'not read'\n" + "".join(
        "[[items]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in item.items())
        for item in items
    )
    tmp_path.joinpath("drop.toml").write_text(toml, encoding="utf-8")
    paths = [
        parquet(tmp_path / "drop.parquet", items),
        as_csv(tmp_path / "drop.csv", items),
        tmp_path / "drop.toml",
    ]
    tables = []
    for path in paths:
        outcome = reprice(job(path), tmp_path / f"{path.suffix[1:]}.parquet")
        tables.append(pq.read_table(outcome.target).replace_schema_metadata(None))
        assert outcome.not_used == (("market_note",) if path.suffix == ".toml" else ())
    assert tables[0] == tables[1] == tables[2]


def test_a_toml_price_is_never_a_float(tmp_path: Path) -> None:
    path = tmp_path / "drop.toml"
    path.write_text(
        '[defaults]\ncurrency = "USD"\norigin = "VN"\nhs_code = "6109.10"\n'
        '[[items]]\nid = "a"\nunit_price = 1234567890.10\n',
        encoding="utf-8",
    )
    outcome = reprice(job(path, markets=("US",)), tmp_path / "prices.parquet")
    assert pq.read_table(outcome.target)["goods_minor"].to_pylist() == [123456789010]


@pytest.mark.parametrize(
    ("name", "text", "code", "says"),
    [
        ("drop.xls", "id\n", "bad_catalog", "not a catalogue's file"),
        ("drop.csv", "", "bad_catalog", "empty"),
        ("drop.csv", "id,id\na,b\n", "bad_catalog", "'id' comes twice"),
        ("drop.csv", "unit_price\n1\n", "missing_column", "id"),
        ("drop.toml", "[[items]\n", "bad_catalog", "line 1"),
        ("drop.toml", "[[item]]\nid = 'a'\n", "bad_catalog", "'item' is not known"),
        ("drop.parquet", "PAR1 no", "bad_catalog", "Parquet"),
    ],
)
def test_a_catalogue_that_cannot_be_read(
    tmp_path: Path, name: str, text: str, code: str, says: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match=says) as caught:
        reprice(job(path), tmp_path / "prices.parquet")
    assert caught.value.code == code
    assert not (tmp_path / "prices.parquet").exists()


def test_an_output_nobody_may_write_to(catalog: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        reprice(job(catalog), tmp_path / "nowhere" / "prices.parquet")
    assert caught.value.code == "cannot_write"


def test_the_number_of_threads_changes_no_byte(catalog: Path, tmp_path: Path) -> None:
    made = [
        reprice(job(catalog), tmp_path / f"{jobs}.parquet", size=37, jobs=jobs).target.read_bytes()
        for jobs in (1, 2, 5)
    ]
    assert made[0] == made[1] == made[2]


def test_progress_is_told(catalog: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, int]] = []
    reprice(
        job(catalog),
        tmp_path / "prices.parquet",
        size=100,
        progress=lambda done, total, baskets: told.append((done, total, baskets)),
    )
    assert [t[2] for t in told] == [100, 200, 300]
    assert told[-1][:2] == (300, 300)
    assert os.listdir(tmp_path).count("prices.parquet.parts") == 0
