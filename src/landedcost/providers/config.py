"""Which sources a shop uses: what it writes down, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import RequestError
from ..money import percent
from ..ports.answer import Address
from ..ports.spec import KINDS, Freshness, ProviderSpec
from ..transport import Clock, Policy, Transport
from .registry import Registry

if TYPE_CHECKING:
    from .chain import Chain

One = str | ProviderSpec
Route = One | Sequence[One]
Choice = Route | Mapping[str, Route]
"""A source, several in order of preference, or either of these by territory."""
POLICIES = ("beside", "replace")


@dataclass(frozen=True)
class Providers:
    """The live sources of a shop.

    ``rates``, ``tariff``, ``carrier`` and ``landed`` each name a source, a list in order of
    preference, or a mapping of territories (``"*"`` for the rest) to these:
    ``Providers(rates=["frankfurter", "bundled"], tariff={"GB": "uk-trade-tariff", "*":
    "bundled"})``. A kind left out is answered as without providers, from what comes with the
    package.

    ``settings`` maps a source's name, or kind and name, to its settings; what is not given there
    is read from the environment by the source. ``landed_policy`` is ``beside`` (another's landed
    cost is shown next to ours) or ``replace``. ``choice`` is which offer of the carriers is
    taken: ``cheapest``, ``fastest``, or a service. ``agreement`` maps a kind to a share such as
    ``"1%"``: two sources are asked, and a difference above it is told. ``sender`` is where
    parcels leave from, ``packaging_g`` what they weigh beside the goods. ``freshness`` is how
    old answers may be, by kind or source. ``shared`` is a Redis client or URL for several
    processes. Raises RequestError for what cannot be.
    """

    rates: Choice | None = None
    tariff: Choice | None = None
    carrier: Choice | None = None
    landed: Choice | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    landed_policy: str = "beside"
    choice: str = "cheapest"
    agreement: Mapping[str, str] = field(default_factory=dict)
    sender: Address | None = None
    packaging_g: int = 0
    freshness: Mapping[str, Freshness] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    shared: Any = field(default=None, repr=False)
    registry: Registry | None = field(default=None, repr=False)
    clock: Clock | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.landed_policy not in POLICIES:
            raise RequestError(
                f"no policy for landed cost sources: {self.landed_policy!r}",
                where="landed_policy",
                hint=f"one of {', '.join(POLICIES)}",
            )
        for kind, text in self.agreement.items():
            if kind not in KINDS:
                raise RequestError(f"no kind of source: {kind!r}", where="agreement")
            percent(text, f"agreement.{kind}")

    def open(self) -> Opened:
        """The sources made ready. Raises PluginError for one that is missing or misconfigured."""
        return Opened(self)


class Opened:
    """A shop's sources with their connections and their kept answers."""

    def __init__(self, config: Providers) -> None:
        from ..cache.answers import Answers
        from ..cache.store import MemoryStore

        self.config = config
        self.registry = config.registry or Registry.installed()
        self.transport = Transport(config.policy, config.clock)
        self.clock = self.transport.clock
        shared = config.shared
        if shared is not None:
            from ..cache.shared import SharedStore

            shared = SharedStore(shared, self.clock)
        self.shared = shared
        claim_ms = config.policy.deadline_ms + 5_000
        self.answers = Answers(self.clock, MemoryStore(self.clock), shared, claim_ms)
        self._made: dict[str, Any] = {}
        self.chains: dict[str, Chain] = {}
        for kind in KINDS:
            choice = getattr(config, kind)
            if choice is not None:
                self.chains[kind] = self._chain(kind, choice)

    def _chain(self, kind: str, choice: Choice) -> Chain:
        from fractions import Fraction

        from .agree import COMPARE
        from .chain import REST, Chain

        routes = choice if isinstance(choice, Mapping) else {REST: choice}
        text = self.config.agreement.get(kind)
        return Chain(
            kind,
            {
                territory: tuple(self._source(kind, one) for one in _several(route))
                for territory, route in routes.items()
            },
            Fraction(*percent(text)) if text is not None else None,
            COMPARE[kind],
        )

    def _source(self, kind: str, one: One) -> Any:
        from .source import configure

        spec = one if isinstance(one, ProviderSpec) else self.registry.spec(one, kind)
        if spec.kind != kind:
            raise RequestError(
                f"{spec.key} is no source of {kind}", where=kind, hint=f"use it as {spec.kind}"
            )
        if spec.key not in self._made:
            config = self.config
            self._made[spec.key] = configure(
                spec,
                self.answers,
                config.policy,
                config.settings.get(spec.key, config.settings.get(spec.name)),
                config.freshness.get(spec.name, config.freshness.get(kind)),
            )
        return self._made[spec.key]

    def close(self) -> None:
        """Close the connections of threads and of the shared store."""
        self.transport.close()
        if self.shared is not None:
            self.shared.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        await self.transport.aclose()


def _several(route: Route) -> Sequence[One]:
    return (route,) if isinstance(route, str | ProviderSpec) else tuple(route)
