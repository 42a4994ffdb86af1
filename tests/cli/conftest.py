"""Running the command line inside the test, and a request to run it on."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from landedcost.cli import main


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("price", "-", stdin=…)`` as in a terminal of 100 columns without colour."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*argv: str, stdin: str | bytes = "") -> Ran:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))
        code = main(list(argv))
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


@pytest.fixture
def document() -> dict[str, Any]:
    """A request like the one of the reference page."""
    return {
        "as_of": "2026-10-01",
        "terms": "DDP",
        "channel": "post",
        "seller": {"country": "US", "registrations": ["IOSS", "GB-VAT", "AU-GST"]},
        "ship_from": {"country": "US", "region": "CA"},
        "buyer": {"country": "DE", "locale": "de-DE", "kind": "consumer"},
        "currency": "EUR",
        "lines": [
            {
                "id": "tee",
                "quantity": 2,
                "unit_price": {"amount": "25.00", "currency": "USD"},
                "hs_code": "6109.10",
                "origin": "VN",
                "weight_g": 180,
                "goods_class": "standard",
                "duty": None,
                "tax_rate": None,
                "preference": None,
            }
        ],
        "discount": None,
        "shipping": {"amount": "9.00", "currency": "USD"},
        "insurance": None,
        "rates": {"USD/EUR": "0.86"},
        "customs_rates": {"USD/EUR": "0.86"},
    }


@pytest.fixture
def request_file(document: dict[str, Any], tmp_path: Path) -> str:
    """The request as a file."""
    path = tmp_path / "request.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)
