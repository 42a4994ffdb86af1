"""Every charge of every basket, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from ..quote import Quote
from ..unfold import OWED
from .group import Group, Part
from .reasons import columns_of, held, tests_of
from .texts import Flags, Ints

SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("market", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("code", pa.string()),
        pa.field("line", pa.string()),
        pa.field("amount_minor", pa.int64()),
        pa.field("local_minor", pa.int64()),
        pa.field("local_currency", pa.string()),
        pa.field("collected", pa.string()),
    ]
)
"""One row a charge: ``row`` is the basket's number in the catalogue, ``line`` the line's id.
Amounts are minor units, ``amount_minor`` in the quote's currency; discounts are negative."""


def charges_of(group: Group, market: str, failed: set[int]) -> Iterator[pa.RecordBatch]:
    """The charges of a group's baskets, chunk by chunk, without those that have an error."""
    for table in _charges(group, market):
        if not failed:
            yield table
        else:
            rows = table.column("row").to_numpy() - group.baskets.first
            yield table.filter(pa.array(~np.isin(rows, list(failed))))


def charge_rows(row: int, market: str, quote: Quote) -> list[dict[str, Any]]:
    """A single quote's charges as rows of the table."""
    return [
        {
            "row": row,
            "market": market,
            "kind": charge.kind,
            "code": charge.code,
            "line": charge.line,
            "amount_minor": charge.amount_minor,
            "local_minor": charge.local_minor,
            "local_currency": charge.local_currency,
            "collected": charge.collected,
        }
        for charge in quote.charges
    ]


def _charges(group: Group, market: str) -> Iterator[pa.RecordBatch]:
    wide = group.wide
    slots = wide.program.slots
    tests = [r for slot in slots for r in tests_of(slot)]
    tests += [slot.at_checkout for slot in slots if slot.at_checkout is not None]
    outputs = list(
        dict.fromkeys((*(s.amount for s in slots), *wide.shown, *wide.program.outputs[1:3], *tests))
    )
    ids = group.baskets.lines.columns["id"]
    for part, columns in group.columns(outputs):
        rows = group.rows[part]
        regs = columns_of(outputs, columns, rows.size)
        rest = {
            "checkout": regs[wide.program.outputs[1]].astype(np.int64),
            "delivery": regs[wide.program.outputs[2]].astype(np.int64),
        }
        for slot, _, who, told, position in wide.program.picks:
            amount = regs[slot.amount].astype(np.int64)
            shown = regs[wide.shown[position]].astype(np.int64)
            sign = -1 if slot.negative else 1
            at_checkout = who == "checkout"
            if not who and told >= 0 and slot.at_checkout is not None:
                at_checkout = regs[slot.at_checkout].astype(np.bool_)
            at = np.broadcast_to(np.asarray(at_checkout, dtype=np.bool_), rows.shape)
            rest["checkout"] = rest["checkout"] - np.where(at, sign * shown, 0)
            rest["delivery"] = rest["delivery"] - np.where(at, 0, sign * shown)
            due = (amount != 0) | (slot.kind not in OWED)
            line = None
            if slot.line is not None:
                line = ids.take(pa.array(group.lines[part, slot.line]))
            yield _batch(
                rows + group.baskets.first,
                market,
                slot.kind,
                _codes(group, part, held(slot, regs, rows.size), rows.size, slot.line),
                line,
                sign * shown,
                sign * amount if slot.negative else amount,
                slot.currency,
                np.where(due, np.where(at, "checkout", "delivery"), "not_due"),
            )
        for who, left in rest.items():
            some = np.flatnonzero(left)
            if some.size:
                shown_in = wide.program.layout.shown
                yield _batch(
                    rows[some] + group.baskets.first,
                    market,
                    "rounding",
                    np.full(some.size, "conversion"),
                    None,
                    left[some],
                    left[some],
                    shown_in,
                    np.full(some.size, who),
                )


def _codes(
    group: Group, part: Part, reasons: list[tuple[Any, Flags]], size: int, line: int | None
) -> Any:
    """The code of the reason that holds, by origin where it goes by that.

    A duty given with the request is ``pinned``.
    """
    found = np.full(size, "", dtype=object)
    for why, rows in reasons:
        found[rows] = why.code
        if why.code == "mfn" and line is not None:
            given = group.kinds.pinned[group.kind[part, line]]
            found[rows & given] = "pinned"
        elif why.fact.startswith("extra") and line is not None:
            by_kind = group.kinds.headings(int(why.fact[5:]))[group.kind[part, line]]
            named = rows & (by_kind != "")
            found[named] = by_kind[named]
    return found


def _batch(
    rows: Ints,
    market: str,
    kind: str,
    code: Any,
    line: pa.Array | None,
    amount: Ints,
    local: Ints,
    currency: str,
    collected: Any,
) -> pa.RecordBatch:
    count = rows.size
    return pa.record_batch(
        [
            pa.array(rows),
            pa.array([market] * count, pa.string()),
            pa.array([kind] * count, pa.string()),
            pa.array(code, pa.string()),
            pa.nulls(count, pa.string()) if line is None else line.cast(pa.string()),
            pa.array(amount),
            pa.array(local),
            pa.array([currency] * count, pa.string()),
            pa.array(collected, pa.string()),
        ],
        schema=SCHEMA,
    )
