"""The MyDHL API in the shape of its documentation, with figures of our own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ...ports import Address
from ..case import Case, Reply, Seen
from .baskets import BUYER, basket, parcel


def prices(billed: Any, local: Any = 1800) -> list[dict[str, Any]]:
    """One price in three currencies, the billed one not first."""
    return [
        {"currencyType": "PULCL", "priceCurrency": "CZK", "price": local},
        {"currencyType": "BILLC", "priceCurrency": "EUR", "price": billed},
        {"currencyType": "BASEC", "priceCurrency": "USD", "price": Decimal("80.1")},
    ]


def product(
    name: str = "EXPRESS WORLDWIDE", price: Any = Decimal("71.25"), **other: Any
) -> dict[str, Any]:
    """One product with its price."""
    return {
        "productName": name,
        "productCode": "P",
        "totalPrice": prices(price),
        "totalPriceBreakdown": [
            {
                "currencyType": "BILLC",
                "priceCurrency": "EUR",
                "priceBreakdown": [
                    {"typeCode": "SPRQT", "price": Decimal("50.5")},
                    {"typeCode": "STTXA", "price": Decimal("8.5")},
                    {"typeCode": "FUEL", "price": Decimal("12.25")},
                ],
            }
        ],
        "deliveryCapabilities": {"totalTransitDays": "3"},
    } | other


def landed_product(**other: Any) -> dict[str, Any]:
    """One product with the duty, tax and fees of a basket."""

    def row(kind: str, price: Any, formula: str | None = None) -> dict[str, Any]:
        told = {"name": kind, "typeCode": kind, "price": price, "priceCurrency": "USD"}
        return told if formula is None else told | {"tariffRateFormula": formula}

    return {
        "productName": "EXPRESS WORLDWIDE",
        "totalPrice": [
            {"currencyType": "BILLC", "priceCurrency": "USD", "price": Decimal("37.12")}
        ],
        "detailedPriceBreakdown": [
            {
                "currencyType": "BILLC",
                "priceCurrency": "USD",
                "breakdown": [
                    {"name": "SCUSV", "price": 68},
                    {"name": "MFCHG", "price": 9},
                    {"name": "STDIS", "price": 0},
                    {"name": "FEE", "price": Decimal("2.5")},
                ],
            }
        ],
        "items": [
            {
                "number": 1,
                "breakdown": [row("DUTY", 6, "(12 % COST)"), row("TAX", Decimal("12.5"))],
            },
            {
                "number": 2,
                "breakdown": [
                    row("DUTY", Decimal("2.52")),
                    row("TAX", Decimal("4.6")),
                    row("OTHER", 99),
                ],
            },
        ],
    } | other


def upstream(seen: Seen) -> Reply:
    """The service: products with prices, or with duty and tax as well."""
    if seen.url.endswith("/landed-cost"):
        return Reply(json={"products": [landed_product()]}, headers={"quotation-id": "Q-1"})
    return Reply(json={"products": [product(), product("EXPRESS 12:00", "80.10")]})


_SETTINGS = {"user": "made-up-user", "password": "made-up-password", "account": "123456789"}
CARRIER = Case(
    settings=_SETTINGS,
    asks=[parcel(), parcel(terms="DDP", size_mm=(300, 200, 100))],
    upstream=upstream,
    unknown=parcel(buyer=Address("GB")),
)
LANDED = Case(
    settings=_SETTINGS,
    asks=[basket(), basket(terms="DAP")],
    upstream=upstream,
    unknown=basket(sender=BUYER),
)
