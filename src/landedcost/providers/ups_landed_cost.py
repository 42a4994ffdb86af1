"""Duty, tax and brokerage of a basket by the UPS Landed Cost Quote API.

``POST {base_url}/api/landedcost/v1/quotes`` with an OAuth token of client credentials; the
answer is read in :mod:`.ups_quote`. A basket that UPS would have to guess about (no origin, no
code and no title) is not asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    Flow,
    LandedAnswer,
    LandedAsk,
    NoAnswer,
    ProviderSettings,
    ProviderSpec,
    Request,
    Secret,
    fetch,
    keep,
)
from .basket import crossing, freight, kilograms, number, one_currency, unit_prices
from .oauth import client_credentials
from .ups_quote import read_quote

MAX_LINES = 99


class UpsSettings(ProviderSettings):
    """The application's credentials at UPS, and where the service is.

    ``source`` is the name of the application that UPS sees; ``unit`` the unit of measure that
    quantities are in, by UPS's list.
    """

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_UPS_")

    client_id: SecretStr
    client_secret: SecretStr
    account: str = ""
    base_url: str = "https://onlinetools.ups.com"
    source: str = "landedcost"
    unit: str = "Each"


@dataclass(frozen=True, slots=True)
class UpsLandedCost:
    """The source."""

    settings: UpsSettings

    def landed(self, ask: LandedAsk) -> Flow[LandedAnswer]:
        """UPS's duty, tax and fees of the basket.

        Raises NoAnswer within one country, for several currencies, more than 99 lines, a line
        without origin, or one with neither code nor title.
        """
        body = quote_request(ask, self.settings.unit)
        authorization = yield from keep("token", self._token)
        headers = {
            "authorization": authorization,
            "transId": body["transID"],
            "transactionSrc": self.settings.source,
        }
        if self.settings.account:
            headers["AccountNumber"] = self.settings.account
        response = yield from fetch(
            Request(
                "POST",
                f"{self.settings.base_url}/api/landedcost/v1/quotes",
                headers=headers,
                json=body,
            )
        )
        return read_quote(ask, response.json())

    def _token(self) -> Flow[tuple[Secret, int]]:
        settings = self.settings
        return client_credentials(
            f"{settings.base_url}/security/v1/oauth/token",
            settings.client_id,
            settings.client_secret,
            {"x-merchant-id": settings.account} if settings.account else {},
        )


def quote_request(ask: LandedAsk, unit: str) -> dict[str, Any]:
    """The question as UPS wants it; the same question has the same id. Raises NoAnswer."""
    sender, buyer = crossing(ask)
    code, prices = one_currency(ask), unit_prices(ask)
    if len(ask.goods) > MAX_LINES:
        raise NoAnswer(f"takes {MAX_LINES} lines, not {len(ask.goods)}")
    items = []
    for at, (goods, price) in enumerate(zip(ask.goods, prices, strict=True)):
        if not goods.origin:
            raise NoAnswer(f"needs the origin of every line, and {goods.id!r} has none")
        if not (goods.hs_code or goods.title):
            raise NoAnswer(f"needs an HS code or a title of every line, and {goods.id!r} has none")
        item = {
            "commodityId": str(at),
            "priceEach": price,
            "commodityCurrencyCode": code,
            "quantity": goods.quantity,
            "UOM": unit,
            "originCountryCode": goods.origin,
        }
        if goods.hs_code:
            item["hsCode"] = goods.hs_code
        if goods.title:
            item["description"] = goods.title[:150]
        if goods.weight_g:
            item |= {"grossWeight": kilograms(goods.weight_g), "grossWeightUnit": "KG"}
        items.append(item)
    name = sha256(repr(ask).encode()).hexdigest()[:32]
    shipment: dict[str, Any] = {
        "id": name,
        "importCountryCode": buyer,
        "exportCountryCode": sender,
        "shipDate": ask.day.isoformat(),
        "incoterms": ask.terms,
        "shipmentType": "SALE",
        "shipmentItems": items,
    }
    if ask.buyer.region:
        shipment["importProvince"] = ask.buyer.region
    bringing = freight(ask)
    if bringing is not None:
        shipment["transportCost"] = number(bringing)
    if ask.channel == "sea":
        shipment["transModes"] = "INT_OCEAN"
    return {
        "currencyCode": code,
        "transID": name,
        "alversion": 1,
        "allowPartialLandedCostResult": True,
        "shipment": shipment,
    }


SPEC = ProviderSpec(
    name="ups-landed-cost",
    kind="landed",
    settings=UpsSettings,
    factory=UpsLandedCost,
    capabilities=frozenset({"lines"}),
    without={
        "rates": "the API tells amounts, no rates",
        "formulas": "the API tells amounts, no formulas",
        "guarantee": "the API does not say that UPS stands by the quote",
    },
    summary="duty, tax and brokerage of an import by UPS; client credentials",
    docs="reference/sources/ups-landed-cost.md",
    case="landedcost.testing.cases.ups_landed_cost:CASE",
)
