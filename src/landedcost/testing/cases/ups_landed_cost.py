"""UPS's landed cost in the shape of its published sample, with figures of our own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..case import Case, Reply, Seen
from .baskets import BUYER, basket

# As UPS's sample writes it.
SAMPLE: dict[str, Any] = {
    "shipment": {
        "currencyCode": "USD",
        "importCountryCode": "GB",
        "id": "x",
        "brokerageFeeItems": [{"chargeName": "DisbursementFee", "chargeAmount": Decimal("11.5")}],
        "totalBrokerageFees": Decimal("11.5"),
        "totalDuties": Decimal("8.52"),
        "totalCommodityLevelTaxesAndFees": 0,
        "totalShipmentLevelTaxesAndFees": 0,
        "totalVAT": Decimal("17.1"),
        "totalDutyandTax": Decimal("25.62"),
        "grandTotal": Decimal("37.12"),
        "shipmentItems": [
            {
                "commodityId": "0",
                "commodityDuty": 6,
                "commodityVAT": Decimal("12.5"),
                "totalCommodityTaxesAndFees": 0,
                "totalCommodityDutyandTax": Decimal("18.5"),
                "commodityCurrencyCode": "USD",
                "isCalculable": True,
                "hsCode": "6109100010",
            },
            {
                "commodityId": "1",
                "commodityDuty": Decimal("2.52"),
                "commodityVAT": Decimal("4.6"),
                "totalCommodityTaxesAndFees": 0,
                "totalCommodityDutyandTax": Decimal("7.12"),
                "commodityCurrencyCode": "USD",
                "isCalculable": True,
                "hsCode": "4202929190",
            },
        ],
    },
    "alversion": 0,
    "dpversion": None,
    "transID": "x",
    "error": None,
    "perfStats": {"absLayerTime": "139"},
}


def upstream(seen: Seen) -> Reply:
    """The service: a token, then the quote."""
    if seen.url.endswith("/oauth/token"):
        return Reply(json={"access_token": "made-up-access", "expires_in": "14399"})
    return Reply(json=SAMPLE)


CASE = Case(
    settings={"client_id": "made-up-id", "client_secret": "made-up-secret"},
    asks=[basket(), basket(terms="DAP")],
    upstream=upstream,
    unknown=basket(sender=BUYER),
)
