"""The duty of a line: given with the request, claimed under a preference, or the tariff's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .currencies import currency
from .errors import LandedCostError, RequestError
from .facts import MICRO, Origin, Provenance, Remark, Shape
from .lines import Line
from .program.sheet import share
from .regimes.select import Lane
from .tariffs.grammar import (
    AtLeast,
    AtMost,
    Duty,
    Free,
    Minus,
    Percent,
    RetailPercent,
    Specific,
    Sum,
    parse_duty,
)
from .tariffs.lookup import Tariff
from .tariffs.rows import Claim, Found, Row, choose

# What one unit of a tariff is, in the ints a line keeps: (measure, how many of them).
_UNITS = {
    "g": ("weight_g", 1),
    "kg": ("weight_g", 1_000),
    "100kg": ("weight_g", 100_000),
    "t": ("weight_g", 1_000_000),
    "litre": ("litres", MICRO),
    "hl": ("litres", 100 * MICRO),
    "item": ("quantity", 1),
    "dozen": ("quantity", 12),
    "100items": ("quantity", 100),
    "gross": ("quantity", 144),
    "1000items": ("quantity", 1_000),
    "pair": ("pairs", 1),
    "m2": ("square_metres", MICRO),
    "m": ("metres", MICRO),
    "100m": ("metres", 100 * MICRO),
    "m3": ("cubic_metres", MICRO),
}


@dataclass(frozen=True, slots=True)
class Preference:
    """A rate claimed under a rule of the territory, and where the rate came from.

    ``of_tariff`` says whether it is the tariff's own for these goods, not the rule's for all.
    """

    rule: int
    shape: Shape
    origin: Origin
    of_tariff: bool


@dataclass(slots=True)
class Dutied:
    """What was found of a line's duty; ``missing`` is to be raised if it turns out to be needed."""

    shape: Shape | None = None
    origin: Origin | None = None
    preference: Preference | None = None
    missing: LandedCostError | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Which line on which lane is asked about, and where in the request it stands.

    ``asked`` is the line as the conditions of rules see it.
    """

    lane: Lane
    line: Line
    asked: Any
    table: Tariff | None
    strategy: str
    at: str

    @property
    def day(self) -> date:
        """The day of the price."""
        return self.lane.key.day

    @property
    def rule(self) -> int | None:
        """The rule of preference the line claims, if there is one for such goods."""
        for k, rule in enumerate(self.lane.of("preference")):
            names = {rule.rule.name, str(rule.settings.get("agreement", ""))}
            if self.line.preference in names and rule.rule.when.line(self.asked):
                return k
        return None


def duty_of(question: Question, params: list[int], remarks: list[Remark]) -> Dutied:
    """The tariff's duty of a line, and the preference it claims.

    What cannot be found is no error yet: the parcel may owe no duty whatever it is. The figures
    of the shapes go to ``params``, what must be said to ``remarks``. Raises RequestError for a
    claim that cannot be made.
    """
    out = Dutied()
    row: Row | None = None
    found: Found | None = None
    try:
        if question.line.duty is None:
            found = _found(question)
            row = _row(question, found, remarks)
        else:
            _pinned(question, params, out)
    except LandedCostError as error:
        out.missing = error
    claim = None
    if row is not None and question.table is not None:
        claim = _claim(question, question.table, row)
        used = row if claim is None or question.rule is not None else claim.row
        remarks += _remarks(question, question.table, used)
        try:
            by = found.by if found is not None else None
            out.shape = _shape_of(question, used, params)
            out.origin = _origin(question, question.table, used, by)
        except LandedCostError as error:
            out.missing = error
        if claim is not None:
            remarks += _claim_remarks(question, claim)
    out.preference = preference_of(question, claim, params)
    return out


def _found(question: Question) -> Found:
    """What the tariff has for the line's code. Raises RequestError, NotInForce, ProviderError."""
    line, table = question.line, question.table
    if table is None:
        raise RequestError(
            f"no tariff of {question.lane.regime.name} is bundled",
            code="unknown_duty",
            where=f"{question.at}hs_code",
            hint="pin `duty` on the line",
        )
    where = f"{question.at}hs_code"
    return table.lookup(line.hs_code, question.day, where=where, origin=line.origin)


