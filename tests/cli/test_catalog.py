"""``landedcost catalog`` and ``landedcost propose``."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

DAY = ("--as-of", "2026-10-01")
FILE = """\
[shop]
country = "US"
registrations = ["IOSS", "GB-VAT"]
shipping = "9.00 USD"
markets = ["de-DE", "en-GB"]

[items.tee]
title = "Tee [bold]"
price = "25.00 USD"
cost = "9.00 USD"
hs_code = "6109.10"
origin = "VN"
weight_g = 180
stock = 4

[items.mug]
title = "<b>Mug</b>"
price = "18.00 USD"
cost = "5.00 USD"
hs_code = "6912.00"
origin = "CN"
weight_g = 390

[items.pen]
price = "3.00 USD"

[bundles.duo]
title = "Tee & mug"
items = { tee = 1, mug = 1 }

[bundles.crate]
items = { tee = 9, mug = 2 }
"""


@pytest.fixture
def shop_file(tmp_path: Path) -> str:
    path = tmp_path / "drop.toml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def test_check_tells_prices_and_advice(run: Run, shop_file: str) -> None:
    done = run("catalog", "check", shop_file, *DAY)
    assert done.code == 2  # a crate is dutiable, and the mug's code is too short
    assert "drop.toml: 3 items, 2 bundles, 0 drops; 2 of 4 prices found" in done.out
    assert "crate, en-GB: items.mug.hs_code: 6912.00 is one of several" in done.out
    assert "items.pen: no hs_code" in done.out
    assert "items.pen: no cost" in done.out
    assert "items.pen: in no bundle" in done.out
    found = run("catalog", "check", shop_file, *DAY, "--to", "DE", "--json").json
    assert found["priced"] == 1
    (unpriced,) = found["without_price"]
    assert (unpriced["bundle"], unpriced["market"]) == ("crate", "DE")
    assert {"where": "items.pen", "text": "in no bundle"} in found["advice"]


def test_price_is_what_the_buyers_read(run: Run, shop_file: str) -> None:
    done = run("catalog", "price", shop_file, *DAY)
    assert done.code == 0
    assert "Tee & mug" in done.out
    assert "52,57\N{NO-BREAK SPACE}€" in done.out
    assert "inkl. Zoll und Steuern" in done.out
    assert "crate, en-GB: " in done.out
    (only,) = [
        a
        for a in run("catalog", "price", shop_file, *DAY, "--to", "de-DE", "--json").json
        if a["bundle"] == "duo"
    ]
    assert only["market"] == "de-DE"
    assert only["quote"]["total"]["currency"] == "EUR"


@pytest.mark.parametrize("command", ["check", "price"])
def test_a_set_is_told_with_its_duty_each_way(run: Run, shop_file: str, command: str) -> None:
    said = (
        "[bundles.duo.set]\ndifferent_headings = true\ncommon_need = true\n"
        'retail_packed = true\nessential_item = "tee"\n'
    )
    Path(shop_file).write_text(FILE + said, encoding="utf-8")
    argv = ("catalog", command, shop_file, *DAY, "--to", "de-DE")
    words = " ".join(run(*argv).out.split())
    if command == "check":
        assert "duo, de-DE: classified as one set under General Rule 3(b)" in words
        assert "duty apart 6.00 EUR, together 3.00 EUR; needs ruling" in words
        told = [one["where"] for one in run(*argv, "--json").json["advice"]]
        assert "duo, de-DE" in told
    else:
        assert "estimated" in words
        notes = run(*argv, "--json").json[0]["quote"]["notes"]
        assert "set_needs_ruling" in [note["code"] for note in notes]


@pytest.mark.parametrize("width", ["80", "120"])
def test_no_escape_of_a_mark_of_direction(
    run: Run, shop_file: str, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    """Hebrew and Arabic prices have them, and so has what is due on delivery."""
    monkeypatch.setenv("COLUMNS", width)
    text = FILE.replace('shipping = "9.00 USD"', 'shipping = "9.00 USD"\nterms = "DAP"')
    Path(shop_file).write_text(text, encoding="utf-8")
    shown = run("catalog", "price", shop_file, *DAY, "--to", "he-IL,de-DE").out
    proposed = run("propose", shop_file, "--to", "he-IL", *DAY).out
    for out in (shown, proposed):
        assert "\\u" not in out
        assert " \N{NEW SHEQEL SIGN}" in out.replace("\N{NO-BREAK SPACE}", " ")
    assert "bei Lieferung" in " ".join(shown.split())


def test_propose(run: Run, shop_file: str) -> None:
    done = run("propose", shop_file, "--to", "DE", "--margin", "30%", *DAY)
    assert done.code == 0
    assert "Tee [bold] + <b>Mug</b>" in done.out
    assert "pen takes no part: its cost is not known" in done.out
    found = run("propose", shop_file, "--to", "DE", *DAY, "--json").json
    (one,) = found["proposals"]
    assert one["items"] == ["tee", "mug"]
    assert one["stock"] == 4
    none = run("propose", shop_file, "--to", "DE", "--stock", "tee=0", *DAY)
    assert "DE: no bundle keeps 30%" in none.out
    assert "tee takes no part: sold out" in none.out


@pytest.mark.parametrize(
    ("argv", "where"),
    [
        (("propose", "FILE", "--to", "XX"), "--to"),
        (("propose", "FILE", "--to", "DE", "--margin", "lots"), "--margin"),
        (("propose", "FILE", "--to", "DE", "--size", "9"), "--size"),
        (("propose", "FILE", "--to", "DE", "--stock", "tee"), "--stock"),
        (("propose", "FILE", "--to", "DE", "--stock", "tea=1"), "--stock"),
        (("propose", "FILE", "--to", "DE", "--as-of", "soon"), "--as-of"),
        (("catalog", "price", "FILE", "--to", "de"), "--to"),
        (("catalog", "price", "FILE", "--as-of", "soon"), "--as-of"),
        (("catalog", "check", "none.toml"), "none.toml"),
    ],
)
def test_faults_name_the_flag(run: Run, shop_file: str, argv: tuple[str, ...], where: str) -> None:
    done = run(*(shop_file if word == "FILE" else word for word in argv), "--json")
    assert done.code == 2
    assert done.json["error"]["where"].startswith(where)


def test_a_fault_of_the_file_names_its_line(run: Run, shop_file: str) -> None:
    text = FILE.replace("weight_g = 390", "wieght_g = 390")
    Path(shop_file).write_text(text, encoding="utf-8")
    done = run("catalog", "check", shop_file)
    assert done.code == 2
    line = text.splitlines().index("wieght_g = 390") + 1
    assert f"drop.toml:{line}: items.mug.wieght_g: unknown key" in done.err
    assert "did you mean 'weight_g'?" in done.err


def test_reprice_says_why_it_takes_no_shops_file(run: Run, shop_file: str, tmp_path: Path) -> None:
    done = run("reprice", shop_file, "--markets", "DE", *DAY, "-o", str(tmp_path / "p.parquet"))
    assert done.code == 2
    assert "landedcost catalog price" in done.err
