"""What a plugin is: one object that says what it offers and how to make it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import PluginError

if TYPE_CHECKING:
    from .settings import ProviderSettings

API_VERSION = 1
"""The version of the ports. A plugin made for another one is refused with both named."""
KINDS = ("tariff", "carrier", "rates", "landed")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
CAPABILITIES = {
    "rates": {
        "history": "answers for days in the past",
        "customs": "has the rates that a customs authority has published",
    },
    "tariff": {
        "history": "answers for days in the past",
        "preferences": "tells preferential duties",
        "remedies": "tells anti-dumping, countervailing and safeguard duties",
        "taxes": "tells taxes and excise on import",
        "short_codes": "answers a code of six digits with the lines it may be",
    },
    "carrier": {
        "days": "tells how long a service takes",
        "ddp": "offers services that collect duty and tax from the sender",
        "several_offers": "offers more than one service",
    },
    "landed": {
        "lines": "tells duty and tax line by line",
        "rates": "tells the rates it applied",
        "formulas": "tells how it computed them",
        "guarantee": "stands by its figures",
    },
}
"""What a source of each kind can do beyond the least."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long an answer is good, in milliseconds.

    Up to ``fresh_ms`` it is given as it is. Up to ``stale_ms`` it is given at once while a new
    one is fetched. Up to ``error_ms`` it is given, marked stale, if the source fails. ``day``
    says that an answer ends with the day it was asked for.
    """

    fresh_ms: int
    stale_ms: int = 0
    error_ms: int = 0


MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FRESHNESS = {
    "tariff": Freshness(fresh_ms=DAY, stale_ms=2 * DAY, error_ms=7 * DAY),
    "rates": Freshness(fresh_ms=HOUR, stale_ms=2 * HOUR, error_ms=3 * DAY),
    "carrier": Freshness(fresh_ms=10 * MINUTE, stale_ms=20 * MINUTE, error_ms=DAY),
    "landed": Freshness(fresh_ms=10 * MINUTE, stale_ms=20 * MINUTE, error_ms=DAY),
}
"""By kind of source; a spec or a shop may say otherwise."""


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """One provider.

    ``name`` is lower case with hyphens; ``kind`` one of ``tariff``, ``carrier``, ``rates``,
    ``landed``. ``factory`` makes the provider from its settings and does nothing else: no I/O.
    ``territories`` are those it answers for, empty for any. ``limit`` is how many requests it
    may be sent in how many milliseconds. ``capabilities`` are what it can beyond the port's
    least (:data:`CAPABILITIES`); ``without`` gives the reason for each one left out. ``docs`` is
    a URL, or a page of ours. ``case`` is where its case for the conformance kit is,
    ``"module:NAME"``. Raises PluginError for a spec that cannot be.
    """

    name: str
    kind: str
    settings: type[ProviderSettings]
    factory: Callable[[Any], Any]
    api_version: int = API_VERSION
    capabilities: frozenset[str] = frozenset()
    docs: str = ""
    summary: str = ""
    territories: frozenset[str] = frozenset()
    freshness: Freshness | None = None
    limit: tuple[int, int] | None = None
    without: Mapping[str, str] = field(default_factory=dict)
    case: str = ""

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and _NAME.fullmatch(self.name)):
            raise PluginError(f"not a provider's name: {self.name!r}", hint="lower-case, hyphens")
        if self.kind not in KINDS:
            raise PluginError(
                f"{self.name}: no kind of provider: {self.kind!r}", hint=f"one of {KINDS}"
            )
        known = CAPABILITIES[self.kind]
        unknown = sorted((set(self.capabilities) | set(self.without)) - known.keys())
        if unknown:
            raise PluginError(
                f"{self.name}: no capability of a {self.kind} source: {', '.join(unknown)}",
                hint=f"known: {', '.join(sorted(known))}",
            )

    def unexplained(self) -> tuple[str, ...]:
        """The capabilities that are neither there nor left out with a reason."""
        told = {name for name, why in self.without.items() if why.strip()}
        return tuple(sorted(CAPABILITIES[self.kind].keys() - self.capabilities - told))

    @property
    def key(self) -> str:
        """Kind and name, as entry points write them: ``rates.frankfurter``."""
        return f"{self.kind}.{self.name}"

    @property
    def port(self) -> str:
        """The method of the port that the provider has."""
        return "shipping" if self.kind == "carrier" else self.kind
