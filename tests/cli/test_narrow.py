"""Terminals of any width: amounts are never cut off, and not broken while there is room."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from .conftest import Run

MARKETS = "DE,US,JP,CA-ON,GB,en-AU"


@pytest.fixture
def dear(document: dict[str, Any]) -> str:
    """A request with large amounts in two currencies."""
    document["lines"][0]["unit_price"]["amount"] = "12345.67"
    document["lines"].append({**document["lines"][0], "id": "cap", "hs_code": "4911.99"})
    return json.dumps(document)


def shown(run: Run, monkeypatch: pytest.MonkeyPatch, width: int, *argv: str, stdin: str) -> str:
    """The output on a terminal of this width; each of its lines fits."""
    monkeypatch.setenv("COLUMNS", str(width))
    ran = run(*argv, stdin=stdin)
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= width
    assert "…" not in ran.out
    return ran.out


@pytest.mark.parametrize("width", [200, 120, 100, 80, 64])
def test_a_price(run: Run, monkeypatch: pytest.MonkeyPatch, dear: str, width: int) -> None:
    quote = run("price", "-", "--json", stdin=dear).json
    out = shown(run, monkeypatch, width, "price", "-", stdin=dear)
    for charge in quote["charges"]:
        for money in (charge["amount"], charge["local"]):
            assert f"{money['amount']} {money['currency']}" in out
    words = "".join(out.split())
    for charge in quote["charges"]:
        if width < 100:  # the reasons are below the charges, not cut up beside them
            assert "".join(charge["why"]["formula"].split()) in words


@pytest.mark.parametrize("width", [200, 120, 100, 80, 64])
def test_a_comparison(run: Run, monkeypatch: pytest.MonkeyPatch, dear: str, width: int) -> None:
    found = run("compare", "-", "--to", MARKETS, "--json", stdin=dear).json
    out = shown(run, monkeypatch, width, "compare", "-", "--to", MARKETS, stdin=dear)
    for one in found:
        total, local = one["quote"]["total"], one["local"]
        assert f" {total['amount']} " in out
        assert f"{local['amount']} {local['currency']}" in out
        for part in ("duty", "tax"):
            whole = sum(
                int(c["amount"]["amount"].replace(".", ""))
                for c in one["quote"]["charges"]
                if c["kind"] == part
            )
            assert f"{whole // 100}.{whole % 100:02}" in out


def test_where_there_is_no_room_at_all_nothing_is_lost(
    run: Run, monkeypatch: pytest.MonkeyPatch, dear: str
) -> None:
    """On 30 columns amounts go over several lines: every digit is still there."""
    narrow = shown(run, monkeypatch, 30, "price", "-", stdin=dear)
    wide = shown(run, monkeypatch, 300, "price", "-", stdin=dear)
    digits = [Counter(c for c in out if c.isdigit()) for out in (narrow, wide)]
    assert digits[0] == digits[1]


def test_rules_and_requirements(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for argv in (
        ("rules", "show", "US"),
        ("rules", "list"),
        ("rules", "check"),
        ("requirements", "6505.00", "--origin", "CN", "--to", "DE"),
    ):
        shown(run, monkeypatch, 80, *argv, stdin="")
