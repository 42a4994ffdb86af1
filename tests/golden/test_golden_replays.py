"""Every worked case, recorded, and made again by a package whose own data is gone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from landedcost import LandedCost
from landedcost.held import Record, pin, replay

from .cases import Case, read_cases

ROOT = Path(__file__).resolve().parents[2]
CASES = [case for case in read_cases() if case.expect != {"priced": False}]
DATA = ("regimes/data", "regimes/scenarios", "tariffs/data", "fx/data", "shipping/data")
SCRIPT = """
import json, sys
from pathlib import Path
from landedcost.held import Record, replay
from landedcost.regimes.load import RuleBook

try:
    rules = RuleBook().codes
except OSError:
    rules = ()
assert not rules, "there are rules"
for path in sorted(Path(sys.argv[1]).glob("*.json")):
    record = Record.load(path)
    found = replay(record)
    assert found.same, (path, found.differences, found.error)
    assert json.dumps(found.quote.as_dict()) == json.dumps(dict(record.answer)), path
    print(path.stem)
"""


@pytest.fixture(scope="module")
def shop() -> LandedCost:
    return LandedCost(fx_margin={"*": "1.5%", "JPY": "2%"})


@pytest.mark.parametrize("case", [pytest.param(c, id=c.id) for c in CASES[::6]])
def test_a_worked_case_is_made_again_byte_for_byte(case: Case, shop: LandedCost) -> None:
    quote = shop.price(case.ask())
    found = replay(pin(quote, shop.rules))
    assert found.same, (found.differences, found.error)
    assert found.quote is not None
    assert json.dumps(found.quote.as_dict()) == json.dumps(quote.as_dict())


@pytest.mark.slow
def test_all_are_made_again_where_no_rules_tariffs_and_rates_are(
    shop: LandedCost, tmp_path: Path
) -> None:
    """In another process, from a copy of the package without any of its data."""
    for number, case in enumerate(CASES):
        record: Record = pin(shop.price(case.ask()), shop.rules)
        record.save(tmp_path / "records" / f"{number:03}.json")
    package = tmp_path / "bare" / "landedcost"
    shutil.copytree(
        ROOT / "src" / "landedcost", package, ignore=shutil.ignore_patterns("__pycache__", "*.csv")
    )
    for folder in DATA:
        shutil.rmtree(package / folder, ignore_errors=True)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path / "records")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(package.parent), "PYTHONHASHSEED": "7"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert len(ran.stdout.split()) == len(CASES)
