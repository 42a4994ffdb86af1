"""Keeping a drop up to date: a task beside the server that makes time pass and facts arrive.

It never ends by itself and never in silence: what fails is logged, told by :meth:`Keeper.health`,
and tried again. What may wait for others, live sources and databases, runs in worker threads.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread

from ..errors import LandedCostError, RequestError

if TYPE_CHECKING:
    from .drop import Drop

ASK_EVERY = timedelta(minutes=1)
COUNT_EVERY = timedelta(seconds=5)
SAVE_EVERY = timedelta(seconds=5)
_APART = timedelta(milliseconds=50)
_TROUBLED = timedelta(seconds=1)
"""How far apart two turns are at the least, also while prices cannot be made again."""
_BACK = timedelta(seconds=5)
"""A clock may be set back by less than this; time then stands still for so long."""
_log = logging.getLogger("landedcost.live")

TellRates = Callable[[], Mapping[str, str]]
"""Tells commercial rates, such as ``{"USD/EUR": "0.87"}``; run in a worker thread."""
Save = Callable[[Mapping[str, Any]], None]
"""Stores the state of a drop; run in a worker thread."""


class StateFile:
    """The state of a drop in a file, as JSON; what is written is whole or not there."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def load(self) -> dict[str, Any]:
        """What was last saved; nothing where there is no file. Raises RequestError."""
        try:
            text = self.path.read_text(encoding="utf-8")
            found = json.loads(text)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._unusable(error) from None
        if not isinstance(found, dict):
            raise self._unusable("no JSON object")
        return found

    def save(self, state: Mapping[str, Any]) -> None:
        """Write it. Raises RequestError."""
        fresh = self.path.with_name(f"{self.path.name}.new")
        try:
            fresh.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
            os.replace(fresh, self.path)
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, why: object) -> RequestError:
        return RequestError(
            f"the state of the drop: {getattr(why, 'strerror', None) or why}",
            code="bad_state",
            where=str(self.path),
            hint="give a file that a drop has written, or a new one",
        )


class Keeper:
    """Keeps a drop: prices made again before they end, a new day, stock, live sources.

    ``clock`` gives the time, aware. Every ``ask_every`` the shop's live sources are asked anew,
    and ``rates`` if given; every ``count_every`` the inventory. ``save`` is given the state when
    it has changed, at most every few seconds, and at the end.
    """

    def __init__(
        self,
        drop: Drop,
        clock: Callable[[], datetime],
        *,
        ask_every: timedelta = ASK_EVERY,
        count_every: timedelta = COUNT_EVERY,
        rates: TellRates | None = None,
        save: Save | None = None,
    ) -> None:
        self.drop = drop
        self.clock = clock
        self.ask_every = ask_every
        self.count_every = count_every
        self.rates = rates
        self.save = save
        self.troubles: dict[str, Exception] = {}
        start = drop.at
        self._ask_at, self._count_at = start + ask_every, start + count_every
        self._save_at, self._saved = start, ""
        self._touched: set[str] = set()
        self._wake = anyio.Event()

    def touch(self, skus: Iterable[str]) -> None:
        """The stock of some articles may be another: it is read soon, for many calls once."""
        self._touched.update(skus)
        self._wake.set()

    async def run(self) -> None:
        """Keep the drop until cancelled."""
        try:
            while True:
                now = self.present()
                with anyio.move_on_after((self.next_at(now) - now).total_seconds()):
                    await self._wake.wait()
                await self.turn()
                pause = _TROUBLED if "prices" in self.troubles else _APART
                await anyio.sleep(pause.total_seconds())
        finally:
            self.end()

    def end(self) -> None:
        """Store the state, if it has changed since it was."""
        if self.save is not None and self._saved != self.drop.feed.last_id:
            self.save(self.drop.state())

    async def turn(self) -> None:
        """Do what is due now."""
        now = self.present()
        touched, self._touched, self._wake = self._touched, set(), anyio.Event()
        if now >= self._count_at:
            touched, self._count_at = set(self.drop.skus), now + self.count_every
        if touched:
            await self._try("stock", self._count(touched))
        ask = now >= self._ask_at
        if ask:
            self._ask_at = now + self.ask_every
            if self.rates is not None:
                await self._try("rates", self._take_rates(self.rates))
        everything = ask and self.drop.asks_outside
        if everything or self.drop.next_at(now) <= now:
            await self._try("prices", self._advance(everything))
        if self.save is not None and now >= self._save_at:
            await self._try("state", self._save(self.save, now))

    def health(self) -> dict[str, Any]:
        """How it is: ``ok`` or ``degraded``, what fails, and how many prices cannot be made."""
        degraded = self.troubles or self.drop.errors
        return {
            "state": "degraded" if degraded else "ok",
            "event": self.drop.feed.last_id,
            "listeners": self.drop.feed.listeners,
            "unpriced": len(self.drop.errors),
            "troubles": {name: str(error) for name, error in self.troubles.items()},
        }

    def present(self) -> datetime:
        """The time; it stands still while the clock, set back a little, is behind the drop."""
        now, last = self.clock(), self.drop.at
        return last if now < last < now + _BACK else now

    def next_at(self, now: datetime) -> datetime:
        """When :meth:`turn` has something to do next."""
        times = [self.drop.next_at(now)]
        if self.drop.skus:
            times.append(self._count_at)
        if self.rates is not None or self.drop.asks_outside:
            times.append(self._ask_at)
        if self.save is not None and self._saved != self.drop.feed.last_id:
            times.append(self._save_at)
        return max(now, min(times))

    async def _count(self, skus: set[str]) -> None:
        counted = await to_thread.run_sync(self.drop.count, skus, self.present())
        self.drop.stock_moved(skus, self.present(), counted)

    async def _take_rates(self, rates: TellRates) -> None:
        told = await to_thread.run_sync(rates)
        self.drop.rates_moved(told, self.present())

    async def _advance(self, everything: bool) -> None:
        def ask() -> Any:
            return self.drop.ask(now, everything=everything)

        now = self.present()
        asked = await to_thread.run_sync(ask)
        self.drop.advance(self.present(), asked)

    async def _save(self, save: Save, now: datetime) -> None:
        self._save_at = now + SAVE_EVERY
        if self._saved != self.drop.feed.last_id:
            number, state = self.drop.feed.last_id, self.drop.state()
            await to_thread.run_sync(save, state)
            self._saved = number

    async def _try(self, what: str, work: Awaitable[None]) -> None:
        """Do one thing; if it fails, say so once, and go on."""
        try:
            await work
        except Exception as error:
            known = self.troubles.get(what)
            if known is None or str(known) != str(error):
                detail = None if isinstance(error, LandedCostError) else error
                _log.warning("%s of the drop: %s", what, error, exc_info=detail)
            self.troubles[what] = error
        else:
            if self.troubles.pop(what, None) is not None:
                _log.warning("%s of the drop: well again", what)
