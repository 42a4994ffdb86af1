"""The conformance kit for providers, and stand-ins for testing a shop.

``landedcost.testing.strategies`` (Hypothesis) and ``landedcost.testing.pytest_plugin`` (pytest)
are imported by name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..providers.registry import Registry
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
    from .run import case_of, report

__all__ = [
    "Asked",
    "CarrierConformance",
    "Case",
    "FastClock",
    "LandedConformance",
    "Policy",
    "RatesConformance",
    "Registry",
    "Reply",
    "Seen",
    "Switch",
    "TariffConformance",
    "case_of",
    "failing",
    "fake",
    "fake_carrier",
    "fake_landed",
    "fake_rates",
    "fake_tariff",
    "one_after_another",
    "report",
]
_LATER = {"case_of": "run", "report": "run"}


def __getattr__(name: str) -> Any:
    module = "conformance" if name.endswith("Conformance") else _LATER.get(name)
    if name not in __all__ or module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
