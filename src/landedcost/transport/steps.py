"""Running a flow as far as it goes without waiting: both drivers do it alike.

Much of what is gathered needs no waiting, such as answers that are kept. Such flows end here,
and only for the others are threads or tasks started.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from ..ports.flow import Effect, Flow, Gather
from .effects import Share

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """A flow has ended with an answer."""

    value: Any


@dataclass(frozen=True, slots=True)
class Pending:
    """A flow waits for an effect."""

    flow: Flow[Any]
    effect: Effect


@dataclass(frozen=True, slots=True)
class Together(Effect):
    """Flows of a gather, each as far as it went."""

    steps: tuple[Done | Pending, ...]


def advance(flow: Flow[Any], value: Any = None, error: Exception | None = None) -> Done | Pending:
    """Go on with what an effect gave, until the next one or the end. Raises what the flow does."""
    while True:
        try:
            effect = flow.throw(error) if error is not None else flow.send(value)
        except StopIteration as stop:
            return Done(stop.value)
        if not isinstance(effect, Gather):
            return Pending(flow, effect)
        value = error = None
        try:
            steps = _all(effect)
        except Exception as caught:
            error = caught
            continue
        if not all(isinstance(step, Done) for step in steps):
            return Pending(flow, Together(steps))
        value = tuple(step.value for step in steps if isinstance(step, Done))


def share(flow: Flow[T], parts: int) -> Flow[T]:
    """A flow that has to be done in one of ``parts`` equal parts of the time that is left.

    What needs no waiting has its answer at once, whatever the time.
    """
    step = advance(flow)
    if isinstance(step, Pending):
        try:
            value: T = yield Share(step, parts)
        finally:
            close(step)
        return value
    done: T = step.value
    return done


def _all(effect: Gather) -> tuple[Done | Pending, ...]:
    steps: list[Done | Pending] = []
    try:
        for flow in effect.flows:
            steps.append(advance(flow))
    except Exception:
        for step in steps:
            close(step)
        for flow in effect.flows:
            flow.close()
        raise
    return tuple(steps)


def close(step: Done | Pending) -> None:
    """End a flow that is not wanted any more, with those it waits for."""
    if isinstance(step, Pending):
        if isinstance(step.effect, Together):
            for inner in step.effect.steps:
                close(inner)
        step.flow.close()
