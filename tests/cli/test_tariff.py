"""``landedcost tariff``: import, show, list and options, in words and as JSON."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..tariffs.answers import UK_2025, Answer, scarves
from ..tariffs.samples import SCARVES, packed, row, uk_csv, us_json
from .conftest import Run

STRANGE = "1.7¢/jewel + 0.2¢ for each other piece"
ROWS = [
    *SCARVES,
    row("9105", 0, "Clocks:"),
    row("9105.11.80", 1, "Alarm clocks", "30¢ each + 6.9% on the case", "Free (CO)", STRANGE),
]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    made = {
        "hts_2026_basic.json": us_json(ROWS),
        "hts_2026_rev_3.json.gz": packed(us_json([{**r, "general": "5%"} for r in ROWS[2:3]])),
        "uk-eu-mfn.csv": uk_csv(),
        UK_2025: scarves().text(),
        "chapters.json": b'{"data": [{"id": "1", "type": "chapter"}]}',
        "hts_2026_rev_5.json": us_json(ROWS)[:400],
    }
    out = {}
    for name, data in made.items():
        path = tmp_path / name
        path.write_bytes(data)
        out[name] = str(path)
    return out


@pytest.fixture
def into(tmp_path: Path) -> str:
    return str(tmp_path / "kept" / "tariffs.sqlite3")


ALL = ("hts_2026_basic.json", "hts_2026_rev_3.json.gz", "uk-eu-mfn.csv", UK_2025, "chapters.json")


@pytest.fixture
def kept(run: Run, files: dict[str, str], into: str) -> str:
    done = run("tariff", "import", *(files[n] for n in ALL), "--into", into, "--read", "2026-11-24")
    assert done.code == 0
    return into


def test_import_says_what_was_understood(run: Run, files: dict[str, str], into: str) -> None:
    given = [files[n] for n in ALL]
    done = run("tariff", "import", *given, "--into", into, "--read", "2026-11-24")
    assert (done.code, done.err) == (0, "")
    assert "2026 revision 3" in done.out
    assert "Not understood: these rates refuse" in done.out
    assert STRANGE in done.out
    assert "skipped chapters.json: no measures" in done.out
    assert f"kept in {into}" in done.out
    again = run("tariff", "import", *given, "--into", into, "--read", "2026-11-24")
    assert f"nothing new for {into}" in again.out


def test_import_as_a_document(run: Run, files: dict[str, str], into: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    given = (files["hts_2026_basic.json"], "--into", into, "--report", str(report), "--json")
    done = run("tariff", "import", *given, "--read", "2026-11-24")
    found = done.json
    assert json.loads(report.read_text(encoding="utf-8")) == found
    assert (found["changed"], found["texts"], found["understood"]) == (True, 12, 11)
    assert (found["share_understood"], found["share_computed"]) == ("91.666 %", "75.000 %")
    (edition,) = found["editions"]
    assert edition["edition"] == "2026 basic edition"
    assert edition["columns"]["other"]["share_understood"] == "75.000 %"
    assert [
        (u["text"], u["column"], u["first"], u["count"]) for u in edition["not_understood"]
    ] == [(STRANGE, "other", "91051180", 1)]


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("hts_2026_rev_5.json",), "bad_file", "not JSON, or cut off"),
        (("nowhere.json",), "no_file", "No such file"),
        (("chapters.json",), "", ""),
        (("uk-eu-mfn.csv", "hts_2026_basic.json", "--edition", "2026 basic"), "usage", "one file"),
        (("hts_2026_basic.json", "--effective", "tomorrow"), "bad_date", "not a day"),
        (("hts_2026_basic.json", "--edition", "basic"), "unknown_edition", "which edition"),
    ],
)
def test_import_refuses_with_one_line_or_one_object(
    run: Run, files: dict[str, str], into: str, argv: tuple[str, ...], code: str, words: str
) -> None:
    given = [files.get(a, a) for a in argv]
    done = run("tariff", "import", *given, "--into", into, "--json")
    if not code:
        assert (done.code, done.json["changed"]) == (0, False)
        return
    assert done.code == 2
    assert done.json["error"]["code"] == code
    assert words in done.json["error"]["message"]
    assert not Path(into).exists()
    told = run("tariff", "import", *given, "--into", into)
    assert told.err.startswith("error: ")
    assert "Traceback" not in told.err


def test_a_file_of_words_is_no_table(run: Run, files: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("nothing to see", encoding="utf-8")
    done = run("tariff", "import", files["uk-eu-mfn.csv"], "--into", str(other), "--json")
    assert done.json["error"]["code"] == "bad_table"
    assert other.read_text(encoding="utf-8") == "nothing to see"
    unknown = run("tariff", "import", str(other), "--into", str(tmp_path / "t"), "--json")
    assert "not a tariff that can be imported" in unknown.json["error"]["message"]


def test_two_imports_at_once(run: Run, files: dict[str, str], kept: str) -> None:
    before = Path(kept).read_bytes()
    with sqlite3.connect(f"{kept}.lock", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = run("tariff", "import", files["hts_2026_basic.json"], "--into", kept, "--json")
    other.close()
    assert done.json["error"]["code"] == "locked"
    assert Path(kept).read_bytes() == before


KILLED = """
import os, signal, sys
from landedcost.tariffs.store import writing
def cut(self):
    os.kill(os.getpid(), signal.SIGKILL)
