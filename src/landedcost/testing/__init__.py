"""The conformance kit for providers, and stand-ins for testing a shop."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .case import Case, Reply, Seen

if TYPE_CHECKING:
    from .conformance import (
        CarrierConformance,
        LandedConformance,
        RatesConformance,
        TariffConformance,
    )

__all__ = [
    "CarrierConformance",
    "Case",
    "LandedConformance",
    "RatesConformance",
    "Reply",
    "Seen",
    "TariffConformance",
]


def __getattr__(name: str) -> Any:
    if not name.endswith("Conformance") or name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.conformance"), name)
