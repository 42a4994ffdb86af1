"""``landedcost rules stack``: the duties of goods by code, origin and day, layer by layer."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Run

DAYS = "2026-02-23,2026-02-24,2026-04-06,2026-07-23,2026-07-24,2026-10-02"
SHIRT, BOTTLE, BOOK, VINYL, TOY, MAPLE = (
    "6109.10.00", "7323.93.00", "4901.99.00", "8523.80.10", "9503.00.00", "1702.20.40",
)  # fmt: skip
CHINA_301, LABOUR_CN, LABOUR_CA = "9903.88.15 7.5%", "9903.05.31 12.5%", "9903.05.29 10%"
S122, METAL_122, PAPER_122 = "9903.03.01 10%", "9903.03.06 0%", "9903.03.11 0%"

# By hand from the notices: code, origin, then for each of the days the duties on top.
STACKS: dict[tuple[str, str], tuple[list[str], ...]] = {
    (SHIRT, "CN"): (
        ["9903.01.24 10%", "9903.01.25 10%", CHINA_301],
        [S122, CHINA_301],
        [S122, CHINA_301],
        [S122, CHINA_301],
        [CHINA_301, LABOUR_CN],
        [CHINA_301, LABOUR_CN],
    ),
    (SHIRT, "DE"): (["9903.02.20 0%"], *[[S122]] * 3, *[["9903.05.39 0%"]] * 2),
    (SHIRT, "VN"): (["9903.02.69 20%"], *[[S122]] * 3, *[["9903.05.84 12.5%"]] * 2),
    (BOTTLE, "CN"): (
        ["9903.81.90 50%", "9903.01.24 10%", "9903.01.33 0%"],
        ["9903.81.90 50%", METAL_122],
        ["9903.82.09 25%", METAL_122],
        ["9903.82.09 25%", METAL_122],
        ["9903.82.09 25%", "9903.05.90 0%"],
        ["9903.82.09 25%", "9903.05.90 0%"],
    ),
    (BOOK, "CN"): (
        ["9903.01.22 0%", "9903.01.31 0%", CHINA_301],
        [PAPER_122, CHINA_301],
        [PAPER_122, CHINA_301],
        [PAPER_122, CHINA_301],
        [CHINA_301, "9903.05.92 0%"],
        [CHINA_301, "9903.05.92 0%"],
    ),
    (VINYL, "GB"): (["9903.01.31 0%"], *[[PAPER_122]] * 3, *[["9903.05.92 0%"]] * 2),
    (TOY, "CN"): (["9903.01.24 10%", "9903.01.25 10%"], *[[S122]] * 3, *[[LABOUR_CN]] * 2),
    (TOY, "CA"): (
        ["9903.01.10 35%"],
        *[[S122]] * 3,
        [LABOUR_CA],
        [LABOUR_CA, "9903.03.14 50%"],
    ),
    (MAPLE, "CA"): (["9903.01.10 35%"], *[[S122]] * 3, *[[LABOUR_CA]] * 2),
}  # fmt: skip


def on_top(answer: dict[str, Any]) -> list[str]:
    """The duties on top of the tariff's: heading and what it takes."""
    layers = answer["layers"]
    return [f"{one['code']} {one['takes']}" for one in layers if one["code"][:4] == "9903"]


@pytest.mark.parametrize(("goods", "stacks"), STACKS.items(), ids=[" ".join(k) for k in STACKS])
def test_origin_by_day_by_product(
    run: Run, goods: tuple[str, str], stacks: tuple[list[str], ...]
) -> None:
    hs, origin = goods
    found = run("rules", "stack", "US", "--hs", hs, "--origin", origin, "--on", DAYS, "--json").json
    assert [one["as_of"] for one in found] == DAYS.split(",")
    assert tuple(map(on_top, found)) == stacks
    for one in found:
        day, layers = one["as_of"], one["layers"]
        whole = sum(float(layer["takes"].rstrip("%")) for layer in layers)
        assert whole == pytest.approx(float(one["takes"].rstrip("%")))
        for layer in layers:
            assert layer["from"] <= day
            assert layer["until"] is None or day < layer["until"]
            assert layer["source"]
            assert layer["label"]
            if layer["code"][:4] == "9903":
                assert layer["rule"].startswith(("US.additional.", "US.exemption."))
                assert layer["status"] in ("in_force", "scheduled")


