"""Which source answers: in order of preference, by territory, and whether two of them agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Generic, TypeVar

from ..cache.answers import Aged
from ..cache.freshness import age_text
from ..errors import LandedCostError, NoAnswer, ProviderError
from ..ports.flow import Flow, attempt, gather
from ..transport import share
from .source import Source

T = TypeVar("T")
REST = "*"
"""The route of every territory that has none of its own."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """An answer, who gave it, and what else is to be said about it.

    ``at_ms`` is when it came; ``stale`` whether it is past its time. ``failures`` are of those
    who were asked before; ``differences`` what a second source says otherwise, in words.
    """

    answer: T
    source: Source
    at_ms: int
    stale: bool = False
    failures: tuple[LandedCostError, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def provider(self) -> str:
        """The name of the source that answered."""
        return self.source.name

    @property
    def mark(self) -> tuple[object, ...]:
        """Equal for two that say the same."""
        return (self.source.spec.key, self.at_ms, self.stale, self.differences)

    def age(self, wall_ms: int) -> str:
        """How old it is, in words."""
        return age_text(wall_ms - self.at_ms)


Compare = Callable[[Any, Any], Sequence[tuple[str, Fraction]]]
"""Names what two answers say differently, each with the relative difference."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Sources of one kind.

    ``routes`` maps a territory, or ``*``, to sources in order of preference. With
    ``agreement`` (a share such as 1/100) the first two of a route are both asked, and a
    difference above it is told.
    """

    kind: str
    routes: Mapping[str, tuple[Source, ...]]
    agreement: Fraction | None = None
    compare: Compare | None = None
    _known: dict[str, tuple[Source, ...]] = field(default_factory=dict, repr=False, compare=False)

    def sources(self, territory: str, capability: str = "") -> tuple[Source, ...]:
        """Who is asked for a territory, in order."""
        found = self.routes.get(territory, self.routes.get(REST, ()))
        return tuple(
            s
            for s in found
            if (not s.spec.territories or territory in s.spec.territories)
            and (not capability or capability in s.spec.capabilities)
        )

    def ask(self, ask: Any, territory: str, capability: str = "") -> Flow[Answered[Any]]:
        """The first answer there is: first of those within their time, then of the old ones.

        Raises the error of the only source, or a ProviderError that names each failure.
        """
        sources = self.sources(territory, capability)
        if not sources:
            raise ProviderError(
                f"no {self.kind} source is configured for {territory}",
                code="no_source",
                hint=f"add one to `providers`, such as 'bundled', for {territory} or '*'",
            )
        if self.agreement is not None and len(sources) > 1:
            return (yield from self._checked(ask, sources))
        return (yield from _first(ask, sources))

    def _checked(self, ask: Any, sources: tuple[Source, ...]) -> Flow[Answered[Any]]:
        assert self.agreement is not None
        assert self.compare is not None
        first: Answered[Any] | LandedCostError
        second: Aged[Any] | LandedCostError
        first, second = yield from gather(
            attempt(_first(ask, sources)), attempt(share(sources[1].ask(ask), 2))
        )
        if isinstance(first, LandedCostError):
            raise first
        if isinstance(second, LandedCostError) or first.source is sources[1]:
            return first
        found = [
            f"{what} by {_percent(share)}"
            for what, share in self.compare(first.answer, second.value)
            if share > self.agreement
        ]
        if not found:
            return first
        words = f"{first.provider} and {sources[1].name} differ: {', '.join(found[:5])}"
        return replace(first, differences=(words,))


def _first(ask: Any, sources: tuple[Source, ...]) -> Flow[Answered[Any]]:
    """The first answer; each source has an equal share of the time that those after it leave it.

    So one that hangs does not take the time of its fallback.
    """
    failures: list[LandedCostError] = []
    for turn, source in enumerate(sources):
        try:
            aged: Aged[Any] = yield from share(source.ask(ask), len(sources) - turn)
        except LandedCostError as error:
            failures.append(error)
            continue
        return Answered(aged.value, source, aged.at_ms, aged.stale, tuple(failures))
    for source, failure in zip(sources, failures, strict=True):
        old = source.old(ask) if isinstance(failure, ProviderError) else None
        if old is not None:
            return Answered(old.value, source, old.at_ms, True, tuple(failures))
    raise _all_failed(failures)


def _all_failed(failures: Sequence[LandedCostError]) -> LandedCostError:
    if len(failures) == 1:
        return failures[0]
    if all(isinstance(f, NoAnswer) for f in failures):
        return NoAnswer("; ".join(str(f) for f in failures), hint=failures[-1].hint)
    told = "; ".join(str(f) for f in failures)
    first = next((f for f in failures if isinstance(f, ProviderError)), None)
    error = ProviderError(
        f"no source answered: {told}",
        code=failures[0].code,
        retryable=any(getattr(f, "retryable", False) for f in failures),
        hint="add 'bundled' as the last source, or ask again later",
        request_id=first.request_id if first else "",
        attempts=max((getattr(f, "attempts", 0) for f in failures), default=0),
    )
    error.__cause__ = failures[0]
    return error


def _percent(share: Fraction) -> str:
    tenths = share * 1_000
    whole = tenths.numerator // tenths.denominator
    return f"{whole // 10}.{whole % 10} %"
