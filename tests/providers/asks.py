"""Questions and a driver that the tests of several sources put to them."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from landedcost.ports import Address, Amount, Goods, LandedAsk, ShippingAsk
from landedcost.providers.registry import Registry
from landedcost.transport import Channel, Policy, Through, Transport

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
"""Real tables and answers, beside the checkout where there are any."""
POLICY = Policy(attempts=2, backoff_ms=1)

DAY = date(2026, 11, 25)
TEE = Goods("tee", "T-shirt", 2, Amount(2500, "USD"), "610910", "VN", 180)
BAG = Goods("bag", "Bag", 1, Amount(1800, "USD"), "420292", "IN", 150)


def basket(**other: Any) -> LandedAsk:
    """Two shirts and a bag from California to London."""
    asked: dict[str, Any] = {
        "sender": Address("US", "CA", "94103", "San Francisco", "1 Market St"),
        "buyer": Address("GB", "", "SW1W 0NY", "London", "1 Eaton Sq"),
        "goods": (TEE, BAG),
        "day": DAY,
        "channel": "courier",
        "terms": "DDP",
        "currency": "USD",
        "shipping": Amount(900, "USD"),
    }
    return LandedAsk(**asked | other)


def parcel(**other: Any) -> ShippingAsk:
    """The same goods as a parcel."""
    asked: dict[str, Any] = {
        "sender": Address("US", "CA", "94103", "San Francisco"),
        "buyer": Address("GB", "", "SW1W 0NY", "London"),
        "goods": (TEE, BAG),
        "weight_g": 510,
        "packaging_g": 90,
        "day": DAY,
        "channel": "courier",
        "terms": "DAP",
        "currency": "USD",
    }
    return ShippingAsk(**asked | other)


def source(key: str, **settings: Any) -> Any:
    """A source that comes with the package, by kind and name."""
    spec = Registry.installed().spec(key)
    return spec.factory(spec.settings(**settings))


def run(flow: Any, channel: Channel | None = None) -> Any:
    """The answer of a flow, asked twice at most; what it keeps is kept in the channel."""

    def through() -> Any:
        return (yield Through(channel or Channel.open("test", POLICY), flow))

    return Transport(POLICY).run(through())


def sent(route: Any, at: int = 0) -> Any:
    """The JSON that was sent to a mocked route."""
    return json.loads(route.calls[at].request.content)


def codes(answer: Any) -> list[tuple[str, str]]:
    """The problems of an answer, by code and line."""
    return [(problem.code, problem.line) for problem in answer.problems]


def recorded(path: str) -> bytes:
    """A file of real answers that is kept beside the checkout; skips the test without it."""
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"no {path} beside this checkout: real answers are not part of it")
    return gzip.decompress(file.read_bytes())
