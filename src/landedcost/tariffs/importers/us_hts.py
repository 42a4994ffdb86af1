"""The Harmonized Tariff Schedule of the United States, as USITC exports it (JSON or CSV).

An export has no date: its edition is in the file's name (``hts_2026_rev_10.json``) or given, and
the days the editions took effect are in ``data/us_editions.toml``.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from ...errors import RequestError
from ..editions import Cell, Described, Edition, Publication, digits, joined
from ..grammar.written import MAX_TEXT, clean
from .files import bad_file, json_rows
from .options import Options

TARIFF = "US"
URL = "https://hts.usitc.gov"
_CSV = {
    "HTS Number": "htsno",
    "Indent": "indent",
    "Description": "description",
    "Unit of Quantity": "units",
    "General Rate of Duty": "general",
    "Special Rate of Duty": "special",
    "Column 2 Rate of Duty": "other",
    "Quota Quantity": "quotaQuantity",
    "Additional Duties": "additionalDuties",
}
COLUMNS = {
    "general": "general",
    "special": "special",
    "other": "other",
    "additionalDuties": "additional",
}
"""The rate columns of an export, and what they are called in the table."""
_NAME = re.compile(
    r"(?P<year>20\d{2})[ _-]?(?:hts)?[ _-]?"
    r"(?:(?P<basic>basic)|rev(?:ision)?[ _-]?(?P<rev>\d{1,3}))",
    re.IGNORECASE,
)
_TEXTS = ("htsno", "description", *COLUMNS)
_MOST = 4_000


@dataclass(slots=True)
class _Above:
    """A line above the one being read: its indent, words, code, and rates."""

    indent: int
    text: str
    code: str
    cells: dict[str, Cell]


def is_csv(header: str) -> bool:
    """Whether a first line is that of the CSV export."""
    names = next(csv.reader([header]), [])
    return {"HTS Number", "Indent", "General Rate of Duty"} <= set(names)


def read_json_export(file: str, text: str, digest: str, options: Options) -> Edition:
    """An edition from the JSON export. Raises RuleFileError (``bad_file``) and RequestError."""
    return _edition(file, digest, options, json_rows(text, file))


def read_csv_export(file: str, text: str, digest: str, options: Options) -> Edition:
    """An edition from the CSV export. Raises RuleFileError (``bad_file``) and RequestError."""
    return _edition(file, digest, options, _csv_rows(file, text))


def _csv_rows(file: str, text: str) -> Iterator[dict[str, Any]]:
    for row in csv_rows(file, text):
        found: dict[str, Any] = {_CSV.get(name, name): value for name, value in row.items()}
        units = found.get("units", "")
        if units.startswith("["):
            try:
                found["units"] = json.loads(units)
            except ValueError as error:
                raise bad_file(file, f"not a list of units: {units[:40]!r}: {error}") from None
        else:
            found["units"] = [units] if units else []
        yield found


def csv_rows(file: str, text: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file with a header.

    Raises RuleFileError (``bad_file``) for a row with other columns, and for a last line without
    an end: the file may have been cut there.
    """
    if not text.endswith("\n"):
        raise bad_file(file, "the last line has no end: the file may be cut off")
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        names = next(reader)
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(names):
                raise bad_file(
                    file, f"{len(cells)} columns, not {len(names)}", line=reader.line_num
                )
            yield dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise bad_file(file, f"not CSV, or cut off: {error}", line=reader.line_num) from None


def _edition(file: str, digest: str, options: Options, rows: Iterable[Any]) -> Edition:
    name, order, start = _which(file, options)
    cells: dict[tuple[str, str], Cell] = {}
    lines: dict[str, Described] = {}
    above: list[_Above] = []
    known: dict[str, Cell] = {}
    for number, row in enumerate(rows, 1):
        line = _line(row, file, number, known)
        while above and above[-1].indent >= line.indent:
            above.pop()
        above.append(line)
        if not line.code:
            continue
        if line.code in lines:
            raise bad_file(file, f"row {number}: the code {row['htsno']} is there twice")
        lines[line.code] = Described(joined(a.text for a in above), _units(row, file, number))
        for column, cell in _own_or_inherited(above).items():
            cells[line.code, column] = cell
    if not cells:
        raise bad_file(file, "no rates in it")
    published = Publication(
        f"Harmonized Tariff Schedule of the United States, {name}", URL, options.read
    )
    return Edition(TARIFF, name, start, order, "us", published, cells, lines, file, digest)


def _line(row: Any, file: str, number: int, known: dict[str, Cell]) -> _Above:
    if not isinstance(row, dict):
        raise bad_file(file, f"row {number}: not a row of the schedule")
    for name in _TEXTS:
        value = row.get(name, "" if name == "additionalDuties" else None)
        if value is None and name in COLUMNS:
            continue
        if not isinstance(value, str) or len(value) > _MOST:
            raise bad_file(file, f"row {number}: {name} is no text of a schedule")
    indent = str(row.get("indent", ""))
    if not (indent.isascii() and indent.isdigit() and int(indent) <= 20):
        raise bad_file(file, f"row {number}: the indent is {indent[:20]!r}")
    code = digits(row["htsno"])
    if code and not (code.isascii() and code.isdigit() and 4 <= len(code) <= 10):
        raise bad_file(file, f"row {number}: the code is {row['htsno'][:20]!r}")
    found = {
        new: Cell(text) for old, new in COLUMNS.items() if (text := (row.get(old) or "").strip())
    }
    return _Above(int(indent), _words(row["description"]), code, found)


def _own_or_inherited(above: Sequence[_Above]) -> dict[str, Cell]:
    """The rates of a line.

    A line without a general rate has those of the nearest line above it, by indent, that has
    one. Where that line's code begins its own, looking up the code finds it, and nothing is kept.
    """
    line = above[-1]
    if "general" in line.cells or len(line.code) < 8:
        return line.cells
    for upper in reversed(above[:-1]):
        if "general" in upper.cells:
            if upper.code and line.code.startswith(upper.code):
                return line.cells
            return {**upper.cells, **line.cells}
    return line.cells


def _words(text: str) -> str:
    return clean(text[:MAX_TEXT])


def _units(row: dict[str, Any], file: str, number: int) -> str:
    units = row.get("units") or []
    if not isinstance(units, list) or not all(isinstance(u, str) for u in units):
        raise bad_file(file, f"row {number}: units is no list of texts")
    words = (_words(unit).strip(" .") for unit in units[:5])
    return ", ".join(word for word in words if word)


def _which(file: str, options: Options) -> tuple[str, int, date]:
    """The name of the edition, its place in the year, and the day it took effect."""
    found = _NAME.search(options.edition or file)
    if found is None:
        raise RequestError(
            "which edition of the schedule is it?",
            code="unknown_edition",
            where=file,
            hint='name it: --edition "2026 revision 10", or "2026 basic"',
        )
    order = 0 if found["basic"] else int(found["rev"])
    name = f"{found['year']} " + (f"revision {order}" if order else "basic edition")
    start = options.effective or known_editions().get(name)
    if start is None:
        raise RequestError(
            f"from which day does the {name} apply?",
            code="unknown_edition",
            where=file,
            hint="give --effective with the day its cover names",
        )
    return name, order, start


@cache
def known_editions() -> dict[str, date]:
    """The days from which editions apply, by name."""
    path = resources.files("landedcost.tariffs").joinpath("data/us_editions.toml")
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))["edition"])
