"""One feed for several workers.

One of them, the leader, prices and publishes; the others take over what it published, under the
same ids. Where their server cannot be reached each goes on alone, and when it is back they agree
on one feed again. Who leads is in :mod:`landedcost.live.log`.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import anyio
from anyio import to_thread

from ..errors import LandedCostError, ProviderDown, ProviderTimeout
from ..transport.clock import Clock
from .card import Gone
from .feed import Feed
from .log import Ask, Fenced, Log, LogFailed
from .replica import ANEW, Replica
from .source import Made, Source
from .wire import answer_of, told_error

_LOG = logging.getLogger("landedcost.live")
JOINING, LEADS, FOLLOWS, LOST, ALONE, OWN = "joining", "leads", "follows", "lost", "alone", "own"
"""How a worker stands to the others; ``own`` is a feed that is not shared."""
_APART_MS = 50
_LATE_MS = 1_000
_TOLD_ALONE = 1_000


@dataclass(frozen=True, slots=True)
class Timing:
    """Times in milliseconds.

    A leader that is not heard of for ``lease`` has a successor. A worker that does not reach the
    server for ``alone`` goes on alone. The server has ``patience`` for each answer, and the
    leader ``ask`` for what it is asked. Attempts to reach the server are ``pause`` apart at the
    longest.
    """

    lease: int = 3_000
    alone: int = 5_000
    patience: int = 1_000
    ask: int = 3_000
    pause: int = 5_000


class Shared:
    """The feed of one of several workers: pages listen to ``feed``, :meth:`run` keeps it.

    ``source`` makes the cards where this worker leads or is alone. ``clock`` is the time of day,
    aware. Without a ``log`` the feed is this worker's own, and has its cards at once.
    """

    def __init__(
        self,
        source: Source,
        clock: Callable[[], datetime],
        log: Log | None = None,
        *,
        timing: Timing | None = None,
        ticks: Clock | None = None,
    ) -> None:
        self.source = source
        self.clock = clock
        self.timing = timing or Timing()
        self.mode = JOINING
        self.trouble: LandedCostError | None = None
        self._log = log
        self._replica = Replica(clock)
        self._ticks = ticks or Clock()
        self._worker = uuid4().hex[:12]
        self._token: str | None = None
        self._why: Exception | None = None
        self._at_work = False
        self._next_at = clock()
        self._told_alone: list[tuple[str, Any]] = []
        self._lock = anyio.Lock()
        self._turn = anyio.Event()
        self._role: anyio.CancelScope | None = None
        if log is None:
            made = source.start({}, clock())
            self._at_work = True
            self._alone_with(made, OWN)

    @property
    def feed(self) -> Feed:
        """What pages listen to; the same object as long as the worker lives."""
        return self._replica.feed

    @property
    def kept(self) -> Mapping[str, Any]:
        """What sources kept, here and elsewhere."""
        return self._replica.kept

    @property
    def prices(self) -> bool:
        """Whether it is this worker that prices and publishes."""
        return self.mode in (LEADS, ALONE, OWN)

    def state(self) -> dict[str, Any]:
        """How it is, for a health page: ``feed`` is shared, alone, own, lost or joining."""
        shared = self.mode in (LEADS, FOLLOWS)
        own = self.source.health()
        fine = (shared or self.mode == OWN) and self.trouble is None
        fine = fine and own.get("state", "ok") == "ok"
        return {
            **own,
            "state": "ok" if fine else "degraded",
            "feed": "shared" if shared else self.mode,
            "leads": self.mode == LEADS,
            "event": self.feed.last_id,
            "listeners": self.feed.listeners,
            "error": None if self.trouble is None else self.trouble.code,
        }

    async def tell(self, what: str, told: Any) -> dict[str, Any]:
        """Give a fact to whoever prices; what the source answers, with the id of the ``event``.

        Raises RequestError for a fact that cannot be, ProviderError (retryable) where nobody
        answered in time: the fact may be given again, it counts once.
        """
        until = self._ticks.now_ms() + self.timing.ask
        while True:
            mode = self.mode
            try:
                if self.prices:
                    answer = await self._work(partial(self.source.do, what, told))
                    if mode == ALONE:
                        self._told_alone = [*self._told_alone[1 - _TOLD_ALONE :], (what, told)]
                    return answer
                if mode == FOLLOWS and self._log is not None:
                    return await self._ask(self._log, what, told, until)
            except LogFailed as error:
                _LOG.debug("a fact is given again: %s", error)
            if self._ticks.now_ms() >= until:
                raise ProviderDown(
                    "nobody leads the feed at present",
                    code="no_leader",
                    retryable=True,
                    hint="give the fact again in a few seconds",
                )
            await self._pause(_APART_MS)

    async def _ask(self, log: Log, what: str, told: Any, until: int) -> dict[str, Any]:
        name = await log.post(what, told)
        while self._ticks.now_ms() < until:
            answer = await log.answer(name, self.timing.patience // 2)
            if answer is not None:
                return answer_of(answer)
        raise ProviderTimeout(
            "the worker that leads the feed did not answer; it may have taken the fact",
            retryable=True,
            hint="give the fact again: it counts once",
        )

    async def run(self) -> None:
        """Keep the feed. Does not return; ends when it is cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_time)
            if self._log is not None:
                tasks.start_soon(self._renew, self._log)
                try:
                    await self._meet(self._log)
                finally:
                    await self._leave(self._log)

    async def _keep_time(self) -> None:
        """Let the source know that time has passed, while it is this worker's to do so."""
        while True:
            wait = timedelta(hours=1)
            if self.prices:
                wait = max(self._next_at - self.clock(), timedelta(0))
            with anyio.move_on_after(wait.total_seconds()):
                await self._turn.wait()
            self._turn = anyio.Event()
            wait_ms = _APART_MS
            if self.prices and self.clock() >= self._next_at:
                try:
                    await self._work(self.source.advance)
                    self.trouble = None
                except LandedCostError as error:
                    self.trouble, wait_ms = error, _LATE_MS
                except LogFailed as error:
                    _LOG.debug("not now: %s", error)
            await self._pause(wait_ms)

    async def _work(
        self, make: Callable[[datetime], Awaitable[Made]], ask: Ask | None = None
    ) -> dict[str, Any]:
        """Let the source do something, and publish it. Raises LandedCostError, LogFailed."""
        answer: dict[str, Any] = {}
        with anyio.CancelScope(shield=True):
            async with self._lock:
                if not self.prices:
                    raise Fenced("another worker prices")
                at = self.clock()
                made = await make(at)
                answer = await self._publish(made, at, ask)
        return answer

    async def _publish(self, made: Made, at: datetime, ask: Ask | None = None) -> dict[str, Any]:
        log = self._log if self.mode == LEADS else None
        try:
            answer = await self._replica.publish(made, at, log, self._token or "", ask)
        except LogFailed as error:
            self._step_down(error)
            raise
        self._next_at = made.next_at
        self._turn.set()
        return answer

    async def _all(self, at: datetime) -> Made:
        """All cards of the source, at work from now on; other cards are shown no more."""
        source, kept = self.source, self._replica.kept
        make = source.whole if self._at_work else partial(source.start, dict(kept))
        made = await to_thread.run_sync(make, at)
        self._at_work = True
        keys = {change.key for change in made.changes}
        gone = [Gone(*card.key) for card in self.feed.cards if card.key not in keys]
        return replace(made, changes=[*made.changes, *gone])

    def _stop(self) -> None:
        if self._at_work:
            self.source.stop()
        self._at_work = False
        if self.prices:
            self._become(JOINING)

    def _alone_with(self, made: Made, mode: str) -> None:
        self._replica.show(made)
        self._next_at = made.next_at
        self._become(mode)

    def _become(self, mode: str) -> None:
        if mode != self.mode:
            _LOG.info("the feed of this worker: %s, was %s", mode, self.mode)
        self.mode = mode
        self._turn.set()

    async def _pause(self, ms: int) -> None:
        await anyio.sleep(self._ticks.seconds(ms))

    async def _meet(self, log: Log) -> None:
        """Join the others again and again; alone in between, if it takes long."""
        tries, lost_at = 0, self._ticks.now_ms()
        while True:
            with anyio.CancelScope() as self._role:
                try:
                    await self._together(log)
                except (LogFailed, LandedCostError) as error:
                    self._why = error
            self._token = None
            if isinstance(self._why, LandedCostError):
                self.trouble = self._why
            if self.mode in (LEADS, FOLLOWS):
                tries, lost_at = 0, self._ticks.now_ms()
                self._become(LOST)
            waited = self._ticks.now_ms() - lost_at
            if self.mode == JOINING or (self.mode == LOST and waited >= self.timing.alone):
                await self._go_alone()
            most = min(self.timing.pause, 2 * _APART_MS << min(tries, 10))
            if self.mode == LOST:
                most = min(most, max(self.timing.alone - waited, _APART_MS))
            tries += 1
            await self._pause(most // 2 + random.randrange(most // 2 + 1))

    async def _go_alone(self) -> None:
        _LOG.warning("the server of the feed cannot be used (%s): going on alone", self._why)
        with anyio.CancelScope(shield=True):
            async with self._lock:
                try:
                    self._alone_with(await self._all(self.clock()), ALONE)
                except LandedCostError as error:
                    self.trouble = error

    async def _together(self, log: Log) -> None:
        token = await log.claim(self._worker, self.timing.lease)
        await self._lead(log, token or await self._follow(log))

    async def _renew(self, log: Log) -> None:
        """Hold the lease while there is one, whatever else takes its time."""
        while True:
            await self._pause(self.timing.lease // 3)
            token = self._token
            if token is not None:
                try:
                    await log.renew(token, self.timing.lease)
                except LogFailed as error:
                    self._step_down(error)

    def _step_down(self, why: Exception) -> None:
        self._why, self._token = why, None
        if self._role is not None:
            self._role.cancel()

    async def _leave(self, log: Log) -> None:
        """Let another lead at once."""
        token, self._token = self._token, None
        with anyio.move_on_after(1, shield=True):
            if token is not None:
                try:
                    await log.release(token)
                except LogFailed as error:
                    _LOG.info("the lease runs out by itself: %s", error)
            await log.close()

    async def _lead(self, log: Log, token: str) -> None:
        self._token = token
        async with self._lock:
            again = await self._agree(log, token)
            at = self.clock()
            made = await self._all(at)
            self._become(LEADS)
            await self._publish(made, at)
            await self._replica.keep_base(log, token)
        self.trouble = None
        for what, told in again:
            try:
                await self._work(partial(self.source.do, what, told))
            except LandedCostError as error:
                _LOG.warning("a fact from before is left out: %s", error.code)
        while True:
            for ask in await log.asked(self.timing.patience // 2):
                await self._done(log, token, ask)
            if self._replica.base_is_old:
                async with self._lock:
                    await self._replica.keep_base(log, token)

    async def _done(self, log: Log, token: str, ask: Ask) -> None:
        """Do what is asked, and answer; it is marked as done in the same step."""
        replica = self._replica
        if ask.what == ANEW:
            async with self._lock:
                if ask.told == replica.life:
                    await replica.begin(log, token)
                await log.append(token, replica.seq + 1, "", ask)
            return
        try:
            await self._work(partial(self.source.do, ask.what, ask.told), ask)
        except LandedCostError as error:
            async with self._lock:
                await log.append(token, replica.seq + 1, "", ask, told_error(error))

    async def _agree(self, log: Log, token: str) -> list[tuple[str, Any]]:
        """Make the log and this worker the same; which facts are still to be given.

        What went on without this worker counts. What it did alone counts where nothing else
        went on: then the log has a new life, and pages are told a snapshot.
        """
        replica = self._replica
        life, seq = await log.at()
        known, alone = life == replica.life, self.mode == ALONE
        lost = not life or (known and seq < replica.seq)
        if lost or not known or alone or not await replica.catch_up(log):
            base = None if lost or (known and seq == replica.seq) else await log.load()
            if base is None:
                replica.seq = max(seq, replica.seq)
                await replica.begin(log, token)
            else:
                self._stop()
                replica.take_base(base)
                await replica.catch_up(log)
        return self._told_again()

    async def _follow(self, log: Log) -> str:
        """Take over what another worker publishes, until this one leads: its token."""
        replica = self._replica
        life, _ = await log.at()
        base = await log.load() if life != replica.life or self.mode == ALONE else None
        async with self._lock:
            self._stop()
            replica.take_base(base)
            self._become(FOLLOWS)
        self.trouble = None
        for what, told in self._told_again():
            await log.post(what, told)
        while True:
            if not await replica.catch_up(log, self.timing.patience // 2):
                base = await log.load()
                replica.take_base(base)
                if base is None:  # the server let go of it
                    await log.post(ANEW, (await log.at())[0])
                await self._pause(_APART_MS)
            token = await log.claim(self._worker, self.timing.lease)
            if token is not None:
                return token

    def _told_again(self) -> list[tuple[str, Any]]:
        again, self._told_alone = self._told_alone, []
        return again
