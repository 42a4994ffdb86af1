"""Rows and claims from kept answers of the UK tariff service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ..regimes.schema import Source
from .editions import Described
from .rows import Claim, Row
from .store import KeptAnswer
from .uk.kinds import (
    EVERYWHERE,
    EXCISE,
    NOT_WITH_QUOTA,
    OPTIONS,
    QUOTA,
    REMEDIES,
    SUPPLEMENTARY_UNIT,
    THIRD_COUNTRY,
)
from .uk.measures import Commodity, Measure, read_answer

_PLAIN_DUTY = "103"


def answer_for(answers: Sequence[KeptAnswer], day: date) -> KeptAnswer:
    """The answer of the day or the last one before it; the first one for an earlier day."""
    before = [answer for answer in answers if answer.day <= day]
    return before[-1] if before else answers[0]


def commodity_for(answers: Sequence[KeptAnswer], day: date) -> tuple[KeptAnswer, Commodity]:
    """The answer for a day, and the commodity in it."""
    answer = answer_for(answers, day)
    return answer, read_answer(answer.document, f"{answer.code} of {answer.day}")


def answered_rows(answers: Sequence[KeptAnswer], day: date, origin: str) -> Iterable[Row]:
    """The third country duty of one code, with the remedies on goods of ``origin``."""
    answer, commodity = commodity_for(answers, day)
    found = [m for m in commodity.measures if m.type == _PLAIN_DUTY]
    special = frozenset().union(*(_origins(m) for m in found if m.on(day)))
    for measure in found:
        yield _row(answer, commodity, measure, day, origin, special)


def answered_line(answers: Sequence[KeptAnswer], day: date) -> Described:
    """What one code covers, and the units in which a declaration counts it."""
    answer, commodity = commodity_for(answers, day)
    units = [m.text for m in commodity.measures if m.type == SUPPLEMENTARY_UNIT and m.on(day)]
    return Described(answer.text, ", ".join(dict.fromkeys(units)))


def answered_claims(answers: Sequence[KeptAnswer], row: Row, day: date) -> Iterable[Claim]:
    """What may be claimed instead of a row: preferences, suspensions, quotas."""
    answer, commodity = commodity_for(answers, day)
    for measure in commodity.measures:
        kind = OPTIONS.get(measure.type)
        if kind is None or kind.option == THIRD_COUNTRY or not measure.on(day):
            continue
        names = (
            measure.area.id,
            measure.area.name,
            measure.scheme,
            measure.order_number,
            measure.preference_code,
        )
        documents = sorted({c.document for c in measure.conditions if c.document})
        better = Row(
            row.code,
            _text(measure),
            measure.start,
            _until(measure),
            _source(answer),
            True,
            f"{kind.label}, {measure.area.name}",
            "taric",
            only=_origins(measure),
            but=measure.excluded,
            plus=row.plus if kind.option != QUOTA else _without_safeguard(commodity, row, day),
            lacks=row.lacks,
            beside=row.beside,
            provider=row.provider,
        )
        yield Claim(
            kind.option,
            tuple(dict.fromkeys(name for name in names if name)),
            f"{kind.label}, {measure.area.name}",
            better,
            f"with {', '.join(documents)}" if documents else "",
            "what is left of the quota is not known" if kind.option == QUOTA else "",
        )


def _row(
    answer: KeptAnswer,
    commodity: Commodity,
    measure: Measure,
    day: date,
    origin: str,
    special: frozenset[str],
) -> Row:
    remedies = [m for m in commodity.measures if m.type in REMEDIES and m.on(day) and _charges(m)]
    ours = [m for m in remedies if origin and m.is_for(origin)]
    coded = sorted({m.additional_code for m in ours if m.additional_code})
    lacks = ""
    if remedies and not origin:
        lacks = "the origin of the goods: trade remedies depend on it"
    elif coded:
        lacks = f"the additional code of the trade remedy: {', '.join(coded)}"
    excise = [m for m in commodity.measures if m.type == EXCISE and m.on(day)]
    code = f"additional code {measure.additional_code}" if measure.additional_code else ""
    plus = [m for m in ours if not m.additional_code]
    notes = [code, *(f"with {REMEDIES[m.type].lower()}, {m.text}" for m in plus)]
    everywhere = measure.area.id in EVERYWHERE
    return Row(
        commodity.code,
        _text(measure),
        measure.start,
        _until(measure),
        _source(answer),
        True,
        "; ".join(note for note in notes if note),
        "taric",
        only=_origins(measure),
        but=measure.excluded | (special if everywhere else frozenset()),
        plus=tuple(m.text for m in plus),
        lacks=lacks,
        beside="; ".join(f"excise of {m.text}" for m in excise if m.text),
        provider="imported",
    )


def _without_safeguard(commodity: Commodity, row: Row, day: date) -> tuple[str, ...]:
    safeguards = {m.text for m in commodity.measures if m.type in NOT_WITH_QUOTA and m.on(day)}
    return tuple(text for text in row.plus if text not in safeguards)


def _charges(measure: Measure) -> bool:
    return not (measure.components and measure.is_zero)


def _origins(measure: Measure) -> frozenset[str]:
    """The countries a measure is for; none for every country."""
    if measure.area.id in EVERYWHERE:
        return frozenset()
    return (measure.area.members or frozenset({measure.area.id})) - measure.excluded


def _text(measure: Measure) -> str:
    """The duty as written; a measure of price bands alone is an entry price."""
    return measure.text or "Entry Price"


def _until(measure: Measure) -> date | None:
    return None if measure.end is None else measure.end + timedelta(days=1)


def _source(answer: KeptAnswer) -> Source:
    """What is known of a code is as old as the day it was asked for."""
    return Source(
        f"answer of {answer.day}",
        f"{answer.title}, answer of {answer.day}",
        answer.url,
        read=answer.day,
        official=True,
    )
