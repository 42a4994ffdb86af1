"""A source of each kind that keeps every law, small enough to be spoiled one law at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict
from secret_words import watch

from landedcost.ports import (
    Address,
    Amount,
    Flow,
    Goods,
    LandedAnswer,
    LandedAsk,
    LandedLine,
    Measure,
    NoAnswer,
    Offer,
    ProviderSettings,
    ProviderSpec,
    RatesAnswer,
    RatesAsk,
    Request,
    Response,
    ShippingAnswer,
    ShippingAsk,
    TariffAnswer,
    TariffAsk,
    bearer,
    fetch,
)
from landedcost.testing import Case, Reply, Seen

KEY = watch("key-of-acme-12345")
DAY = date(2026, 10, 1)


class Settings(ProviderSettings):
    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_ACME_TEST_")

    api_key: SecretStr
    base_url: str = "https://api.acme.test"


def ask_acme(settings: Settings, path: str, params: dict[str, str]) -> Flow[Response]:
    return (
        yield from fetch(
            Request(
                "GET",
                f"{settings.base_url}/{path}",
                params=params,
                headers={"authorization": bearer(settings.api_key)},
            )
        )
    )


@dataclass(frozen=True, slots=True)
class AcmeRates:
    settings: Settings

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        if ask.use != "commercial":
            raise NoAnswer("has no customs rates")
        response = yield from ask_acme(self.settings, "rates", {"day": ask.day.isoformat()})
        answer = response.json()
        return RatesAnswer(
            base=answer["base"].currency(),
            rates={code: rate.ratio() for code, rate in answer["rates"].items()},
            on=answer["date"].date(),
            source="Acme rates",
        )


@dataclass(frozen=True, slots=True)
class AcmeTariff:
    settings: Settings

    def tariff(self, ask: TariffAsk) -> Flow[TariffAnswer]:
        params = {"code": ask.hs_code, "day": ask.day.isoformat()}
        answer = (yield from ask_acme(self.settings, "tariff", params)).json()
        return TariffAnswer(
            measures=tuple(
                Measure(
                    "third_country",
                    line["code"].text(),
                    line["duty"].text(),
                    line["from"].date(),
                )
                for line in answer["lines"].list()
            ),
            source="Acme tariff",
            on=ask.day,
        )


@dataclass(frozen=True, slots=True)
class AcmeCarrier:
    settings: Settings

    def shipping(self, ask: ShippingAsk) -> Flow[ShippingAnswer]:
        params = {"to": ask.buyer.country, "g": str(ask.total_g)}
        answer = (yield from ask_acme(self.settings, "offers", params)).json()
        return ShippingAnswer(
            offers=tuple(
                Offer(
                    "Acme",
                    offer["service"].text(),
                    offer["price"].amount(offer["currency"].currency()),
                    frozenset({"transport", "fuel"}),
                    least_days=offer["days"][0].integer(),
                    most_days=offer["days"][1].integer(),
                    expires=offer["until"].moment(),
                )
                for offer in answer["offers"].list()
            ),
            source="Acme post",
        )


@dataclass(frozen=True, slots=True)
class AcmeLanded:
    settings: Settings

    def landed(self, ask: LandedAsk) -> Flow[LandedAnswer]:
        params = {"to": ask.buyer.country}
        answer = (yield from ask_acme(self.settings, "landed", params)).json()
        code = answer["currency"].currency()
        return LandedAnswer(
            "Acme landed cost",
            frozenset({"duty", "tax"}),
            total=answer["total"].amount(code),
            duty=answer["duty"].amount(code),
            tax=answer["tax"].amount(code),
            lines=tuple(
                LandedLine(
                    line["id"].text(),
                    line["duty"].amount(code),
                    line["tax"].amount(code),
                    duty_rate=line["rate"].text(),
                    formula=line["formula"].text(),
                )
                for line in answer["lines"].list()
            ),
        )


def upstream(seen: Seen) -> Reply:
    """Acme's service."""
    if seen.headers.get("authorization") != f"Bearer {KEY}":
        return Reply(401, json={"message": "who are you?"})
    page = seen.url.rpartition("/")[2]
    if page == "rates":
        if seen.params["day"] < "1999-01-01":
            return Reply(404, json={"message": "no such day"})
        rates = {"USD": Decimal("1.1435"), "GBP": Decimal("0.8623")}
        return Reply(json={"base": "EUR", "date": seen.params["day"], "rates": rates})
    if page == "tariff":
        code = seen.params["code"]
        if not code.startswith("6109"):
            return Reply(404, json={"message": "no such code"})
        line = {"code": code.ljust(10, "0"), "duty": "12%", "from": "2024-01-01"}
        return Reply(json={"lines": [line]})
    if seen.params["to"] == "AQ":
        return Reply(404, json={"message": "nothing goes there"})
    if page == "offers":
        offer = {"service": "Parcel", "price": Decimal("12.50"), "currency": "USD"}
        offer |= {"days": [5, 9], "until": "2026-10-02T00:00:00Z"}
        return Reply(json={"offers": [offer, offer | {"service": "Express", "days": [1, 2]}]})
    line = {"id": "tee", "duty": "6.00", "tax": "9.50", "rate": "12%", "formula": "12% of 50.00"}
    answer = {"currency": "EUR", "total": "15.50", "duty": "6.00", "tax": "9.50", "lines": [line]}
    return Reply(json=answer)


