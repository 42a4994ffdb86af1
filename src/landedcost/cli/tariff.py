"""``landedcost tariff import``, ``show``, ``list`` and ``options``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from ..client import today
from ..dates import day
from ..errors import RequestError
from ..tariffs.editions import Answer, Count, Edition, Skipped, Tally, percent_text
from ..tariffs.importers import Options, read_files
from ..tariffs.local import LocalTariffs, default_path
from ..tariffs.store import keep
from .options import AsJson, Tariffs
from .output import cell, progress, say, show, show_json, table, write
from .tariff_options import options
from .tariff_show import show_tariff

_LISTED = 60

tariff = typer.Typer(
    help="Official tariffs: import them, look a code up, list what a UK answer offers.",
    rich_markup_mode=None,
)
tariff.command("show")(show_tariff)
tariff.command("options")(options)


@tariff.command("import")
def import_tariff(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Exports of the US schedule (JSON, CSV), the UK and EU table (CSV), recorded "
            "answers of the UK tariff service (JSON); each also as .gz.",
        ),
    ],
    into: Annotated[
        str | None,
        typer.Option("--into", metavar="FILE", help="The local table; the user's own if left out."),
    ] = None,
    edition: Annotated[
        str | None,
        typer.Option("--edition", metavar="NAME", help='Such as "2026 revision 10".'),
    ] = None,
    effective: Annotated[
        str | None,
        typer.Option("--effective", metavar="DAY", help="The day from which the file applies."),
    ] = None,
    read: Annotated[
        str | None,
        typer.Option("--read", metavar="DAY", help="The day the files were fetched; today."),
    ] = None,
    report: Annotated[
        str | None,
        typer.Option("--report", metavar="FILE", help="Write what was understood, as JSON."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import official tariffs into a local table, all of the files or none."""
    named = edition is not None or effective is not None
    if named and len(files) > 1:
        raise RequestError(
            "--edition and --effective are about one file", code="usage", where="FILE"
        )
    given = Options(
        read=today() if read is None else day(read, "--read"),
        edition=edition,
        effective=None if effective is None else day(effective, "--effective"),
    )
    path = default_path() if into is None else Path(into)
    tallies: list[Tally] = []
    skipped: list[Skipped] = []
    with progress("importing", len(files)) as step:
        found = read_files(files, given, lambda file: step(file.name))
        changed = keep(path, _counted(found, tallies, skipped))
    document = _document(path, changed, tallies, skipped)
    if report is not None:
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        Path(report).write_text(text, encoding="utf-8")
    if as_json:
        show_json(document)
        return
    _tell(path, changed, tallies, skipped)


def _counted(
    found: Iterable[Edition | Answer | Skipped], tallies: list[Tally], skipped: list[Skipped]
) -> Iterator[Edition | Answer]:
    """What is to be kept, while it is noted how well it was read."""
    for item in found:
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            tallies.append(Tally.of(item))
            yield item


def _document(
    path: Path, changed: bool, tallies: Sequence[Tally], skipped: Sequence[Skipped]
) -> dict[str, Any]:
    texts, understood, computed = _sums(tallies)
    return {
        "table": str(path),
        "changed": changed,
        "texts": texts,
        "understood": understood,
        "computed": computed,
        "share_understood": percent_text(understood, texts),
        "share_computed": percent_text(computed, texts),
        "editions": [tally.as_dict() for tally in tallies],
        "skipped": [{"file": s.file, "why": s.why} for s in skipped],
    }


def _sums(tallies: Sequence[Tally]) -> tuple[int, int, int]:
    totals = [tally.total for tally in tallies]
    return (
        sum(t.all for t in totals),
        sum(t.understood for t in totals),
        sum(t.computed for t in totals),
    )


def _tell(path: Path, changed: bool, tallies: Sequence[Tally], skipped: Sequence[Skipped]) -> None:
    columns = ("tariff", "edition", "from", "column", "texts", "understood", "computed")
    made = table("Rate texts understood", columns, ("texts", "understood", "computed"))
    for tally in tallies:
        for name, count in tally.columns.items():
            if not tally.answer:
                made.add_row(*_count((tally.tariff, tally.name, tally.start, name), count))
    for tariff in dict.fromkeys(tally.tariff for tally in tallies if tally.answer):
        ours = [tally for tally in tallies if tally.answer and tally.tariff == tariff]
        sums = Count(
            sum(t.total.all for t in ours),
            sum(t.total.computed for t in ours),
            sum(t.total.needs for t in ours),
        )
        what = "1 answer" if len(ours) == 1 else f"{len(ours)} answers"
        made.add_row(*_count((tariff, what, min(t.start for t in ours), "measures"), sums))
    show(made)
    _tell_unread(tallies)
    for one in skipped:
        write(f"skipped {one.file}: {one.why}\n")
    texts, understood, computed = _sums(tallies)
    write(
        f"{texts:,} texts: {percent_text(understood, texts)} understood, "
        f"{percent_text(computed, texts)} can be computed\n"
    )
    write(f"{'kept in' if changed else 'nothing new for'} {path}\n")


def _count(names: Sequence[object], count: Count) -> list[Text]:
    figures = (f"{count.all:,}", count.share, percent_text(count.computed, count.all))
    return [cell(value) for value in (*names, *figures)]


def _tell_unread(tallies: Sequence[Tally]) -> None:
    unread: dict[tuple[str, str], list[Any]] = {}
    for tally in tallies:
        for one in tally.unread.values():
            row = unread.setdefault((one.column, one.text), [one.column, one.text, one.code, 0])
            row[3] += one.count
    if not unread:
        return
    made = table("Not understood: these rates refuse", ("column", "text", "first", "times"))
    for row in sorted(unread.values(), key=lambda r: (r[0], -r[3], r[1]))[:_LISTED]:
        made.add_row(*map(cell, row))
    show(made)
    if len(unread) > _LISTED:
        say(f"{len(unread) - _LISTED} more: see --report")


@tariff.command("list")
def list_tariffs(tariffs: Tariffs = None, as_json: AsJson = False) -> None:
    """List the editions that were imported."""
    found = LocalTariffs(tariffs) if tariffs is not None else LocalTariffs.configured()
    rows: list[dict[str, Any]] = []
    for name in found.names if found is not None else ():
        local = found.table(name) if found is not None else None
        for edition in local.editions if local is not None else ():
            headings = edition.headings
            rows.append(
                {
                    "tariff": name,
                    "edition": edition.name,
                    "from": edition.start.isoformat(),
                    "read": edition.read.isoformat(),
                    "part": "whole" if headings is None else f"{len(headings)} headings",
                }
            )
        answers = local.store.answers(name, "", below=True) if local is not None else ()
        if answers:
            rows.append(
                {
                    "tariff": name,
                    "edition": "answers of the UK tariff service",
                    "from": min(a.day for a in answers).isoformat(),
                    "read": max(a.read for a in answers).isoformat(),
                    "part": f"{len({a.code for a in answers})} codes",
                }
            )
    if as_json:
        show_json(rows)
        return
    if not rows:
        write("no tariffs were imported\n")
        return
    made = table("Imported tariffs", tuple(rows[0]))
    for row in rows:
        made.add_row(*map(cell, row.values()))
    show(made)
