"""Whether a book of rules is sound.

Reading a file already proves that every value has a source and that no two overlap. What is
left are the questions between rules: on each day and each lane exactly one valuation, one
rounding for each amount, one exchange rule, and no tax twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from ..currencies import currency
from ..errors import LandedCostError, RuleFileError
from ..regimes.load import RuleBook
from ..regimes.schema import Dated, Regime, Rule, Source
from ..request import CHANNELS, KINDS, TERMS
from ..tariffs.table import TariffTable

_ROUNDED = ("value", "duty", "tax", "fee")
_LINE_TESTS = (
    "origin", "origin_not", "goods_class", "goods_class_not", "hs", "hs_not", "preference",
    "preference_names", "claims", "claims_not", "content", "hs_list", "hs_list_not",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Lane:
    """A lane as the conditions of rules see it; an empty name is one no rule mentions."""

    ship_from: frozenset[str]
    channel: str
    buyer_kind: str
    region: str
    terms: str
    registrations: frozenset[str]

    def __str__(self) -> str:
        parts = [self.channel, self.buyer_kind, self.terms, self.region]
        parts += [f"from {name}" for name in self.ship_from if name]
        parts += [f"with {name}" for name in sorted(self.registrations) if name]
        return " ".join(part for part in parts if part)


def check_rules(
    book: RuleBook, *, bundled: bool
) -> tuple[dict[str, int], Sequence[LandedCostError]]:
    """Counts of what was read, and every fault found.

    ``bundled`` reads the tariff tables of the package too.
    """
    faults: dict[str, LandedCostError] = {}
    regimes: list[Regime] = []
    for code in book.codes:
        try:
            book.file(code)
            regimes.append(_regime(book, code))
        except LandedCostError as error:
            faults[str(error)] = error
    unions = {regime.member_of for regime in regimes}
    for regime in regimes:
        found = _currencies(regime)
        if regime.code not in unions or regime.of("valuation"):
            found = [*found, *_grid(regime)]
        for fault in found:
            faults.setdefault(str(fault), fault)
    counts = _counts(regimes)
    if bundled:
        try:
            tables = [TariffTable.load(name) for name in TariffTable.names()]
            counts["tariff_tables"] = len(tables)
            counts["tariff_rates"] = sum(len(t.rows) for t in tables)
        except LandedCostError as error:
            faults[str(error)] = error
    return counts, list(faults.values())


def _regime(book: RuleBook, code: str) -> Regime:
    own, _ = book.file(code)
    facts = own.territory
    if facts["code"] != code:
        raise RuleFileError(f"the file is of {facts['code']!r}", file=f"{code}.toml", line=1)
    union = facts.get("member_of")
    if union and union not in book.codes:
        raise RuleFileError(f"no rules of {union!r}", file=f"{code}.toml", line=1)
    return book.regime(code)


def _counts(regimes: Iterable[Regime]) -> dict[str, int]:
    rules = {rule.address: rule for regime in regimes for rule in regime.rules.values()}
    values = [v for rule in rules.values() for _, v in _entries(rule)]
    sources: dict[tuple[str, str], Source] = {
        (v.source.title, v.source.url or v.source.citation): v.source for v in values
    }
    return {
        "territories": len(list(regimes)),
        "rules": len(rules),
        "values": len(values),
        "verified": sum(v.verified for v in values),
        "unverified": sum(not v.verified for v in values),
        "sources": len(sources),
        "official_sources": sum(s.official for s in sources.values()),
    }


def _entries(rule: Rule) -> Iterator[tuple[str, Dated]]:
    for name, entries in rule.values.items():
        for entry in entries:
            yield name, entry


def _currencies(regime: Regime) -> list[LandedCostError]:
    faults: list[LandedCostError] = []
    for rule in regime.rules.values():
        for _, entry in _entries(rule):
            if entry.currency:
                try:
                    currency(entry.currency)
                except LandedCostError as error:
                    faults.append(_fault(rule, entry, error.message))
    return faults


def _fault(rule: Rule, entry: Dated | None, message: str) -> RuleFileError:
    return RuleFileError(message, file=rule.file, line=entry.line if entry else 1)


def _grid(regime: Regime) -> list[RuleFileError]:
    """The faults between rules, on every day on which anything changes."""
    own = f"{regime.code}.toml"
    valuations = regime.of("valuation")
    taxes = [r for r in regime.of("tax") if not r.when.asks(*_LINE_TESTS)]
    starts = [v.start for r in valuations for v in r.values["basis"] if v.on(v.start)]
    if not starts:
        return [RuleFileError("no valuation is ever in force", file=own, line=1)]
    faults: list[RuleFileError] = []
    for day in _days(regime, min(starts)):
        faults += _lonely(regime, day, own)
        for lane in _lanes(valuations):
            faults += _one_valuation(valuations, lane, day, own)
        for lane in _lanes(taxes):
            faults += _no_tax_twice(taxes, lane, day)
    return faults


def _days(regime: Regime, first: date) -> list[date]:
    edges = {
        edge
        for rule in regime.rules.values()
        for _, entry in _entries(rule)
        for edge in (entry.start, entry.until)
        if edge is not None
    }
    return sorted({first, *(edge for edge in edges if edge >= first)})


def _lonely(regime: Regime, day: date, own: str) -> Iterator[RuleFileError]:
    for name in _ROUNDED:
        rule = regime.rules.get(f"rounding.{name}")
        if rule is None or rule.on(day) is None:
            yield RuleFileError(f"no rounding.{name} on {day}", file=own, line=1)
    exchange = [rule for rule in regime.of("fx") if rule.on(day) is not None]
    if len(exchange) != 1:
        yield RuleFileError(f"{len(exchange)} fx rules on {day}, not one", file=own, line=1)


def _lanes(rules: Sequence[Rule]) -> Iterator[_Lane]:
    """Every lane that the conditions of ``rules`` tell apart."""

    def named(key: str) -> list[str]:
        found = {
            str(name)
            for rule in rules
            for test in (key, f"{key}_not")
            if not isinstance(names := rule.when.tests.get(test, frozenset()), bool)
            for name in names
        }
        return ["", *sorted(found)]

    held = named("registrations")
    together = [frozenset([name]) for name in held] + [frozenset(held)]
    for sender, channel, kind, region, terms, registrations in product(
        named("ship_from"),
        CHANNELS,
        KINDS,
        named("region"),
        TERMS,
        dict.fromkeys(together),
    ):
        yield _Lane(frozenset([sender]), channel, kind, region, terms, registrations)


def _one_valuation(
    rules: Sequence[Rule], lane: _Lane, day: date, own: str
) -> Iterator[RuleFileError]:
    holding = [r for r in rules if r.on(day) is not None and r.when.lane(lane)]
    if not holding:
        yield RuleFileError(f"no valuation rule on {day} for {lane}", file=own, line=1)
    elif len(holding) > 1:
        both = " and ".join(rule.address for rule in holding)
        entry = holding[1].value("basis", day)
        yield _fault(holding[1], entry, f"two valuation rules on {day}: {both}")


def _no_tax_twice(rules: Sequence[Rule], lane: _Lane, day: date) -> Iterator[RuleFileError]:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.on(day) is not None and rule.when.lane(lane):
            if rule.label in seen:
                message = f"{rule.label} twice on {day}: {seen[rule.label].address}, {rule.address}"
                yield _fault(rule, rule.value("standard", day), message)
            seen[rule.label] = rule
