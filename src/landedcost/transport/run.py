"""What a running flow inherits: its deadline, its channel, its clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .channel import Channel
from .clock import Clock


@dataclass(frozen=True, slots=True)
class Run:
    """The circumstances of a flow; a flow inside it inherits them."""

    clock: Clock
    until_ms: int
    channel: Channel = field(default_factory=lambda: Channel.open(""))

    @classmethod
    def start(cls, clock: Clock, deadline_ms: int) -> Run:
        """A run that ends after ``deadline_ms``."""
        return cls(clock, clock.now_ms() + deadline_ms)

    def left_ms(self) -> int:
        """How long until the deadline; below one when it has passed."""
        return self.until_ms - self.clock.now_ms()

    def through(self, channel: Channel) -> Run:
        """The same with a provider's channel."""
        return replace(self, channel=channel)

    def share(self, parts: int) -> Run:
        """The same with one of so many equal parts of the time that is left."""
        return replace(self, until_ms=self.clock.now_ms() + max(self.left_ms(), 0) // parts)

    def detached(self, deadline_ms: int) -> Run:
        """For work that others wait for too: a deadline of its own, not that of one caller."""
        span = max(deadline_ms, self.left_ms())
        return replace(self, until_ms=self.clock.now_ms() + span)
