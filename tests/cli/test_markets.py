"""One bundle to every market in one table: priced, or refused with a reason."""

from __future__ import annotations

import json

from landedcost import RuleBook

from .conftest import Run

REQUEST = {
    "as_of": "2026-10-01",
    "seller": {"country": "US", "registrations": ["IOSS", "GB-VAT"]},
    "buyer": {"country": "DE"},
    "currency": "USD",
    "lines": [
        {
            "id": "tee",
            "unit_price": {"amount": "25.00", "currency": "USD"},
            "hs_code": "6109.10",
            "origin": "VN",
            "weight_g": 180,
            "duty": "12%",
        }
    ],
    "shipping": {"amount": "9.00", "currency": "USD"},
    "rates": {
        "USD/AED": "3.6725", "USD/ARS": "1400", "USD/CLP": "950", "USD/COP": "4000",
        "USD/SAR": "3.75", "USD/TWD": "32", "USD/VND": "26000",
    },
}  # fmt: skip


def test_every_territory_in_one_table(run: Run) -> None:
    codes = [code for code in RuleBook().codes if code != "EU"]
    request = json.dumps({**REQUEST, "customs_rates": REQUEST["rates"]})
    ran = run("compare", "-", "--to", "all", "--json", stdin=request)
    assert ran.code == 0
    by_market = {one["market"]: one for one in ran.json}
    assert set(by_market) == set(codes)
    refused = {m: one["error"] for m, one in by_market.items() if "error" in one}
    assert len(codes) - len(refused) >= 60
    assert {m for m, error in refused.items() if error["code"] == "refused"} == {"TR", "AS", "MP"}
    assert {m for m, error in refused.items() if error["code"] == "unknown_tax"} == {
        "ES-CE",
        "ES-ML",
    }
    assert len(refused) == 5
    table = run("compare", "-", "--to", "MX,TR,ES-CN", stdin=request)
    assert table.code == 0
    assert "no simplified route" in " ".join(table.out.split())


def test_a_refusal_ends_with_three(run: Run) -> None:
    request = json.dumps({**REQUEST, "buyer": {"country": "TR"}})
    ran = run("price", "-", "--json", stdin=request)
    assert ran.code == 3
    error = ran.json["error"]
    assert error["code"] == "refused"
    assert "TR.refusal.no_route" in error["hint"]


def test_a_postal_code_in_the_request_and_as_a_flag(run: Run) -> None:
    buyer = {"country": "ES", "postal_code": "35001"}
    answer = run("price", "-", "--json", stdin=json.dumps({**REQUEST, "buyer": buyer})).json
    assert any("ES-CN.threshold.igic" in charge["why"]["rule"] for charge in answer["charges"])
    quick = ("--hs", "6109.10", "--value", "25USD", "--to", "ES", "--as-of", "2026-10-01")
    flagged = run("price", *quick, "--postal-code", "35001", "--json").json
    assert any("ES-CN." in charge["why"]["rule"] for charge in flagged["charges"])
    wrong = run("price", *quick, "--postal-code", "???", "--json")
    assert (wrong.code, wrong.json["error"]["where"]) == (2, "--postal-code")


def test_the_story_of_what_never_applied(run: Run) -> None:
    for territory, words in (
        ("IL", "annulled by the Knesset"),
        ("CO", "C-079/2026"),
        ("ZA", "withdrawn before it began"),
    ):
        shown = " ".join(run("rules", "show", territory).out.split())
        assert "not applied" in shown
        assert words in shown
    values = run("rules", "show", "IL", "--json").json["values"]
    assert {value["status"] for value in values} == {"in_force", "annulled"}
