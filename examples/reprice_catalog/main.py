"""Price a whole catalogue for many markets, again when a rate ticks, and explain any row.

Run it as it is: it prices drop.csv, which lies beside it, into a folder of its own.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from landedcost.cli import main

CATALOG = Path(__file__).with_name("drop.csv")
MARKETS = "DE,FR,GB,US,CA-ON,JP,AU"
SHOP = (
    *("--from", "US", "--registrations", "IOSS,GB-VAT,AU-GST", "--strategy", "highest"),
    *("--as-of", "2026-10-01", "--markets", MARKETS),
)


def step(title: str, *command: str) -> None:
    """Say what is done, then do it as the command line would."""
    print(
        f"\n# {title}\n$ landedcost {' '.join(Path(word).name for word in command)}\n", flush=True
    )
    code = main(command)
    assert code == 0, code


with TemporaryDirectory() as folder:
    monday, tuesday = Path(folder, "monday.parquet"), Path(folder, "tuesday.parquet")
    step(
        "Every bundle on every market; the row that cannot be priced is told",
        *("reprice", str(CATALOG), *SHOP, "-o", str(monday), "--rate", "USD/EUR=0.86"),
    )
    step(
        "The euro ticks: only what it touches is priced again, and what moved is told",
        *("reprice", str(CATALOG), *SHOP, "-o", str(tuesday), "--rate", "USD/EUR=0.87"),
        *("--changed-since", str(monday), "--diff", str(monday)),
    )
    step("Why a row costs what it costs", "explain", str(tuesday), "--row", "1")
