"""``landedcost target`` and ``landedcost cliffs``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landedcost.contract import AnswerDocument

from .conftest import Run

PRICE = ("--price", "59.00 EUR")


def test_a_target_for_several_markets(run: Run, request_file: str) -> None:
    ran = run("target", request_file, *PRICE, "--to", "DE,FR,US", "--cost", "12USD")
    assert (ran.code, ran.err) == (0, "")
    assert "59.00 EUR all in, DDP on 2026-10-01, in EUR" in ran.out
    for word in ("DE", "FR", "US", "goods", "duty", "tax", "carriers", "total", "margin"):
        assert word in ran.out
    assert "margin" not in run("target", request_file, *PRICE, "--to", "DE").out


def test_a_target_as_json(run: Run, request_file: str) -> None:
    found = run("target", request_file, *PRICE, "--to", "DE,CH,TR", "--json").json
    german, swiss, turkish = found
    for one in (german, swiss):
        quote = one["quote"]
        AnswerDocument.model_validate(quote)
        goods = sum(_cents(c["amount"]) for c in quote["charges"] if c["kind"] == "goods")
        assert goods == _cents(one["goods"])
        assert _cents(quote["total"]) == 59_00 + _cents(one["gap"])
        assert one["exact"] is (_cents(one["gap"]) == 0)
    assert turkish["error"]["code"] == "refused"


def _cents(money: dict[str, str]) -> int:
    assert money["currency"] == "EUR"
    return int(money["amount"].replace(".", ""))


def test_the_buyer_of_the_request_is_the_market(run: Run, request_file: str) -> None:
    (one,) = run("target", request_file, *PRICE, "--json").json
    assert one["market"] == "de-DE"


@pytest.mark.parametrize(
    ("flags", "where"),
    [
        (("--price", "59"), "--price"),
        (("--price", "0 EUR"), "--price"),
        ((*PRICE, "--to", "XX"), "--to"),
        ((*PRICE, "--cost", "12"), "--cost"),
    ],
)
def test_what_is_wrong_is_said_with_its_flag(
    run: Run, request_file: str, flags: tuple[str, ...], where: str
) -> None:
    ran = run("target", request_file, *flags, "--json")
    assert ran.code == 2
    assert ran.json["error"]["where"] == where


def test_where_nothing_is_sold(run: Run, request_file: str) -> None:
    ran = run("target", request_file, *PRICE, "--to", "TR")
    assert ran.code == 3
    assert "TR.refusal.no_route" in "".join(ran.out.split())


def test_cliffs(run: Run, request_file: str) -> None:
    ran = run("cliffs", request_file, "--to", "en-GB")
    assert (ran.code, ran.err) == (0, "")
    words = " ".join(ran.out.split())
    for word in ("135.01 GBP", "GB.threshold.low_value", "GB.scheme.supply_vat", "one more", "tee"):
        assert word in words


def test_cliffs_as_json(run: Run, request_file: str) -> None:
    found = run("cliffs", request_file, "--to", "GB", "--json").json
    (cliff,) = found["cliffs"]
    assert cliff["goods_above"] == {"amount": "135.01", "currency": "GBP"}
    assert cliff["turns"][0]["bound"] == "135 GBP"
    assert cliff["error"] is None
    assert set(found["one_more"]) == {"tee"}
    assert found["one_more"]["tee"]["crossed"] == []


def test_a_range_without_cliffs(run: Run, request_file: str) -> None:
    ran = run("cliffs", request_file, "--end", "50 EUR")
    assert ran.code == 0
    assert "no cliff in this range" in ran.out


def test_a_refused_item_has_its_reason(run: Run, document: dict[str, Any]) -> None:
    document["lines"][0]["quantity"] = 1_000_000
    ran = run("cliffs", "-", "--json", stdin=json.dumps(document))
    assert ran.json["one_more"]["tee"]["error"]["code"] == "bad_quantity"
    shown = run("cliffs", "-", stdin=json.dumps(document)).out
    assert "as many units as a line can have" in " ".join(shown.split())


def test_an_end_in_another_currency_is_wrong(run: Run, document: dict[str, Any]) -> None:
    del document["currency"]
    found = run("cliffs", "-", "--end", "400 GBP", stdin=json.dumps(document))
    assert found.code == 2
    assert "--end" in found.err


@pytest.mark.parametrize("width", [120, 80, 60])
def test_on_any_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, request_file: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ran = run("target", request_file, *PRICE, "--to", "DE,CH", "--cost", "12USD")
    assert max(map(len, ran.out.splitlines())) <= width
    assert "59.00 " in ran.out
    ran = run("cliffs", request_file, "--to", "CH")
    assert max(map(len, ran.out.splitlines())) <= width
    assert "CHF" in ran.out
