"""Duty, tax and fees of a basket sent with DHL Express, by the MyDHL API.

``POST {base_url}/landed-cost``; the answer is read in :mod:`.dhl_quote`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..ports import (
    Flow,
    LandedAnswer,
    LandedAsk,
    NoAnswer,
    ProviderSpec,
)
from .basket import crossing, kilograms, known_weight, number, one_currency, unit_prices
from .dhl_express import DhlExpressSettings, ask_dhl, customers
from .dhl_quote import read_landed


@dataclass(frozen=True, slots=True)
class DhlLandedCost:
    """The source."""

    settings: DhlExpressSettings

    def landed(self, ask: LandedAsk) -> Flow[LandedAnswer]:
        """DHL's duty, tax and fees of the basket.

        Raises NoAnswer within one country, for several currencies, a line without HS code or
        weight, and an address without a city.
        """
        body = landed_request(ask, self.settings)
        response = yield from ask_dhl(self.settings, "landed-cost", body)
        return read_landed(ask, response.json(), response.headers.get("quotation-id", ""))


def landed_request(ask: LandedAsk, settings: DhlExpressSettings) -> dict[str, Any]:
    """The question as DHL wants it; lines are named by their place. Raises NoAnswer."""
    crossing(ask)
    code, weight = one_currency(ask), known_weight(ask)
    items = []
    for at, (goods, price) in enumerate(zip(ask.goods, unit_prices(ask), strict=True), 1):
        if not goods.hs_code:
            raise NoAnswer(f"needs the HS code of every line, and {goods.id!r} has none")
        item: dict[str, Any] = {
            "number": at,
            "name": (goods.title or goods.id)[:255],
            "quantity": goods.quantity,
            "unitPrice": price,
            "unitPriceCurrencyCode": code,
            "commodityCode": goods.hs_code,
            "estimatedTariffRateType": "default_rate",
        }
        if goods.origin:
            item["manufacturerCountry"] = goods.origin
        items.append(item)
    given = (("freight", ask.shipping), ("insurance", ask.insurance))
    body: dict[str, Any] = {
        "customerDetails": customers(ask.sender, ask.buyer),
        "accounts": [{"typeCode": "shipper", "number": settings.account}],
        "unitOfMeasurement": "metric",
        "currencyCode": code,
        "isCustomsDeclarable": True,
        "isDTPRequested": ask.terms == "DDP",
        "isInsuranceRequested": False,
        "getCostBreakdown": True,
        "getTariffFormula": True,
        "getQuotationID": True,
        "shipmentPurpose": "personal",
        "charges": [
            {"typeCode": kind, "amount": number(amount), "currencyCode": code}
            for kind, amount in given
            if amount is not None
        ],
        "packages": [{"weight": kilograms(weight)}],
        "items": items,
    }
    if ask.channel == "sea":
        body["transportationMode"] = "ocean"
    return body


SPEC = ProviderSpec(
    name="dhl-express",
    kind="landed",
    settings=DhlExpressSettings,
    factory=DhlLandedCost,
    capabilities=frozenset({"lines", "formulas"}),
    without={
        "rates": "the documentation does not say what the rate in a breakdown is a rate of",
        "guarantee": "the API does not say that DHL stands by the quote",
    },
    summary="duty, tax and fees of an import by the MyDHL API; a user, a password and an account",
    docs="reference/sources/dhl-express.md",
    case="landedcost.testing.cases.dhl_express:LANDED",
)
