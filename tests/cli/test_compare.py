"""``landedcost compare``: one request, many markets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landedcost.contract import AnswerDocument

from .conftest import Run


def test_each_market_has_a_row(run: Run, request_file: str) -> None:
    ran = run("compare", request_file, "--to", "DE,CA-ON,en-AU,JP")
    assert (ran.code, ran.err) == (0, "")
    assert "sums in EUR" in ran.out
    for word in ("DE", "CA-ON", "en-AU", "AUD", "JPY", "IOSS", "AU-GST", "buyer pays"):
        assert word in ran.out


def test_as_json(run: Run, request_file: str) -> None:
    found = run("compare", request_file, "--to", "DE, CA-ON,DE", "--json").json
    assert [one["market"] for one in found] == ["DE", "CA-ON"]
    for one in found:
        AnswerDocument.model_validate(one["quote"])
        assert one["quote"]["currency"] == "EUR"
    assert found[1]["local"]["currency"] == "CAD"
    direct = run("price", request_file, "--json").json
    assert found[0]["quote"]["total"] == direct["total"]


def test_without_a_currency_sums_are_in_that_of_the_first_line(
    run: Run, document: dict[str, Any]
) -> None:
    document["currency"] = None
    found = run("compare", "-", "--to", "DE", "--json", stdin=json.dumps(document)).json
    assert found[0]["quote"]["currency"] == "USD"
    assert found[0]["local"]["currency"] == "EUR"


def test_a_market_that_cannot_be_priced_is_not_fatal(run: Run, request_file: str) -> None:
    ran = run("compare", request_file, "--to", "DE,XX,AQ")
    assert ran.code == 0
    assert "no country of ISO 3166: 'XX'" in " ".join(ran.out.split())
    found = run("compare", request_file, "--to", "DE,XX", "--json")
    assert found.code == 0
    assert found.json[1]["error"]["code"] == "unknown_country"
    assert found.json[1]["error"]["where"] == "--to"


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_all_of_them_failing_is(run: Run, request_file: str, flags: tuple[str, ...]) -> None:
    assert run("compare", request_file, "--to", "XX,AQ", *flags).code == 2
