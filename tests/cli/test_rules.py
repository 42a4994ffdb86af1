"""``landedcost rules``, ``requirements`` and ``schema``."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from landedcost.regimes.load import RuleBook

from .conftest import Run

BUNDLED = resources.files("landedcost.regimes").joinpath("data")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the rules of Norway, to be broken."""
    text = BUNDLED.joinpath("NO.toml").read_text("utf-8")
    (tmp_path / "NO.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_bundled_rules_are_sound(run: Run) -> None:
    ran = run("rules", "check", "--json")
    assert ran.code == 0, ran.out
    counts = ran.json
    assert counts["territories"] == len(RuleBook().codes)
    assert counts["values"] == counts["verified"] + counts["unverified"]
    assert counts["sources"] > 0
    assert counts["tariff_rates"] > 0
    table = run("rules", "check").out
    assert "unverified" in table
    assert str(counts["values"]) in table


def test_list(run: Run) -> None:
    found = run("rules", "list", "--json").json
    assert [one["code"] for one in found] == list(RuleBook().codes)
    assert "Norway" in run("rules", "list").out


def test_show(run: Run) -> None:
    shown = run("rules", "show", "DE", "--as-of", "2026-10-01", "--json").json
    assert shown["member_of"] == "EU"
    addresses = [value["address"] for value in shown["values"]]
    assert any(address.startswith("EU.") for address in addresses)
    assert any(address.startswith("DE.tax.") for address in addresses)
    for value in shown["values"]:
        assert value["from"] <= "2026-10-01"
        assert value["until"] is None or value["until"] > "2026-10-01"
        assert value["source"]["title"]
        assert value["source"]["url"] or value["source"]["citation"]
    every = run("rules", "show", "DE", "--json").json
    assert len(every["values"]) >= len(shown["values"])
    shown_in_words = run("rules", "show", "NO").out
    assert shown_in_words.startswith("Norway, last checked for 2024-12-31\n")
    assert "\nNO.threshold.low_value.amount = 350 NOK\n" in shown_in_words
    assert "\n    from 2020-01-01 until 2024-01-01, in_force, verified: Norw" in shown_in_words


def test_one_s_own_rules(run: Run, folder: Path) -> None:
    argv = ("--rules-dir", str(folder), "--json")
    assert [one["code"] for one in run("rules", "list", *argv).json] == ["NO"]
    assert run("rules", "check", *argv).json["territories"] == 1
    assert run("rules", "show", "NO", *argv).json["name"] == "Norway"
    assert run("rules", "show", "SE", *argv).code == 2


def test_an_empty_folder(run: Run, tmp_path: Path) -> None:
    ran = run("rules", "check", "--rules-dir", str(tmp_path))
    assert ran.code == 2
    assert "no folder with rule files" in ran.err


BREAKS = [
    ("[territory]", "[territory", "not valid TOML"),
    ('currency = "NOK"', 'currency = "NOX"', "no currency of ISO 4217"),
    ('code = "NO"', 'code = "SE"', "the file is of 'SE'"),
    ('tariff = "NO"', 'tariff = "NO"\nmember_of = "EU"', "no rules of 'EU'"),
    ('tariff = "NO"', 'tariff = "NO"\ncapital = "Oslo"', "unknown key 'capital'"),
    ("[[fx.customs.rule]]", "[[note.fx.text]]", "0 fx rules on"),
    ('source = "toll_clothes"', 'source = "hearsay"', "no [source.hearsay]"),
    ("[rounding.tax]", "[rounding.nothing]", "rounding"),
]


@pytest.mark.parametrize(("old", "new", "message"), BREAKS, ids=[new for _, new, _ in BREAKS])
def test_a_fault_has_its_file_and_line(
    run: Run, folder: Path, old: str, new: str, message: str
) -> None:
    text = (folder / "NO.toml").read_text("utf-8")
    assert old in text
    (folder / "NO.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    ran = run("rules", "check", "--rules-dir", str(folder))
    assert ran.code == 2
    assert ran.err.startswith("error: NO.toml:")
    assert message in ran.err
    as_json = run("rules", "check", "--rules-dir", str(folder), "--json").json
    assert as_json["error"] == as_json["faults"][0]
    file, line = as_json["error"]["where"].split(":")
    assert file == "NO.toml"
    assert int(line) > 0


TWICE = """
[source.mine]
title = "A test"
citation = "none"
read = 2026-01-01
[valuation.other]
when = { channel = ["courier"] }
[[valuation.other.basis]]
from = 2024-01-01
value = "FOB"
status = "in_force"
source = "mine"
"""
TAX_TWICE = """
[source.mine]
title = "A test"
citation = "none"
read = 2026-01-01
[tax.other]
label = "VAT"
method = "rate"
base = ["value"]
when = { buyer_kind = ["business"] }
[[tax.other.standard]]
from = 2024-01-01
value = "5%"
status = "in_force"
source = "mine"
"""


@pytest.mark.parametrize(
    ("more", "address", "message"),
    [
        (TWICE, "[[valuation.other.basis]]", "two valuation rules on"),
        (TAX_TWICE, "[[tax.other.standard]]", "VAT twice on"),
    ],
)
def test_two_rules_for_one_question(
    run: Run, folder: Path, more: str, address: str, message: str
) -> None:
    text = (folder / "NO.toml").read_text("utf-8") + more
    (folder / "NO.toml").write_text(text, encoding="utf-8")
    line = text.splitlines().index(address) + 1
    ran = run("rules", "check", "--rules-dir", str(folder))
    assert ran.code == 2
    assert f"NO.toml:{line}: {message}" in ran.err


def test_a_hole_between_two_values(run: Run, folder: Path) -> None:
    text = (folder / "NO.toml").read_text("utf-8")
    start = text.index("[[valuation.cif.basis]]")
    ended = text[:start] + text[start:].replace(
        'value = "CIF"', 'until = 2024-06-01\nvalue = "CIF"', 1
    )
    (folder / "NO.toml").write_text(ended, encoding="utf-8")
    ran = run("rules", "check", "--rules-dir", str(folder))
    assert ran.code == 2
    assert "no valuation rule on 2024-06-01" in ran.err


def test_a_file_nested_deep(run: Run, folder: Path) -> None:
    deep = f"x = {'[' * 5000}{']' * 5000}\n"
    (folder / "NO.toml").write_text(deep, encoding="utf-8")
    ran = run("rules", "check", "--rules-dir", str(folder))
    assert ran.code == 2
    assert "nested too deep" in ran.err


def test_requirements(run: Run) -> None:
    argv = ("requirements", "6109.10", "--origin", "VN", "--to", "CA", "--as-of", "2026-10-01")
    found = run(*argv, "--json")
    assert found.code == 0
    assert {"fact", "needed", "why"} == set(found.json[0])
    assert "buyer.region" in [one["fact"] for one in found.json]
    assert "buyer.region" in run(*argv).out
    home = run("requirements", "6109.10", "--origin", "VN", "--to", "CA-ON", "--from", "CA")
    assert home.out == "nothing beyond the price and the code\n"


def test_schema(run: Run) -> None:
    both = run("schema").json
    assert list(both) == ["request", "answer"]
    assert run("schema", "--of", "request").json == both["request"]
    assert run("schema", "--of", "answer", "--json").json == both["answer"]
