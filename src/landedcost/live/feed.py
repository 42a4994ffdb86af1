"""The feed: the cards as they are now, and the numbered events that made them so.

Pure: no clock, no network, no thread. Who publishes gives the instant; the same calls make the
same texts. Publish and subscribe in one thread, the one of the event loop that serves them.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from ..errors import RequestError
from .card import Card, Change, Gone, instant_text, joined

VERSION = 1
"""Of the JSON documents; a page that does not know it shows no price."""
_SAME_TIME = timedelta(milliseconds=100)
KEPT = 1_024
"""How many events can be replayed."""
_EPOCH = re.compile(r"[A-Za-z0-9]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Event:
    """A change of some cards, or a snapshot of all.

    ``number`` rises by one with each change of an epoch; a snapshot carries the number of the
    last change that is in it.
    """

    kind: str
    epoch: str
    number: int
    at: datetime
    cards: tuple[Card, ...]
    gone: tuple[Gone, ...] = ()

    @property
    def id(self) -> str:
        """What a client names to go on from here: ``EPOCH-NUMBER``."""
        return f"{self.epoch}-{self.number}"

    @cached_property
    def _rest(self) -> str:
        gone = json.dumps([list(one.key) for one in self.gone], ensure_ascii=False)
        return (
            f'"v":{VERSION},"kind":"{self.kind}","epoch":"{self.epoch}","n":{self.number},'
            f'"at":"{instant_text(self.at)}","cards":{joined(self.cards)},"gone":{gone}}}'
        )

    def json(self, now: datetime) -> str:
        """The document of the wire, with the server's time ``now`` in it."""
        return f'{{"now":"{instant_text(now)}",{self._rest}'

    def sent(self, now: datetime) -> bytes:
        """The event as it is sent, made once for all that are sent it within a tenth of a second.

        The server's time in it is then that of the first of them.
        """
        kept = self.__dict__.get("_sent")
        if kept is None or not kept[0] <= now < kept[0] + _SAME_TIME:
            text = f"id: {self.id}\nevent: {self.kind}\ndata: {self.json(now)}\n\n"
            kept = self.__dict__["_sent"] = now, text.encode()
        sent: bytes = kept[1]
        return sent


class Subscription:
    """The events for one listener, from where it left off.

    ``take`` gives what has come since it was last called. A listener that lets more than ``most``
    events wait is ``lost``: it gets no more and has to subscribe again.
    """

    def __init__(self, feed: Feed, first: Sequence[Event], wake: Callable[[], None], most: int):
        self._feed = feed
        self._waiting = deque(first)
        self._wake = wake
        self._most = most
        self.lost = False

    def put(self, event: Event) -> None:
        """Called by the feed."""
        if len(self._waiting) >= self._most:
            self._waiting.clear()
            self.lost = True
            self.close()
        else:
            self._waiting.append(event)
        self._wake()

    def take(self) -> list[Event]:
        """The events that wait, in order."""
        found = list(self._waiting)
        self._waiting.clear()
        return found

    def close(self) -> None:
        """Hear no more."""
        self._feed.forget(self)


class Feed:
    """The cards of a session, with every change numbered.

    ``epoch`` tells one life of a server from the next: 1 to 40 letters and digits, another one at
    each start. ``kept`` events can be replayed. Raises RequestError (``bad_epoch``).
    """

    def __init__(self, epoch: str, at: datetime, *, kept: int = KEPT) -> None:
        self.epoch = _checked(epoch)
        self.number = 0
        self._at = at
        self._cards: dict[tuple[str, str], Card] = {}
        self._events: deque[Event] = deque(maxlen=kept)
        self._subscriptions: list[Subscription] = []
        self._snapshot: Event | None = None

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards as they are now, in the order in which they first came."""
        return tuple(self._cards.values())

    @property
    def listeners(self) -> int:
        """How many subscriptions are open."""
        return len(self._subscriptions)

    @property
    def last_id(self) -> str:
        """The id of the last event."""
        return f"{self.epoch}-{self.number}"

    def publish(self, changes: Sequence[Change], at: datetime) -> Event | None:
        """Make changes known as one event; None if they change nothing.

        Of several changes of one card the last counts.
        """
        event = self.draft(changes, at)
        if event is not None:
            self.take(event)
        return event

    def draft(self, changes: Sequence[Change], at: datetime) -> Event | None:
        """The event that :meth:`publish` would make; nobody is told yet, and nothing is changed."""
        latest = {change.key: change for change in changes}
        new = [change for key, change in latest.items() if self._differs(key, change)]
        if not new:
            return None
        return Event(
            kind="change",
            epoch=self.epoch,
            number=self.number + 1,
            at=at,
            cards=tuple(one for one in new if isinstance(one, Card)),
            gone=tuple(one for one in new if isinstance(one, Gone)),
        )

    def take(self, event: Event) -> None:
        """Make the next event known, drafted here or by another feed with the same past.

        Raises RequestError (``bad_event``) for one that does not follow the last.
        """
        if event.epoch != self.epoch or event.number != self.number + 1:
            raise RequestError(
                f"{event.id} does not follow {self.last_id}",
                code="bad_event",
                where="event",
                hint="start from a snapshot",
            )
        for card in event.cards:
            self._cards[card.key] = card
        for one in event.gone:
            self._cards.pop(one.key, None)
        self.number = event.number
        self._at = event.at
        self._snapshot = None
        self._events.append(event)
        self._tell(event)

    def start_anew(self, epoch: str, number: int, cards: Sequence[Card], at: datetime) -> None:
        """Forget the past and go on with these cards; every listener is told a snapshot.

        Raises RequestError (``bad_epoch``).
        """
        self.epoch = _checked(epoch)
        self.number = number
        self._at = at
        self._cards = {card.key: card for card in cards}
        self._events.clear()
        self._snapshot = None
        self._tell(self.snapshot())

    def _tell(self, event: Event) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.put(event)

    def _differs(self, key: tuple[str, str], change: Change) -> bool:
        before = self._cards.get(key)
        if before is None or isinstance(change, Gone):
            return isinstance(change, Card) or before is not None
        # What a page is told is what counts: it is told instants to the millisecond.
        return before != change and before.json != change.json

    def snapshot(self) -> Event:
        """All cards, as one event with the number of the last change."""
        if self._snapshot is None:
            self._snapshot = Event("snapshot", self.epoch, self.number, self._at, self.cards)
        return self._snapshot

    def after(self, last: str | None) -> list[Event]:
        """Exactly the events after ``last``, or one snapshot where that cannot be told.

        So it is without an id, with one of another epoch or no id at all, and after more events
        than are kept.
        """
        epoch, _, digits = (last or "").rpartition("-")
        if epoch != self.epoch or not re.fullmatch(r"\d{1,18}", digits, re.ASCII):
            return [self.snapshot()]
        missed = self.number - int(digits)
        if not 0 <= missed <= len(self._events):
            return [self.snapshot()]
        return [event for event in self._events if event.number > int(digits)]

    def subscribe(
        self, last: str | None, wake: Callable[[], None], *, most: int = 256
    ) -> Subscription:
        """Listen from ``last`` on; ``wake`` is called when there is something to take."""
        made = Subscription(self, self.after(last), wake, most)
        self._subscriptions.append(made)
        return made

    def forget(self, subscription: Subscription) -> None:
        """End a subscription."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)


def _checked(epoch: str) -> str:
    if not _EPOCH.fullmatch(epoch):
        raise RequestError(
            f"not an epoch: {epoch[:60]!r}",
            code="bad_epoch",
            where="epoch",
            hint="1 to 40 letters and digits, such as uuid4().hex",
        )
    return epoch
