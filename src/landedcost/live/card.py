"""What a page shows of one bundle on one market: a card, and its JSON document.

Amounts are in minor units of the market's currency; instants are aware datetimes. A card without
a price is shown without any amount: there is no amount but in a :class:`Price`, and no
:class:`Price` without the id of a quote.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from json.encoder import encode_basestring as _text
from typing import Any

from ..currencies import currency
from ..errors import RequestError
from ..lines import Amount, one_of
from ..money import amount_text

STATES = ("scheduled", "live", "sold_out", "ended")
OVER = ("sold_out", "ended")
"""The states of a drop in which no price is shown."""
DIRECTIONS = ("ltr", "rtl")
_KEPT = 4_096


@lru_cache(maxsize=_KEPT)
def instant_text(at: datetime) -> str:
    """An instant as the feed writes it, ``2026-10-01T12:00:00.000Z``.

    Raises RequestError (``naive_time``) for a time without a zone.
    """
    if at.tzinfo is None:
        raise RequestError(
            f"an instant needs a zone: {at.isoformat()}",
            code="naive_time",
            hint="give an aware datetime, such as datetime.now(UTC)",
        )
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a bundle, or its shipping: a title, and the amount as it is shown."""

    title: str
    amount: Amount
    text: str
    quantity: int = 1

    @property
    def json(self) -> str:
        """The ``parts`` entry of the feed."""
        return (
            f'{{"title":{_text(self.title)},"quantity":{self.quantity},'
            f'"amount":{_money(self.amount)},"text":{_text(self.text)}}}'
        )


@dataclass(frozen=True, slots=True)
class Price:
    """A price that may be shown until ``valid_until``.

    ``text`` is the amount as the market writes it, ``code`` the ISO code to show beside it where
    the symbol alone could be another currency's. ``changes_after`` says that the price is another
    one afterwards: only then does a page count down. The parts less the saving are the amount.

    Raises RequestError (``no_quote``, ``bad_sum``, ``mixed_currencies``).
    """

    quote: str
    amount: Amount
    text: str
    label: str
    valid_until: datetime
    code: str | None = None
    changes_after: bool = False
    parts: tuple[Part, ...] = ()
    saving: Part | None = None

    def __post_init__(self) -> None:
        if not self.quote:
            raise RequestError(
                f"a price of {self.text} without a quote",
                code="no_quote",
                where="price.quote",
                hint="give the id of the quote that it was taken from",
            )
        if not self.parts and self.saving is None:
            return
        shown = (*self.parts, self.saving) if self.saving else self.parts
        if any(part.amount.currency != self.amount.currency for part in shown):
            raise RequestError(
                f"a part is not in {self.amount.currency}",
                code="mixed_currencies",
                where="price.parts",
                hint="give the parts in the currency of the price",
            )
        total = sum(part.amount.minor for part in self.parts)
        total -= self.saving.amount.minor if self.saving else 0
        if total != self.amount.minor:
            raise RequestError(
                f"the parts less the saving are {total}, the price is {self.amount.minor}",
                code="bad_sum",
                where="price.parts",
                hint="give parts that add up, or none",
            )

    @property
    def json(self) -> str:
        """The ``price`` object of the feed."""
        parts = ",".join([part.json for part in self.parts]) if self.parts else ""
        return (
            f'{{"quote":{_text(self.quote)},"amount":{_money(self.amount)},'
            f'"text":{_text(self.text)},"code":{_known(self.code)},"label":{_known(self.label)},'
            f'"valid_until":"{instant_text(self.valid_until)}",'
            f'"changes_after":{"true" if self.changes_after else "false"},"parts":[{parts}],'
            f'"saving":{"null" if self.saving is None else self.saving.json}}}'
        )


@dataclass(frozen=True, slots=True)
class Stock:
    """How many are left, as an inventory said at ``read_at``; a page shows no old reading."""

    left: int
    read_at: datetime

    @property
    def json(self) -> str:
        """The ``stock`` object of the feed."""
        return f'{{"left":{self.left},"read_at":"{instant_text(self.read_at)}"}}'


@dataclass(frozen=True, slots=True)
class Sale:
    """A flash drop: ``scheduled``, ``live``, ``sold_out`` or ``ended``, and when it turns."""

    state: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        one_of(self.state, STATES, "sale.state", "unknown_state")

    @property
    def json(self) -> str:
        """The ``sale`` object of the feed."""
        return (
            f'{{"state":"{self.state}","starts_at":{_instant(self.starts_at)},'
            f'"ends_at":{_instant(self.ends_at)}}}'
        )


@dataclass(frozen=True)
class Card:
    """One bundle on one market; ``name`` is the market's own name for itself."""

    bundle: str
    market: str
    title: str
    name: str
    language: str
    direction: str = "ltr"
    price: Price | None = None
    stock: Stock | None = None
    sale: Sale | None = None

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            one_of(self.direction, DIRECTIONS, "card.direction", "unknown_direction")

    @property
    def key(self) -> tuple[str, str]:
        """Which card it is; another with the same key takes its place."""
        return self.bundle, self.market

    def as_dict(self) -> dict[str, Any]:
        """The card's document in the feed."""
        found: dict[str, Any] = json.loads(self.json)
        return found

    @cached_property
    def json(self) -> str:
        """The document as text, made once; put together from parts, most of them known."""
        head = _head(self.bundle, self.market, self.title, self.name, self.language, self.direction)
        price, stock, sale = self.price, self.stock, self.sale
        return (
            f'{head}"price":{"null" if price is None else price.json},'
            f'"stock":{"null" if stock is None else stock.json},'
            f'"sale":{"null" if sale is None else sale.json}}}'
        )


@lru_cache(maxsize=16 * _KEPT)
def _head(bundle: str, market: str, title: str, name: str, language: str, direction: str) -> str:
    return (
        f'{{"bundle":{_text(bundle)},"market":{_text(market)},"title":{_text(title)},'
        f'"name":{_text(name)},"language":{_text(language)},"direction":"{direction}",'
    )


@lru_cache(maxsize=_KEPT)
def _known(text: str | None) -> str:
    """A text that comes again and again, such as a label."""
    return "null" if text is None else _text(text)


def _money(amount: Amount) -> str:
    code = amount.currency
    text = amount_text(amount.minor, _digits(code))
    return f'{{"amount":"{text}","currency":"{code}"}}'


@cache
def _digits(code: str) -> int:
    return currency(code).digits


def _instant(at: datetime | None) -> str:
    return "null" if at is None else f'"{instant_text(at)}"'


@dataclass(frozen=True, slots=True)
class Gone:
    """A card that is shown no more."""

    bundle: str
    market: str

    @property
    def key(self) -> tuple[str, str]:
        """Which card it was."""
        return self.bundle, self.market


Change = Card | Gone


def joined(cards: Sequence[Card]) -> str:
    """The documents of cards as one JSON array."""
    return "[" + ",".join(card.json for card in cards) + "]"
