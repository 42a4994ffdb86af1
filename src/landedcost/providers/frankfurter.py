"""Reference rates by Frankfurter, an open service over the rates of central banks.

``GET https://api.frankfurter.dev/v1/{day}?base=EUR`` answers
``{"amount": 1.0, "base": "EUR", "date": "2026-10-01", "rates": {"USD": 1.1234, …}}``. Version 1
serves the European Central Bank's rates; a weekend or holiday is answered with the business day
before it, which ``date`` tells. The rates are for ``amount`` units of the base. No key.

Version 2 blends the rates of many banks and is not used here: a blended rate is nobody's
published rate. Confirmed from the service's source of 2026-08-21; not seen: what it answers for
a day to come, which is why a sheet later than the day asked for is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pydantic_settings import SettingsConfigDict

from ..fx.customs import customs_day
from ..ports import (
    COMMERCIAL,
    BadAnswer,
    Flow,
    NoAnswer,
    ProviderSettings,
    ProviderSpec,
    RatesAnswer,
    RatesAsk,
    Request,
    fetch,
    path_part,
)

EU = "EU"


class FrankfurterSettings(ProviderSettings):
    """Where the service is; it can be hosted by oneself."""

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_FRANKFURTER_")

    base_url: str = "https://api.frankfurter.dev"
    base: str = "EUR"


@dataclass(frozen=True, slots=True)
class Frankfurter:
    """The source."""

    settings: FrankfurterSettings

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        """The sheet of a day, or of the business day before it.

        Customs of the European Union takes the same rates, of a day in the month before
        (Reg (EU) 2015/2447 art. 146).
        """
        settings, day = self.settings, ask.day
        if ask.use != COMMERCIAL:
            if ask.territory != EU or settings.base != "EUR":
                raise NoAnswer(f"has no rates of the customs authority of {ask.territory}")
            day = customs_day(ask.day)
        response = yield from fetch(
            Request(
                "GET",
                f"{settings.base_url}/v1/{path_part(day.isoformat())}",
                params={"base": settings.base},
            )
        )
        answer = response.json()
        base, on = answer["base"].currency(), answer["date"].date()
        if base != settings.base:
            raise BadAnswer(f"asked for rates of {settings.base}, it sent those of {base}")
        if on > day:
            raise BadAnswer(f"asked for {day.isoformat()}, it sent {on.isoformat()}")
        units = answer["amount"].ratio()
        return RatesAnswer(
            base=base,
            rates={c: Fraction(rate.ratio(), units) for c, rate in answer["rates"].items()},
            on=on,
            source="European Central Bank reference rates, by Frankfurter",
        )


SPEC = ProviderSpec(
    name="frankfurter",
    kind="rates",
    settings=FrankfurterSettings,
    factory=Frankfurter,
    capabilities=frozenset({"history", "customs"}),
    case="landedcost.testing.cases.frankfurter:CASE",
    summary="reference rates of the European Central Bank, no key",
    docs="reference/sources/frankfurter.md",
)
