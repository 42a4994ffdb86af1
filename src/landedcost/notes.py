"""What a quote says beside its figures, and how certain that leaves it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .asked import Asked
from .currencies import currency
from .facts import Remark
from .money import amount_text
from .program.sheet import BUNDLE_INPUTS
from .regimes.schema import Applied, Dated

if TYPE_CHECKING:
    from .lines import Line
    from .market import Market
    from .pipeline import Program
    from .quote import Charge, Priced
    from .regimes.select import Lane

_NAMED = 3
RANKS = ("exact", "estimated", "partial")


def certainty_of(remarks: Iterable[Remark]) -> str:
    """The least certain of the remarks."""
    return max((r.certainty for r in remarks), key=RANKS.index, default="exact")


def notes_of(priced: Priced, charges: Sequence[Charge], regs: Sequence[Any]) -> list[Remark]:
    """Every remark of a quote, once each, in a fixed order."""
    lane = priced.market.lane
    found: list[Remark] = [*_tariff(priced, charges)]
    found += _unverified(priced, charges)
    found += rate_remarks(priced.market, priced.program)
    found += lane_remarks(lane, priced.bundle.sorted)
    found += _parcel_notes(priced, regs)
    found += priced.carried.remarks if priced.carried is not None else ()
    found += priced.remarks
    found += _unbacked(priced, regs)
    found += parcel_remarks(lane, priced.program)
    return list(dict.fromkeys(found))


def parcel_remarks(lane: Lane, program: Program) -> Iterable[Remark]:
    """What is to be said of every parcel on the lane: old rules, a reform, no freight."""
    for reform in lane.regime.reforms:
        if reform.since <= lane.key.day:
            yield Remark("reform", reform.text, "estimated")
    if lane.stale:
        text = (
            f"the rules of {lane.regime.name} were last checked for "
            f"{lane.regime.verified_through.isoformat()}; later changes are not known here"
        )
        yield Remark("rules_not_rechecked", text, "estimated")
    if not program.layout.shipping:
        yield Remark(
            "no_shipping",
            "no shipping was given and no carrier is configured: the price has no freight, "
            "and duty and tax none on it",
            "partial",
        )


def _tariff(priced: Priced, charges: Sequence[Charge]) -> Iterable[Remark]:
    """What is to be said of the tariff's rates, where the price rests on them."""
    rests = {c.line for c in charges if c.rests_on_tariff}
    facts = dict(zip((line.id for line in priced.bundle.sorted), priced.facts, strict=True))
    lines: dict[Remark, list[str]] = {}
    for line in priced.bundle.lines:
        if line.id in rests:
            for remark in facts[line.id][2].remarks:
                lines.setdefault(remark, []).append(line.id)
    for remark, ids in lines.items():
        more = f" and {len(ids) - _NAMED} more lines" if len(ids) > _NAMED else ""
        yield replace(remark, text=f"{', '.join(ids[:_NAMED])}{more}: {remark.text}")


def _unverified(priced: Priced, charges: Sequence[Charge]) -> Iterable[Remark]:
    values: dict[str, Dated] = {}
    stages = {c.kind for c in charges if c.local_minor}
    for stage, unverified in unverified_stages(priced.market.lane).items():
        if not stage or stage in stages:
            values.update(unverified)
    for charge in charges:
        value = charge.rests_on
        if value is not None and not value.verified:
            values[value.address] = value
    for address, value in values.items():
        text = f"{address} = {value.value} is not verified: {value.source.title}"
        if value.note:
            text += f" ({value.note})"
        yield Remark("unverified_rule", text, "estimated")


def unverified_stages(lane: Lane) -> dict[str, dict[str, Dated]]:
    """Unverified values of valuation and rounding, by the kind of charge that rests on them.

    The empty kind stands for those that every import rests on.
    """
    if lane.supply:
        return {}
    found = {"": _settings(lane.valuation)}
    for name, rule in lane.roundings.items():
        stage = "" if name == "value" else name.removesuffix("_base")
        found.setdefault(stage, {}).update(_settings(rule))
    return found


