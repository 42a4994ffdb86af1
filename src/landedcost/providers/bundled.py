"""The tables that come with the package, as sources: the last of a chain, or the only one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..errors import LandedCostError
from ..fx.customs import LONGEST_PAUSE, customs_day
from ..fx.rates import EcbRates
from ..ports import (
    COMMERCIAL,
    Flow,
    Freshness,
    Measure,
    NoAnswer,
    ProviderSettings,
    ProviderSpec,
    RatesAnswer,
    RatesAsk,
    TariffAnswer,
    TariffAsk,
)
from ..ports.spec import DAY
from ..tariffs.table import TariffTable

EU = "EU"
_TABLES = {"XI": "EU"}
"""Territories whose goods from abroad pay another's tariff (Windsor Framework, art. 5)."""


class NoSettings(ProviderSettings):
    """There is nothing to set."""


@dataclass(frozen=True, slots=True)
class BundledTariff:
    """The bundled tariff tables."""

    settings: NoSettings

    def tariff(self, ask: TariffAsk) -> Flow[TariffAnswer]:
        """The rows of a code: one, or each national line it may be."""
        yield from ()
        name = _TABLES.get(ask.territory, ask.territory)
        if name not in TariffTable.names():
            raise NoAnswer(f"no tariff of {ask.territory} is bundled", code="no_answer")
        try:
            found = TariffTable.load(name).lookup(ask.hs_code, ask.day)
        except LandedCostError as error:
            raise NoAnswer(error.message, hint=error.hint) from error
        return TariffAnswer(
            measures=tuple(
                Measure(
                    "third_country",
                    row.code,
                    row.text,
                    row.start,
                    row.until,
                    title=row.source.text,
                    verified=row.verified,
                    note=row.note,
                )
                for row in found.rows
            ),
            source=f"the bundled tariff of {name}",
            on=ask.day,
        )


@dataclass(frozen=True, slots=True)
class BundledRates:
    """The bundled reference rates."""

    settings: NoSettings

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        """The last day of the table up to the day asked for.

        Customs of the European Union takes the same rates, of a day in the month before
        (Reg (EU) 2015/2447 art. 146).
        """
        yield from ()
        table, day = EcbRates.load(), ask.day
        if ask.use != COMMERCIAL:
            if ask.territory != EU:
                raise NoAnswer(f"has no rates of the customs authority of {ask.territory}")
            day = customs_day(ask.day)
        try:
            on, row = table.sheet(day)
        except LandedCostError as error:
            raise NoAnswer(error.message, hint=error.hint) from error
        if ask.use != COMMERCIAL and (day - on).days >= LONGEST_PAUSE:
            raise NoAnswer(f"has no rates of {day.isoformat()}, which customs takes")
        return RatesAnswer(
            "EUR", {code: Fraction(text) for code, text in row.items()}, on, table.source
        )


_DOCS = "reference/providers.md"
_ALWAYS = Freshness(fresh_ms=3_650 * DAY)
"""What comes with the package does not grow old in a process; its own dates say how old it is."""
TARIFF = ProviderSpec(
    name="bundled",
    kind="tariff",
    settings=NoSettings,
    factory=BundledTariff,
    capabilities=frozenset({"history", "short_codes"}),
    without={
        "preferences": "preferences are rules of a territory, not rows of its table",
        "remedies": "additional duties are rules of a territory, not rows of its table",
        "taxes": "taxes are rules of a territory, not rows of its table",
    },
    freshness=_ALWAYS,
    summary="the tariff tables that come with the package, offline",
    case="landedcost.testing.cases.bundled:TARIFF",
    docs=_DOCS,
)
RATES = ProviderSpec(
    name="bundled",
    kind="rates",
    settings=NoSettings,
    factory=BundledRates,
    capabilities=frozenset({"history", "customs"}),
    freshness=_ALWAYS,
    summary="reference rates that come with the package, offline",
    case="landedcost.testing.cases.bundled:RATES",
    docs=_DOCS,
)
