"""``landedcost offer``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landedcost.contract import AnswerDocument

from .conftest import Run

SHOP = """
[policy]
charm = "usual"
[policy.bears]
duty = "merchant"
[policy.sticky]
band = "2%"
cooldown = "24h"
[policy.markets.JP]
hand_set = "9800 JPY"
"""


@pytest.fixture
def shop(tmp_path: Path) -> str:
    file = tmp_path / "shop.toml"
    file.write_text(SHOP, encoding="utf-8")
    return str(file)


def test_the_trail_as_tables(run: Run, request_file: str, shop: str) -> None:
    ran = run("offer", request_file, "--policy", shop, "--to", "DE,JP,TR", "--cost", "tee=8USD")
    assert (ran.code, ran.err) == (0, "")
    for text in ("DE:", "bears_duty", "bound by charm", "9800 JPY all in, bound by hand_set"):
        assert text in ran.out
    assert "remain" in ran.out
    assert "TR: " in ran.out
    words = " ".join(ran.out.split())
    assert "inkl. Zoll und Steuern, zzgl. Versand; outside it: delivery" in words
    assert words.count("shown as ") == 2


def test_as_json(run: Run, request_file: str, shop: str) -> None:
    found = run("offer", request_file, "--policy", shop, "--to", "DE,TR", "--json").json
    german = found["DE"]
    AnswerDocument.model_validate(german["quote"])
    assert german["price"] == german["quote"]["total"] == german["steps"][-1]["after"]
    assert german["price"]["amount"].endswith(".99")
    assert german["margin"] is None
    assert found["TR"]["error"]["code"] == "refused"
    one = run("offer", request_file, "--policy", shop, "--json").json
    assert one["binding"] == "charm"


def test_what_was_shown_is_kept(run: Run, request_file: str, shop: str, tmp_path: Path) -> None:
    file = tmp_path / "shown.json"
    words = ("offer", request_file, "--policy", shop, "--to", "DE", "--shown", str(file), "--json")
    first = run(*words, "--at", "2026-10-01T12:00Z").json["DE"]
    state = json.loads(file.read_text())
    assert state["DE"]["since"] == "2026-10-01T12:00:00Z"
    second = run(*words, "--at", "2026-10-01T15:00+02:00").json["DE"]
    assert second["price"] == first["price"]
    assert json.loads(file.read_text()) == state
    early = run(*words, "--at", "2026-10-01T11:00Z")
    assert early.json["DE"]["error"]["code"] == "bad_date"
    file.write_text("[]", encoding="utf-8")
    assert run(*words).json["error"]["code"] == "bad_state"


@pytest.mark.parametrize(
    ("words", "code", "where"),
    [
        (("--at", "noon"), "bad_date", "--at"),
        (("--at", "2026-10-01T12:00"), "bad_date", "--at"),
        (("--cost", "tee"), "bad_amount", "--cost"),
        (("--cost", "tee=8"), "bad_amount", "--cost"),
        (("--cost", "hat=8USD"), "unknown_line", "--cost"),
        (("--to", "Germany"), "unknown_country", "--to"),
    ],
)
def test_bad_flags(
    run: Run, request_file: str, shop: str, words: tuple[str, ...], code: str, where: str
) -> None:
    ran = run("offer", request_file, "--policy", shop, *words, "--json")
    assert ran.code == 2
    assert ran.json["error"]["code"] == code
    assert where in ran.json["error"]["where"]


def test_no_policy(run: Run, request_file: str, tmp_path: Path) -> None:
    ran = run("offer", request_file, "--policy", str(tmp_path / "none.toml"), "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "no_file")
