"""A creator shop's file: is it whole, what do its bundles cost where, and what else could it sell.

Run it as it is: it reads drop.toml, which lies beside it.
"""

from __future__ import annotations

from pathlib import Path

from landedcost.cli import main

DROP = Path(__file__).with_name("drop.toml")
DAY = ("--as-of", "2026-10-01")


def step(title: str, *command: str) -> None:
    """Say what is done, then do it as the command line would."""
    print(
        f"\n# {title}\n$ landedcost {' '.join(Path(word).name for word in command)}\n", flush=True
    )
    code = main(command)
    assert code == 0, code


step(
    "Every bundle has a price on every market of the shop",
    *("catalog", "check", str(DROP), *DAY),
)
step(
    "What its buyers read: the price that the law puts first, and all of it",
    *("catalog", "price", str(DROP), *DAY),
)
step(
    "What else could be sold together in Germany and leave the shop half",
    *("propose", str(DROP), "--to", "de-DE", "--margin", "50%", "--limit", "4", *DAY),
)
