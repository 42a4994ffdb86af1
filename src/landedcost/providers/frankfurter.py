"""Reference rates by Frankfurter, an open service over the rates of central banks.

``GET https://api.frankfurter.dev/v1/{day}?base=EUR`` answers
``{"amount": 1.0, "base": "EUR", "date": "2026-10-01", "rates": {"USD": 1.1234, …}}``. Version 1
serves the European Central Bank's rates; a weekend or holiday is answered with the business day
before it, which ``date`` tells. No key.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_settings import SettingsConfigDict

from ..ports import (
    COMMERCIAL,
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
        """The sheet of a day, or of the business day before it."""
        if ask.use != COMMERCIAL:
            raise NoAnswer("has no rates of a customs authority")
        settings = self.settings
        response = yield from fetch(
            Request(
                "GET",
                f"{settings.base_url}/v1/{path_part(ask.day.isoformat())}",
                params={"base": settings.base},
            )
        )
        answer = response.json()
        return RatesAnswer(
            base=answer["base"].currency(),
            rates={code: rate.ratio() for code, rate in answer["rates"].items()},
            on=answer["date"].date(),
            source="European Central Bank reference rates, by Frankfurter",
        )


SPEC = ProviderSpec(
    name="frankfurter",
    kind="rates",
    settings=FrankfurterSettings,
    factory=Frankfurter,
    capabilities=frozenset({"history"}),
    without={"customs": "central banks' reference rates, not those of a customs authority"},
    summary="reference rates of the European Central Bank, no key",
    docs="reference/providers.md",
)
