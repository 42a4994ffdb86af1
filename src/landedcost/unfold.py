"""From a vector of ints back to charges, reasons, notes and sources.

The program is run once more with every register kept; each charge then picks the first of its
reasons whose test holds, and words are filled with the figures the arithmetic used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any, NamedTuple

from .currencies import currency
from .facts import LineFacts, Origin, Remark
from .money import amount_text
from .notes import notes_of
from .pipeline import input_groups
from .program.scalar import run
from .program.sheet import BUNDLE_INPUTS, Slot, Why, Words
from .quote import Charge, Priced, Provenance, Reason
from .rounding import half_up

_KINDS = ("goods", "discount", "shipping", "insurance", "duty", "tax", "fee")


class Chosen(NamedTuple):
    """A charge's slot with the reason that holds, and where its figures came from."""

    slot: Slot
    why: Why
    amount: int
    collected: str
    origin: Origin | None


class Unfolded:
    """A quote's charges, and what is made from them when asked."""

    def __init__(self, priced: Priced, result: Sequence[int]) -> None:
        self.priced = priced
        self.result = result
        self.chosen = self._choose()
        charges = [self._charge(c) for c in self.chosen]
        charges += _residuals(priced, charges, result)
        self.charges = tuple(charges)

    @cached_property
    def regs(self) -> Sequence[Any]:
        """Every register of the program, for the words."""
        program = self.priced.program
        groups = input_groups(len(program.forms))
        return run(program.ops, dict(zip(groups, self.priced.inputs, strict=True)))

    def _choose(self) -> list[Chosen]:
        program = self.priced.program
        if program.compiled_tests is not None:
            tests = dict(
                zip(program.tests, program.compiled_tests(*self.priced.inputs), strict=True)
            )
        else:
            tests = {reg: self.regs[reg] for reg in program.tests}
        amounts = self.result[4:]
        rows = zip(program.slots, amounts, program.collectors, strict=True)
        chosen = [self._pick(slot, amount, who, tests) for slot, amount, who in rows]
        place = _request_places(self.priced)
        if place is not None:
            chosen.sort(key=lambda c: (_KINDS.index(c.slot.kind), _at(place, c.slot.line)))
        return chosen

    def _pick(self, slot: Slot, amount: int, who: str, tests: Mapping[int, Any]) -> Chosen:
        for why in slot.reasons:
            if why.when is None or tests[why.when]:
                break
        if not amount and slot.kind in ("duty", "tax", "fee"):
            who = "not_due"
        elif not who:
            assert slot.at_checkout is not None
            who = "checkout" if tests[slot.at_checkout] else "delivery"
        return Chosen(slot, why, amount, who, _origin(self.priced, slot, why))

    def _charge(self, chosen: Chosen) -> Charge:
        slot, why, amount = chosen.slot, chosen.why, chosen.amount
        if slot.negative:
            amount = -amount
        code = why.code
        if code == "mfn" and chosen.origin is not None and chosen.origin.rule == "request.duty":
            code = "pinned"
        return Charge(
            slot.kind,
            code,
            why.label,
            None if slot.line is None else self.priced.bundle.sorted[slot.line].id,
            _shown(self.priced, amount, slot.currency),
            self.priced.program.layout.shown,
            amount,
            slot.currency,
            chosen.collected,
            lambda: _reason(self.priced, self.regs, chosen),
        )

    @cached_property
    def seller_costs(self) -> tuple[Charge, ...]:
        """What the import costs the seller besides."""
        regs = self.regs
        tests = dict(enumerate(regs))
        found = [
            self._pick(slot, regs[slot.amount], "delivery", tests)
            for slot in self.priced.program.seller_costs
        ]
        return tuple(self._charge(c) for c in found if c.amount)

    @cached_property
    def remarks(self) -> list[Remark]:
        """What the quote must say, with what it does to the certainty."""
        return notes_of(self.priced, self.chosen, self.regs)

    def customs(self) -> dict[str, str | None]:
        """The sums in customs currency."""
        return _customs(self.priced, self.regs)

    def provenance(self) -> tuple[Provenance, ...]:
        """The sources that answered."""
        return tuple(_provenance(self.priced, self.chosen))

    def valid_until(self) -> date:
        """The last day on which the price holds."""
        return _valid_until(self.priced)


def _request_places(priced: Priced) -> list[int] | None:
    """Where each line, sorted by id, stands in the request; None when it is the same order."""
    if priced.bundle.lines == priced.bundle.sorted:
        return None
    place = {line.id: k for k, line in enumerate(priced.bundle.lines)}
    return [place[line.id] for line in priced.bundle.sorted]


def _at(place: list[int], index: int | None) -> int:
    return -1 if index is None else place[index]


def _origin(priced: Priced, slot: Slot, why: Why) -> Origin | None:
    if slot.line is None or not why.fact:
        return None
    facts: LineFacts = priced.facts[slot.line][2]
    if why.fact == "duty":
        return facts.duty
    if why.fact.startswith("tax"):
        return facts.taxes[int(why.fact[3:])]
    return None


def _reason(priced: Priced, regs: Sequence[Any], chosen: Chosen) -> Reason:
    slot, why, origin = chosen.slot, chosen.why, chosen.origin
    if slot.kind in ("goods", "discount", "shipping", "insurance"):
        return _sale_reason(priced, slot)
    formula = _fill(why.formula, regs)
    rule, rate, source, since = why.rule, why.rate, "", None
    cited = why.value or why.cites
    if cited is not None:
        source, since = cited.source.text, cited.start
    if origin is not None:
        rate = origin.rate
        source, since = origin.source, origin.since
        rule = rule or origin.rule
    if why.fact:
        formula = formula.replace("rate", rate, 1)
    return Reason(rule, formula, _fill(why.basis, regs), rate, source, since)


