"""``landedcost whatif``, ``rules status`` and ``rules reforms``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Run

REFORM = """\
name = "No relief"
[changes."GB.threshold.low_value.amount"]
2029-03-01 = "0"
"""


@pytest.fixture
def reform(tmp_path: Path) -> str:
    path = tmp_path / "relief.toml"
    path.write_text(REFORM, encoding="utf-8")
    return str(path)


def test_before_and_after_by_market(run: Run, request_file: str, reform: str) -> None:
    done = run(
        *("whatif", request_file, "--reform", reform, "--to", "GB,DE", "--as-of", "2029-06-01")
    )
    assert done.code == 0
    assert "No relief, on 2029-06-01" in done.out
    assert "buyer loses, state gains" in done.out
    assert "nobody" in done.out


def test_the_same_as_json(run: Run, request_file: str, reform: str) -> None:
    found = run(
        *("whatif", request_file, "--reform", reform, "--to", "GB,DE", "--as-of", "2029-06-01"),
        *("--cost", "40USD", "--keep-price", "--json"),
    ).json
    britain, germany = found["markets"]
    assert britain["before"]["total"] >= britain["after"]["total"]
    assert britain["who"].endswith("seller loses")
    assert germany["before"]["total"] == germany["after"]["total"]


def test_where_the_margin_turns(run: Run, request_file: str) -> None:
    done = run(
        *("whatif", request_file, "--cost", "40USD", "--break-even", "DE.tax.vat.standard"),
    )
    assert done.code == 0
    assert "DE: at DE.tax.vat.standard = " in done.out


def test_a_catalogue(run: Run, reform: str, tmp_path: Path) -> None:
    catalog = tmp_path / "drop.toml"
    catalog.write_text(
        '[defaults]\ncurrency = "USD"\norigin = "VN"\nhs_code = "6109.10"\nshipping = "9.00"\n'
        '[[items]]\nid = "a"\nunit_price = "25.00"\n[[items]]\nid = "b"\nunit_price = "30.00"\n',
        encoding="utf-8",
    )
    asked = ("whatif", str(catalog), "--reform", reform, "--to", "GB,DE", "--as-of", "2029-06-01")
    found = {m["market"]: m for m in run(*asked, "--json").json["markets"]}
    assert (found["GB"]["up"], found["GB"]["same"]) == (2, 0)
    assert (found["DE"]["up"], found["DE"]["same"]) == (0, 2)
    assert found["GB"]["parts"]["duty"] > 0
    shown = run(*asked).out
    assert "No relief, sums of all prices" in shown
    assert "buyer loses, state gains" in " ".join(shown.split())
    assert found["GB"]["after"] - found["GB"]["before"] == sum(found["GB"]["parts"].values())
    early = run(*asked[:-1], "2026-10-01", "--since", "2026-10-01", "--json").json["markets"]
    assert early[0]["up"] == 2


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ((), "--reform"),
        (("--reform", "none.toml"), "none.toml"),
        (("--reform", "uk-relief-ends", "--to", "QQ"), "--to"),
        (("--reform", "uk-relief-ends", "--cost", "cheap"), "--cost"),
        (("--break-even", "GB.tax.vat.standard"), "--cost"),
        (("--break-even", "GB.tax.vat", "--cost", "1USD"), "changes.GB.tax.vat"),
    ],
)
def test_a_wrong_flag_is_named(
    run: Run, request_file: str, more: tuple[str, ...], where: str
) -> None:
    done = run("whatif", request_file, "--json", *more)
    assert done.code == 2
    assert done.json["error"]["where"] == where


def test_other_commands_take_reforms_too(run: Run, document: dict[str, Any], reform: str) -> None:
    asked = json.dumps(document | {"as_of": "2029-06-01", "buyer": {"country": "GB"}})
    plain = run("price", "-", "--json", stdin=asked).json
    priced = run("price", "-", "--reform", reform, "--json", stdin=asked).json
    assert priced["total"] != plain["total"]
    compared = run("compare", "-", "--to", "GB", "--reform", reform, "--json", stdin=asked).json
    assert compared[0]["quote"]["total"] == priced["total"]
    shown = run("rules", "show", "GB", "--reform", reform, "--as-of", "2029-06-01", "--json").json
    (value,) = (v for v in shown["values"] if v["address"] == "GB.threshold.low_value.amount")
    assert (value["value"], value["status"]) == ("0", "reform")


def test_the_oldest_rules_come_first(run: Run) -> None:
    found = run("rules", "status", "--as-of", "2026-11-24", "--json").json
    days = [one["days_ago"] for one in found]
    assert days == sorted(days, reverse=True)
    assert {one["code"] for one in found} >= {"GB", "US", "DE", "JP"}
    assert "not verified" in run("rules", "status").out


def test_the_reforms_that_come_with_it(run: Run) -> None:
    found = run("rules", "reforms", "--json").json
    assert {one["name"] for one in found} >= {"uk-relief-ends", "eu-normal-tariff"}
    assert all(one["title"] and one["why"] and one["source"] for one in found)
    assert "uk-relief-ends" in run("rules", "reforms").out
