"""From a vector of ints back to charges, reasons, notes and sources.

The program is run once more with every register kept; each charge then picks the first of its
reasons whose test holds, and words are filled with the figures the arithmetic used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from .currencies import currency
from .facts import GOODS, OFF, LineFacts, Origin, Provenance, Remark
from .fx.book import Exchange
from .fx.rates import SAME
from .lines import Amount
from .money import amount_text
from .notes import notes_of, rates_asked
from .pipeline import FIRST_AMOUNT, KINDS, input_groups
from .program.scalar import run
from .program.sheet import BUNDLE_INPUTS, Slot, Why, Words
from .quote import Charge, Priced, Reason
from .rounding import half_up

OWED = frozenset({"duty", "tax", "fee"})
ROUNDING_SOURCE = "rounding: half up to the minor unit"


class Unfolded:
    """A quote's charges, and what is made from them when asked."""

    def __init__(self, priced: Priced, result: Sequence[int]) -> None:
        self.priced = priced
        self.result = result
        self.shown = priced.program.layout.shown
        charges = self._charges()
        self._ordered(charges)
        charges += _adjustments(self)
        charges += _residuals(self, charges, result)
        self.charges = tuple(charges)

    @cached_property
    def regs(self) -> Sequence[Any]:
        """Every register of the program, for the words."""
        program = self.priced.program
        groups = input_groups(len(program.forms))
        return run(program.ops, dict(zip(groups, self.priced.inputs, strict=True)))

    def _charges(self) -> list[Charge]:
        program, result, shown = self.priced.program, self.result, self.shown
        if program.compiled_tests is not None:
            tests: Sequence[int] = program.compiled_tests(*self.priced.inputs)
        else:
            tests = [self.regs[reg] for reg in program.tests]
        rates = self.priced.market.rates
        known: dict[str, tuple[int, int]] = {}
        out = []
        for slot, reasons, who, told, position in program.picks:
            amount = result[position + FIRST_AMOUNT]
            why = next(w for at, w in reasons if at < 0 or tests[at])
            if not amount:
                if slot.kind in OWED:
                    who = "not_due"
                out.append(Charge(self, slot, why, 0, 0, who or "checkout"))
                continue
            if not who:
                who = "checkout" if tests[told] else "delivery"
            if slot.negative:
                amount = -amount
            source = slot.currency
            if source == shown:
                out.append(Charge(self, slot, why, amount, amount, who))
                continue
            if source not in known:
                used = rates.get("shown", source, shown)
                known[source] = used.minor_num, used.minor_den
            num, den = known[source]
            out.append(Charge(self, slot, why, amount, half_up(amount * num, den), who))
        return out

    def _ordered(self, charges: list[Charge]) -> None:
        """Put the charges of lines in the order of the request."""
        bundle = self.priced.bundle
        if bundle.lines == bundle.sorted:
            return
        place = {line.id: k for k, line in enumerate(bundle.lines)}
        charges.sort(key=lambda c: (KINDS.index(c.kind), place[c.line] if c.line else -1))

    def line_id(self, slot: Slot) -> str | None:
        """The id of the line of a slot."""
        return None if slot.line is None else self.priced.bundle.sorted[slot.line].id

    def code(self, slot: Slot, why: Why) -> str:
        """A charge's code: a duty given with the request is ``pinned``."""
        if why.code == "mfn":
            origin = self.origin(slot, why)
            if origin is not None and origin.rule == "request.duty":
                return "pinned"
        if why.fact.startswith("extra") and slot.line is not None:
            facts: LineFacts = self.priced.facts[slot.line][2]
            return facts.headings[int(why.fact[5:])] or why.code
        return why.code

    def origin(self, slot: Slot, why: Why) -> Origin | None:
        """Where the rate of a line's charge came from, if from the line's own facts."""
        if slot.line is None or not why.fact:
            return None
        facts: LineFacts = self.priced.facts[slot.line][2]
        if why.fact == "duty":
            return facts.duty
        if why.fact == "preference":
            return facts.preference
        if why.fact.startswith("tax"):
            return facts.taxes[int(why.fact[3:])]
        return None

    def reason(self, slot: Slot, why: Why) -> Reason:
        """The words of a charge."""
        if slot.kind in ("goods", "discount", "shipping", "insurance"):
            return _sale_reason(self.priced, slot)
        regs = self.regs
        rule, rate, source, since = why.rule, why.rate, "", None
        cited = why.value or why.cites
        if cited is not None:
            source, since = cited.source.text, cited.start
        origin = self.origin(slot, why)
        if origin is not None:
            rate, source, since = origin.rate, origin.source, origin.since
            rule = rule or origin.rule
        if slot.kind == "rounding":
            source, since = ROUNDING_SOURCE, self.priced.market.lane.key.day
        if slot.kind == "adjustment":
            source, since = _landed_source(self.priced, why), self.priced.market.lane.key.day
        return Reason(
            rule, _fill(why.formula, regs, rate), _fill(why.basis, regs, rate), rate, source, since
        )

    @cached_property
    def seller_costs(self) -> tuple[Charge, ...]:
        """What the import costs the seller besides."""
        regs, out = self.regs, []
        for slot in self.priced.program.seller_costs:
            why = next(w for w in slot.reasons if w.when is None or regs[w.when])
            amount = regs[slot.amount]
            if amount:
                rate = self.priced.market.rates.get("shown", slot.currency, self.shown)
                shown = half_up(amount * rate.minor_num, rate.minor_den)
                out.append(Charge(self, slot, why, amount, shown, "not_due"))
        return tuple(out)

    @cached_property
    def remarks(self) -> list[Remark]:
        """What the quote must say, with what it does to the certainty."""
        return notes_of(self.priced, self.charges, self.regs)

    def customs(self) -> dict[str, str | None]:
        """The sums in customs currency."""
        return _customs(self.priced, self.regs)

    def listed(self) -> dict[str, Amount]:
        """What each line costs by itself, in the currency shown."""
        rates, found = self.priced.market.rates, {}
        for line in self.priced.bundle.lines:
            minor = line.ints[GOODS]
            if line.currency != self.shown:
                used = rates.get("shown", line.currency, self.shown)
                minor = half_up(minor * used.minor_num, used.minor_den)
            found[line.id] = Amount(minor, self.shown)
        return found

    def provenance(self) -> tuple[Provenance, ...]:
        """The sources that answered."""
        return tuple(_provenance(self))

    def exchange(self) -> tuple[Exchange, ...]:
        """The exchange rates the program used, each once."""
        market, inputs = self.priced.market, self.priced.program.inputs
        asked = rates_asked(inputs, market.lane.regime.currency)
        found = [market.rates.exchange(*one) for one in sorted(asked)]
        return tuple(one for one in found if one.source != SAME)


