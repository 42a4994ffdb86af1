"""Duties that live sources told, looked up like a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from ..codes import hs_dotted
from ..errors import LandedCostError, NoAnswer, RequestError
from ..facts import Remark
from ..ports.tariff import Measure, TariffAnswer
from ..providers.chain import Answered
from ..regimes.schema import Source
from ..tariffs.grammar import parse_duty
from ..tariffs.table import Found, Row
from ..transport.clock import Clock
from ..transport.flights import again
from .remarks import problem_remarks, provenance, source_remarks

Learnt = Answered[TariffAnswer] | LandedCostError
Ask = Callable[[str, str], Learnt]


class AskedTariff:
    """What was asked about codes and origins on one lane.

    A failure is kept and raised when the duty is looked up: the parcel may owe none whatever
    the goods are. ``ask`` is called for a code that was not asked before.
    """

    def __init__(
        self,
        name: str,
        learnt: Mapping[tuple[str, str], Learnt],
        clock: Clock,
        currency: str,
        ask: Ask | None = None,
    ) -> None:
        self.name = name
        self.learnt = dict(learnt)
        self._clock = clock
        self._currency = currency
        self._ask = ask

    def lookup(self, code: str, day: date, *, origin: str = "", where: str = "") -> Found:
        """The rows of a code.

        Raises what the source raised, or RequestError for a rate that cannot be computed, with
        its text.
        """
        known = self.learnt.get((code, origin))
        if known is None and self._ask is not None:
            known = self.learnt[code, origin] = self._ask(code, origin)
        if known is None:
            raise RequestError(
                f"the duty of {hs_dotted(code)} in {self.name} was not asked for",
                code="unknown_duty",
                where=where,
                hint="pin `duty` on the line",
            )
        if isinstance(known, NoAnswer):
            raise RequestError(
                f"no source has the duty of {hs_dotted(code)} in {self.name}: {known.message}",
                code="unknown_duty",
                where=where,
                hint=known.hint or "pin `duty` on the line",
            ) from known
        if isinstance(known, LandedCostError):
            raise again(known)
        return self._found(known, code, day, where)

    def claims(self, row: Row, day: date) -> None:
        """None: what may be claimed goes by the rules of the territory."""

    def agrees(self, learnt: Mapping[tuple[str, str], Learnt]) -> bool:
        """Whether nothing known has changed; what is new is learnt then."""
        for key, value in learnt.items():
            known = self.learnt.get(key)
            if known is not None and _mark(known) != _mark(value):
                return False
        for key, value in learnt.items():
            self.learnt.setdefault(key, value)
        return True

    def _found(self, known: Answered[TariffAnswer], code: str, day: date, where: str) -> Found:
        answer = known.answer
        duties = answer.of("suspension")
        duties = tuple(m for m in duties if not m.conditions and not m.area and m.rate is not None)
        if not duties:
            duties = answer.of("third_country")
        if not duties:
            said = "; ".join(p.text for p in answer.problems) or "it is not in force on the day"
            raise RequestError(
                f"{known.provider} tells no duty for {hs_dotted(code)} in {self.name}: {said}",
                code="unknown_duty",
                where=where,
                hint="pin `duty` on the line",
            )
        unread = next((m for m in duties if m.rate is None), None)
        if unread is not None:
            raise RequestError(
                f"the duty of {hs_dotted(unread.code)} in {self.name} cannot be computed from "
                f"what {known.provider} tells: {unread.note or unread.title or 'no rate'}",
                code="unreadable_duty",
                where=where,
                hint="pin `duty` on the line",
            )
        source = Source(known.provider, answer.source, answer.url)
        what = f"tariff of {self.name}"
        remarks = source_remarks(known, what, self._clock)
        remarks += problem_remarks(answer.problems, known.provider, what, "estimated")
        return Found(
            code,
            tuple(self._row(m, answer, source) for m in duties),
            day,
            provenance(known, answer.on),
            (*remarks, *_not_applied(answer)),
        )

    def _row(self, measure: Measure, answer: TariffAnswer, source: Source) -> Row:
        assert measure.rate is not None
        home = answer.currency or self._currency
        return Row(
            measure.code,
            str(parse_duty(measure.rate, currency=home)),
            measure.since or answer.on,
            measure.until,
            source,
            measure.verified,
            measure.note or measure.title,
        )


def _mark(learnt: Learnt) -> object:
    return learnt.code if isinstance(learnt, LandedCostError) else learnt.mark


def _not_applied(answer: TariffAnswer) -> Iterable[Remark]:
    """Duties of the tariff that the price does not have, since no rule here applies them."""
    for measure in answer.of("remedy", "additional", "excise"):
        kind = {"remedy": "trade remedy", "excise": "excise"}.get(measure.kind, "additional duty")
        rate = measure.rate or measure.note or "rate not told"
        yield Remark(
            "tariff_measure_not_applied",
            f"{hs_dotted(measure.code)}: the tariff has a {kind} that is not in the price: "
            f"{' '.join(filter(None, (measure.title, measure.area, rate)))}",
            "partial",
        )
    for measure in answer.of("suspension"):
        if measure.conditions:
            yield Remark(
                "tariff_suspension",
                f"{hs_dotted(measure.code)}: {measure.rate or measure.note} could be claimed with "
                f"{', '.join(measure.conditions)}",
            )
