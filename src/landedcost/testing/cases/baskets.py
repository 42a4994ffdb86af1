"""Baskets and parcels that several cases ask about."""

from __future__ import annotations

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