def _settings(rule: Applied) -> dict[str, Dated]:
    return {v.address: v for v in rule.values.values() if not v.verified}


def rates_asked(inputs: Sequence[tuple[str, ...]], home: str) -> dict[tuple[str, str, str], None]:
    """The rates that a program's inputs stand for: use and pair, each once, in their order.

    Limits of the rules in another currency than ``home`` are compared at the customs rate.
    """
    return dict.fromkeys(
        (name[1], name[2], name[3]) if name[0] == "rate" else ("customs", name[2], home)
        for name in inputs[len(BUNDLE_INPUTS) :]
    )


def rate_remarks(market: Market, program: Program) -> Iterable[Remark]:
    """What is to be said of the exchange rates a program uses."""
    home, day = market.lane.regime.currency, market.lane.key.day
    asked = rates_asked(program.inputs, home)
    ages: dict[str, str] = {}
    shown: set[str] = set()
    for use, base, quote in asked:
        used = market.rates.get(use, base, quote)
        rate = used.rate
        if used.note:
            text = f"customs rate {base}/{quote}: {used.note}"
            yield Remark("customs_rate_stands_in", text, "estimated")
        if rate.provider == "request":
            continue
        yield from rate.remarks
        old = (day - rate.on).days
        days = f"{old} day{'s' if old != 1 else ''}"
        text = f"{base}/{quote}: {rate.source}, {rate.on.isoformat()}, {days} before the price"
        worse = "estimated" if rate.stale and use == "shown" else "exact"
        if ages.get(text) != "estimated":
            ages[text] = worse
        if use == "shown":
            shown.add(text)
    for text, certainty in ages.items():
        told = text if text in shown else f"customs rate {text}"
        yield Remark("rate_age", told, certainty)


def lane_remarks(lane: Lane, lines: Sequence[Line]) -> Iterable[Remark]:
    """The notes of the rules that are, or may be, about one of the lines at least."""
    asked = [Asked.of(line, lane, unsure=True) for line in lines]
    for rule in lane.notes:
        when = rule.rule.when
        if any(map(when.line, asked)):
            partial = bool(rule.settings.get("partial"))
            code = str(rule.settings.get("code") or rule.rule.name)
            yield Remark(code, rule["text"].value, "partial" if partial else "exact")
    for proposal, entry in lane.proposed:
        if any(map(proposal.when.line, asked)):
            code = str(proposal.settings.get("code") or proposal.name)
            yield Remark(code, f"not in force: {entry.value}")


def _parcel_notes(priced: Priced, regs: Sequence[Any]) -> Iterable[Remark]:
    held = {name for name, flag in priced.program.scheme_flags if regs[flag]}
    for rule in priced.market.lane.of("scheme"):
        name = str(rule.settings.get("registration") or rule.rule.name)
        text = rule.settings.get("parcel_note")
        if text and name in held:
            yield Remark("parcel_note", f"{rule.label}: {text}")


def _unbacked(priced: Priced, regs: Sequence[Any]) -> Iterable[Remark]:
    """Claims of a preference that lack their evidence, and what each would save.

    The saving is the difference to the same bundle priced with the evidence of that line.
    """
    rules = priced.market.lane.of("preference")
    lines = priced.bundle.sorted
    for i, (line, claimed) in enumerate(zip(lines, priced.program.claimed, strict=False)):
        form = priced.facts[i][2].form
        if form.preference_rule is None or form.evidence or regs[claimed]:
            continue
        rule = rules[form.preference_rule]
        backed = priced.market.price(priced.bundle.backed(line.id), priced.carried)
        saved = regs[priced.program.sums.total] - backed.total_minor
        if saved > 0:
            yield Remark(
                "preference_without_evidence",
                f"{line.id}: the claim of {rule.label} needs {rule.settings['evidence']}; with it "
                f"the price would be {amount_text(saved, currency(backed.currency).digits)} "
                f"{backed.currency} less",
            )
