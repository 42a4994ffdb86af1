"""The monthly rates of HM Revenue & Customs, which customs values in Great Britain use.

``GET https://www.trade-tariff.service.gov.uk/uk/api/exchange_rates/2026-9?filter[type]=monthly``
answers in JSON:API: ``data.attributes`` with ``year``, ``month`` and ``type``, and in
``included`` one ``exchange_rate`` for each country with ``currency_code``, ``rate`` (text, units
for one pound), ``validity_start_date`` and ``validity_end_date`` (both days included). A month
that is not there is 404. Confirmed from recorded answers of 2025; the open questions are the
host, which one page of the documentation puts behind OAuth, and ``filter.type``, which another
writes for ``filter[type]``: set ``base_url`` and ``token`` if yours differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    CUSTOMS,
    BadAnswer,
    Flow,
    Freshness,
    NoAnswer,
    Node,
    ProviderSettings,
    ProviderSpec,
    RatesAnswer,
    RatesAsk,
    Request,
    bearer,
    fetch,
)

TERRITORY = "GB"
HOUR_MS = 3_600_000


class HmrcSettings(ProviderSettings):
    """Where the service is, and a bearer token if it wants one."""

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_HMRC_")

    base_url: str = "https://www.trade-tariff.service.gov.uk/uk/api"
    token: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Hmrc:
    """The source."""

    settings: HmrcSettings

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        """The sheet of the month that a day is in."""
        if ask.use != CUSTOMS or ask.territory != TERRITORY:
            raise NoAnswer(
                f"has the customs rates of {TERRITORY}, not {ask.use} rates"
                + (f" of {ask.territory}" if ask.territory else "")
            )
        token = self.settings.token
        response = yield from fetch(
            Request(
                "GET",
                f"{self.settings.base_url}/exchange_rates/{ask.day.year}-{ask.day.month}",
                params={"filter[type]": "monthly"},
                headers={"accept": "application/vnd.hmrc.2.0+json"}
                | ({"authorization": bearer(token)} if token else {}),
            )
        )
        answer = response.json()
        about = answer["data"]["attributes"]
        told = (about["year"].integer(), about["month"].integer(), about["type"].text())
        if told != (ask.day.year, ask.day.month, "monthly"):
            raise BadAnswer(f"asked for the month of {ask.day.isoformat()}, it sent {told}")
        rates: dict[str, Fraction] = {}
        since, until = date.min, date.max
        for row in _in_force(answer, ask.day):
            code, rate = row["currency_code"].text(), row["rate"].ratio()
            if rates.setdefault(code, rate) != rate:
                raise row["rate"].bad(f"is a second rate for {code}")
            since = max(since, row["validity_start_date"].date())
            until = min(until, row["validity_end_date"].date())
        if not rates:
            raise NoAnswer(f"has no rates in force on {ask.day.isoformat()}")
        return RatesAnswer(
            base="GBP",
            rates=rates,
            on=since,
            until=until,
            source="HM Revenue & Customs monthly exchange rates",
        )


def _in_force(answer: Node, day: date) -> Iterator[Node]:
    for one in answer["included"].list():
        if one["type"].text() == "exchange_rate":
            row = one["attributes"]
            if row["validity_start_date"].date() <= day <= row["validity_end_date"].date():
                yield row


SPEC = ProviderSpec(
    name="hmrc",
    kind="rates",
    settings=HmrcSettings,
    factory=Hmrc,
    capabilities=frozenset({"history", "customs"}),
    territories=frozenset({TERRITORY}),
    freshness=Freshness(24 * HOUR_MS, 48 * HOUR_MS, 31 * 24 * HOUR_MS),
    case="landedcost.testing.cases.hmrc:CASE",
    summary="monthly customs rates of HM Revenue & Customs, no key",
    docs="reference/sources/hmrc.md",
)
