"""Measures of the UK Trade Tariff as measures of a tariff source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from ..errors import LandedCostError
from ..ports import Measure, TariffAsk
from ..tariffs import uk
from ..tariffs.beyond import Seasonal, on_day
from ..tariffs.grammar import parse_duty, read_taric
from ..tariffs.rates import decimal_text
from ..tariffs.uk.kinds import (
    APPLIES_NOT,
    EVERYWHERE,
    EXCISE,
    MEURSING,
    OPERATORS,
    OPTIONS,
    REMEDIES,
)
from ..tariffs.uk.units import unit

_END_USE = frozenset({"105", "145", "115", "123", "146"})
_NOT_FOR_ALL = {
    "117": "for certain ships, boats and platforms",
    "119": "for aircraft, with an airworthiness certificate",
    "141": "with a preferential origin",
}
_THIRD, _THIRD_END_USE, _ON_TOP = "103", "105", "695"


def measures(
    found: uk.Commodity, ask: TariffAsk, kinds: tuple[str, ...] = ()
) -> tuple[Measure, ...]:
    """The measures in force on the day, of some kinds or of all that charge something.

    A duty for goods of some origins is left out where the origin is not known. Of a type that
    has a measure for the additional code that was given, those for other codes are left out. An
    end-use duty beside a duty for everybody is a suspension: it is not what everybody pays.
    """
    plain = any(m.type == _THIRD for m in found.measures)
    given = ask.fact("additional_code")
    decided = {m.type for m in found.measures if given and m.additional_code == given}
    told = []
    for one in found.on(ask.day).measures:
        kind = _kind(one, plain)
        if kind is None or (kinds and kind not in kinds):
            continue
        if one.type in decided and one.additional_code not in ("", given):
            continue
        somewhere = one.area.id not in EVERYWHERE
        if ask.origin in one.excluded or (kind == "third_country" and somewhere and not ask.origin):
            continue
        told.append(_measure(one, kind, found.code, ask.day))
    return tuple(told)


def needs(
    lines: Sequence[uk.Commodity], ask: TariffAsk, told: Sequence[Measure]
) -> tuple[str, ...]:
    """The facts the measures ask for: fields of a line, an additional code, a Meursing code."""
    facts: set[str] = set()
    for measure in told:
        if measure.rate is not None:
            facts |= parse_duty(measure.rate, currency="EUR").needs()
    for line in lines:
        held = line.on(ask.day)
        if held.meursing and not ask.fact("meursing"):
            facts.add("meursing")
        if any(m.additional_code for m in held.measures) and not ask.fact("additional_code"):
            facts.add("additional_code")
    return tuple(sorted(facts))


def _kind(one: uk.Measure, plain: bool) -> str | None:
    if one.vat:
        return "tax"
    if one.type == EXCISE:
        return "excise"
    if one.type == _ON_TOP:
        return "additional"
    if one.type in REMEDIES:
        return "remedy"
    if one.type == _THIRD_END_USE and plain:
        return "suspension"
    option = OPTIONS.get(one.type)
    return None if option is None else option.option


def _measure(one: uk.Measure, kind: str, code: str, day: date) -> Measure:
    text = _resolved(one) if one.resolved else one.text
    rate, note, season_ends = _rate(text, day)
    if not text:
        note = "depends on its conditions" if one.conditions else "the tariff names no rate"
    until = one.end + timedelta(days=1) if one.end is not None else None
    notes = [note, f"not for {', '.join(sorted(one.excluded))}" if one.excluded else ""]
    return Measure(
        kind,
        code,
        rate,
        since=None if one.start == date.min else one.start,
        until=min((end for end in (until, season_ends) if end is not None), default=None),
        title=one.name,
        area="" if one.area.id in EVERYWHERE else one.area.id,
        agreement=one.area.name if kind == "preference" else "",
        conditions=_conditions(one),
        order_number=one.order_number,
        note="; ".join(part for part in notes if part),
    )


def _rate(text: str, day: date) -> tuple[str | None, str, date | None]:
    """The rate of a day as it can be computed, a note if it cannot, and where its season ends."""
    if not text:
        return None, "", None
    try:
        read = read_taric(text).duty
    except LandedCostError as error:
        return None, f"{text} ({error.message[:120]})", None
    ends = read.until(day) if isinstance(read, Seasonal) else None
    duty = on_day(read, day)
    if duty is None or duty.beyond():
        return None, text, ends
    return str(duty), "" if ends is None else text, ends


def _conditions(one: uk.Measure) -> tuple[str, ...]:
    """What must be shown: a use, the additional code, one of some documents, an amount."""
    told = []
    if one.type in _END_USE:
        told.append("authorised use")
    if one.type in _NOT_FOR_ALL:
        told.append(_NOT_FOR_ALL[one.type])
    if one.additional_code:
        told.append(f"additional code {one.additional_code}")
    claims = [
        c.document for c in one.conditions if c.action not in APPLIES_NOT and c.amount is None
    ]
    if claims and "" not in claims:
        told.append(f"document {' or '.join(dict.fromkeys(claims))}")
    if any(c.amount is not None for c in one.conditions):
        told.append("by price or quantity")
    return tuple(told)


def _resolved(one: uk.Measure) -> str:
    """The text of a duty whose parts of the Meursing table were looked up."""
    parts = []
    for part in one.resolved:
        if part.amount is None:
            continue
        join = OPERATORS.get(part.expression, "+" if part.expression in MEURSING else "")
        amount = decimal_text(part.amount.numerator, part.amount.denominator)
        what = f"{part.currency} / {unit(part.unit).abbreviation}" if part.currency else "%"
        parts.append(f"{join} {amount} {what}".strip())
    return " ".join(parts)
