"""A small shop to test with, as a mapping and as a file."""

from __future__ import annotations

import copy
from typing import Any

DAY = "2026-10-01"
SHOP: dict[str, Any] = {
    "shop": {
        "country": "US",
        "registrations": ["IOSS", "GB-VAT"],
        "shipping": "9.00 USD",
        "markets": ["de-DE", "en-GB"],
    },
    "items": {
        "tee": {
            "title": "Tee",
            "price": "25.00 USD",
            "cost": "9.00 USD",
            "hs_code": "6109.10",
            "origin": "VN",
            "weight_g": 180,
            "stock": 40,
        },
        "mug": {
            "title": "Mug",
            "price": "18.00 USD",
            "cost": "5.00 USD",
            "hs_code": "6912.00",
            "origin": "CN",
            "weight_g": 390,
            "stock": 7,
        },
        "book": {
            "price": "39.00 USD",
            "cost": "20.00 USD",
            "hs_code": "4901.99",
            "origin": "US",
            "goods_class": "book",
            "weight_g": 540,
        },
    },
    "bundles": {
        "duo": {"title": "Tee and mug", "items": {"tee": 1, "mug": 2}},
        "trio": {"items": ["tee", "mug", "book"], "discount": "10%"},
    },
}


def shop_with(path: str, value: Any) -> dict[str, Any]:
    """The shop with one value changed; ``path`` is like ``items.tee.price``; None takes it out."""
    made = copy.deepcopy(SHOP)
    *above, last = path.split(".")
    inside = made
    for name in above:
        inside = inside.setdefault(name, {})
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return made


FILE = """\
# a shop
[shop]
country = "US"
registrations = ["IOSS"]
shipping = "9.00 USD"

[items.tee]
title = "Tee"
price = "25.00 USD"
hs_code = "6109.10"
origin = "VN"
weight_g = 180

[items."mug 2"]
price = "18.00 USD"
hs_code = "6912.00"
origin = "CN"
weight_g = 390

[bundles.duo]
items = { tee = 1, "mug 2" = 1 }
"""