def _sale_reason(priced: Priced, slot: Slot) -> Reason:
    day = priced.market.lane.key.day
    if slot.kind == "goods" and slot.line is not None:
        line = priced.bundle.sorted[slot.line]
        unit = _money(line.unit_price.minor, line.currency)
        return Reason(
            "request.lines", f"{unit} × {line.quantity}", unit, "", "given with the request", day
        )
    carried = priced.carried
    if slot.kind == "shipping" and carried is not None:
        return Reason(
            f"carrier.{carried.zone}",
            f"zone {carried.zone}, {carried.band}",
            f"{priced.bundle.weight_g} g",
            _money(carried.amount, carried.currency),
            carried.source,
            day,
        )
    given = {
        "discount": priced.bundle.discount,
        "shipping": priced.bundle.shipping,
        "insurance": priced.bundle.insurance,
    }[slot.kind]
    text = "" if given is None else _money(given.minor, given.currency)
    return Reason(
        f"request.{slot.kind}", "for the whole bundle", text, "", "given with the request", day
    )


def _fill(words: Words, regs: Sequence[Any]) -> str:
    return words.text.format(*(_money(int(regs[r]), words.currency) for r in words.regs))


def _money(minor: int, code: str) -> str:
    return f"{amount_text(minor, currency(code).digits)} {code}"


def _shown(priced: Priced, amount: int, source: str) -> int:
    shown = priced.program.layout.shown
    if source == shown or not amount:
        return amount
    rate = priced.market.rates.get("shown", source, shown)
    return half_up(amount * rate.minor_num, rate.minor_den)


def _residuals(
    priced: Priced, charges: Iterable[Charge], result: Sequence[int]
) -> Iterable[Charge]:
    """What converting each currency's sum once leaves against the charges one by one."""
    shown = priced.program.layout.shown
    have = {"checkout": 0, "delivery": 0}
    for charge in charges:
        if charge.collected in have:
            have[charge.collected] += charge.amount_minor
    for who, due in (("checkout", result[1]), ("delivery", result[2])):
        rest = due - have[who]
        if rest:
            yield Charge(
                "rounding",
                "conversion",
                "Rounding of the conversion",
                None,
                rest,
                shown,
                rest,
                shown,
                who,
                partial(_sum_reason, priced, due),
            )


def _sum_reason(priced: Priced, due: int) -> Reason:
    return Reason(
        "conversion.sum",
        "the sum of each currency is converted once; its parts, shown one by one, "
        "are rounded alone",
        _money(due, priced.program.layout.shown),
        "",
        "rounding: half up to the minor unit",
        priced.market.lane.key.day,
    )


def _customs(priced: Priced, regs: Sequence[Any]) -> dict[str, str | None]:
    regime, sums = priced.market.lane.regime, priced.program.sums
    digits = currency(regime.currency).digits
    schemes = [name for name, flag in priced.program.scheme_flags if regs[flag]]

    def text(reg: int) -> str:
        return amount_text(int(regs[reg]), digits)

    return {
        "territory": regime.customs_territory,
        "currency": regime.currency,
        "customs_value": text(sums.customs_value),
        "duty": text(sums.duty),
        "tax": text(sums.tax),
        "fees": text(sums.fees),
        "scheme": schemes[0] if schemes else None,
    }


def _provenance(priced: Priced, chosen: Iterable[Chosen]) -> Iterable[Provenance]:
    market = priced.market
    regime = market.lane.regime
    yield Provenance(
        "regime",
        f"landedcost rules {regime.code} {regime.version}",
        regime.verified_through,
        market.lane.stale,
    )
    tariffs = {
        (c.origin.rule.rsplit(".", 1)[0], c.origin.since)
        for c in chosen
        if c.origin is not None and c.origin.rule.startswith("tariff.")
    }
    for table, since in sorted(tariffs, key=str):
        yield Provenance("tariff", f"bundled {table}", since, False)
    if priced.carried is not None:
        yield Provenance("carrier", priced.carried.source, market.lane.key.day, False)
    asked = {name[1:4] for name in priced.program.inputs[len(BUNDLE_INPUTS) :] if name[0] == "rate"}
    for use, base, quote in sorted(asked):
        rate = market.rates.get(use, base, quote).rate
        what = "customs" if use == "customs" else "commercial"
        label = f"{rate.provider} {base}/{quote} ({what})"
        yield Provenance("rates", label, rate.on, rate.stale)


def _valid_until(priced: Priced) -> date:
    """The day of the quote, or with all rates given the day before the next rule change."""
    lane = priced.market.lane
    moving = any(
        name[0] == "rate" and market_rate(priced, name).provider != "request"
        for name in priced.program.inputs[len(BUNDLE_INPUTS) :]
    )
    if moving or priced.carried is not None:
        return lane.key.day
    last = max(lane.regime.verified_through, lane.key.day)
    if lane.next_change is None:
        return last
    return min(last, lane.next_change - timedelta(days=1))


def market_rate(priced: Priced, name: tuple[str, ...]) -> Any:
    """The rate an input of the program stands for."""
    return priced.market.rates.get(name[1], name[2], name[3]).rate


def identity(priced: Priced) -> str:
    """Sixteen hex digits over the figures that went in and the versions that answered."""
    lane = priced.market.lane
    parts = (
        lane.key.buyer,
        lane.key.sender,
        lane.key.day.isoformat(),
        lane.key.channel,
        lane.key.buyer_kind,
        sorted(lane.key.registrations),
        lane.key.terms,
        lane.regime.version,
        priced.program.layout.shown,
        priced.market.terms.locale,
        priced.market.terms.strategy,
        [(line.id, line.key) for line in priced.bundle.lines],
        [list(group) for group in priced.inputs],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
