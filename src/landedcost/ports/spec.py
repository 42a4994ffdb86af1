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
_CAPABILITIES = {
    "rates": {"history", "customs"},
    "tariff": {"history", "preferences", "remedies", "taxes", "short_codes"},
    "carrier": {"days", "ddp", "several_offers"},
    "landed": {"lines", "rates", "formulas", "guarantee"},
}


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


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """One provider.

    ``name`` is lower case with hyphens; ``kind`` one of ``tariff``, ``carrier``, ``rates``,
    ``landed``. ``factory`` makes the provider from its settings and does nothing else: no I/O.
    ``territories`` are those it answers for, empty for any. ``limit`` is how many requests it
    may be sent in how many milliseconds. ``capabilities`` are what it can beyond the port's
    least; the conformance kit asks for a reason for each one left out. ``docs`` is a URL, or a
    page of ours. Raises PluginError for a spec that cannot be.
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
    """Why a capability is left out: its name, and the reason."""

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and _NAME.fullmatch(self.name)):
            raise PluginError(f"not a provider's name: {self.name!r}", hint="lower-case, hyphens")
        if self.kind not in KINDS:
            raise PluginError(
                f"{self.name}: no kind of provider: {self.kind!r}", hint=f"one of {KINDS}"
            )
        known = _CAPABILITIES[self.kind]
        unknown = sorted((set(self.capabilities) | set(self.without)) - known)
        if unknown:
            raise PluginError(
                f"{self.name}: no capability of a {self.kind} source: {', '.join(unknown)}",
                hint=f"known: {', '.join(sorted(known))}",
            )

    @property
    def key(self) -> str:
        """Kind and name, as entry points write them: ``rates.frankfurter``."""
        return f"{self.kind}.{self.name}"

    @property
    def port(self) -> str:
        """The method of the port that the provider has."""
        return "shipping" if self.kind == "carrier" else self.kind
