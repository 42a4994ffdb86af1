"""What one worker knows of the shared feed, and how it keeps up with the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from .card import Card
from .feed import Event, Feed
from .log import Ask, Base, Log
from .source import Made
from .wire import base_text, encode, event_of, event_text, read_base

ANEW = "anew"
"""Asked of the leader: begin a new life of the log."""
_LEAST = 100_000
_LOG = logging.getLogger("landedcost.live")


class Replica:
    """The feed, and what is kept with it, as of entry ``seq`` of the log in its life ``life``.

    Both are those of the last time that this worker was with the others.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.feed = Feed(new_epoch(), clock())
        self.kept: dict[str, Any] = {}
        self.life, self.seq = "", 0
        self._written = self._base_size = 0

    async def publish(
        self, made: Made, at: datetime, log: Log | None, token: str, ask: Ask | None
    ) -> dict[str, Any]:
        """Make changes known: first to the log, if there is one, then to the pages here."""
        event = self.feed.draft(made.changes, at)
        kept = {name: one for name, one in made.kept.items() if self.kept.get(name) != one}
        answer = {**made.answer, "event": event.id if event is not None else None}
        if log is not None:
            entry = _entry(self.life, event, kept)
            await log.append(token, self.seq + 1, entry, ask, {"done": answer} if ask else None)
            if entry:
                self.seq += 1
                self._written += len(entry)
        self.keep(kept)
        if event is not None:
            self.feed.take(event)
        return answer

    def show(self, made: Made) -> None:
        """Begin a feed of this worker's own."""
        self.keep(made.kept)
        cards = [change for change in made.changes if isinstance(change, Card)]
        self.feed.start_anew(new_epoch(), 1, cards, self.clock())

    def keep(self, kept: Mapping[str, Any]) -> None:
        """Note what is kept; what is None is kept no more."""
        for name, one in kept.items():
            if one is None:
                self.kept.pop(name, None)
            else:
                self.kept[name] = one

    async def begin(self, log: Log, token: str) -> None:
        """A new life of the log, from what this worker shows; pages are told a snapshot."""
        if self.feed.epoch == self.life:
            self.feed.start_anew(new_epoch(), self.feed.number, self.feed.cards, self.clock())
        self.life, self.seq = self.feed.epoch, self.seq + 1
        await self.keep_base(log, token)

    async def keep_base(self, log: Log, token: str) -> None:
        """Keep the whole for workers that come later."""
        text = base_text(self.feed.snapshot(), self.kept)
        await log.keep(token, Base(self.life, self.seq, text))
        self._base_size, self._written = len(text), 0

    @property
    def base_is_old(self) -> bool:
        """Whether the log since the base has become longer than the base."""
        return self._written > max(self._base_size, _LEAST)

    async def catch_up(self, log: Log, block_ms: int | None = None) -> bool:
        """Take the entries that are there by now; False where some are there no more."""
        found = await log.read(self.seq, block_ms)
        while found:
            for seq, entry in found:
                if entry["life"] != self.life or seq != self.seq + 1:
                    return False
                self._take(seq, entry)
            found = await log.read(self.seq, None)
        life, seq = await log.at()
        if life != self.life:
            return not life
        if seq < self.seq:
            # The server lost the last entries: their numbers must not be given twice.
            await log.post(ANEW, life)
        if seq > self.seq:
            found = await log.read(self.seq, None)
            return bool(found) and found[0][0] == self.seq + 1
        return True

    def _take(self, seq: int, entry: Mapping[str, Any]) -> None:
        self.seq = seq
        self.keep(entry["kept"])
        if entry["event"] is not None:
            self.feed.take(event_of(entry["event"], self.life))

    def take_base(self, base: Base | None) -> None:
        """Take the whole over; pages are told a snapshot where it is not what they know."""
        if base is None:
            return
        shown, self.kept = read_base(base.text, base.life)
        self.life, self.seq = base.life, base.seq
        if shown.id != self.feed.last_id:
            self.feed.start_anew(shown.epoch, shown.number, shown.cards, shown.at)


def new_epoch() -> str:
    """An epoch that no feed had before."""
    return uuid4().hex[:12]


def _entry(life: str, event: Event | None, kept: Mapping[str, Any]) -> str:
    if event is None and not kept:
        return ""
    told = "null" if event is None else event_text(event)
    return f'{{"life":"{life}","event":{told},"kept":{encode(kept)}}}'
