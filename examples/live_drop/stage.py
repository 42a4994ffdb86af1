"""The shop behind the story: its service on a port, a viewer who listens, and the time of day."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from bank import SPEC, Bank

from landedcost import Catalog, Providers
from landedcost.held import Keys
from landedcost.inventory import Inventory
from landedcost.live.drop import Drop
from landedcost.live.keep import Keeper
from landedcost.service import Holds, Parts, Session, Terms, Till, create_service
from landedcost.transport import Clock, Policy

SHOP = Path(__file__).with_name("drop.toml")
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Card = dict[str, Any]


class StoryTime(Clock):
    """The time of day, which passes when the story says so. The live sources go by it too."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def wall_ms(self) -> int:
        """See :class:`landedcost.transport.Clock`."""
        return (self.at - EPOCH) // timedelta(milliseconds=1)

    now_ms = wall_ms


class Viewer:
    """Listens to the stream of the service, as the page in OBS does."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.cards: dict[tuple[str, str], Card] = {}
        self.last_id = ""

    async def listen(self) -> None:
        """Take every event, without end."""
        async with self.http.stream("GET", "/stream") as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    self._take(json.loads(line.removeprefix("data:")))

    def _take(self, event: dict[str, Any]) -> None:
        if event["kind"] == "snapshot":
            self.cards.clear()
        for card in event["cards"]:
            self.cards[card["bundle"], card["market"]] = card
        self.last_id = f"{event['epoch']}-{event['n']}"


class Kept(Session):
    """The drop in the service. The story keeps it, in whose time it lives: see Stage.settle."""

    async def run(self) -> None:
        """Nothing beside the server."""


@dataclass
class Stage:
    """A drop that is served over HTTP, and what the story needs to make things happen to it."""

    url: str
    clock: StoryTime
    speed: int
    bank: Bank
    drop: Drop
    keeper: Keeper
    http: httpx.AsyncClient
    viewer: Viewer

    async def until(self, at: datetime) -> None:
        """Let time pass; with a speed, as slowly as a viewer should see it."""
        while self.clock.at < at:
            self.clock.at = min(self.clock.at + MINUTE, at)
            await self.settle()
            if self.speed:
                await asyncio.sleep(MINUTE.total_seconds() / self.speed)

    async def pass_by(self, minutes: int) -> None:
        """Let some minutes pass."""
        await self.until(self.clock.at + minutes * MINUTE)

    async def settle(self) -> None:
        """Let the drop do what is due, and wait until the viewer has heard of it."""
        await self.keeper.turn()
        async with asyncio.timeout(10):
            while self.viewer.last_id != self.drop.feed.last_id:
                await asyncio.sleep(0.001)

    async def sold(self) -> None:
        """Something was reserved or sold: let it be counted."""
        self.keeper.touch(self.drop.skus)
        await self.settle()

    async def post(self, path: str, **body: Any) -> httpx.Response:
        """Ask the service, as a shop's checkout does."""
        return await self.http.post(path, json=body)

    def card(self, bundle: str, market: str) -> Card:
        """What the viewer sees of a bundle on a market."""
        return self.viewer.cards[bundle, market]

    def prices(self, bundle: str) -> dict[str, str | None]:
        """The amounts that the viewer sees, by market; None where there is none."""
        return {
            card["market"]: card["price"] and card["price"]["text"]
            for card in self.viewer.cards.values()
            if card["bundle"] == bundle
        }


@asynccontextmanager
async def open_stage(
    folder: Path, at: datetime, *, port: int = 0, speed: int = 0
) -> AsyncIterator[Stage]:
    """Serve the drop; a free port if ``port`` is 0. Raises OSError for a port that is taken."""
    # What fails is part of the story: it is told there, and not in the log.
    logging.getLogger("landedcost").setLevel(logging.ERROR)
    clock = StoryTime(at)
    catalog = Catalog.load(SHOP)
    with Bank() as bank, socket.create_server(("127.0.0.1", port)) as listening:
        shop = catalog.shop(providers=_sources(bank, clock))
        stock = Inventory.open(folder / "shop.db")
        for item in catalog.items.values():
            stock.set_stock(item.sku, item.stock or 0, at)
        drop = Drop.of(catalog.using(shop), at=at, epoch="friday", inventory=stock)
        keeper = Keeper(drop, clock)
        till = Till(Keys.new(), Holds(folder / "shop.db"), "kestrel", stock, Terms())
        app = create_service(
            shop,
            clock=clock,
            now_ns=time.monotonic_ns,
            parts=Parts(till=till, stock=stock, session=Kept(keeper)),
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        serving = asyncio.create_task(server.serve([listening]))
        async with httpx.AsyncClient(base_url=url, timeout=10) as http:
            while not server.started:
                await asyncio.sleep(0.01)
            viewer = Viewer(http)
            hearing = asyncio.create_task(viewer.listen())
            made = Stage(url, clock, speed, bank, drop, keeper, http, viewer)
            try:
                await made.settle()
                yield made
            finally:
                hearing.cancel()
                server.should_exit = True
                await serving


def _sources(bank: Bank, clock: StoryTime) -> Providers:
    return Providers(
        rates=SPEC,
        settings={SPEC.name: {"base_url": bank.url}},
        policy=Policy(attempts=1),
        clock=clock,
    )