writing._Timelines.write = cut
from landedcost.cli import main
main(sys.argv[1:])
"""


def test_an_import_that_is_killed_leaves_the_old_table(
    run: Run, files: dict[str, str], kept: str, tmp_path: Path
) -> None:
    before = Path(kept).read_bytes()
    newer = tmp_path / "hts_2026_rev_4.json"
    newer.write_bytes(us_json([{**r, "general": "9%"} for r in ROWS[2:3]]))
    argv = ["tariff", "import", str(newer), "--into", kept]
    done = subprocess.run([sys.executable, "-c", KILLED, *argv], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    assert Path(kept).read_bytes() == before
    assert Path(f"{kept}.new").exists()
    shown = run("tariff", "show", "6214.10.10", "--to", "US", "--tariffs", kept, "--json",
                "--as-of", "2026-11-20")  # fmt: skip
    assert shown.json["rates"][0]["rate"] == "5%"
    again = run("tariff", "import", str(newer), "--into", kept)
    assert again.code == 0
    assert not Path(f"{kept}.new").exists()


def test_an_interrupted_import_leaves_nothing_behind(
    files: dict[str, str], into: str, tmp_path: Path
) -> None:
    """Ctrl-C while files are being read."""
    pipe = tmp_path / "hts_2026_rev_9.json"
    os.mkfifo(pipe)
    argv = ["tariff", "import", files["hts_2026_basic.json"], str(pipe), "--into", into]
    run = (
        "import signal, sys; from landedcost.cli import main; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a background job ignores it
        "sys.exit(main(sys.argv[1:]))"
    )
    with subprocess.Popen([sys.executable, "-c", run, *argv], stderr=subprocess.PIPE) as process:
        try:
            deadline = time.monotonic() + 30
            while not Path(f"{into}.new").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert b"Traceback" not in told
    assert sorted(p.name for p in Path(into).parent.iterdir()) == ["tariffs.sqlite3.lock"]


def test_show(run: Run, kept: str) -> None:
    done = run(
        "tariff", "show", "6214.10", "--to", "US", "--as-of", "2026-01-15", "--tariffs", kept
    )
    assert done.code == 0
    for words in ("US 6214.10 on 2026-01-15", "1.2%", "3.9% + 10¢/kg", "weight_g", "AU, AUSFTA",
                  "lapsed on 2020-12-31", "2026 basic edition", "Containing 70"):  # fmt: skip
        assert words in " ".join(done.out.split()), words
    between = run("tariff", "show", "6214.10.10", "--to", "US", "--as-of", "2026-02-11",
                  "--tariffs", kept, "--json")  # fmt: skip
    (rate,) = between.json["rates"]
    assert (rate["rate"], rate["from"], rate["until"]) == ("1.2%", "2026-01-01", "2026-02-12")
    assert [c["names"][0] for c in rate["claims"]] == ["AU", "S"]
    assert rate["provider"] == "imported"


def test_show_names_what_refuses(run: Run, kept: str) -> None:
    done = run("tariff", "show", "9105.11.80", "--to", "US", "--as-of", "2026-02-11",
               "--tariffs", kept, "--json")  # fmt: skip
    (rate,) = done.json["rates"]
    assert rate["refuses"] == "needs the value of the case"
    other = run("tariff", "show", "9105.11.80", "--to", "US", "--as-of", "2026-02-11",
                "--origin", "CU", "--tariffs", kept, "--json")  # fmt: skip
    assert STRANGE in other.json["rates"][0]["refuses"]
    season = run("tariff", "show", "0707.00.05", "--to", "GB", "--as-of", "2026-12-01",
                 "--tariffs", kept, "--json")  # fmt: skip
    assert season.json["rates"][0]["duty"] == "6%"


def test_show_of_an_answer(run: Run, kept: str) -> None:
    done = run("tariff", "show", "6214100010", "--to", "GB", "--as-of", "2025-07-14",
               "--origin", "VN", "--tariffs", kept, "--json")  # fmt: skip
    (rate,) = done.json["rates"]
    assert rate["rate"] == "8.00 % + 25.00 %"
    assert {c["kind"] for c in rate["claims"]} == {"preference", "quota", "suspension"}


def test_show_of_a_bundled_table(run: Run) -> None:
    done = run("tariff", "show", "6109.10", "--to", "de-DE", "--as-of", "2026-10-01", "--json")
    (rate,) = done.json["rates"]
    assert (done.json["tariff"], rate["rate"], rate["provider"]) == ("EU", "12%", "bundled")
    assert rate["claims"] is None
    none = run("tariff", "show", "6109.10", "--to", "ZZ", "--json")
    assert none.json["error"]["where"] == "--to"
    unknown = run("tariff", "show", "990000", "--to", "US", "--as-of", "2026-10-01", "--json")
    assert unknown.json["error"]["code"] == "unknown_duty"
    assert run("tariff", "show", "61", "--to", "US", "--json").json["error"]["where"] == "HS"


def test_list(run: Run, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("tariff", "list", "--tariffs", kept, "--json")
    assert [(r["tariff"], r["edition"], r["part"]) for r in done.json] == [
        ("EU", "January 2021", "4 headings"),
        ("GB", "January 2021", "4 headings"),
        ("GB", "answers of the UK tariff service", "1 codes"),
        ("US", "2026 basic edition", "2 headings"),
        ("US", "2026 revision 3", "1 headings"),
    ]
    assert run("tariff", "list").out == "no tariffs were imported\n"
    monkeypatch.setenv("LANDEDCOST_TARIFFS", kept)
    assert "2026 revision 3" in run("tariff", "list").out
    assert (
        run("tariff", "list", "--tariffs", "nowhere", "--json").json["error"]["code"] == "no_table"
    )


def test_where_imported_tariffs_are_found(
    run: Run, files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the user's data folder, unless a variable or a flag says otherwise."""
    monkeypatch.delenv("LANDEDCOST_TARIFFS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    ask = ("price", "--hs", "6214.10.10", "--origin", "VN", "--value", "1000USD", "--shipping",
           "0USD", "--to", "US", "--from", "GB", "--as-of", "2026-11-20", "--json")  # fmt: skip

    def rate() -> str:
        charges = run(*ask).json["charges"]
        return str(next(c["why"]["rate"] for c in charges if c["code"] == "mfn"))

    assert rate() == "1.2%"  # the bundled one
    done = run("tariff", "import", files["hts_2026_rev_3.json.gz"], "--json")
    assert done.json["table"] == str(tmp_path / "data" / "landedcost" / "tariffs.sqlite3")
    assert rate() == "5%"
    monkeypatch.setenv("LANDEDCOST_TARIFFS", "none")
    assert rate() == "1.2%"
    ask = (*ask, "--tariffs", done.json["table"])
    assert rate() == "5%"
    monkeypatch.setenv("LANDEDCOST_TARIFFS", str(tmp_path / "gone"))
    ask = ask[:-2]
    assert run(*ask).json["error"]["code"] == "no_table"
    needs = run("requirements", "62141010", "--origin", "VN", "--to", "US", "--tariffs", "none")
    assert needs.code == 0


