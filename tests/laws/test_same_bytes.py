"""A pinned request gives the same bytes on every run, wherever and however it runs."""

from __future__ import annotations

import decimal
import json
import locale
import os
import subprocess
import sys
from pathlib import Path

import pytest

from landedcost.cli import main

REQUEST = {
    "as_of": "2026-10-01",
    "terms": "DAP",
    "channel": "post",
    "seller": {"country": "US", "registrations": ["IOSS"]},
    "ship_from": {"country": "US", "region": "CA"},
    "buyer": {"country": "SE", "locale": "sv-SE", "kind": "consumer"},
    "currency": "SEK",
    "lines": [
        {
            "id": name,
            "quantity": 3,
            "unit_price": {"amount": "33.33", "currency": "USD"},
            "hs_code": "6109.10",
            "origin": "VN",
            "weight_g": 181,
        }
        for name in ("tee", "cap", "mug")
    ],
    "discount": {"amount": "10.00", "currency": "USD"},
    "shipping": {"amount": "9.01", "currency": "USD"},
    "rates": {"USD/SEK": "9.8765"},
    "customs_rates": {"USD/SEK": "9.87", "EUR/SEK": "11.0234"},
}
PLACES = [
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
    {"TZ": "America/Adak", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"},
    {"TZ": "UTC", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
    {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "4242", "PYTHONOPTIMIZE": "1"},
]


@pytest.fixture
def request_file(tmp_path: Path) -> str:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(REQUEST), encoding="utf-8")
    return str(path)


def test_the_same_bytes_in_every_place(request_file: str) -> None:
    answers = set()
    for place in PLACES:
        done = subprocess.run(
            [sys.executable, "-m", "landedcost", "price", request_file, "--json"],
            env={**os.environ, **place},
            capture_output=True,
            check=True,
        )
        answers.add(done.stdout)
    assert len(answers) == 1
    assert json.loads(answers.pop())["total"]["currency"] == "SEK"


def test_the_same_bytes_in_every_locale_of_the_process(
    request_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that has set its own locale gets the same document, and a second time too."""
    known = {*locale.locale_alias.values(), "C", "POSIX", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8"}
    before, answers, tried = locale.setlocale(locale.LC_ALL), set(), 0
    try:
        for name in sorted(known):
            try:
                locale.setlocale(locale.LC_ALL, name)
            except locale.Error:
                continue  # not installed here
            tried += 1
            assert main(["price", request_file, "--json"]) == 0
            answers.add(capsys.readouterr().out)
    finally:
        locale.setlocale(locale.LC_ALL, before)
    assert tried > 1
    assert len(answers) == 1


def test_the_same_bytes_in_every_decimal_context(
    request_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = set()
    for precision, mode in (
        (28, decimal.ROUND_HALF_EVEN),
        (3, decimal.ROUND_UP),
        (1, "ROUND_FLOOR"),
    ):
        with decimal.localcontext(prec=precision, rounding=mode):
            assert main(["price", request_file, "--json"]) == 0
            answers.add(capsys.readouterr().out)
            assert main(["explain", request_file]) == 0
            answers.add(capsys.readouterr().out)
    assert len(answers) == 2
