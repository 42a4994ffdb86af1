"""Every file in examples/ runs, without a warning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

FOLDER = Path(__file__).resolve().parents[2].joinpath("examples")
EXAMPLES = sorted([*FOLDER.glob("*.py"), *FOLDER.glob("*/main.py")])


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_example_runs(example: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "160", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert done.stderr == ""


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.slow
def test_the_demo_fits_a_terminal_of_80_columns(tmp_path: Path) -> None:
    """No amount is cut off or broken: each row is one line and ends with its certainty."""
    (demo,) = (path for path in EXAMPLES if path.name == "demo.py")
    done = subprocess.run(
        [sys.executable, str(demo), "--as-of", "2026-10-01"],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    table = done.stdout.partition("\nWhy ")[0]
    assert "…" not in table
    assert max(map(cell_len, table.splitlines())) <= 80
    rows = [line.split() for line in table.splitlines() if "-" in line[:4]]
    assert len(rows) == 17
    assert {row[-1] for row in rows} <= {"exact", "estimated", "partial"}
