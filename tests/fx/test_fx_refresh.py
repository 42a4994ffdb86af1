"""The script that rebuilds the bundled rates from a downloaded history."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from landedcost.fx.rates import RateTable, read_table

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "refresh_ecb"


def history() -> str:
    """Workdays from October 2024 to 15 January 2025, newest first, as the bank writes it."""
    day, rows = date(2025, 1, 15), []
    while day >= date(2024, 10, 1):
        if day.weekday() < 5 and day != date(2024, 12, 18):
            lev = "1.9558" if day <= date(2024, 11, 5) else "N/A"
            rows.append(f"{day.isoformat()},1.{day:%m%d},{lev},")
        day -= timedelta(days=1)
    return "\n".join(["Date,USD,BGN,", *rows]) + "\n"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("zipped", [True, False])
def test_it_keeps_the_days_that_matter(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text(history(), encoding="utf-8")
    if zipped:
        with zipfile.ZipFile(tmp_path / "hist.zip", "w") as archive:
            archive.write(path, path.name)
        path = tmp_path / "hist.zip"
    out = tmp_path / "ecb.csv"
    done = run(path, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "ecb.csv: 8 days, 2024-10-23 to 2025-01-15\n"
    days = read_table(out.read_text(encoding="utf-8"), "ecb.csv")
    assert [d.isoformat() for d in days] == [
        "2024-10-23",  # second-last Wednesday
        "2024-10-31",
        "2024-11-05",  # the last with a rate of the lev
        "2024-11-20",
        "2024-11-29",  # the last workday of the month
        "2024-12-17",  # no rate on the Wednesday
        "2024-12-31",
        "2025-01-15",  # the newest
    ]
    assert days[date(2024, 11, 5)] == {"USD": "1.1105", "BGN": "1.9558"}
    assert days[date(2024, 11, 20)] == {"USD": "1.1120"}
    assert RateTable(days).last == date(2025, 1, 15)


@pytest.mark.parametrize(
    ("text", "says"), [("a,b\n1,2\n", "not Date"), ("Date,USD,\n", "no rates")]
)
def test_it_refuses_another_file(tmp_path: Path, text: str, says: str) -> None:
    path, out = tmp_path / "other.csv", tmp_path / "ecb.csv"
    path.write_text(text, encoding="utf-8")
    done = run(path, "--out", out)
    assert done.returncode == 1
    assert says in done.stderr
    assert not out.exists()
