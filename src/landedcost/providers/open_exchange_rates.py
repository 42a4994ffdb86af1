"""Market rates by Open Exchange Rates.

``GET https://openexchangerates.org/api/historical/{day}.json?app_id=…`` answers
``{"disclaimer", "license", "timestamp", "base", "rates": {…}}``: the last rates of that UTC day,
or the latest ones if the day is not over; ``latest.json`` has the same form. Errors are
``{"error": true, "status", "message", "description"}``, and 429 means two things there: asked
too often, and ``not_allowed``, which the plan does not cover. Confirmed from the documentation;
not seen: the message for a day to come (``not_available`` is from general knowledge), so any 400
and 404 but ``invalid_base`` asks for the latest rates instead and takes them if they are of that
day or the day before, since a day begins earlier in Tokyo than in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    COMMERCIAL,
    BadAnswer,
    Denied,
    Flow,
    NoAnswer,
    Node,
    ProviderError,
    ProviderSettings,
    ProviderSpec,
    RateLimited,
    RatesAnswer,
    RatesAsk,
    Request,
    Response,
    fetch,
)
from .refusals import instead, refusal, said

LAST_MOMENT = 253_402_300_799
"""The end of the year 9999 in seconds: later than any timestamp that is one."""
SAID = ("message", "description")
PLAN = "this base or endpoint is not part of the plan; the free one has USD alone"


class OpenExchangeRatesSettings(ProviderSettings):
    """The key of the account, and the currency the rates are for (paid plans may choose)."""

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_OPEN_EXCHANGE_RATES_")

    app_id: SecretStr
    base_url: str = "https://openexchangerates.org/api"
    base: str = "USD"


@dataclass(frozen=True, slots=True)
class OpenExchangeRates:
    """The source."""

    settings: OpenExchangeRatesSettings

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        """The last sheet of a UTC day, or the latest one if that day has none yet."""
        if ask.use != COMMERCIAL:
            raise NoAnswer("has market rates, not those of a customs authority")
        response = yield from self._get(f"historical/{ask.day.isoformat()}.json")
        oldest = date.min
        if response.status != 200:
            _refuse_base(response)
            response = yield from self._get("latest.json")
            oldest = ask.day - timedelta(days=1)
        if response.status != 200:
            _refuse_base(response)
            raise refusal(response, NoAnswer, *SAID)
        return self._sheet(response.json(), oldest, ask.day)

    def _get(self, path: str) -> Flow[Response]:
        settings = self.settings
        params = {"app_id": settings.app_id}
        request = Request(
            "GET",
            f"{settings.base_url}/{path}",
            params=params if settings.base == "USD" else params | {"base": settings.base},
            expect=frozenset({400, 404}),
        )
        try:
            return (yield from fetch(request))
        except RateLimited as error:
            if said(error, "not_allowed"):
                raise instead(error, Denied, hint=PLAN) from error
            raise

    def _sheet(self, answer: Node, oldest: date, day: date) -> RatesAnswer:
        base, on = answer["base"].currency(), _day(answer["timestamp"])
        if base != self.settings.base:
            raise BadAnswer(f"asked for rates of {self.settings.base}, it sent those of {base}")
        if not oldest <= on <= day:
            raise NoAnswer(f"has no rates of {day.isoformat()}; its latest are of {on.isoformat()}")
        return RatesAnswer(
            base=base,
            rates={code: rate.ratio() for code, rate in answer["rates"].items()},
            on=on,
            source="Open Exchange Rates",
        )


def _day(timestamp: Node) -> date:
    seconds = timestamp.integer()
    if not 0 < seconds <= LAST_MOMENT:
        raise timestamp.bad("is no moment in seconds")
    return datetime.fromtimestamp(seconds, UTC).date()


def _refuse_base(response: Response) -> None:
    """Raise ProviderError if the base is refused, BadAnswer if the refusal cannot be read."""
    if response.json()["message"].text() == "invalid_base":
        hint = "set `base` to a currency that it has"
        error = refusal(response, ProviderError, *SAID, hint=hint)
        error.code = "provider_refused"
        raise error


SPEC = ProviderSpec(
    name="open-exchange-rates",
    kind="rates",
    settings=OpenExchangeRatesSettings,
    factory=OpenExchangeRates,
    capabilities=frozenset({"history"}),
    without={"customs": "rates of the market, not of a customs authority"},
    case="landedcost.testing.cases.open_exchange_rates:CASE",
    summary="market rates of about 170 currencies, with a key",
    docs="reference/sources/open-exchange-rates.md",
)
