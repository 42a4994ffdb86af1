"""What a run of ``landedcost reprice`` is told as: tables, a list of bad rows, a document."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .output import amount, cell, say, show, table, write

if TYPE_CHECKING:
    from ..bulk.moves import ChargeMove, Move, Moves
    from ..bulk.reprice import Outcome
    from ..bulk.summary import Bad

_SHOWN = 20


def write_errors(path: Path, outcome: Outcome, bad: Iterable[Bad]) -> None:
    """Write every row that could not be priced as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("row", "id", "field", "code", "reason", "markets"))
        for row in bad:
            markets = " ".join(row.markets)
            out.writerow((row.row, row.id, row.field, row.code, row.reason, markets))
        for skipped in outcome.skipped:
            out.writerow(("", f"line {skipped.line}", "", "bad_row", skipped.reason, ""))


def show_outcome(outcome: Outcome, since: bool) -> None:
    """Print what each market comes to, and the first rows that could not be priced."""
    from ..bulk.summary import bad_rows, by_market

    figures = ("priced", "failed", "estimated", "partial", "least", "most")
    made = table(f"{outcome.baskets:,} baskets → {outcome.target}", ("market", *figures), figures)
    for one in by_market(outcome.target):
        bounds = ["" if v is None else amount(v, one.currency) for v in (one.least, one.most)]
        counts = (one.priced, one.failed, one.estimated, one.partial)
        made.add_row(*map(cell, (one.market, *(f"{n:,}" for n in counts), *bounds)))
    show(made)
    lines = []
    if since:
        lines.append(f"{outcome.computed:,} priced again, {outcome.kept:,} kept as they were")
    if outcome.guarded:
        lines.append(
            f"{outcome.guarded:,} of {outcome.computed:,} prices might not have fitted a column "
            "and were worked out on whole numbers without limit"
        )
    if outcome.resumed:
        lines.append(f"{outcome.resumed:,} of {outcome.batches:,} batches were there already")
    if outcome.not_used:
        lines.append(f"columns not used: {', '.join(outcome.not_used)}")
    write("".join(f"{line}\n" for line in lines))
    bad = bad_rows(outcome.target)
    first = list(islice(bad, _SHOWN))
    if not first and not outcome.skipped:
        return
    rest = sum(1 for _ in bad)
    listed = table("could not be priced", ("row", "id", "field", "reason", "markets"), ("row",))
    for row in first:
        markets = ", ".join(row.markets)
        listed.add_row(*map(cell, (row.row, row.id or "", row.field, row.reason, markets)))
    for skipped in outcome.skipped[:_SHOWN]:
        listed.add_row(*map(cell, ("", f"line {skipped.line}", "", skipped.reason, "")))
    show(listed)
    more = rest + max(0, len(outcome.skipped) - _SHOWN)
    if more:
        say(f"{more:,} more rows could not be priced: --errors FILE.csv writes all of them")


def document(outcome: Outcome, moved: Any) -> dict[str, Any]:
    """The same as a JSON document."""
    from ..bulk.summary import bad_rows, by_market

    found = {
        "output": str(outcome.target),
        "baskets": outcome.baskets,
        "computed": outcome.computed,
        "kept": outcome.kept,
        "guarded": outcome.guarded,
        "alone": outcome.alone,
        "resumed_batches": outcome.resumed,
        "columns_not_used": list(outcome.not_used),
        "markets": [asdict(one) for one in by_market(outcome.target)],
        "bad": [asdict(one) for one in bad_rows(outcome.target)],
        "skipped": [asdict(one) for one in outcome.skipped],
    }
    if moved is not None:
        settings, moves, reasons = moved
        found["diff"] = {
            "changed": settings,
            "markets": [asdict(one) for one in moves.markets],
            "largest": [
                {"before": dict(m.before), "after": dict(m.after), "why": _reasons(r)}
                for m, r in zip(moves.largest, reasons, strict=True)
            ],
        }
    return found


def _reasons(found: Any) -> Any:
    return [asdict(one) for one in found] if isinstance(found, list) else found.as_dict()


def moved_since(old: Any, target: Path) -> tuple[list[str], Moves, list[Any]]:
    """What changed between two runs, what moved, and why the largest moves did."""
    from ..bulk.earlier import Earlier
    from ..bulk.moves import moves, settings_changed, why
    from ..bulk.replay import Replay

    new = Earlier(target)
    found = moves(old, new)
    before, after = Replay(old), Replay(new)
    reasons = [why(move, before, after) for move in found.largest]
    return settings_changed(old.about, new.about), found, reasons


def show_moves(settings: list[str], found: Moves, reasons: list[Any]) -> None:
    """Print what moved since an earlier run, and why."""
    figures = ("same", "up", "down", "new", "lost", "sum of the moves")
    made = table("what moved", ("market", *figures, "of which"), figures)
    for one in found.markets:
        parts = [
            f"{kind} {amount(v, one.currency, named=False)}" for kind, v in one.parts.items() if v
        ]
        counts = (one.same, one.up, one.down, one.fresh, one.lost)
        whole = amount(sum(one.parts.values()), one.currency) if one.currency else ""
        cells = (one.market, *(f"{n:,}" for n in counts), whole, ", ".join(parts))
        made.add_row(*map(cell, cells))
    show(made)
    if settings:
        write("".join(f"changed: {text}\n" for text in settings))
    for move, reason in zip(found.largest, reasons, strict=True):
        _show_move(move, reason)


def _show_move(move: Move, reason: list[ChargeMove] | Any) -> None:
    before, after = move.before, move.after
    unit = after["currency"]
    title = (
        f"{after['id']} on {after['market']}: {amount(before['total_minor'], unit)} → "
        f"{amount(after['total_minor'], unit)}"
    )
    if not isinstance(reason, list):
        write(f"{title}\n  the charges cannot be told: {reason}\n")
        return
    made = table(title, ("what", "line", "before", "after", "why"), ("before", "after"))
    for one in reason:
        told = one.why_after or one.why_before
        if one.why_before and one.why_after and one.why_before != one.why_after:
            told = f"{one.why_before} → {one.why_after}"
        sums = ["" if v is None else amount(v, unit) for v in (one.before, one.after)]
        made.add_row(*map(cell, (one.kind, one.line or "", *sums, told)))
    show(made)
