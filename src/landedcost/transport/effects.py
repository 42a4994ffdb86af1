"""What drivers do besides the effects of the ports: the small steps larger ones are made of."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..ports.flow import Effect, Flow, Request

if TYPE_CHECKING:
    from .channel import Channel
    from .steps import Pending


@dataclass(frozen=True, slots=True)
class Send(Effect):
    """One request on the wire, once: no retry, no redirect."""

    request: Request
    request_id: str
    timeout_ms: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Sleep(Effect):
    """Wait."""

    ms: int


@dataclass(frozen=True, slots=True)
class Through(Effect):
    """A flow whose requests go through a provider's channel."""

    channel: Channel
    flow: Flow[Any]


@dataclass(frozen=True, slots=True)
class Share(Effect):
    """A flow that has begun, with one of ``parts`` equal parts of the time that is left."""

    step: Pending
    parts: int


@dataclass(frozen=True, slots=True)
class Join(Effect):
    """Work that is done once however many ask for it, and goes on if one of them is cancelled."""

    key: Hashable
    make: Callable[[], Flow[Any]]


@dataclass(frozen=True, slots=True)
class Behind(Effect):
    """Work that is started and not waited for. Nothing is started if it is under way."""

    key: Hashable
    make: Callable[[], Flow[Any]]
