"""Every wrong flag and command line: its message, the flag, exit code 2."""

from __future__ import annotations

import pytest

from .conftest import Run


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
    assert ran.json["error"]["hint"]


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
