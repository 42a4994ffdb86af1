"""A shop, a price of its, keys of both kinds, and a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landedcost import Bundle, LandedCost, Line, Quote, Seller
from landedcost.held import HeldQuote, Keys, hold
from landedcost.held.key import KINDS

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.fixture(scope="session")
def shop() -> LandedCost:
    return LandedCost(Seller.of("US", ["IOSS", "GB-VAT"]), fx_margin="1.5%")


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    tee = {"hs_code": "6109.10", "origin": "VN", "weight_g": 180}
    return Bundle(
        [
            Line(
                "tee",
                "25.00 USD",
                quantity=2,
                discount="4.00 USD",
                title="Tee \N{CHECK MARK}",
                **tee,
            ),  # type: ignore[arg-type]
            Line("cap", "19.00 USD", hs_code="6505.00", origin="CN", weight_g=90),
        ],
        shipping="9.00 USD",
    )


@pytest.fixture(scope="session")
def quote(shop: LandedCost, bundle: Bundle) -> Quote:
    return shop.price_for(bundle, "de-DE", as_of=NOON.date())


@pytest.fixture(scope="session", params=KINDS)
def keys(request: Any) -> Keys:
    return Keys.new(request.param)


@pytest.fixture(scope="session")
def held(quote: Quote, keys: Keys) -> HeldQuote:
    return hold(quote, keys, at=NOON, lasts=QUARTER, shop="demo")
