"""The answer to a question: kept, or asked for once by however many want it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..errors import NoAnswer, ProviderError
from ..ports.flow import Flow
from ..ports.spec import Freshness
from ..transport.clock import Clock
from ..transport.effects import Behind, Join, Sleep
from ..transport.flights import again
from .freshness import NO_ANSWER_MS, RETRY_MS
from .shared import SharedStore
from .store import Entry, MemoryStore

T = TypeVar("T")
_LOOK_AGAIN_MS = 20
_FAILURES = 10_000


@dataclass(frozen=True, slots=True)
class Aged(Generic[T]):
    """An answer and its age: ``at_ms`` is when it came, in milliseconds since 1970.

    ``stale`` says that it is older than answers of its source are meant to be.
    """

    value: T
    at_ms: int
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer depends on: the source, its settings (as a digest), and the ask.

    ``ask`` is a frozen dataclass with the day in it; ``answer`` the class of the answer.
    """

    source: str
    settings: str
    ask: Any
    answer: type

    @property
    def shared_key(self) -> str:
        """The key for other processes."""
        return hashlib.sha256(repr((self.source, self.settings, self.ask)).encode()).hexdigest()


class Answers:
    """Keeps answers, gives them while they are good, and asks for new ones."""

    def __init__(
        self,
        clock: Clock,
        memory: MemoryStore | None = None,
        shared: SharedStore | None = None,
        claim_ms: int = 15_000,
    ) -> None:
        self.clock = clock
        self.claim_ms = claim_ms
        self.memory = memory or MemoryStore(clock)
        self.shared = shared
        self._failed: dict[Question, tuple[int, ProviderError]] = {}

    def get(
        self, question: Question, freshness: Freshness, make: Callable[[], Flow[T]]
    ) -> Flow[Aged[T]]:
        """The answer to a question.

        A fresh one is given as it is, a slightly old one at once while a new one is fetched
        behind; else the source is asked, once for all who wait. Raises what the source raises;
        :meth:`old` may then still have an answer. A source that has just failed is not asked
        again at once if there is one.
        """
        entry = self.memory.get(question)
        if entry is not None:
            age = self.clock.wall_ms() - entry.at_ms
            if entry.error is not None:
                if age < NO_ANSWER_MS:
                    raise again(entry.error)
            elif age < freshness.fresh_ms:
                return Aged(entry.value, entry.at_ms)
            else:
                failure = self._failure(question)
                if age < freshness.stale_ms:
                    if failure is None:
                        yield Behind(question, lambda: self._fill(question, freshness, make))
                    return Aged(entry.value, entry.at_ms, stale=True)
                if failure is not None and age < freshness.error_ms:
                    raise again(failure)
        fresh: Entry = yield Join(question, lambda: self._fill(question, freshness, make))
        return Aged(fresh.value, fresh.at_ms, stale=not self._young(fresh, freshness))

    def old(self, question: Question, freshness: Freshness) -> Aged[Any] | None:
        """An answer past its time, for when the source fails; None past the stated age."""
        entry = self.memory.get(question)
        if entry is None or entry.error is not None:
            return None
        if self.clock.wall_ms() - entry.at_ms >= freshness.error_ms:
            return None
        return Aged(entry.value, entry.at_ms, stale=True)

    def _fill(
        self, question: Question, freshness: Freshness, make: Callable[[], Flow[Any]]
    ) -> Flow[Entry]:
        """Ask the source and keep what it says, here and for other processes.

        Between looking and joining, the work of others may have ended: so it looks once more.
        """
        known = self.memory.get(question)
        if known is not None and self._young(known, freshness):
            return known
        keep_ms = max(freshness.fresh_ms, freshness.stale_ms, freshness.error_ms)
        if self.shared is None:
            return (yield from self._ask(question, keep_ms, make))
        key = question.shared_key
        found = yield from self._shared(question, key, keep_ms, freshness)
        while found is None:
            mark = yield from self.shared.claim(key, self.claim_ms)
            found = yield from self._shared(question, key, keep_ms, freshness)
            if mark is not None:
                try:
                    if found is None:
                        found = yield from self._ask(question, keep_ms, make)
                        yield from self.shared.put(key, found)
                except Exception:
                    yield from self.shared.release(key, mark)
                    raise
                yield from self.shared.release(key, mark)
            elif found is None:
                yield Sleep(_LOOK_AGAIN_MS)
        return found

    def _shared(
        self, question: Question, key: str, keep_ms: int, freshness: Freshness
    ) -> Flow[Entry | None]:
        """What another process has learnt, if it is fresh; kept here either way."""
        assert self.shared is not None
        found = yield from self.shared.get(key, question.answer, keep_ms)
        if found is not None:
            self.memory.put(question, found)
            if self._young(found, freshness):
                return found
        return None

    def _young(self, entry: Entry, freshness: Freshness) -> bool:
        return entry.error is None and self.clock.wall_ms() - entry.at_ms < freshness.fresh_ms

    def _ask(self, question: Question, keep_ms: int, make: Callable[[], Flow[Any]]) -> Flow[Entry]:
        try:
            value = yield from make()
        except NoAnswer as error:
            known = Entry(None, self.clock.wall_ms(), NO_ANSWER_MS, again(error))
            self.memory.put(question, known)
            raise
        except ProviderError as error:
            if len(self._failed) >= _FAILURES:
                self._failed.clear()
            self._failed[question] = (self.clock.now_ms(), again(error))
            raise
        entry = Entry(value, self.clock.wall_ms(), keep_ms)
        self._failed.pop(question, None)
        self.memory.put(question, entry)
        return entry

    def _failure(self, question: Question) -> ProviderError | None:
        """Why the source failed a moment ago, so that it is not asked again at once."""
        failed = self._failed.get(question)
        if failed is None or self.clock.now_ms() - failed[0] >= RETRY_MS:
            return None
        return failed[1]
