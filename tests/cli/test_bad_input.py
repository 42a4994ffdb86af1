"""Every bad input: its message, the path of the field, a hint, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Run


def put(document: dict[str, Any], path: str, value: Any) -> None:
    """Set a field by its path, such as ``lines.0.hs_code``."""
    *steps, last = path.split(".")
    target: Any = document
    for step in steps:
        target = target[int(step)] if step.isdigit() else target[step]
    target[last] = value


def refused(run: Run, text: str | bytes, *flags: str) -> dict[str, str]:
    """The error of a request, after checking that both faces of it agree."""
    as_json = run("price", "-", "--json", *flags, stdin=text)
    assert as_json.err == ""
    error: dict[str, str] = as_json.json["error"]
    assert set(error) == {"code", "message", "where", "hint"}
    in_words = run("price", "-", *flags, stdin=text)
    assert in_words.out == ""
    assert in_words.err.startswith("error: ")
    assert in_words.err.count("\n") == 1
    assert error["message"] in in_words.err
    assert error["where"] in in_words.err
    assert in_words.code == as_json.code == 2
    for word in ("Traceback", "pydantic", "validation error"):
        assert word not in as_json.out + in_words.err
    return error


FIELDS = [
    # field, value, code, where, message, hint
    ("buyer.country", "UK", "unknown_country", "buyer.country", "no country of ISO 3166", "GB"),
    ("seller.country", "USA", "unknown_country", "seller.country", "'USA'", "US"),
    ("lines.0.origin", "Vietnam", "unknown_country", "lines[0].origin", "'Vietnam'", "VN"),
    ("currency", "EUX", "unknown_currency", "currency", "'EUX'", "EUR"),
    (
        "lines.0.unit_price.currency",
        "DOL",
        "unknown_currency",
        "lines[0].unit_price.currency",
        "no currency of ISO 4217",
        "did you mean",
    ),
    ("lines.0.hs_code", "61", "bad_hs_code", "lines[0].hs_code", "not an HS code", "6 to 12"),
    ("lines.0.hs_code", None, "missing_hs_code", "lines[0].hs_code", "no HS code", "six digits"),
    (
        "lines.0.unit_price.amount",
        25.5,
        "float_amount",
        "lines[0].unit_price.amount",
        "not an exact amount: 25.5",
        'text, such as "25.00"',
    ),
    ("lines.0.unit_price.amount", 25, "float_amount", "lines[0].unit_price.amount", "25", "text"),
    ("lines.0.unit_price", 25, "float_amount", "lines[0].unit_price", "currency", "amount"),
    ("lines.0.unit_price", 2.5, "float_amount", "lines[0].unit_price", "2.5", "text"),
    ("shipping", "9 USD", "bad_type", "shipping", "an amount with its currency", "currency"),
    ("lines.0.weight_g", 180.5, "bad_number", "lines[0].weight_g", "180.5", "grams are whole"),
    ("rates", {"USD/EUR": 0.86}, "bad_rate", "rates.USD/EUR", "not an exact rate", "text"),
    ("rates", {"USD/EUR": 1}, "bad_rate", "rates.USD/EUR", "not an exact rate", "text"),
    ("rates", {"USD/EUR": "0"}, "zero_rate", "rates.USD/EUR", "a rate of zero", "leave"),
    ("rates", {"USD/EUR": "0.000"}, "zero_rate", "rates.USD/EUR", "a rate of zero", "leave"),
    ("rates", {"USD/EUR": "-1"}, "bad_rate", "rates.USD/EUR", "not a rate", "digits"),
    ("rates", {"dollar": "1"}, "bad_pair", "rates.dollar", "pair", "USD/EUR"),
    (
        "lines.0.unit_price.amount",
        "NaN",
        "not_finite",
        "lines[0].unit_price.amount",
        "not a finite amount",
        "",
    ),
    (
        "lines.0.unit_price.amount",
        float("nan"),
        "not_finite",
        "lines[0].unit_price.amount",
        "not a finite number: NaN",
        "",
    ),
    ("shipping.amount", float("inf"), "not_finite", "shipping.amount", "Infinity", ""),
    (
        "lines.0.unit_price.amount",
        "-5.00",
        "negative_amount",
        "lines[0].unit_price",
        "cannot be negative",
        "discount",
    ),
    ("shipping.amount", "-9.00", "negative_amount", "shipping", "cannot be negative", ""),
    (
        "lines.0.unit_price.amount",
        "99999999999999.00",
        "absurd_amount",
        "lines[0].unit_price.amount",
        "beyond anything sold",
        "the limit is",
    ),
    (
        "lines.0.unit_price.amount",
        "25.001",
        "too_precise",
        "lines[0].unit_price.amount",
        "more decimals",
        "round it",
    ),
    ("lines.0.quantity", 0, "bad_quantity", "lines[0].quantity", "from 1 to 1,000,000: 0", ""),
    ("lines.0.quantity", -1, "bad_quantity", "lines[0].quantity", "from 1 to 1,000,000", ""),
    ("lines.0.quantity", "2", "bad_type", "lines[0].quantity", 'whole number: "2"', ""),
    ("lines.0.quantity", True, "bad_type", "lines[0].quantity", "whole number: true", ""),
    ("lines.0.quantity", None, "bad_type", "lines[0].quantity", "whole number: null", ""),
    ("lines.0.quantity", 10**99, "bad_number", "lines[0].quantity", "60 digits: 1000", ""),
    ("lines", [], "no_lines", "lines", "at least one line", ""),
    ("lines", None, "bad_type", "lines", "must be a list: null", ""),
    ("lines", {}, "bad_type", "lines", "must be a list", ""),
    ("lines", ["tee"], "bad_type", "lines[0]", "must be an object", ""),
    ("lines.0.id", "a\nb", "bad_id", "lines[0].id", "not a usable line id", "printable"),
    ("lines.0.colour", "red", "unknown_field", "lines[0].colour", "no field 'colour'", ""),
    ("lines.0.hscode", "6109.10", "unknown_field", "lines[0].hscode", "'hscode'", "'hs_code'"),
    ("buyer.contry", "DE", "unknown_field", "buyer.contry", "'contry'", "'country'"),
    ("vat", "19%", "unknown_field", "vat", "no field 'vat'", ""),
    ("shipping.value", "9", "unknown_field", "shipping.value", "'value'", "amount"),
    ("discount", {"amount": "60.00", "currency": "USD"}, "discount_too_large", "discount", "", ""),
    ("terms", "FOB", "unknown_terms", "terms", "'FOB' is not known here", ""),
    ("channel", "pigeon", "unknown_channel", "channel", "'pigeon'", ""),
    ("buyer.kind", "robot", "unknown_kind", "buyer.kind", "'robot'", ""),
    ("buyer.locale", "german", "bad_locale", "buyer.locale", "'german'", "de-DE"),
    ("buyer.locale", "qq-DE", "bad_locale", "buyer.locale", "no such language", ""),
    ("buyer.region", "no region", "bad_region", "buyer.region", "not a region of DE", "3166-2"),
    ("seller.registrations", ["ioss"], "bad_registration", "seller.registrations[0]", "", "IOSS"),
    ("lines.0.goods_class", "boks", "unknown_goods_class", "lines[0].goods_class", "", "book"),
    ("lines.0.tax_rate", "19", "bad_rate", "lines[0].tax_rate", "not a percentage", "12.5%"),
    ("lines.0.litres", "much", "bad_measure", "lines[0].litres", "'much'", "0.75"),
    ("as_of", "01.10.2026", "bad_date", "as_of", "not a day", "2026-10-01"),
    ("as_of", "2026-02-30", "bad_date", "as_of", "not a day", "2026-10-01"),
    ("as_of", "1990-01-01", "not_in_force", "as_of", "no import rules", "rules for DE start on"),
    ("buyer.country", "AQ", "no_rules", "buyer.country", "no import rules for 'AQ'", "rules for"),
    ("lines.0.preference", "mars", "", "lines[0].preference", "", ""),
]


@pytest.mark.parametrize(
    ("field", "value", "code", "where", "message", "hint"),
    FIELDS,
    ids=[f"{row[0]}={str(row[1])[:20]}" for row in FIELDS],
)
def test_a_wrong_field(
    run: Run,
    document: dict[str, Any],
    field: str,
    value: Any,
    code: str,
    where: str,
    message: str,
    hint: str,
) -> None:
    put(document, field, value)
    error = refused(run, json.dumps(document))
    assert error["where"] == where
    assert not code or error["code"] == code
    assert message in error["message"]
    assert hint in error["hint"]


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
    document["lines"][0]["title"] = '[{"' * 1000
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


@pytest.mark.parametrize(
    ("argv", "where", "message"),
    [
        (["--hs", "61"], "--hs", "not an HS code"),
        (["--value", "25"], "--value", "not an amount with a currency"),
        (["--value", "NaN USD"], "--value", "not a finite amount"),
        (["--value", "-25USD"], "--value", "negative"),
        (["--value", "0USD"], "lines[0].customs_value", "the price 0"),
        (["--value", "25DOL"], "--value", "no currency"),
        (["--weight", "heavy"], "--weight", "not a weight"),
        (["--weight", "0.5g"], "--weight", "not a weight"),
        (["--quantity", "two"], "--quantity", "not a whole number"),
        (["--quantity", "0"], "--quantity", "from 1 to"),
        (["--to", "de"], "--to", "no country"),
        (["--to", "de-XX"], "--to", "no country"),
        (["--to", "CA-ONT-A"], "--to", "not a region"),
        (["--from", "XX"], "--from", "no country"),
        (["--shipping", "9"], "--shipping", "not an amount"),
        (["--terms", "DDP,FOB"], "--terms", "'FOB' is not known"),
        (["--strategy", "guess"], "--strategy", "'guess' is not known"),
        (["--currency", "EUX"], "--currency", "no currency"),
        (["--registrations", "ioss"], "--registrations", "not a registration"),
        (["--as-of", "yesterday"], "--as-of", "not a day"),
        (["--as-of", "1990-01-01"], "--as-of", "no import rules"),
        (["--channel", "pigeon"], "--channel", "'pigeon'"),
        (["--kind", "robot"], "--kind", "'robot'"),
        (["--goods-class", "boks"], "--goods-class", "'boks'"),
        (["--duty", ""], "--duty", "short text"),
        (["--tax-rate", "19"], "--tax-rate", "not a percentage"),
    ],
)
def test_a_wrong_flag(run: Run, argv: list[str], where: str, message: str) -> None:
    usual = {"--hs": "6109.10", "--origin": "VN", "--value": "25USD", "--to": "DE"}
    usual |= {"--shipping": "9USD", "--as-of": "2026-10-01"}
    usual |= dict(zip(argv[::2], argv[1::2], strict=True))
    ran = run("price", "--json", *(word for pair in usual.items() for word in pair))
    assert ran.code == 2
    assert ran.json["error"]["where"] == where
    assert message in ran.json["error"]["message"]


@pytest.mark.parametrize("missing", ["--hs", "--value", "--to"])
def test_a_quick_look_needs_three_flags(run: Run, missing: str) -> None:
    usual = {"--hs": "6109.10", "--value": "25USD", "--to": "DE"}
    del usual[missing]
    ran = run("price", *(word for pair in usual.items() for word in pair))
    assert ran.code == 2
    assert f"{missing} is missing" in ran.err


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["sell"], "No such command 'sell'"),
        (["price", "--colour", "red"], "No such option"),
        (["price", "a.json", "b.json"], "unexpected extra argument"),
        (["rules"], "Missing command"),
        (["compare", "a.json"], "--to"),
        (["schema", "--of", "invoice"], "'invoice' is not known here"),
        (["compare", "-", "--to", ","], "the document is empty"),
        (["rules", "show", "ZZ"], "TERRITORY: no import rules for 'ZZ'"),
        (["rules", "show", "DE", "--as-of", "x"], "--as-of: not a day"),
        (["requirements", "61", "--origin", "VN", "--to", "DE"], "HS: not an HS code"),
        (["requirements", "610910", "--origin", "XX", "--to", "DE"], "--origin: no country"),
        (["requirements", "610910", "--origin", "VN", "--to", "XX"], "--to: no country"),
    ],
)
def test_a_wrong_command_line(run: Run, argv: list[str], message: str) -> None:
    ran = run(*argv)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err
    assert ran.err.count("\n") == 1
    as_json = run(*argv, "--json")
    assert as_json.code == 2
    assert set(as_json.json["error"]) == {"code", "message", "where", "hint"}


def test_a_file_and_flags_together(run: Run, request_file: str) -> None:
    ran = run("price", request_file, "--from", "US")
    assert ran.code == 2
    assert "--from" in ran.err


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
