"""``landedcost price`` and ``explain``: the contract, the table, the quick look."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from landedcost import __version__
from landedcost.contract import AnswerDocument

from .conftest import Run

LINE = "--hs 6109.10 --origin VN --value 25USD --weight 180g --quantity 2 --shipping 9USD"
LANE = "--to DE --from US-CA --registrations IOSS,GB-VAT --currency EUR --as-of 2026-10-01"
QUICK = [*LINE.split(), *LANE.split()]


def test_the_answer_is_the_contract(run: Run, request_file: str) -> None:
    ran = run("price", request_file, "--json", "--offline")
    assert (ran.code, ran.err) == (0, "")
    answer = AnswerDocument.model_validate(ran.json)
    assert answer.currency == "EUR"
    parts = [Decimal(c.amount.amount) for c in answer.charges]
    assert sum(parts) == Decimal(answer.total.amount)
    # 2 × 25 USD and 9 USD at 0.86; 19 % German VAT under IOSS is collected at checkout.
    assert answer.customs.scheme == "IOSS"
    assert answer.due_on_delivery.amount == "0.00"


def test_the_same_bytes_every_time(run: Run, request_file: str) -> None:
    first = run("price", request_file, "--json").out
    assert first == run("price", request_file, "--json").out
    assert first == run("price", "-", "--json", stdin=Path(request_file).read_text()).out
    assert first.endswith("}\n")


def test_both_terms(run: Run, request_file: str) -> None:
    both = run("price", request_file, "--json", "--terms", "DDP,DAP").json
    assert list(both) == ["DDP", "DAP"]
    for terms, answer in both.items():
        AnswerDocument.model_validate(answer)
        assert answer == run("price", request_file, "--json", "--terms", terms).json
    table = run("price", request_file, "--terms", "DDP,DAP").out
    assert "DDP on 2026-10-01" in table
    assert "DAP on 2026-10-01" in table


def test_the_table(run: Run, request_file: str) -> None:
    ran = run("price", request_file)
    assert (ran.code, ran.err) == (0, "")
    for word in ("what", "collected", "tee", "50.00 USD", "checkout", "total", "certainty"):
        assert word in ran.out
    assert all(len(line) <= 100 for line in ran.out.splitlines())
    assert all(line == line.rstrip() for line in ran.out.splitlines())


@pytest.mark.parametrize(
    ("to", "more", "shown"),
    [
        ("en-US", (), "50.00 USD plus sales tax, plus shipping; outside it: delivery 9.00 USD"),
        ("en-GB", (), "53.29 GBP VAT included, including delivery"),
        ("ja-JP", (), "8750 JPY 関税・税込・送料別; outside it: delivery 1413 JPY"),
        ("he-IL", ("--duty", "0%"), "153.68 ILS לא כולל משלוח; outside it: delivery 27.66 ILS"),
    ],
)
def test_the_price_to_show(run: Run, to: str, more: tuple[str, ...], shown: str) -> None:
    quick = [*LINE.split(), "--to", to, "--from", "US", "--as-of", "2026-10-01", *more]
    ran = run("price", *quick, "--registrations", "GB-VAT", "--strategy", "highest")
    assert ran.code == 0
    assert f"headline         {shown}\n" in ran.out
    assert "\\u20" not in ran.out


def test_a_quick_look_is_the_same_request(run: Run, document: dict[str, Any]) -> None:
    del document["rates"], document["customs_rates"], document["buyer"]["locale"]
    document["lines"][0]["id"] = "item"
    document["seller"]["registrations"] = ["IOSS", "GB-VAT"]
    asked = run("price", "-", "--json", stdin=json.dumps(document))
    quick = run("price", *QUICK, "--json")
    assert quick.code == 0
    assert quick.json == asked.json


@pytest.mark.parametrize(
    ("to", "territory"),
    [("DE", "EU"), ("de-DE", "EU"), ("CA-ON", "CA"), ("GB-NIR", "XI"), ("GB", "GB")],
)
def test_where_to(run: Run, to: str, territory: str) -> None:
    argv = [*QUICK, "--to", to, "--json"]
    assert run("price", *argv).json["customs"]["territory"] == territory


def test_weight_in_kilograms(run: Run) -> None:
    assert run("price", *QUICK, "--weight", "0.18kg", "--json").out == (
        run("price", *QUICK, "--weight", "180 g", "--json").out
    )


def test_what_a_line_declares(run: Run) -> None:
    """Evidence, claims and content as flags are those of a document."""
    lane = ["--to", "US", "--from", "MX", "--channel", "courier", "--as-of", "2026-10-01"]
    tee = ["--hs", "6109.10.00", "--origin", "CA", "--value", "3000USD", "--preference", "USMCA"]
    asked = ["price", *tee, *lane, "--shipping", "0USD", "--json"]
    codes = [[c["code"] for c in run(*asked, *more).json["charges"] if c["kind"] == "duty"]
             for more in ([], ["--evidence", "certification"])]  # fmt: skip
    assert codes == [
        ["mfn", "9903.05.29", "9903.03.14"],
        ["preference", "9903.05.93", "9903.03.14"],
    ]
    cable = ["--hs", "8544.42.90.90", "--origin", "VN", "--value", "100USD", "--duty", "2.6%"]
    made = run(
        "price", *cable, *lane, "--content", "copper 5%", "--claims", "US:9903.82.03", "--json"
    )
    assert "9903.82.03" in {c["code"] for c in made.json["charges"]}
    for flag, value in (("--content", "copper"), ("--claims", "9903.82.03"), ("--evidence", "")):
        wrong = run("price", *cable, *lane, flag, value, "--json")
        assert (wrong.code, wrong.json["error"]["where"].partition("[")[0]) == (2, flag)


def test_as_of_goes_before_the_document(run: Run, request_file: str) -> None:
    answer = run("price", request_file, "--json", "--as-of", "2026-09-01").json
    assert answer["as_of"] == "2026-09-01"


def test_a_carrier_answers_for_shipping_left_out(
    run: Run, document: dict[str, Any], tmp_path: Path
) -> None:
    zones = tmp_path / "zones.toml"
    zones.write_text(
        'name = "Mine"\ncurrency = "USD"\n[zones]\nall = ["*"]\n'
        '[[bands.all]]\nup_to_g = 500\nprice = "9.00"\n',
        encoding="utf-8",
    )
    given = run("price", "-", "--json", stdin=json.dumps(document)).json
    del document["shipping"]
    text = json.dumps(document)
    carried = run("price", "-", "--json", "--carrier", str(zones), stdin=text).json
    assert carried["total"] == given["total"]
    assert "carrier" in [p["kind"] for p in carried["provenance"]]
    none = run("price", "-", "--json", stdin=text).json
    assert none["certainty"] == "partial"


def test_a_strategy_for_a_code_with_several_lines(run: Run, document: dict[str, Any]) -> None:
    document["lines"][0]["unit_price"]["amount"] = "900.00"
    text = json.dumps(document)
    totals = [
        Decimal(run("price", "-", "--json", "--strategy", s, stdin=text).json["total"]["amount"])
        for s in ("lowest", "median", "highest")
    ]
    assert totals == sorted(totals)


def test_explain_is_the_tree(run: Run, request_file: str) -> None:
    ran = run("explain", request_file)
    total = run("price", request_file, "--json").json["total"]
    lines = ran.out.splitlines()
    assert lines[0] == f"{total['amount']} {total['currency']} DDP on 2026-10-01"
    assert "├── due at checkout" in ran.out
    assert lines[-1].lstrip().startswith(("│", "└──"))
    tree = run("explain", request_file, "--json").json
    assert tree["text"] == lines[0]
    assert tree["children"]
    assert list(run("explain", *QUICK, "--terms", "DAP,DDP", "--json").json) == ["DAP", "DDP"]


def test_goods_the_rules_refuse(run: Run, document: dict[str, Any], tmp_path: Path) -> None:
    """A refusal is no fault of the request: exit code 3, with the reason."""
    from importlib import resources

    data = resources.files("landedcost.regimes").joinpath("data")
    source = 'source = "mine"\nstatus = "in_force"\nfrom = 2020-01-01\n'
    rules = data.joinpath("DE.toml").read_text("utf-8") + (
        '\n[source.mine]\ntitle = "A test"\ncitation = "none"\nread = 2026-01-01\n'
        '[refusal.tees]\nlabel = "Tees"\nwhen = { hs = ["6109"] }\n'
        f'[[refusal.tees.reason]]\nvalue = "no tees today"\n{source}'
    )
    (tmp_path / "DE.toml").write_text(rules, encoding="utf-8")
    (tmp_path / "EU.toml").write_text(data.joinpath("EU.toml").read_text("utf-8"), "utf-8")
    ran = run("price", "-", "--rules-dir", str(tmp_path), stdin=json.dumps(document))
    assert ran.code == 3
    assert ran.err.startswith("error: lines[0]: no tees today")
    as_json = run("price", "-", "--json", "--rules-dir", str(tmp_path), stdin=json.dumps(document))
    assert (as_json.code, as_json.json["error"]["code"]) == (3, "refused")


def test_help_and_version(run: Run) -> None:
    assert run("--version").out == f"landedcost {__version__}\n"
    for argv in ([], ["--help"], ["price", "-h"], ["rules", "--help"]):
        ran = run(*argv)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("Usage: landedcost")


def test_control_c_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch, request_file: str) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("landedcost.cli.price.requests", interrupt)
    ran = run("price", request_file)
    assert (ran.code, ran.out, ran.err) == (130, "", "")
