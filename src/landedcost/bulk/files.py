"""A catalogue as a file: CSV, Parquet or TOML, read piece by piece as it is written.

Texts stay texts (a price is never a float on the way), bytes that are no UTF-8 become U+FFFD,
which no line takes, and a CSV row of the wrong length is told and left out: whatever is wrong in
a row concerns that row.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ..errors import RequestError
from .catalog import batches_of
from .rows import BASKET_AMOUNTS, LINE_COLUMNS

KNOWN = ("basket", "lines", *LINE_COLUMNS, *BASKET_AMOUNTS)
"""The columns of a catalogue; others are left alone."""
_BLOCK = 8 * 2**20
_DIGEST = 2**20


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row of a CSV file that has too many or too few cells; ``line`` counts from 1."""

    line: int
    reason: str


@dataclass(slots=True)
class Catalog:
    """A catalogue's file. Raises RequestError (``no_file``, ``bad_catalog``) when read.

    ``skipped`` and ``read`` (bytes of a CSV file, rows of a Parquet file) grow while it is read;
    ``size`` is what ``read`` comes to in the end.
    """

    path: Path
    columns: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    read: int = 0
    size: int = 0

    def batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """Its baskets, ``rows`` at a time."""
        try:
            yield from batches_of(self._pieces(rows), rows)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(self.path, error) from None

    def _pieces(self, rows: int) -> Iterator[pa.RecordBatch]:
        read = _READERS.get(self.path.suffix.lower())
        if read is None:
            raise RequestError(
                f"not a catalogue's file: {self.path.name}",
                code="bad_catalog",
                where=str(self.path),
                hint="give a .csv, .parquet or .toml file",
            )
        self.skipped, self.read = [], 0
        return read(self, rows)

    def digest(self) -> str:
        """Sixteen hex digits over its bytes. Raises RequestError (``no_file``)."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()[:16]
        except OSError as error:
            raise _unreadable(self.path, error) from None


def _unreadable(path: Path, error: Exception) -> RequestError:
    if isinstance(error, OSError):
        return RequestError(
            f"cannot read the catalogue: {error.strerror or error}",
            code="no_file",
            where=str(path),
            hint="give the path of a .csv, .parquet or .toml file",
        )
    return RequestError(
        f"cannot read the catalogue: {error}",
        code="bad_catalog",
        where=str(path),
        hint="is the file whole, and what its ending says?",
    )


def _csv(catalog: Catalog, rows: int) -> Iterator[pa.RecordBatch]:
    names = catalog.columns = _header(catalog.path)
    catalog.size = catalog.path.stat().st_size

    def skip(row: Any) -> str:
        reason = f"{row.actual_columns} cells, the header has {row.expected_columns}"
        catalog.skipped.append(Skipped(row.number, reason))
        return "skip"

    with pa.OSFile(str(catalog.path)) as source:
        reader = pacsv.open_csv(
            source,
            read_options=pacsv.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()),
                include_columns=[name for name in names if name in KNOWN],
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        for piece in reader:
            catalog.read = source.tell()
            yield _texts(piece)
    catalog.read = catalog.size


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            names = next(csv.reader(file), [])
        except csv.Error as error:
            raise _unreadable(path, error) from None
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        what = f"the column {twice[0]!r} comes twice" if twice else "the file is empty"
        raise RequestError(
            f"cannot read the catalogue: {what}",
            code="bad_catalog",
            where=str(path),
            hint="the first line names the columns, each once",
        )
    return names


def _parquet(catalog: Catalog, rows: int) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(catalog.path, memory_map=True) as file:
        catalog.columns = list(file.schema_arrow.names)
        catalog.size = file.metadata.num_rows
        wanted = [name for name in catalog.columns if name in KNOWN]
        for piece in file.iter_batches(rows, columns=wanted):
            yield _texts(piece)
            catalog.read += piece.num_rows


def _toml(catalog: Catalog, rows: int) -> Iterator[pa.RecordBatch]:
    try:
        with catalog.path.open("rb") as file:
            document = tomllib.load(file, parse_float=str)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RequestError(
            f"cannot read the catalogue: {error}",
            code="bad_catalog",
            where=str(catalog.path),
            hint="one [[items]] table for each article",
        ) from None
    if "shop" in document:
        raise RequestError(
            "this is a shop's file, which says itself who sells and in which bundles",
            code="bad_catalog",
            where=str(catalog.path),
            hint="price it with `landedcost catalog price`; a catalogue here has [[items]] only",
        )
    items, defaults = document.get("items", []), document.get("defaults", {})
    fine = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    others = sorted({*document} - {"items", "defaults"})
    if not items or not fine or not isinstance(defaults, dict) or others:
        what = f"the key {others[0]!r} is not known" if others else "it has no [[items]]"
        raise RequestError(
            f"cannot read the catalogue: {what}",
            code="bad_catalog",
            where=str(catalog.path),
            hint="one [[items]] table for each article; [defaults] holds for all of them",
        )
    merged = [defaults | item for item in items]
    catalog.columns = list(dict.fromkeys(name for item in merged for name in item))
    catalog.size = len(merged)
    kept = [{k: v for k, v in item.items() if k in KNOWN} for item in merged]
    yield from batches_of(kept)
    catalog.read = catalog.size


_READERS: dict[str, Callable[[Catalog, int], Iterator[pa.RecordBatch]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".toml": _toml,
}


def _texts(piece: pa.RecordBatch) -> pa.RecordBatch:
    """The piece with every text checked to be UTF-8."""
    columns = [_text(column) for column in piece.columns]
    return pa.record_batch(columns, names=piece.schema.names)


def _text(column: pa.Array) -> pa.Array:
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.binary()):
        return column
    raw = column.cast(pa.binary() if not pa.types.is_large_string(kind) else pa.large_binary())
    try:
        return raw.cast(pa.string())
    except pa.ArrowInvalid:
        texts = [None if v is None else v.decode("utf-8", "replace") for v in raw.to_pylist()]
        return pa.array(texts, pa.string())