def test_options(run: Run, files: dict[str, str]) -> None:
    done = run("tariff", "options", files[UK_2025], "--origin", "VN")
    assert done.code == 0
    for words in ("6214100010 Of silk", "VN to GB on 2025-07-14", "Third country duty", "050001",
                  "Autonomous", "the customs value in pounds"):  # fmt: skip
        assert words in " ".join(done.out.split()), words


def test_options_with_amounts(run: Run, files: dict[str, str]) -> None:
    ask = ("tariff", "options", files[UK_2025], "--origin", "CN", "--value", "1000")
    known = ("--shipping", "50", "--quantity", "KGM=10", "--additional-code", "552=C999")
    done = run(*ask, *known, "--json")
    first = done.json["options"][0]
    assert (first["kind"], first["total"], first["needs"]) == ("third_country", "643.80", [])
    assert [(r["label"], r["amount"]) for r in first["rows"]] == [
        ("Third country duty", "84.00"),
        ("Safeguard duty", "262.50"),
        ("Definitive anti-dumping duty, additional code C999", "15.00"),
        ("VAT", "282.30"),
    ]
    partly = run(*ask, "--json")
    needs = [n["code"] for n in partly.json["options"][0]["needs"]]
    assert needs == ["additional_code_552", "KGM"]
    assert partly.json["options"][0]["total"] is None


