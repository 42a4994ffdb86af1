"""A catalogue's file priced on its markets into a file of prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .. import __version__
from .answer import SCHEMA
from .catalog import BATCH
from .earlier import Earlier, basis_in
from .files import KNOWN, Catalog, Skipped
from .job import Job, not_used
from .ordered import in_order
from .parts import Parts
from .pricer import PricedBatch, Pricer

Progress = Callable[[int, int, int], object]
"""Told how much of the catalogue is read, of how much, and how many baskets are done."""
_COUNTS = ("guarded", "alone", "kept", "computed")
_KEPT = (*(name for name in SCHEMA.names if name.endswith("_minor")), "certainty")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. Counts are of prices, one for each basket and market.

    ``computed`` were worked out, ``kept`` taken from the earlier file; of the computed ones
    ``guarded`` were worked out on Python ints, and ``alone`` asked one by one. ``resumed`` are
    the batches that an earlier run had left.
    """

    target: Path
    baskets: int
    computed: int
    kept: int
    guarded: int
    alone: int
    resumed: int
    batches: int
    skipped: tuple[Skipped, ...]
    not_used: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One batch, its number, the number of its first basket, and by market its earlier rows."""

    number: int
    first: int
    batch: pa.RecordBatch
    before: Mapping[str, pa.Table]


def reprice(
    job: Job,
    target: Path,
    *,
    earlier: Earlier | None = None,
    jobs: int | None = None,
    size: int = BATCH,
    progress: Progress | None = None,
) -> Outcome:
    """Price ``job`` into ``target``, ``size`` baskets at a time, on ``jobs`` threads.

    A run that was cut off goes on where it was. With ``earlier``, prices that rest on what they
    rested on before are copied. Raises RequestError and RuleFileError; what stood at
    ``target`` is then as it was.
    """
    catalog = Catalog(Path(job.catalog))
    pricer = job.pricer()
    parts = Parts(target, about(job.beside(target.parent), catalog, pricer, size))
    baskets = number = 0
    pieces = _pieces(catalog, size, parts, earlier, pricer.labels)
    for done in in_order(partial(_priced, pricer, parts), pieces, jobs):
        baskets, number = baskets + done, number + 1
        if progress is not None:
            progress(catalog.read, catalog.size, baskets)
    counts = parts.counts(number)
    parts.finish(number)
    return Outcome(
        target,
        baskets,
        **{name: counts.get(name, 0) for name in _COUNTS},
        resumed=min(parts.before, number),
        batches=number,
        skipped=tuple(catalog.skipped),
        not_used=tuple(not_used(catalog.columns, KNOWN)),
    )


def about(job: Job, catalog: Catalog, pricer: Pricer, size: int) -> dict[str, Any]:
    """What a file of prices says of itself: enough to make each of its prices again."""
    return {
        "version": __version__,
        "job": replace(job, as_of=pricer.as_of.isoformat()).as_dict(),
        "catalog": catalog.digest(),
        "rules": pricer.versions,
        "batch": size,
    }


def _pieces(
    catalog: Catalog, size: int, parts: Parts, earlier: Earlier | None, markets: list[str]
) -> Iterator[_Piece]:
    first = 0
    for number, batch in enumerate(catalog.batches(size)):
        before: dict[str, pa.Table] = {}
        if earlier is not None and not parts.has(number):
            ids = basket_ids(batch, first)
            before = {market: earlier.rows_for(first, ids, market) for market in markets}
        yield _Piece(number, first, batch, before)
        first += batch.num_rows


def basket_ids(batch: pa.RecordBatch, first: int) -> pa.Array:
    """The id of each basket as the prices name it."""
    from .baskets import Baskets

    return Baskets(batch, first).ids()


def _priced(pricer: Pricer, parts: Parts, piece: _Piece) -> int:
    if not parts.has(piece.number):
        since = {market: basis_in(rows) for market, rows in piece.before.items()}
        done = pricer.price(piece.batch, piece.first, basis=True, since=since)
        kept = sum(int(flags.sum()) for flags in done.kept.values())
        counts = {
            "guarded": done.guarded,
            "alone": done.alone,
            "kept": kept,
            "computed": done.rows.num_rows - kept,
        }
        parts.put(piece.number, _restored(pricer, done, piece.before), counts)
    return int(piece.batch.num_rows)


def _restored(pricer: Pricer, done: PricedBatch, before: Mapping[str, pa.Table]) -> pa.RecordBatch:
    """The rows with the amounts of those that were kept."""
    found = []
    for place, market in enumerate(pricer.labels):
        rows = done.rows.slice(place * done.baskets, done.baskets)
        kept = done.kept.get(market)
        if market in before and kept is not None and kept.any():
            flags, old = pa.array(kept), before[market]
            columns = {
                name: pc.if_else(flags, old[name].combine_chunks(), rows.column(name))
                if name in _KEPT
                else rows.column(name)
                for name in SCHEMA.names
            }
            rows = pa.record_batch(columns, schema=SCHEMA)
        found.append(rows)
    return pa.concat_batches(found)
