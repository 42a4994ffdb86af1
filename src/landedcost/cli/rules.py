"""``landedcost rules list``, ``show``, ``stack``, ``status``, ``reforms`` and ``check``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table

from ..client import today
from ..dates import day
from ..regimes.reform import Reform, scenarios
from ..regimes.schema import APPLIES, Dated, Regime
from ..regimes.select import next_change
from .check import check_rules
from .inputs import rule_book
from .options import AsJson, AsOf, Reforms, RulesDir
from .output import cell, plain, say, show, show_json, table
from .stack import stack

rules = typer.Typer(
    help="The import rules: which there are, what they say, whether they are sound.",
    rich_markup_mode=None,
)
rules.command("stack")(stack)


@rules.command("list")
def list_rules(rules_dir: RulesDir = None, as_json: AsJson = False) -> None:
    """List the territories that have rules."""
    book = rule_book(rules_dir)
    found = [_about(book.regime(code)) for code in book.codes]
    if as_json:
        show_json(found)
        return
    made = table("Import rules", ("code", "name", "currency", "part of", "values", "checked for"))
    for one in found:
        made.add_row(*(cell(v) for v in one.values()))
    show(made)


def _about(regime: Regime) -> dict[str, Any]:
    return {
        "code": regime.code,
        "name": regime.name,
        "currency": regime.currency,
        "member_of": regime.member_of,
        "values": sum(1 for _ in _values(regime)),
        "verified_through": regime.verified_through.isoformat(),
    }


def _values(regime: Regime) -> Iterable[Dated]:
    for rule in regime.rules.values():
        for entries in rule.values.values():
            yield from entries


@rules.command("show")
def show_rules(
    territory: Annotated[str, typer.Argument(metavar="TERRITORY", help="Such as GB, DE or XI.")],
    as_of: AsOf = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    as_json: AsJson = False,
) -> None:
    """Show every value of a territory, or those of one day, with its source."""
    regime = rule_book(rules_dir, reform).regime(territory, "TERRITORY")
    on = day(as_of, "--as-of") if as_of is not None else None
    found = [v for v in _values(regime) if on is None or v.covers(on)]
    if as_json:
        show_json({**_about(regime), "values": [_document(v) for v in found]})
        return
    when = f" on {on}" if on else ""
    title = f"{regime.name}{when}, last checked for {regime.verified_through}"
    parts: list[RenderableType] = [cell(title, "bold"), ""]
    for value in found:
        shown = f"{value.value} {value.currency}" if value.currency else value.value
        parts.append(cell(value.address).append(f" = {plain(shown)}", style="bold"))
        parts.append(Padding(cell(_standing(value), "dim"), (0, 0, 0, 4)))
    show(*parts, *_stories(found))


def _standing(value: Dated) -> str:
    """Since when a value holds and until when (exclusive), its status, who says so."""
    days = f"from {value.start}" + (f" until {value.until}" if value.until else "")
    verified = "verified" if value.verified else "not verified"
    return f"{days}, {value.status}, {verified}: {value.source.title}"


def _stories(values: Iterable[Dated]) -> list[Table]:
    """Of the values that never apply: why, as their notes tell it."""
    told = Table.grid(padding=(0, 2))
    for value in values:
        if value.status not in APPLIES:
            shown = f"{value.value} {value.currency}" if value.currency else value.value
            story = value.note or "no note in the rule file"
            told.add_row(
                *map(cell, ("not applied", f"{value.address} {shown}", value.status, story))
            )
    return [told] if told.row_count else []


def _document(value: Dated) -> dict[str, Any]:
    source = value.source
    return {
        "address": value.address,
        "value": value.value,
        "currency": value.currency or None,
        "from": value.start.isoformat(),
        "until": value.until.isoformat() if value.until else None,
        "status": value.status,
        "verified": value.verified,
        "note": value.note,
        "source": {
            "title": source.title,
            "url": source.url,
            "citation": source.citation,
            "read": source.read.isoformat() if source.read else None,
            "official": source.official,
        },
    }


@rules.command("status")
def status(as_of: AsOf = None, rules_dir: RulesDir = None, as_json: AsJson = False) -> None:
    """How fresh the rules are: the territory that was checked longest ago comes first."""
    book = rule_book(rules_dir)
    on = day(as_of, "--as-of") if as_of is not None else today()
    found = sorted((book.regime(code) for code in book.codes), key=lambda r: r.verified_through)
    told = [_freshness(regime, on) for regime in found]
    if as_json:
        show_json(told)
        return
    columns = ("code", "name", "checked for", "days ago", "values", "not verified", "next change")
    made = table(f"Rules as of {on}", columns, columns[3:6])
    for one in told:
        made.add_row(*(cell("" if v is None else v) for v in one.values()))
    show(made)


def _freshness(regime: Regime, on: date) -> dict[str, Any]:
    values = list(_values(regime))
    change = next_change(regime, on)
    return {
        "code": regime.code,
        "name": regime.name,
        "verified_through": regime.verified_through.isoformat(),
        "days_ago": (on - regime.verified_through).days,
        "values": len(values),
        "unverified": sum(not value.verified for value in values),
        "next_change": change.isoformat() if change else None,
    }


@rules.command("reforms")
def list_reforms(as_json: AsJson = False) -> None:
    """List the reforms that come with the package, for --reform NAME."""
    found = [(name, Reform.load(name)) for name in scenarios()]
    if as_json:
        show_json([_reform(name, one) for name, one in found])
        return
    made = table("Reforms, for --reform NAME", ("name", "what if", "from", "why", "source"))
    for name, one in found:
        told = _reform(name, one)
        made.add_row(*(cell(told[k] or "") for k in ("name", "title", "from", "why", "source")))
    show(made)


def _reform(name: str, one: Reform) -> dict[str, Any]:
    return {
        "name": name,
        "title": one.name,
        "from": one.first.isoformat() if one.first else None,
        "why": one.why,
        "source": one.source.text,
        "addresses": [*one.changes],
        "new_rules": [
            f"{c}.{k}.{n}" for c, t in one.rules.items() for k, v in t.items() for n in v
        ],
    }


@rules.command("check")
def check(rules_dir: RulesDir = None, as_json: AsJson = False) -> int:
    """Read every rule file: each value has a source, and each day exactly one rule."""
    counts, faults = check_rules(rule_book(rules_dir), bundled=rules_dir is None)
    if faults:
        if as_json:
            listed = [fault.as_dict() for fault in faults]
            show_json({"error": listed[0], "faults": listed})
        else:
            for fault in faults:
                say(f"error: {fault}")
        return max(fault.exit_code for fault in faults)
    if as_json:
        show_json(counts)
        return 0
    made = table("Every value has a source, every day its rules", ("what", "count"), ("count",))
    for name, count in counts.items():
        made.add_row(cell(name.replace("_", " ")), cell(count))
    show(made)
    return 0
