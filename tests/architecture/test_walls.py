"""The import contracts of pyproject.toml hold, and each is noticed when it is broken on purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS: dict[str, str] = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))[
        "tool"
    ]["importlinter"]["contracts"]
}
VIOLATIONS = [
    ("layers", "errors.py", "from landedcost import currencies, regimes"),
    ("layers", "rounding.py", "from landedcost.program import ir"),
    ("layers", "regimes/load.py", "from landedcost import client"),
    ("folders", "duty/base.py", "from landedcost.tax import charge"),
    ("folders", "valuation/customs_value.py", "from landedcost.fx import book"),
    ("cli", "client.py", "import landedcost.cli"),
    ("cli", "present/text.py", "def late():\n    from landedcost import cli"),
    ("network", "fx/rates.py", "import urllib.request"),
    ("database", "tariffs/table.py", "import sqlite3"),
    ("database", "client.py", "def late():\n    import sqlite3"),
    ("database", "inventory/stock.py", "import sqlite3"),
    ("database", "ports/inventory.py", "import sqlalchemy"),
    ("network", "pipeline.py", "def late():\n    import subprocess"),
    ("httpx", "client.py", "import httpx"),
    ("httpx", "shipping/zones.py", "def late():\n    from httpx import get"),
    ("httpx", "transport/calls.py", "import httpx"),
    ("layers", "ports/flow.py", "from landedcost.transport import wire"),
    ("layers", "pipeline.py", "from landedcost.providers import registry"),
    ("network", "transport/wire.py", "import asyncio"),
    ("network", "ports/flow.py", "from urllib.request import urlopen"),
    ("pure", "duty/base.py", "import os"),
    ("pure", "pipeline.py", "import time"),
    ("pure", "tax/charge.py", "from landedcost.regimes import load"),
    ("pydantic", "request.py", "from pydantic import BaseModel"),
    ("pydantic", "ports/rates.py", "from pydantic import BaseModel"),
    ("terminal", "present/explain.py", "from rich.tree import Tree"),
    ("terminal", "client.py", "import typer"),
    ("web", "client.py", "import uvicorn"),
    ("web", "cli/live.py", "from starlette.applications import Starlette"),
    ("database", "service/quotes.py", "import sqlalchemy"),
    ("pydantic", "service/config.py", "from pydantic import BaseModel"),
    ("figures", "service/app.py", "import prometheus_client"),
    ("layers", "live/feed.py", "from landedcost.service import desk"),
    ("babel", "money.py", "from babel.numbers import format_currency"),
    ("redis", "live/log.py", "from redis.asyncio import Redis"),
    ("moneyed", "quote.py", "from moneyed import Money"),
]


def lint(tree: Path, *options: str) -> tuple[int, str]:
    """Exit code and output of import-linter on a copy of the source tree."""
    run = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", run, "--no-logo", "--no-cache", *options],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src"), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.csv")
    )
    return tmp_path


def test_the_tree_keeps_every_contract(tree: Path) -> None:
    status, output = lint(tree)
    assert status == 0, output
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken" in output


def test_every_contract_has_a_violation_here() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(CONTRACTS)


@pytest.mark.parametrize(("contract", "file", "code"), VIOLATIONS)
def test_a_violation_breaks_the_contract(tree: Path, contract: str, file: str, code: str) -> None:
    path = tree / "src" / "landedcost" / file
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{code}\n", encoding="utf-8")
    status, output = lint(tree, "--contract", contract)
    assert status == 1
    assert f"{CONTRACTS[contract]} BROKEN" in output, output


def test_a_new_module_must_be_given_its_layer(tree: Path) -> None:
    tree.joinpath("src", "landedcost", "newcomer.py").write_text("answer = 42\n", encoding="utf-8")
    status, output = lint(tree)
    assert status == 1
    assert "newcomer" in output
