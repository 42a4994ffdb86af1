"""Baskets and parcels that several cases ask about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ...ports import Address, Amount, Goods, LandedAsk, ShippingAsk

DAY = date(2026, 11, 25)
TEE = Goods("tee", "T-shirt", 2, Amount(2500, "USD"), "610910", "VN", 180)
BAG = Goods("bag", "Bag", 1, Amount(1800, "USD"), "420292", "IN", 150)
SENDER = Address("US", "CA", "94103", "San Francisco", "1 Market St")
BUYER = Address("GB", "", "SW1W 0NY", "London", "1 Eaton Sq")


def basket(**other: Any) -> LandedAsk:
    """Two shirts and a bag from California to London, with other fields as given."""
    asked: dict[str, Any] = {
        "sender": SENDER,
        "buyer": BUYER,
        "goods": (TEE, BAG),
        "day": DAY,
        "channel": "courier",
        "terms": "DDP",
        "currency": "USD",
        "shipping": Amount(900, "USD"),
    }
    return LandedAsk(**asked | other)


def parcel(**other: Any) -> ShippingAsk:
    """The same goods as a parcel, with other fields as given."""
    asked: dict[str, Any] = {
        "sender": SENDER,
        "buyer": BUYER,
        "goods": (TEE, BAG),
        "weight_g": 510,
        "packaging_g": 90,
        "day": DAY,
        "channel": "courier",
        "terms": "DAP",
        "currency": "USD",
    }
    return ShippingAsk(**asked | other)


NOWHERE = "AQ"
"""A country that the sources of the cases do not serve."""
_SENDER = Address("US", "CA", "94107", "San Francisco", "1 Pier Rd", "Acme Drops")
_BUYER = Address("DE", postcode="10115", city="Berlin", street="Torstr. 1", name="Jo Muster")
_GOODS = (
    Goods("tee", "T-shirt", 2, Amount(2500, "USD"), "61091000", "VN", 180),
    Goods("mug", "Mug", 1, Amount(1250, "USD"), "69120023", "CN", 350),
)

PARCEL = ShippingAsk(
    sender=_SENDER,
    buyer=_BUYER,
    goods=_GOODS,
    weight_g=710,
    day=date(2026, 10, 1),
    channel="courier",
    terms="DDP",
    currency="USD",
    packaging_g=90,
    size_mm=(300, 200, 100),
)
UNPAID = replace(PARCEL, terms="DAP")
LOST = replace(PARCEL, buyer=Address(NOWHERE))

BASKET = LandedAsk(
    sender=_SENDER,
    buyer=_BUYER,
    goods=_GOODS,
    day=date(2026, 10, 1),
    channel="courier",
    terms="DDP",
    currency="USD",
    shipping=Amount(1800, "USD"),
)
LOST_BASKET = replace(BASKET, buyer=Address(NOWHERE))
