"""Small tariffs in the publishers' shapes, with invented rows; and where the real ones are."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from landedcost import LocalTariffs
from landedcost.tariffs.importers import Options, read_files
from landedcost.tariffs.store import keep

READ = date(2026, 11, 24)
SHARED = Path(__file__).resolve().parents[3] / "shared"
CSV_NAMES = {
    "htsno": "HTS Number",
    "indent": "Indent",
    "description": "Description",
    "units": "Unit of Quantity",
    "general": "General Rate of Duty",
    "special": "Special Rate of Duty",
    "other": "Column 2 Rate of Duty",
    "quotaQuantity": "Quota Quantity",
    "additionalDuties": "Additional Duties",
}


def real(name: str) -> Path:
    """A file or folder of real tariffs beside the checkout; skips the test where there is none."""
    path = SHARED / "data" / name
    if not path.exists():
        pytest.skip(f"{name} lies beside the project where it is developed, not in it")
    return path


def row(code: str, indent: int, text: str, *rates: str, **more: Any) -> dict[str, Any]:
    """A row of the US export: general, special, other."""
    general, special, other = (*rates, "", "", "")[:3]
    return {
        "htsno": code,
        "indent": str(indent),
        "description": text,
        "superior": None if code else "true",
        "units": [],
        "general": general,
        "special": special,
        "other": other,
        "footnotes": [],
        "quotaQuantity": None,
        "additionalDuties": None,
        "addiitionalDuties": None,
        **more,
    }


SCARVES = [
    row("6214", 0, "Shawls and scarves:"),
    row("6214.10", 1, "Of silk:"),
    row("6214.10.10", 2, "Containing 70 percent of silk", "1.2%", "Free (AU,S)", "60%"),
    row("6214.10.10.10", 3, "Hand-painted", units=["doz.", "kg"]),
    row("6214.10.20", 2, "Other", "3.9% + 10¢/kg", "Free (A*,KR,S+) 2% (JP)", "$1/kg + 60%"),
    row("", 1, "Of other fibres:"),
    row("6214.90.00", 2, "Other", "11.3%", "See 9822.05.10 (P+)", "90%"),
]


def us_json(rows: Sequence[Any]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def us_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_NAMES.values())
    for one in rows:
        cells = {**one, "units": json.dumps(one["units"]) if one["units"] else ""}
        writer.writerow([cells[name] or "" for name in CSV_NAMES])
    return out.getvalue().encode()


UK_HEADER = (
    "commodity,description,cet_duty_rate,ukgt_duty_rate,change,trade_remedy_applies,"
    "cet_applies_until_trade_remedy_transition_reviews_concluded,suspension_applies,atq_applies"
)
UK_ROWS = (
    "62141000,Silk scarves,8.0%,8.0%,No change,False,False,False,False",
    "07020000,Tomatoes,Entry Price,8.00%,Simplified,False,False,False,False",
    '07070005,Cucumbers,Entry Price,"16.00% (01 MAR - 31 OCT), 6.00% (01 NOV - 28 FEB)",Simplified,'
    "False,False,False,False",
    '07070099,Gherkins,"9% (01 JAN-31 APR), 10% (01 JUN-31 DEC)",10.00% + 4.20 GBP/100kg,Reduced,'
    "False,False,True,False",
    "0707009910,Small gherkins,24 + 4.2 EUR/100 kg,12.0%,Simplified,True,True,False,False",
    "19053110,Biscuits,9.00% + EA MAX 24.20% + ADSZ,8.0%,Simplified,False,False,False,False",
)


def uk_csv(*rows: str) -> bytes:
    return "\n".join((UK_HEADER, *(rows or UK_ROWS), "")).encode()


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def imported(into: Path, *files: tuple[str, bytes], **options: Any) -> LocalTariffs:
    """The files, written beside the table and imported into it."""
    paths = []
    for name, data in files:
        path = into.parent / name
        path.write_bytes(data)
        paths.append(path)
    keep(into, read_files(paths, Options(**{"read": READ, **options})))
    return LocalTariffs(into)