def test_under_the_agreement_with_evidence(run: Run) -> None:
    """Free of the forced-labour duty, as of the surcharge and of the emergency duty before."""
    asked = ("rules", "stack", "US", "--hs", MAPLE, "--origin", "CA", "--on", DAYS, "--json")
    claimed = run(*asked, "--preference", "USMCA", "--evidence", "certification").json
    assert [on_top(one) for one in claimed] == [
        ["9903.01.14 0%"],
        *[["9903.03.07 0%"]] * 3,
        *[["9903.05.93 0%"]] * 2,
    ]
    assert {one["takes"] for one in claimed} == {"0%"}
    without = run(*asked, "--preference", "USMCA").json
    assert [one["takes"] for one in without] == ["35%", "10%", "10%", "10%", "10%", "10%"]
    assert "preference_without_evidence" in {note["code"] for note in without[0]["notes"]}


def test_the_table(run: Run) -> None:
    asked = ("rules", "stack", "US", "--hs", f"{SHIRT},{TOY}", "--origin", "CN,DE")
    shown = run(*asked, "--on", "2026-10-02")
    assert shown.code == 0
    assert shown.out.count("Duties of US on ") == 2
    assert shown.out.count("all duties") == 4
    assert "[1] Harmonized Tariff Schedule" in shown.out
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert "9903.88.15 Section 301, China list 4A 7.5% 2020-02-14 [2]" in lines


def test_content_weight_and_claims(run: Run) -> None:
    asked = ["rules", "stack", "US", "--origin", "CN", "--json", "--on"]
    cable = [*asked, "2025-12-01", "--hs", "8544.42.90.90", "--duty", "2.6%"]
    made = run(*cable, "--content", "copper 5%, aluminum 72%").json[0]
    assert made["takes"] == "78.4%"
    assert {n["code"] for n in made["notes"]}.isdisjoint({"content_not_given"})
    light = [*asked, "2026-10-02", "--hs", "8516.60.40"]
    assert run(*light, "--duty", "0%", "--claims", "US:9903.82.03").json[0]["takes"] == "37.5%"
    honey = [*asked[:3], "--origin", "JP", "--hs", "0409.00.00", "--json", "--on", "2026-10-02"]
    (sweet,) = run(*honey, "--weight", "20kg").json
    assert [one["amount"]["amount"] for one in sweet["layers"]] == ["0.38", "1249.62"]


def test_other_territories_have_layers_too(run: Run) -> None:
    (found,) = run("rules", "stack", "JP", "--hs", "6109.10", "--origin", "CN", "--json").json
    assert [one["code"] for one in found["layers"]] == ["mfn"]
    (found,) = run("rules", "stack", "GB-NIR", "--hs", "6109.10", "--origin", "CN", "--json").json
    assert found["territory"] == "XI"


def test_what_cannot_be_told(run: Run) -> None:
    asked = ("rules", "stack", "US", "--hs", SHIRT, "--on", "2026-10-02")
    mixed = run(*asked, "--origin", "CN,XX")
    assert mixed.code == 0
    assert "6109.10.00 of XX on 2026-10-02: --origin: no country of ISO 3166" in mixed.out
    alone = run(*asked, "--origin", "XX", "--json")
    assert alone.code == 2
    assert alone.json[0]["error"]["where"] == "--origin"
    day = run(*asked[:5], "--origin", "CN", "--on", "2026-13-01", "--json")
    assert day.json[0]["error"]["where"] == "--on"
    for flag, value in (("--value", "ten"), ("--weight", "heavy"), ("--content", "steel")):
        wrong = run(*asked, "--origin", "CN", flag, value, "--json")
        assert wrong.code == 2
        assert flag in wrong.out + wrong.err
    assert run("rules", "stack", "ZZ", "--hs", SHIRT, "--origin", "CN").code == 2
