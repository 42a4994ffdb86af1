"""Shipping prices of DHL Express by the MyDHL API.

``POST {base_url}/rates`` with HTTP Basic. Every price comes up to three times, in the currency
of the account (``BILLC``), that of the country of collection (``PULCL``) and a base currency
(``BASEC``): the first alone is what the shop pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    Address,
    Flow,
    NoAnswer,
    Node,
    Offer,
    Problem,
    ProviderSettings,
    ProviderSpec,
    Request,
    Response,
    ShippingAnswer,
    ShippingAsk,
    basic,
    fetch,
)
from .basket import kilograms

BILLED = "BILLC"
_TAX, _FUEL = "STTXA", "FUEL"


class DhlExpressSettings(ProviderSettings):
    """The user of the MyDHL API, the shipper's account, and where the service is.

    ``https://express.api.dhl.com/mydhlapi/test`` is DHL's test service.
    """

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_DHL_EXPRESS_")

    user: SecretStr
    password: SecretStr
    account: str
    base_url: str = "https://express.api.dhl.com/mydhlapi"


@dataclass(frozen=True, slots=True)
class DhlExpress:
    """The source."""

    settings: DhlExpressSettings

    def shipping(self, ask: ShippingAsk) -> Flow[ShippingAnswer]:
        """DHL's products for the parcel. Raises NoAnswer by sea, or for an incomplete address."""
        if ask.channel == "sea":
            raise NoAnswer("sends by air and road, not by sea")
        response = yield from ask_dhl(self.settings, "rates", rates_request(ask, self.settings))
        return read_rates(response.json())


def ask_dhl(settings: DhlExpressSettings, path: str, body: dict[str, Any]) -> Flow[Response]:
    """Put a question to the MyDHL API."""
    return (
        yield from fetch(
            Request(
                "POST",
                f"{settings.base_url}/{path}",
                headers={"authorization": basic(settings.user, settings.password)},
                json=body,
            )
        )
    )


def customers(sender: Address, buyer: Address) -> dict[str, Any]:
    """Both ends as DHL wants them. Raises NoAnswer if a city is not known."""
    parts = {}
    for name, place in (("shipperDetails", sender), ("receiverDetails", buyer)):
        if not place.city:
            raise NoAnswer("needs the city of sender and buyer", hint="give both addresses")
        parts[name] = {
            "postalCode": place.postcode,
            "cityName": place.city,
            "countryCode": place.country,
        }
    return parts


def rates_request(ask: ShippingAsk, settings: DhlExpressSettings) -> dict[str, Any]:
    """The question for prices; the parcel is handed over at noon."""
    parcel: dict[str, Any] = {"weight": kilograms(ask.total_g)}
    if ask.size_mm is not None:
        sides = zip(("length", "width", "height"), ask.size_mm, strict=True)
        parcel["dimensions"] = {side: Decimal(mm).scaleb(-1) for side, mm in sides}
    return {
        "customerDetails": customers(ask.sender, ask.buyer),
        "accounts": [{"typeCode": "shipper", "number": settings.account}],
        "plannedShippingDateAndTime": f"{ask.day.isoformat()}T12:00:00GMT+00:00",
        "unitOfMeasurement": "metric",
        "isCustomsDeclarable": ask.sender.country != ask.buyer.country,
        "packages": [parcel],
    }


def read_rates(answer: Node) -> ShippingAnswer:
    """The offers. A product with the price zero is one that DHL did not price."""
    offers, problems = [], warnings(answer)
    for product in answer["products"].list():
        name = product["productName"].text()
        price = billed(product["totalPrice"])
        if price is None or not price["price"].exact():
            problems.append(Problem("not_priced", f"{name} has no price"))
            continue
        code = price["priceCurrency"].currency()
        days = None
        delivery = product.get("deliveryCapabilities")
        if delivery is not None and (told := delivery.get("totalTransitDays")) is not None:
            days = told.integer()
            if days < 0:
                raise told.bad("is below zero")
        offers.append(
            Offer(
                "DHL Express",
                name,
                price["price"].amount(code),
                covers=_covers(product),
                least_days=days,
                most_days=days,
                reference=product["productCode"].text(),
            )
        )
    if not offers and not problems:
        raise NoAnswer("has no product for this parcel")
    return ShippingAnswer(tuple(offers), "DHL Express", tuple(problems))


def billed(prices: Node) -> Node | None:
    """Of prices in several currencies, the one that the account is billed in."""
    found = [one for one in prices.list() if one["currencyType"].text() == BILLED]
    return found[0] if found else None


def warnings(answer: Node) -> list[Problem]:
    """What DHL says it could not do."""
    told = answer.get("warnings")
    texts = [] if told is None else [one.text() for one in told.list()]
    return [Problem("warning", text[:300]) for text in texts]


def _covers(product: Node) -> frozenset[str]:
    """Transport and surcharges; fuel and tax where the breakdown names them."""
    covered = {"transport", "surcharges"}
    told = product.get("totalPriceBreakdown")
    rows = billed(told) if told is not None else None
    parts = rows.get("priceBreakdown") if rows is not None else None
    for part in parts.list() if parts is not None else []:
        kind = part.get("typeCode")
        if kind is not None and part["price"].exact():
            covered |= {_TAX: {"tax"}, _FUEL: {"fuel"}}.get(kind.text(), set())
    return frozenset(covered)


SPEC = ProviderSpec(
    name="dhl-express",
    kind="carrier",
    settings=DhlExpressSettings,
    factory=DhlExpress,
    capabilities=frozenset({"days", "several_offers"}),
    without={"ddp": "what DHL charges for paying duty in advance is not asked for"},
    summary="prices of DHL Express by the MyDHL API; a user, a password and an account",
    docs="reference/sources/dhl-express.md",
    case="landedcost.testing.cases.dhl_express:CARRIER",
)
