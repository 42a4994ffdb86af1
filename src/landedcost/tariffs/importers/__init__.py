"""Official tariffs as their publishers offer them, read into editions of a local table.

:func:`read_files` tells by a file's content what it is, and reads all of them before anything
is changed: one that is cut off or broken stops the import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ..editions import Answer, Edition, Skipped
from . import uk_answers, uk_table, us_hts
from .files import bad_file, read_text
from .options import Options

__all__ = ["Options", "read_file", "read_files"]


def read_files(
    paths: Sequence[Path], options: Options, seen: Callable[[Path], None] = lambda _: None
) -> Iterable[Edition | Answer | Skipped]:
    """Every edition and answer in the files; ``seen`` is told of each file that was read.

    Raises RuleFileError (``bad_file``) for a file that is cut off, broken or none of the known
    kinds, RequestError where a file does not say which edition it is or from which day it
    applies, and OSError for one that cannot be opened.
    """
    for path in paths:
        yield from read_file(path, options)
        seen(path)


def read_file(path: Path, options: Options) -> Sequence[Edition | Answer | Skipped]:
    """The editions or answers of one file. Raises as :func:`read_files` does."""
    text, digest = read_text(path)
    start = text.lstrip()[:1]
    if start == "[":
        return [us_hts.read_json_export(path.name, text, digest, options)]
    if start == "{":
        return [uk_answers.read(path.name, text, digest, options)]
    header = text[: text.find("\n")].strip()
    if us_hts.is_csv(header):
        return [us_hts.read_csv_export(path.name, text, digest, options)]
    if uk_table.is_csv(header):
        return uk_table.read(path.name, text, digest, options)
    raise bad_file(
        path.name,
        "not a tariff that can be imported",
        hint="known: exports of the US schedule (JSON or CSV), the table of the UK Global Tariff "
        "(CSV), answers of the UK tariff service (JSON); each also packed as .gz",
    )
