"""A file of prices written part by part, so that a run that was cut off can go on.

Beside the file to come stands a folder with one Parquet file for each batch of baskets, each put
there whole. When all are there they are copied into one file, which then takes the place of the
earlier one in one step. Until then the earlier file is as it was.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import RequestError
from .answer import SCHEMA

KEY = b"landedcost"
"""The key of the file's metadata under which :class:`Parts` keeps what the prices are of."""
_JOB = "job.json"


class Parts:
    """The parts of ``target``; ``about`` is what they are of, and tells whether to go on.

    Raises RequestError (``cannot_write``) where the disk is full or may not be written.
    """

    def __init__(self, target: Path, about: Mapping[str, Any]) -> None:
        self.target = target
        self.about = json.dumps(about, sort_keys=True, ensure_ascii=False)
        self.folder = target.with_name(f"{target.name}.parts")
        self.before = self._begin()

    def _begin(self) -> int:
        """Parts of the same run that are there already; those of another are thrown away."""
        job = self.folder.joinpath(_JOB)
        with self._writing():
            if job.is_file() and job.read_text(encoding="utf-8") == self.about:
                return len(list(self.folder.glob("*.parquet")))
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
            _put(job, lambda path: path.write_text(self.about, encoding="utf-8"))
        return 0

    def _part(self, number: int) -> Path:
        return self.folder.joinpath(f"{number:08}.parquet")

    def has(self, number: int) -> bool:
        """Whether a part is there."""
        return self._part(number).is_file()

    def put(self, number: int, rows: pa.RecordBatch, counts: Mapping[str, int]) -> None:
        """Write one part, with what was counted when it was made."""
        made = rows.replace_schema_metadata({KEY: json.dumps(counts)})
        table = pa.Table.from_batches([made])
        with self._writing():
            _put(self._part(number), lambda path: pq.write_table(table, path, compression="zstd"))

    def counts(self, total: int) -> dict[str, int]:
        """What was counted, over ``total`` parts."""
        found: dict[str, int] = {}
        for number in range(total):
            told = pq.read_schema(self._part(number)).metadata[KEY]
            for name, count in json.loads(told).items():
                found[name] = found.get(name, 0) + count
        return found

    def finish(self, total: int) -> None:
        """Copy the parts into one file, put it in the target's place, and clear up."""
        schema = SCHEMA.with_metadata({KEY: self.about})

        def copy(path: Path) -> None:
            with pq.ParquetWriter(path, schema, compression="zstd") as writer:
                for number in range(total):
                    part = pq.read_table(self._part(number))
                    writer.write_table(part.replace_schema_metadata(schema.metadata))

        with self._writing():
            _put(self.target, copy)
        shutil.rmtree(self.folder)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RequestError(
                f"cannot write the prices: {error.strerror or error}",
                code="cannot_write",
                where=str(self.target),
                hint=f"an earlier {self.target.name} is as it was; make room, or name another "
                "file, and run the same again: what is done is kept",
            ) from None


def _put(path: Path, write: Any) -> None:
    """Write a file beside its place, see it onto the disk, and move it there."""
    beside = path.with_name(f"{path.name}.new")
    try:
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
