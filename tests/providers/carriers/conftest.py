"""One parcel of two lines, and a way to ask about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import respx
import stamina

from landedcost.ports import Address, Amount, Goods, ShippingAsk

SENDER = Address("US", "CA", "94107", "San Francisco", "1 Pier Rd", "Acme Drops")
BUYER = Address("DE", postcode="10115", city="Berlin", street="Torstr. 1", name="Jo Muster")
SHIRT = Goods("tee", "T-shirt", 2, Amount(2500, "USD"), "610910", "VN", 180)
MUG = Goods("mug", "Mug", 1, Amount(1250, "USD"), "69120023", "CN", 350)


@pytest.fixture
def parcel() -> Callable[..., ShippingAsk]:
    """A parcel of two shirts and a mug, with whatever is said to be different."""
    ask = ShippingAsk(
        sender=SENDER,
        buyer=BUYER,
        goods=(SHIRT, MUG),
        weight_g=710,
        day=date(2026, 10, 1),
        channel="courier",
        terms="DDP",
        currency="EUR",
        packaging_g=90,
        size_mm=(300, 200, 101),
    )
    return lambda **changes: replace(ask, **changes)


@pytest.fixture
def sent() -> Callable[[respx.Route], Any]:
    """What a route was last sent, its numbers exact."""
    return lambda route: json.loads(route.calls.last.request.content, parse_float=Decimal)


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    with stamina.set_testing(True):
        yield
