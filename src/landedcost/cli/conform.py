"""``landedcost conform``: how a source does against the laws."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from ..errors import PluginError
from ..providers.registry import Registry
from .options import AsJson
from .output import cell, show, show_json, table, write


def conform(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A source, such as acme or rates.acme.")
    ],
    every: Annotated[bool, typer.Option("--all", help="List the laws that are kept, too.")] = False,
    as_json: AsJson = False,
) -> int:
    """Try every law of the conformance kit on a source, and print the report."""
    from ..testing.run import case_of, report

    spec = Registry.installed().spec(name)
    verdicts = report(spec, case_of(spec))
    counts = Counter(v.outcome for v in verdicts)
    if as_json:
        rows = [
            {"law": v.cell.id, "text": v.cell.law.text, "outcome": v.outcome, "why": v.why}
            for v in verdicts
        ]
        show_json({"source": spec.key, **counts, "laws": rows})
    else:
        made = table(f"{spec.key}: {spec.summary}", ("law", "outcome", "why"))
        for v in verdicts:
            if every or v.outcome != "kept":
                made.add_row(cell(v.cell.id), cell(v.outcome), cell(v.why or v.cell.law.text))
        if made.row_count:
            show(made)
        words = ", ".join(f"{counts[o]} {o}" for o in ("kept", "broken", "off"))
        write(f"{spec.key}: {words}\n")
    return PluginError.exit_code if counts["broken"] else 0
