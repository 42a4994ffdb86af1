"""The conformance kit for providers, and stand-ins for testing a shop.

``landedcost.testing.strategies`` (Hypothesis) and ``landedcost.testing.pytest_plugin`` (pytest)
are imported by name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..transport import FastClock, Policy
from .case import Case, Reply, Seen
from .fakes import (
    Asked,
    Switch,
    failing,
    fake,
    fake_carrier,
    fake_landed,
    fake_rates,
    fake_tariff,
    one_after_another,
)

if TYPE_CHECKING:
    from .conformance import (
        CarrierConformance,
        LandedConformance,
        RatesConformance,
        TariffConformance,
    )

__all__ = [
    "Asked",
    "CarrierConformance",
    "Case",
    "FastClock",
    "LandedConformance",
    "Policy",
    "RatesConformance",
    "Reply",
    "Seen",
    "Switch",
    "TariffConformance",
    "failing",
    "fake",
    "fake_carrier",
    "fake_landed",
    "fake_rates",
    "fake_tariff",
    "one_after_another",
]


def __getattr__(name: str) -> Any:
    if not name.endswith("Conformance") or name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.conformance"), name)