def test_options_for_northern_ireland(run: Run, files: dict[str, str], tmp_path: Path) -> None:
    xi = tmp_path / "xi.json"
    xi.write_bytes(Answer(source="xi").measure("103", "12.00 %", ("01", 12.0, None, None)).text())
    ask = ("tariff", "options", files[UK_2025], "--to", "XI", "--origin", "IN", "--value", "1000")
    assert run(*ask, "--json").json["error"]["code"] == "missing_tariff"
    risk = run(*ask, "--xi", str(xi), "--json").json
    assert (risk["route"]["leads_to"], risk["options"][0]["rows"][0]["amount"]) == ("eu", "120.00")
    assert risk["options"][0]["total"] == "344.00"  # with the VAT of the United Kingdom
    trusted = ("--authorised", "--final-use", "--processing", "commercial_processing")
    no_risk = run(*ask, "--xi", str(xi), *trusted, "--json").json
    assert no_risk["route"]["leads_to"] == "compared"
    assert (
        [(o["tariff"], o["kind"]) for o in no_risk["options"]]
        == [
            ("xi", "third_country"),  # the two differ by more than 3 % of the value
            ("xi", "third_country"),
        ][:1]
    )


@pytest.mark.parametrize(
    ("argv", "where"),
    [
        (("--to", "FR"), "--to"),
        (("--quantity", "12"), "--quantity"),
        (("--quantity", "KGM=a lot"), "quantities.KGM"),
        (("--value", "-5"), "value.goods"),
        (("--vat", "VATX"), "--vat"),
        (("--origin", "XX"), "--origin"),
        (("--processing", "none"), "--processing"),
    ],
)
def test_bad_answers_to_the_options(
    run: Run, files: dict[str, str], argv: tuple[str, ...], where: str
) -> None:
    done = run("tariff", "options", files[UK_2025], *argv, "--json")
    assert done.code == 2
    assert done.json["error"]["where"] == where
