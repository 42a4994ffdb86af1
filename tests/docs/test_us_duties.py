"""The tables of the page about duties of the United States are what the rules say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_tables_are_current() -> None:
    """Written anew by ``scripts/us_duties``."""
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "us_duties"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
