"""Duties and taxes of Great Britain, Northern Ireland and the Union by the UK Trade Tariff service.

``GET {base_url}/uk/{path}/commodities/{10 digits}?as_of=…&filter[geographical_area_id]=…``
answers in JSON:API; ``/xi/`` serves the Union's measures as Northern Ireland applies them. A code
of fewer digits, or one that ends in six zeros, is asked for by its heading. The publisher's
documents name two hosts, one of them with an access token: host, path and credentials are
settings.
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
    Node,
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
from .uk_headings import lines_of
from .uk_measures import measures, needs

_SERVICES = {"GB": "uk", "XI": "xi", "EU": "xi"}
_CURRENCIES = {"uk": "GBP", "xi": "EUR"}
_SITE = "https://www.trade-tariff.service.gov.uk"
_PAGES = {"uk": "", "xi": "xi/"}
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

    base_url: str = _SITE
    path: str = "api"
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    login_url: str = "https://auth.id.trade-tariff.service.gov.uk/oauth2/token"


@dataclass(frozen=True, slots=True)
class UkTradeTariff:
    """The source."""

    settings: UkTradeTariffSettings

    def tariff(self, ask: TariffAsk) -> Flow[TariffAnswer]:
        """The measures on a code; of a short one, the duties of every line it may be.

        Northern Ireland's tariff has no VAT and no excise: they are those of the United Kingdom,
        asked for at the same time. Raises NoAnswer for another territory, and for a code that
        the tariff does not have.
        """
        service = _SERVICES.get(ask.territory)
        if service is None:
            raise NoAnswer(f"has the tariffs of {', '.join(_SERVICES)}, not of {ask.territory}")
        taxes: list[Commodity] | LandedCostError = []
        if ask.territory == "XI":
            found, taxes = yield from gather(
                self._lines(ask, service), attempt(self._lines(ask, "uk"))
            )
        else:
            found = yield from self._lines(ask, service)
        problems = []
        told = [measure for line in found for measure in measures(line, ask)]
        if isinstance(taxes, LandedCostError):
            problems.append(Problem("no_taxes", f"VAT and excise: {taxes.message[:200]}"))
        else:
            told += [m for line in taxes for m in measures(line, ask, ("tax", "excise"))]
        if not any(measure.kind == "third_country" for measure in told):
            problems.append(Problem("no_third_country", "no duty for this origin and day"))
        if len(found) > 1:
            text = f"preferences, remedies and quotas are told for one of its {len(found)} lines"
            problems.append(Problem("several_lines", f"{text}: give ten digits"))
        place = found[0].code if len(found) == 1 else found[0].code[:4]
        return TariffAnswer(
            tuple(told),
            _TITLES[ask.territory],
            ask.day,
            url=f"{_SITE}/{_PAGES[service]}{_page(place)}/{place}",
            currency=_CURRENCIES[service],
            needs=needs(found, ask, told),
            problems=tuple(problems),
        )

    def _lines(self, ask: TariffAsk, service: str) -> Flow[list[Commodity]]:
        """The one line that is meant, with all its measures; or several, with an overview."""
        code = ask.hs_code[:10]
        if len(code) == 10 and not code.endswith("000000"):
            return [(yield from self._line(ask, service, code))]
        answer = yield from self._answer(ask, service, f"headings/{code[:4]}")
        if answer["data"]["relationships"].get("import_measures") is not None:
            line = _commodity(answer, ask)
            below = [line] if line.code.startswith(code) else []
        else:
            below = [one for one in lines_of(answer, service) if one.code.startswith(code)]
            if len(below) == 1:
                below = [(yield from self._line(ask, service, below[0].code))]
        if not below:
            raise _unknown(ask)
        return below

    def _line(self, ask: TariffAsk, service: str, code: str) -> Flow[Commodity]:
        return _commodity((yield from self._answer(ask, service, f"commodities/{code}")), ask)

    def _answer(self, ask: TariffAsk, service: str, place: str) -> Flow[Node]:
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
        if response.status == 404:
            raise _unknown(ask)
        return response.json()

    def _token(self) -> Flow[tuple[Secret, int]]:
        settings = self.settings
        name, secret = settings.client_id, settings.client_secret
        return client_credentials(settings.login_url, name or Secret(""), secret or Secret(""))


def _commodity(answer: Node, ask: TariffAsk) -> Commodity:
    if answer["data"]["relationships"].get("import_measures") is None:
        raise _unknown(ask)
    try:
        return read_answer(answer.value)
    except RuleFileError as error:
        raise BadAnswer(f"not an answer about a commodity: {error.message}") from error


def _unknown(ask: TariffAsk) -> NoAnswer:
    return NoAnswer(
        f"{ask.hs_code} is no code that can be declared on {ask.day.isoformat()}",
        hint=f"look it up on {_SITE}",
    )


def _page(place: str) -> str:
    return "commodities" if len(place) == 10 else "headings"


SPEC = ProviderSpec(
    name="uk-trade-tariff",
    kind="tariff",
    settings=UkTradeTariffSettings,
    factory=UkTradeTariff,
    capabilities=frozenset({"history", "preferences", "remedies", "short_codes", "taxes"}),
    territories=frozenset(_SERVICES),
    limit=(750, 60_000),
    summary="duties, preferences, remedies and VAT by the British authority; no key",
    docs="reference/sources/uk-trade-tariff.md",
    case="landedcost.testing.cases.uk_trade_tariff:CASE",
)