def _row(question: Question, found: Found, remarks: list[Remark]) -> Row:
    """The row of the tariff that answers."""
    code = question.line.hs_code
    row, candidates = choose(found, question.strategy, where=f"{question.at}hs_code")
    remarks += found.remarks
    if len({r.meaning for r in candidates}) > 1:
        listed = "; ".join(f"{r.code} {r.shown}" for r in candidates)
        short = all(r.code.startswith(code) for r in candidates)
        what = "shorter than a national tariff line" if short else "no line of this tariff"
        text = f"{code} is {what}; the {question.strategy} of these was taken: {listed}"
        remarks.append(Remark("tariff_choice", text, "estimated"))
    return row


def _pinned(question: Question, params: list[int], out: Dutied) -> None:
    text, home = question.line.duty, question.lane.regime.currency
    assert text is not None
    duty = parse_duty(text, currency=home, where=f"{question.at}duty")
    out.origin = Origin("request.duty", text, "given with the request", question.day)
    _computable(question, duty, text)
    out.shape = shape_of(duty, params)


def _shape_of(question: Question, row: Row, params: list[int]) -> Shape:
    """The form of a row's duty on the day. Raises RequestError, NotInForce."""
    if row.lacks:
        raise _needs(question, row.shown, row.lacks)
    duty = row.duty_on(question.day, f"{question.at}hs_code")
    _computable(question, duty, row.shown)
    return shape_of(duty, params)


def _computable(question: Question, duty: Duty, text: str) -> None:
    """Raise what keeps a duty from being computed: a fact no request carries, or one not given."""
    beyond = duty.beyond()
    if beyond:
        raise _needs(question, text, " and ".join(beyond))
    lacking = sorted(duty.needs() - question.line.measures)
    if lacking:
        raise RequestError(
            f"the duty of {question.line.id!r} is {duty}, which needs {' and '.join(lacking)}",
            code=f"missing_{lacking[0]}",
            where=f"{question.at}{lacking[0]}",
            hint=f"give {', '.join(lacking)} per unit",
        )


def _needs(question: Question, text: str, fact: str) -> RequestError:
    return RequestError(
        f"the duty of {question.line.id!r} is {text!r}, which needs {fact}; a request cannot "
        "carry that",
        code="duty_needs_fact",
        where=f"{question.at}hs_code",
        hint="work the duty out and pin `duty` on the line",
    )


def _origin(question: Question, table: Tariff, row: Row, by: Provenance | None) -> Origin:
    return Origin(
        f"tariff.{table.name}.{row.code}",
        row.shown,
        row.source.text,
        row.start,
        row.verified,
        row.note,
        row.until_on(question.day),
        row.provider,
        by,
    )


def _remarks(question: Question, table: Tariff, row: Row) -> list[Remark]:
    """What must be said of a row that a price rests on."""
    out = []
    if not row.verified:
        text = f"the duty {row.shown} of {table.name} {row.code} is not verified: "
        text += row.note or row.source.title
        out.append(Remark("unverified_tariff", text, "estimated"))
    known = row.source.read
    if row.provider == "imported" and known is not None and question.day > known:
        text = (
            f"the imported tariff {table.name} was read on {known.isoformat()}; later changes of "
            f"{row.code} are not known here"
        )
        out.append(Remark("tariff_not_rechecked", text, "estimated"))
    if row.beside:
        text = f"{row.beside} is due on {row.code} besides and is not in the price"
        out.append(Remark("not_in_price", text, "partial"))
    return out


def _claim_remarks(question: Question, claim: Claim) -> list[Remark]:
    """What must be said of a claim: what else has to be met, and why it may not be had."""
    out = []
    name = f"{question.line.preference}, {claim.label}"
    if claim.condition:
        out.append(Remark("preference_condition", f"{name}: {claim.condition}", "estimated"))
    if claim.doubt:
        out.append(Remark("preference_doubtful", f"{name}: {claim.doubt}", "estimated"))
    return out


