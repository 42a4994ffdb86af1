"""Prices for a Twitch extension: messages of at most 5 KB, and not too many of them.

The limits are those that developers of extensions observe on Twitch's Extension PubSub: 5 KB a
message, and 100 messages that refill by one a second
(https://github.com/twitchdev/issues/issues/612). What has to be sent is yours to send, with your
extension's key; nothing here connects to Twitch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..errors import RequestError
from .card import OVER, Card

MAX_BYTES = 5_120
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def payloads(cards: Sequence[Card], now: datetime) -> list[str]:
    """The messages for a broadcast, each within the limit; together they hold every card.

    A message is complete for the cards in it: ``v``, ``now`` (seconds since 1970) and ``b``, the
    bundles with their markets as ``[market, language, text, code, label, quote, valid until]``,
    the last again in seconds since 1970. A card whose price is not shown has three entries, the
    third is ``none``, ``sold_out`` or ``ended``.
    Raises RequestError (``too_large``) for a card that does not fit into a message.
    """
    made: list[str] = []
    held: list[Card] = []
    text = ""
    for card in cards:
        longer = _message([*held, card], now)
        if len(longer.encode()) > MAX_BYTES:
            if not held:
                raise _too_large(card)
            made.append(text)
            held, longer = [], _message([card], now)
            if len(longer.encode()) > MAX_BYTES:
                raise _too_large(card)
        held.append(card)
        text = longer
    return [*made, text] if held else made


def _message(cards: Sequence[Card], now: datetime) -> str:
    bundles: dict[tuple[str, str], list[list[Any]]] = {}
    for card in cards:
        bundles.setdefault((card.bundle, card.title), []).append(_row(card))
    shown = [{"id": name, "title": title, "m": rows} for (name, title), rows in bundles.items()]
    return _encode({"v": 1, "now": _seconds(now), "b": shown})


def _row(card: Card) -> list[Any]:
    price, sale = card.price, card.sale
    if sale is not None and sale.state in OVER:
        return [card.market, card.language, sale.state]
    if price is None:
        return [card.market, card.language, "none"]
    ends = price.valid_until
    if sale is not None and sale.ends_at is not None:
        ends = min(ends, sale.ends_at)
    until = _seconds(ends)
    return [card.market, card.language, price.text, price.code, price.label, price.quote, until]


def _seconds(at: datetime) -> int:
    return (at - _EPOCH) // (datetime.resolution * 1_000_000)


def _too_large(card: Card) -> RequestError:
    return RequestError(
        f"the card of {card.title[:40]!r} on {card.market} is larger than a message may be",
        code="too_large",
        where="title",
        hint=f"shorten its title: a message has {MAX_BYTES:,} bytes",
    )


@dataclass(slots=True)
class Bucket:
    """What may be sent when: ``burst`` messages at once, then ``per_second`` each second.

    Times are whole milliseconds of any clock that only rises. Thousandths of a message are
    counted, so nothing is lost to rounding.
    """

    burst: int = 100
    per_second: int = 1
    level: int = -1
    seen_ms: int = 0

    def wait_ms(self, now_ms: int) -> int:
        """How long until the next message may go; 0 takes its place at once."""
        full = self.burst * 1_000
        passed = max(now_ms - self.seen_ms, 0)
        self.level = full if self.level < 0 else min(full, self.level + passed * self.per_second)
        self.seen_ms = max(now_ms, self.seen_ms)
        if self.level >= 1_000:
            self.level -= 1_000
            return 0
        return -((self.level - 1_000) // self.per_second)
