"""What a quote says about the live sources it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from ..errors import LandedCostError, NoAnswer, ProviderError
from ..facts import Provenance, Remark
from ..ports.answer import Problem
from ..providers.chain import Answered
from ..transport.clock import Clock, moment


def source_remarks(answered: Answered[Any], what: str, clock: Clock) -> tuple[Remark, ...]:
    """Old answers, failures before this one, disagreement, and what was not answered."""
    return tuple(
        [
            *_stale(answered, what, clock),
            *_failures(answered, what),
            *(Remark("sources_differ", f"{what}: {d}", "estimated") for d in answered.differences),
        ]
    )


def _stale(answered: Answered[Any], what: str, clock: Clock) -> Iterable[Remark]:
    if not answered.stale:
        return
    age = answered.age(clock.wall_ms())
    why = next((str(f) for f in answered.failures if _by(f) == answered.provider), "")
    text = f"{what}: the answer of {answered.provider} is {age} old"
    yield Remark("stale_source", f"{text}, since {why}" if why else text, "estimated")


def _failures(answered: Answered[Any], what: str) -> Iterable[Remark]:
    """A rate or a duty is another where another source tells it; an offer is what it is."""
    told = "estimated" if answered.source.spec.kind in ("rates", "tariff") else "exact"
    for failure in answered.failures:
        if isinstance(failure, NoAnswer) or _by(failure) == answered.provider:
            continue
        yield Remark(
            "source_failed",
            f"{what}: {failure.code}, so {answered.provider} was asked: {failure}",
            told,
        )


def _by(failure: LandedCostError) -> str:
    return failure.provider if isinstance(failure, ProviderError) else ""


def problem_remarks(
    problems: Iterable[Problem], provider: str, what: str, certainty: str = "exact"
) -> tuple[Remark, ...]:
    """What a source said it could not answer."""
    return tuple(
        Remark(
            "source_problem",
            f"{what}: {provider} says{f' of {p.line}' if p.line else ''}: {p.text} ({p.code})",
            certainty,
        )
        for p in problems
    )


def provenance(answered: Answered[Any], as_of: date) -> Provenance:
    """The source as a quote names it; ``as_of`` is the day its answer is of."""
    kind = answered.source.spec.kind
    return Provenance(kind, answered.provider, as_of, answered.stale, moment(answered.at_ms))