GOODS = (Goods("tee", "T-shirt", 2, Amount(2_500, "USD"), "610910", "VN", 180),)
HOME = Address("US", "CA", "94103", "San Francisco")
BERLIN = Address("DE", postcode="10115", city="Berlin")
PARCEL = ShippingAsk(HOME, BERLIN, GOODS, 360, DAY, "post", "DDP", "EUR")
BASKET = LandedAsk(HOME, BERLIN, GOODS, DAY, "post", "DDP", "EUR", Amount(900, "USD"))
NOWHERE = Address("AQ")
SECRETS: dict[str, Any] = {"api_key": KEY}

_ABOUT = {"docs": "https://acme.test/docs", "summary": "a source that does not exist"}
RATES = ProviderSpec(
    "acme",
    "rates",
    Settings,
    AcmeRates,
    capabilities=frozenset({"history"}),
    without={"customs": "Acme is a bank"},
    **_ABOUT,
)
TARIFF = ProviderSpec(
    "acme",
    "tariff",
    Settings,
    AcmeTariff,
    capabilities=frozenset({"history", "short_codes"}),
    without=dict.fromkeys(("preferences", "remedies", "taxes"), "Acme knows one duty"),
    **_ABOUT,
)
CARRIER = ProviderSpec(
    "acme",
    "carrier",
    Settings,
    AcmeCarrier,
    capabilities=frozenset({"days", "several_offers"}),
    without={"ddp": "Acme's postman collects"},
    **_ABOUT,
)
LANDED = ProviderSpec(
    "acme",
    "landed",
    Settings,
    AcmeLanded,
    capabilities=frozenset({"lines", "rates", "formulas"}),
    without={"guarantee": "Acme guarantees nothing"},
    **_ABOUT,
)
CASES = {
    "rates": Case(
        SECRETS,
        [RatesAsk(DAY), RatesAsk(date(2024, 1, 15))],
        upstream,
        RatesAsk(date(1990, 1, 1)),
    ),
    "tariff": Case(
        SECRETS,
        [TariffAsk("EU", "610910", "VN", DAY), TariffAsk("EU", "6109100010", "VN", DAY)],
        upstream,
        TariffAsk("EU", "970100", "VN", DAY),
    ),
    "carrier": Case(
        SECRETS,
        [PARCEL],
        upstream,
        ShippingAsk(HOME, NOWHERE, GOODS, 360, DAY, "post", "DDP", "EUR"),
    ),
    "landed": Case(
        SECRETS,
        [BASKET],
        upstream,
        LandedAsk(HOME, NOWHERE, GOODS, DAY, "post", "DDP", "EUR"),
    ),
}
SPECS = {spec.kind: spec for spec in (RATES, TARIFF, CARRIER, LANDED)}
NAIVE = datetime(2026, 10, 2)  # noqa: DTZ001  what the test is about
AWARE = datetime(2026, 10, 2, tzinfo=UTC)