def _claim(question: Question, table: Tariff, row: Row) -> Claim | None:
    """What of the table the line claims; None where it claims nothing or the table knows nothing.

    A claim is meant by its name. One made under a rule of the territory may have another name in
    the table: then it is the only preference there for goods of that origin.
    """
    line, where = question.line, f"{question.at}preference"
    claims = table.claims(row, question.day) if line.preference else None
    if claims is None:
        return None
    for unread in (claim for claim in claims if claim.kind == "unread"):
        unread.row.duty_on(question.day, where)
    found = [c for c in claims if c.is_for(line.preference, line.origin)]
    if not found and question.rule is not None:
        found = [
            c
            for c in claims
            if c.kind == "preference" and c.row.only and c.row.for_origin(line.origin)
        ]
    if len({c.row.meaning for c in found}) == 1:
        return found[0]
    open_to = found or [c for c in claims if c.row.for_origin(line.origin)]
    listed = ", ".join(dict.fromkeys(f"{c.names[0]} ({c.label})" for c in open_to if c.names))
    if found:
        raise RequestError(
            f"{line.preference!r} stands for several rates of {row.code}",
            code="ambiguous_preference",
            where=where,
            hint=f"name one: {listed}",
        )
    raise RequestError(
        f"{row.code} has no rate under {line.preference!r} in {table.name} for goods of "
        f"{line.origin or 'unknown origin'}",
        code="unknown_preference",
        where=where,
        hint=f"known: {listed or 'none'}",
    )


def preference_of(question: Question, claim: Claim | None, params: list[int]) -> Preference | None:
    """The preference a line claims under a rule, at the rate of the tariff where that is known.

    Raises RequestError (``unknown_preference``) where neither a rule nor the tariff knows it.
    """
    line, lane = question.line, question.lane
    if not line.preference:
        return None
    k = question.rule
    if k is not None:
        rule = lane.of("preference")[k]
        value = rule["rate"]
        if claim is not None:
            row = claim.row
            shape = _shape_of(question, row, params)
            origin = Origin(
                rule.address, row.shown, row.source.text, row.start, row.verified, row.note
            )
            return Preference(k, shape, replace(origin, until=row.until_on(question.day)), True)
        num, den = share(value)
        at = len(params)
        params += (num, den)
        origin = Origin(rule.address, value.value, value.source.text, value.start, value.verified)
        return Preference(k, ("percent", at), origin, False)
    if claim is not None or not lane.border:
        return None
    known = sorted(
        str(r.settings.get("agreement") or r.rule.name)
        for r in lane.of("preference")
        if r.rule.when.line(question.asked)
    )
    raise RequestError(
        f"{line.preference!r} is no preference of {lane.regime.name} for goods of "
        f"{line.origin or 'unknown origin'}",
        code="unknown_preference",
        where=f"{question.at}preference",
        hint=f"known: {', '.join(known) or 'none'}",
    )


def shape_of(duty: Duty, params: list[int]) -> Shape:
    """The duty's form, its figures moved to ``params`` as exact ratios."""
    at = len(params)
    match duty:
        case Free():
            params += (0, 1)
            return ("percent", at)
        case Percent(num, den):
            params += (num, den)
            return ("percent", at)
        case RetailPercent(num, den):
            params += (num, den)
            return ("retail", at)
        case Specific(num, den, code, unit):
            measure, size = _UNITS[unit]
            params += (num * 10 ** currency(code).digits, den * size)
            return ("specific", at, code, measure)
        case Sum(terms):
            return ("sum", *(shape_of(t, params) for t in terms))
        case Minus(left, right):
            return ("minus", shape_of(left, params), shape_of(right, params))
        case AtLeast(left, right):
            return ("at_least", shape_of(left, params), shape_of(right, params))
        case AtMost(left, right):
            return ("at_most", shape_of(left, params), shape_of(right, params))
    raise TypeError(f"no shape for {duty!r}")
