"""The UK Global Tariff beside the Union's common external tariff, January 2021, as one table.

Published by the Department for International Trade (github uktrade/global-uk-tariff): a row for
each eight- or ten-digit code, with the rate of either tariff and what else applies to it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date

from ...errors import RequestError
from ..editions import Cell, Described, Edition, Publication, digits
from ..grammar import read_taric
from ..grammar.written import MAX_TEXT, clean
from .files import bad_file
from .options import Options
from .us_hts import csv_rows

URL = "https://github.com/uktrade/global-uk-tariff"
START = date(2021, 1, 1)
_RATES = {"GB": "ukgt_duty_rate", "EU": "cet_duty_rate"}
_TITLES = {
    "GB": "UK Global Tariff as published for January 2021",
    "EU": "EU common external tariff as published beside the UK Global Tariff, January 2021",
}
_FLAGS = (
    "trade_remedy_applies",
    "cet_applies_until_trade_remedy_transition_reviews_concluded",
    "suspension_applies",
    "atq_applies",
)


def is_csv(header: str) -> bool:
    """Whether a first line is that of this table."""
    names = next(csv.reader([header]), [])
    return {"commodity", *_RATES.values()} <= set(names)


def read(file: str, text: str, digest: str, options: Options) -> Sequence[Edition]:
    """An edition of either tariff. Raises RuleFileError (``bad_file``)."""
    cells: dict[str, dict[tuple[str, str], Cell]] = {tariff: {} for tariff in _RATES}
    lines: dict[str, Described] = {}
    for number, row in enumerate(csv_rows(file, text), 2):
        code = digits(row["commodity"])
        if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 10):
            raise bad_file(file, f"the code is {row['commodity'][:20]!r}", line=number)
        if code in lines:
            raise bad_file(file, f"the code {code} is there twice", line=number)
        lines[code] = Described(clean(row.get("description", "")[:MAX_TEXT]))
        for tariff, column in _RATES.items():
            rate = row[column].strip()
            if len(rate) > MAX_TEXT:
                raise bad_file(file, f"{column} is no rate", line=number)
            if rate:
                cells[tariff][code, "general"] = _cell(tariff, rate, row, file, number)
    if not lines:
        raise bad_file(file, "no rates in it")
    start = options.effective or START
    name = options.edition or "January 2021"
    return [
        Edition(
            tariff,
            name,
            start,
            0,
            "taric",
            Publication(_TITLES[tariff], URL, options.read),
            cells[tariff],
            lines,
            file,
            digest,
        )
        for tariff in _RATES
    ]


def _cell(tariff: str, rate: str, row: dict[str, str], file: str, number: int) -> Cell:
    """A rate with what the row says beside it; one that did not apply is not verified."""
    flags = {}
    for name in _FLAGS:
        value = row.get(name, "False")
        if value not in ("True", "False"):
            raise bad_file(file, f"{name} is {value[:20]!r}, not True or False", line=number)
        flags[name] = value == "True"
    notes = []
    if tariff == "GB":
        if flags["cet_applies_until_trade_remedy_transition_reviews_concluded"]:
            notes.append(
                f"the Union's rate of {row['cet_duty_rate']} applied instead until the reviews of "
                "its trade remedies were concluded"
            )
        elif flags["trade_remedy_applies"]:
            notes.append("a trade remedy applied besides")
        if flags["suspension_applies"]:
            notes.append("a suspension of the duty applied")
        if flags["atq_applies"]:
            notes.append("an autonomous tariff quota applied")
    try:
        notes += read_taric(rate).repairs
    except RequestError:
        notes.append("not understood")  # the report lists it, and the line refuses
    return Cell(rate, "; ".join(notes), not notes)
