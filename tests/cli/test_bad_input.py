"""Bad input that is more than one wrong field: message, path, and exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .asking import put, refused
from .conftest import Run


@pytest.mark.parametrize("field", ["seller", "buyer", "lines", "lines.0.unit_price", "lines.0.id"])
def test_a_missing_field(run: Run, document: dict[str, Any], field: str) -> None:
    *_, last = field.split(".")
    target = document["lines"][0] if "." in field else document
    del target[last]
    error = refused(run, json.dumps(document))
    assert error["code"] == "missing_field"
    assert error["where"] == field.replace(".0", "[0]")
    assert error["message"] == "this field is missing"


def test_too_many_lines(run: Run, document: dict[str, Any]) -> None:
    line = document["lines"][0]
    document["lines"] = [{**line, "id": f"tee-{i}"} for i in range(1001)]
    error = refused(run, json.dumps(document))
    assert (error["code"], error["where"]) == ("too_many_lines", "lines")
    assert error["message"] == "1,001 lines; the limit is 1,000"


def test_a_repeated_line_id(run: Run, document: dict[str, Any]) -> None:
    document["lines"] *= 2
    error = refused(run, json.dumps(document))
    assert (error["code"], error["where"]) == ("repeated_id", "lines[1].id")
    assert error["message"] == "the id 'tee' is used twice"


def test_a_repeated_key(run: Run, document: dict[str, Any]) -> None:
    text = json.dumps(document).replace('"quantity": 2', '"quantity": 2, "quantity": 3')
    error = refused(run, text)
    assert (error["code"], error["where"]) == ("repeated_key", "lines[0].quantity")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_nested_a_hundred_thousand_deep(run: Run, opening: str) -> None:
    error = refused(run, opening * 100_000)
    assert error["code"] == "bad_json"
    assert "nested deeper than 32 levels" in error["message"]


def test_brackets_in_a_text_are_no_nesting(run: Run, document: dict[str, Any]) -> None:
    document["lines"][0]["title"] = '[{"' * 100
    assert run("price", "-", stdin=json.dumps(document)).code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the document is empty"),
        (" \n", "the document is empty"),
        ("{", "not valid JSON"),
        ('{"a": }', "line 1, column 7"),
        ("[1]", "a request is a JSON object"),
        ("null", "a request is a JSON object"),
        ('"x"', "a request is a JSON object"),
        (b"\xff\xfe{}", "not UTF-8: byte 0"),
        ('{"seller": "\\ud800"}', "half a character"),
        (b" " * 10_000_001, "larger than 10 MB"),
    ],
)
def test_a_document_that_is_none(run: Run, text: str | bytes, message: str) -> None:
    assert message in refused(run, text)["message"]


def test_a_byte_order_mark_does_no_harm(run: Run, document: dict[str, Any]) -> None:
    assert run("price", "-", stdin=b"\xef\xbb\xbf" + json.dumps(document).encode()).code == 0


def test_mixed_currencies_without_a_rate(run: Run, document: dict[str, Any]) -> None:
    document["lines"].append(
        {
            **document["lines"][0],
            "id": "hat",
            "unit_price": {"amount": "5.00", "currency": "KPW"},
        }
    )
    error = refused(run, json.dumps(document))
    assert "KPW" in error["message"]
    assert error["hint"]


def test_two_currencies_in_one_line(run: Run, document: dict[str, Any]) -> None:
    put(document, "lines.0.customs_value", {"amount": "5.00", "currency": "EUR"})
    error = refused(run, json.dumps(document))
    assert (error["code"], error["where"]) == ("mixed_currencies", "lines[0].customs_value")


def test_weight_missing_for_a_specific_duty(run: Run, document: dict[str, Any]) -> None:
    line = document["lines"][0]
    del line["weight_g"]
    line["duty"] = "16.5% + 0.30 USD/kg"
    line["unit_price"]["amount"] = "900.00"
    error = refused(run, json.dumps(document))
    assert error["where"] == "lines[0].weight_g"
    assert "weight" in error["message"] + error["hint"]
    line["weight_g"] = 180
    assert run("price", "-", stdin=json.dumps(document)).code == 0


def test_an_hs_code_that_no_table_has(run: Run, document: dict[str, Any]) -> None:
    put(document, "lines.0.hs_code", "8703.23")
    put(document, "lines.0.unit_price.amount", "900.00")
    error = refused(run, json.dumps(document))
    assert (error["code"], error["where"]) == ("unknown_duty", "lines[0].hs_code")
    assert "nearest known: 8" in error["hint"]


def test_an_origin_that_decides_the_duty(run: Run, document: dict[str, Any]) -> None:
    document["seller"] = document["ship_from"] = {"country": "CN"}
    document["buyer"] = {"country": "US"}
    del document["lines"][0]["origin"]
    error = refused(run, json.dumps(document))
    assert error["where"] == "lines[0].origin"
    assert "origin" in error["message"]


def test_duty_text_that_does_not_parse(run: Run, document: dict[str, Any]) -> None:
    line = document["lines"][0]
    line["duty"] = "12% plus a bit"
    line["unit_price"]["amount"] = "900.00"
    error = refused(run, json.dumps(document))
    assert (error["code"], error["where"]) == ("bad_duty_text", "lines[0].duty")


def test_a_gift_needs_a_customs_value(run: Run, document: dict[str, Any]) -> None:
    put(document, "lines.0.unit_price.amount", "0.00")
    error = refused(run, json.dumps(document))
    assert (error["code"], error["where"]) == ("missing_customs_value", "lines[0].customs_value")
    put(document, "lines.0.customs_value", {"amount": "20.00", "currency": "USD"})
    answer = run("price", "-", "--json", stdin=json.dumps(document)).json
    # Two tees worth 20 USD, and 9 USD of freight, at 0.86.
    assert answer["customs"]["customs_value"] == "42.14"


def test_a_buyer_in_the_shop_s_own_country(run: Run, document: dict[str, Any]) -> None:
    document["buyer"] = {"country": "CA", "region": "ON"}
    document["seller"] = {"country": "CA"}
    document["ship_from"] = {"country": "CA"}
    answered = run("price", "-", "--json", stdin=json.dumps(document))
    assert answered.code == 0
    (duty,) = (c for c in answered.json["charges"] if c["kind"] == "duty")
    assert duty["amount"] == {"amount": "0.00", "currency": "EUR"}
    assert duty["collected"] == "not_due"
    assert duty["why"]["formula"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('name = "Mine"\ncurrency = "USD"\n[zones\n', 3, "not valid TOML"),
        ('name = "Mine"\ncurrency = "USX"\n[zones]\na = ["DE"]\n[bands]\n', 2, "no currency"),
    ],
)
def test_a_broken_zone_table(
    run: Run, request_file: str, tmp_path: Path, text: str, line: int, message: str
) -> None:
    path = tmp_path / "zones.toml"
    path.write_text(text, encoding="utf-8")
    ran = run("price", request_file, "--carrier", str(path), "--json")
    assert ran.code == 2
    assert ran.json["error"]["where"] == f"zones.toml:{line}"
    assert message in ran.json["error"]["message"]


def test_a_broken_rule_file(run: Run, request_file: str, tmp_path: Path) -> None:
    (tmp_path / "DE.toml").write_text("[territory]\ncode = \n", encoding="utf-8")
    ran = run("price", request_file, "--rules-dir", str(tmp_path))
    assert ran.code == 2
    assert ran.err.startswith("error: DE.toml:2: not valid TOML")


@pytest.mark.parametrize("flag", ["--carrier", "--rules-dir"])
def test_a_missing_table(run: Run, request_file: str, tmp_path: Path, flag: str) -> None:
    ran = run("price", request_file, flag, str(tmp_path / "none"), "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "no_file")


@pytest.mark.parametrize("name", ["none.json", "", "a\0b"])
def test_a_missing_request(run: Run, tmp_path: Path, name: str) -> None:
    ran = run("price", str(tmp_path / name) if "\0" not in name else name, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "no_file")


def test_hostile_texts_are_shown_not_obeyed(run: Run, document: dict[str, Any]) -> None:
    document["lines"][0]["id"] = "[bold red]x[/] <script>"
    document["lines"][0]["title"] = "\x1b[31mred"
    text = json.dumps(document)
    for command in ("price", "explain"):
        ran = run(command, "-", stdin=text)
        assert ran.code == 0
        assert "\x1b" not in ran.out
    assert "[bold red]x[/] <script>" in ran.out
    put(document, "lines.0.hs_code", "\x1b[31m\u202e61")
    error = run("price", "-", stdin=json.dumps(document)).err
    assert "\x1b" not in error
    assert "\u202e" not in error
    document["lines"] = [{"\x1b[2J": 1}]
    error = run("price", "-", stdin=json.dumps(document)).err
    assert "\x1b" not in error
    assert "\\x1b[2J" in error