def _landed_source(priced: Priced, why: Why) -> str:
    return next(one.answer.source for one in priced.beside if why.rule == f"landed.{one.provider}")


def _sale_reason(priced: Priced, slot: Slot) -> Reason:
    day = priced.market.lane.key.day
    if slot.kind == "goods" and slot.line is not None:
        line = priced.bundle.sorted[slot.line]
        unit = _money(line.unit_price.minor, line.currency)
        rule, how, basis = "request.lines", f"{unit} × {line.quantity}", unit
        fixed = priced.bundle.price
        if fixed is not None:
            alone = _money(line.ints[GOODS] - line.ints[OFF], line.currency)
            basis = _money(fixed.minor, fixed.currency)
            rule, how = "request.price", f"its part of {basis}, by the {alone} it costs by itself"
        return Reason(rule, how, basis, "", "given with the request", day)
    if slot.line is not None:
        line = priced.bundle.sorted[slot.line]
        off = _money(line.ints[OFF], line.currency)
        return Reason("request.lines", "for the whole line", off, "", "given with the request", day)
    carried = priced.carried
    if slot.kind == "shipping" and carried is not None:
        zoned = f"zone {carried.zone}, {carried.band}" if carried.zone else carried.service
        weight = priced.bundle.weight_g
        return Reason(
            f"carrier.{carried.zone or carried.service}",
            zoned,
            f"{weight} g" if weight is not None else "",
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


def _fill(words: Words, regs: Sequence[Any], rate: str) -> str:
    amounts = (_money(int(regs[r]), words.currency) for r in words.regs)
    return words.text.format(*amounts, rate=rate)


def _money(minor: int, code: str) -> str:
    return f"{amount_text(minor, currency(code).digits)} {code}"


def _adjustments(unfolded: Unfolded) -> Iterable[Charge]:
    """What takes our figures to those of a landed cost source that the shop goes by."""
    priced = unfolded.priced
    who = "checkout" if priced.market.lane.key.terms == "DDP" else "delivery"
    for one in priced.beside:
        amount = one.difference
        if not one.replaces or not amount:
            continue
        parts = ", ".join(sorted(one.covers))
        why = Why(
            "landed_source",
            f"Difference to {one.provider}",
            Words(f"the {parts} of {one.provider} go before those of the rules"),
            Words(
                f"{_money(one.theirs.minor, one.theirs.currency)} instead of "
                f"{_money(one.ours.minor, one.ours.currency)}"
            ),
            rule=f"landed.{one.provider}",
        )
        slot = Slot("adjustment", None, 0, unfolded.shown, who, (why,))
        yield Charge(unfolded, slot, why, amount, amount, who)


def _residuals(
    unfolded: Unfolded, charges: Iterable[Charge], result: Sequence[int]
) -> Iterable[Charge]:
    """What converting each currency's sum once leaves against the charges one by one."""
    have = {"checkout": 0, "delivery": 0}
    for charge in charges:
        if charge.collected in have:
            have[charge.collected] += charge.amount_minor
    for who, due in (("checkout", result[1]), ("delivery", result[2])):
        rest = due - have[who]
        if rest:
            why = Why(
                "conversion",
                "Rounding of the conversion",
                Words(
                    "the sum of each currency is converted once; its parts, shown one by one, "
                    "are rounded alone"
                ),
                Words(_money(due, unfolded.shown)),
                rule="conversion.sum",
            )
            slot = Slot("rounding", None, 0, unfolded.shown, who, (why,))
            yield Charge(unfolded, slot, why, rest, rest, who)


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


def _provenance(unfolded: Unfolded) -> Iterable[Provenance]:
    priced = unfolded.priced
    market = priced.market
    regime = market.lane.regime
    yield Provenance(
        "regime",
        f"landedcost rules {regime.code} {regime.version}",
        regime.verified_through,
        market.lane.stale,
    )
    origins = [o for o in (fact[2].duty for fact in priced.facts) if o is not None]
    tariffs = {
        o.by or Provenance("tariff", f"{o.provider} {o.rule.rsplit('.', 1)[0]}", o.since, False)
        for o in origins
        if o.rule.startswith("tariff.")
    }
    yield from sorted(tariffs, key=str)
    if priced.carried is not None:
        carried = priced.carried
        yield carried.by or Provenance("carrier", carried.source, market.lane.key.day, False)
    asked = {name[1:4] for name in priced.program.inputs[len(BUNDLE_INPUTS) :] if name[0] == "rate"}
    for use, base, quote in sorted(asked):
        rate = market.rates.get(use, base, quote).rate
        what = "customs" if use == "customs" else "commercial"
        label = f"{rate.provider} {base}/{quote} ({what})"
        yield Provenance("rates", label, rate.on, rate.stale, rate.asked_at)
    yield from (one.by for one in priced.beside)


def valid_until(priced: Priced) -> date:
    """The day of the quote, or with nothing that moves the day before the next rule change."""
    lane = priced.market.lane
    moving = any(
        name[0] == "rate" and market_rate(priced, name).provider != "request"
        for name in priced.program.inputs[len(BUNDLE_INPUTS) :]
    )
    told = any(f[2].duty is not None and f[2].duty.by is not None for f in priced.facts)
    if moving or told or priced.carried is not None or priced.beside:
        return lane.key.day
    ends = [lane.next_change]
    for _, _, facts in priced.facts:
        ends += [o.until for o in (facts.duty, facts.preference) if o is not None]
    last = max(lane.regime.verified_through, lane.key.day)
    return min([last, *(end - timedelta(days=1) for end in ends if end is not None)])


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
        *[(one.provider, one.theirs, one.replaces) for one in priced.beside],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
