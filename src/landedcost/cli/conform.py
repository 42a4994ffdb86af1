"""``landedcost conform``: how sources do against the laws."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from ..errors import PluginError, RequestError
from ..ports.spec import ProviderSpec
from ..providers.registry import Registry
from .options import AsJson
from .output import cell, show, show_json, table, write


def conform(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A source, such as acme or rates.acme.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="List the laws that are kept, too.")] = False,
    faults: Annotated[
        bool, typer.Option("--faults", help="Every fault of a network, on one source or on all.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Try every law of the conformance kit on a source, and print the report."""
    registry = Registry.installed()
    if faults:
        keys = [name] if name is not None else [one.key for one in registry.listed()]
        return _faults([registry.spec(key) for key in keys], as_json)
    if name is None:
        raise RequestError(
            "no source is named",
            code="missing_field",
            where="NAME",
            hint="see `landedcost providers`; --faults goes without",
        )
    return _report(registry.spec(name), every, as_json)


def _report(spec: ProviderSpec, every: bool, as_json: bool) -> int:
    from ..testing.run import case_of, report

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


def _faults(specs: list[ProviderSpec], as_json: bool) -> int:
    """A table of sources and faults; the exit code is 4 if one is not met as it should be."""
    from ..testing.matrix import fault_row
    from ..testing.run import case_of

    cases = [(spec, case_of(spec)) for spec in specs]
    rows = {s.key: list(fault_row(s, case)) for s, case in cases if case.upstream is not None}
    cells = [one for row in rows.values() for one in row]
    if as_json:
        keys = ("source", "fault", "error", "broken")
        show_json([{key: getattr(one, key) for key in keys} for one in cells])
    else:
        made = table("What comes of each fault", ("source", "error", "after"))
        for key, row in rows.items():
            found: dict[str, list[str]] = {}
            for one in row:
                found.setdefault(one.error or f"BROKEN: {one.broken}", []).append(one.fault)
            for error, names in found.items():
                made.add_row(*map(cell, (key, error, ", ".join(names))))
        show(made)
    return PluginError.exit_code if any(one.broken for one in cells) else 0
