"""Duties and taxes of Great Britain, Northern Ireland and the Union by the UK Trade Tariff service.

``GET {base_url}/uk/{path}/commodities/{10 digits}?as_of=…&filter[geographical_area_id]=…``
answers in JSON:API; ``/xi/`` serves the Union's measures as Northern Ireland applies them. A code
that ends in six zeros is a heading and is asked for as one. The publisher's documents name two
hosts, one of them with an access token: host, path and credentials are settings.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..errors import LandedCostError, RuleFileError
from ..ports import (
    BadAnswer,
    Flow,
    NoAnswer,
    Problem,
    ProviderSettings,
    ProviderSpec,
    Request,
    Secret,
    TariffAnswer,
    TariffAsk,
    attempt,
    fetch,
    gather,
    keep,
)
from ..tariffs.uk import Commodity, read_answer
from .oauth import client_credentials
from .uk_measures import measures, needs

_SERVICES = {"GB": "uk", "XI": "xi", "EU": "xi"}
_CURRENCIES = {"uk": "GBP", "xi": "EUR"}
_PAGES = {"uk": "commodities", "xi": "xi/commodities"}
_TITLES = {
    "GB": "UK Trade Tariff",
    "XI": "UK Trade Tariff, Northern Ireland",
    "EU": "UK Trade Tariff, measures of the Union in Northern Ireland",
}


class UkTradeTariffSettings(ProviderSettings):
    """Where the service is, and the credentials of the developer portal if it wants them.

    With the portal's credentials ``base_url`` is ``https://api.trade-tariff.service.gov.uk`` and
    ``path`` is ``api/v2``.
    """

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_UK_TRADE_TARIFF_")

    base_url: str = "https://www.trade-tariff.service.gov.uk"
    path: str = "api"
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    login_url: str = "https://auth.id.trade-tariff.service.gov.uk/oauth2/token"


@dataclass(frozen=True, slots=True)
class UkTradeTariff:
    """The source."""

    settings: UkTradeTariffSettings

    def tariff(self, ask: TariffAsk) -> Flow[TariffAnswer]:
        """The measures on a code of ten digits; a shorter one is filled up with zeros.

        Northern Ireland's tariff has no VAT and no excise: they are those of the United Kingdom,
        asked for at the same time. Raises NoAnswer for another territory, and for a code that
        the tariff does not have or that cannot be declared.
        """
        service = _SERVICES.get(ask.territory)
        if service is None:
            raise NoAnswer(f"has the tariffs of {', '.join(_SERVICES)}, not of {ask.territory}")
        taxes: Commodity | LandedCostError | None = None
        if ask.territory == "XI":
            found, taxes = yield from gather(
                self._commodity(ask, service), attempt(self._commodity(ask, "uk"))
            )
        else:
            found = yield from self._commodity(ask, service)
        problems = []
        told = measures(found, ask)
        if isinstance(taxes, Commodity):
            told += measures(taxes, ask, ("tax", "excise"))
        elif taxes is not None:
            problems.append(Problem("no_taxes", f"VAT and excise: {taxes.message[:200]}"))
        if not any(measure.kind == "third_country" for measure in told):
            problems.append(Problem("no_third_country", "no duty for this origin and day"))
        return TariffAnswer(
            told,
            _TITLES[ask.territory],
            ask.day,
            url=f"https://www.trade-tariff.service.gov.uk/{_PAGES[service]}/{found.code}",
            currency=_CURRENCIES[service],
            needs=needs(found, ask, told),
            problems=tuple(problems),
        )

    def _commodity(self, ask: TariffAsk, service: str) -> Flow[Commodity]:
        code = ask.hs_code.ljust(10, "0")[:10]
        heading = code.endswith("000000")
        place = f"headings/{code[:4]}" if heading else f"commodities/{code}"
        params = {"as_of": ask.day.isoformat()}
        if ask.origin:
            params["filter[geographical_area_id]"] = ask.origin
        if meursing := ask.fact("meursing"):
            params["filter[meursing_additional_code_id]"] = meursing
        headers: dict[str, Secret | str] = {"accept": "application/vnd.hmrc.2.0+json"}
        if self.settings.client_id is not None:
            headers["authorization"] = yield from keep("token", self._token)
        response = yield from fetch(
            Request(
                "GET",
                f"{self.settings.base_url}/{service}/{self.settings.path}/{place}",
                params=params,
                headers=headers,
                expect=frozenset({404}),
            )
        )
        day = ask.day.isoformat()
        if response.status == 404:
            raise NoAnswer(
                f"{code} is no code that can be declared on {day}",
                hint="look it up on https://www.trade-tariff.service.gov.uk",
            )
        answer = response.json()
        if answer["data"]["relationships"].get("import_measures") is None:
            raise NoAnswer(
                f"{code[:4]} has several lines, and none of them is meant by {ask.hs_code}",
                hint="give the code with ten digits",
            )
        try:
            return read_answer(answer.value)
        except RuleFileError as error:
            raise BadAnswer(f"not an answer about a commodity: {error.message}") from error

    def _token(self) -> Flow[tuple[Secret, int]]:
        settings = self.settings
        name, secret = settings.client_id, settings.client_secret
        return client_credentials(settings.login_url, name or Secret(""), secret or Secret(""))


SPEC = ProviderSpec(
    name="uk-trade-tariff",
    kind="tariff",
    settings=UkTradeTariffSettings,
    factory=UkTradeTariff,
    capabilities=frozenset({"history", "preferences", "remedies", "taxes"}),
    without={"short_codes": "the service answers about a code that can be declared"},
    territories=frozenset(_SERVICES),
    limit=(750, 60_000),
    summary="duties, preferences, remedies and VAT by the British authority; no key",
    docs="reference/sources/uk-trade-tariff.md",
    case="landedcost.testing.cases.uk_trade_tariff:CASE",
)
