"""Exchange rates that live sources told, as a market takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from ..currencies import currency
from ..errors import LandedCostError, RequestError
from ..facts import Remark
from ..fx.rates import SAME, STALE_DAYS, CustomsRate, Rate, same
from ..ports.rates import RatesAnswer
from ..providers.chain import Answered
from ..transport.clock import Clock, moment
from ..transport.flights import again
from .remarks import problem_remarks, source_remarks


@dataclass(frozen=True, slots=True)
class Sheet:
    """One source's rates of a day."""

    answer: RatesAnswer
    provider: str
    stale: bool
    asked_at: datetime
    remarks: tuple[Remark, ...]

    @classmethod
    def of(cls, answered: Answered[RatesAnswer], what: str, clock: Clock) -> Sheet:
        """From a source's answer, with what a quote must say of it."""
        answer = answered.answer
        said = source_remarks(answered, what, clock)
        said += problem_remarks(answer.problems, answered.provider, what)
        return cls(answer, answered.provider, answered.stale, moment(answered.at_ms), said)

    def rate(self, base: str, quote: str, on: date) -> Rate | None:
        """The rate through the sheet's own base, exactly; None if it lacks a currency."""
        per = {self.answer.base: Fraction(1), **self.answer.rates}
        if base not in per or quote not in per:
            return None
        found = Fraction(per[quote], per[base])
        pivot = self.answer.base
        crossed = "" if pivot in (base, quote) else f", through {pivot}"
        return Rate(
            base,
            quote,
            found.numerator,
            found.denominator,
            f"{self.answer.source}{crossed}",
            self.provider,
            self.answer.on,
            self.stale or (on - self.answer.on).days > STALE_DAYS,
            self.asked_at,
            self.remarks,
        )


class AskedRates:
    """The sheets of a market: commercial ones in order of preference, and the authority's.

    ``failure`` is why there is no commercial sheet; it is raised where a rate is needed.
    """

    def __init__(
        self,
        sheets: Sequence[Sheet],
        customs: Sheet | None = None,
        failure: LandedCostError | None = None,
    ) -> None:
        self.sheets = tuple(sheets)
        self.customs_sheet = customs
        self.failure = failure

    @property
    def mark(self) -> tuple[object, ...]:
        """Equal for two that say the same."""
        own = self.customs_sheet
        sheets = (*self.sheets, own) if own is not None else self.sheets
        marks = [(s.provider, s.answer.on, s.stale, s.asked_at, s.remarks) for s in sheets]
        return (*marks, self.failure and self.failure.code)

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """The commercial rate of the first sheet that has both.

        Raises ProviderError if there is no sheet, RequestError (``no_rate``) if none has both.
        """
        currency(base, "rates")
        currency(quote, "rates")
        if base == quote:
            return same(base, on)
        for sheet in self.sheets:
            found = sheet.rate(base, quote, on)
            if found is not None:
                return found
        if self.failure is not None:
            raise again(self.failure)
        names = ", ".join(s.provider for s in self.sheets) or "no source"
        raise RequestError(
            f"no rate for {base}/{quote} on {on.isoformat()}: not with {names}",
            code="no_rate",
            where="rates",
            hint=f'give it in the request, such as "rates": {{"{base}/{quote}": "…"}}, or add '
            "another source of rates",
        )

    def customs(self, territory: str, base: str, quote: str, on: date) -> CustomsRate:
        """The authority's rate if a source has it, else a commercial one in its stead."""
        if base == quote:
            return CustomsRate(same(base, on), False, SAME)
        if self.customs_sheet is not None:
            found = self.customs_sheet.rate(base, quote, on)
            if found is not None:
                own = replace(found, stale=self.customs_sheet.stale)
                return self._authoritys(own, quote, territory)
        return _stands_in(self.rate(base, quote, on), territory)

    def _authoritys(self, rate: Rate, quote: str, territory: str) -> CustomsRate:
        """A rate of the authority's sheet, which it has published into its own currency only."""
        assert self.customs_sheet is not None
        if quote == self.customs_sheet.answer.base:
            return CustomsRate(rate, False, rate.source)
        return _stands_in(rate, territory)

    def __repr__(self) -> str:
        return f"AskedRates({[s.provider for s in self.sheets]})"


def _stands_in(rate: Rate, territory: str) -> CustomsRate:
    rule = f"the {rate.source} stand in for those of the authority of {territory}"
    return CustomsRate(rate, True, rule)


def lacking(sheet: RatesAnswer, wanted: frozenset[str]) -> frozenset[str]:
    """The currencies of ``wanted`` that a sheet does not have."""
    return wanted - {sheet.base} - sheet.rates.keys()
