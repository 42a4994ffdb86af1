"""A process that buys.

It reserves, pays, gives up or forgets, and says in a file what it was promised, after each call
came back and before the next: `WORD QUOTE`.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from landedcost.errors import ProviderError, RequestError, SoldOut
from landedcost.inventory import Inventory

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SKUS = ("cap", "pin", "tee")


def wait_for_goods(stock: Inventory) -> None:
    for _ in range(2_000):
        try:
            stock.left(SKUS[-1], NOON)
            return
        except RequestError:
            time.sleep(0.01)
    raise SystemExit("no goods came")


def main(place: str, name: str, rounds: int, seed: int, folder: Path) -> None:
    with folder.joinpath(f"{name}.err").open("w") as sys.stderr:
        buy(place, name, rounds, seed, folder.joinpath(f"{name}.out"))


def buy(place: str, name: str, rounds: int, seed: int, told: Path) -> None:
    luck = random.Random(seed)
    with Inventory.open(place) as stock, told.open("w", encoding="utf-8") as said:

        def say(word: str, quote: str) -> None:
            said.write(f"{word} {quote}\n")
            said.flush()

        say("ready", name)
        wait_for_goods(stock)
        for number in range(rounds):
            time.sleep(0.001)
            quote = f"{name}-{number}"
            wanted = luck.sample(SKUS, luck.randint(1, len(SKUS)))
            now = NOON + timedelta(seconds=luck.randint(0, 30) + number)
            ends = now + timedelta(seconds=luck.choice([5, 60, 3600]))
            try:
                stock.reserve(quote, dict.fromkeys(wanted, 1), ends, now)
                say("held", quote)
                fate = luck.random()
                if fate < 0.5:
                    stock.commit(quote, now)
                    say("sold", quote)
                elif fate < 0.8:
                    say(stock.release(quote, now).state, quote)
            except SoldOut:
                say("soldout", quote)
            except RequestError as error:  # run out: another's clock is ahead
                if error.code != "reservation_over":
                    raise
                say("over", quote)
            except ProviderError as error:
                if not error.retryable:
                    raise
                say("busy", quote)
