"""Cards and events as one worker tells them another: the documents of the feed, read again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..errors import LandedCostError, ProviderDown, RequestError
from ..lines import Amount
from .card import Card, Gone, Part, Price, Sale, Stock, joined
from .feed import Event

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def event_text(event: Event) -> str:
    """A change as a JSON text, its cards as pages are told them."""
    gone = encode([list(one.key) for one in event.gone])
    return (
        f'{{"n":{event.number},"at":"{event.at.isoformat()}",'
        f'"cards":{joined(event.cards)},"gone":{gone}}}'
    )


def event_of(told: Mapping[str, Any], epoch: str) -> Event:
    """A change from what :func:`event_text` wrote."""
    gone = tuple(Gone(bundle, market) for bundle, market in told["gone"])
    at = datetime.fromisoformat(told["at"])
    return Event("change", epoch, told["n"], at, cards_of(told["cards"]), gone)


def base_text(shown: Event, kept: Mapping[str, Any]) -> str:
    """A snapshot, and what a source kept with it, as a JSON text."""
    return f'{{"shown":{event_text(shown)},"kept":{encode(kept)}}}'


def read_base(text: str, epoch: str) -> tuple[Event, dict[str, Any]]:
    """A snapshot and what was kept, from what :func:`base_text` wrote."""
    told = json.loads(text)
    return event_of(told["shown"], epoch), told["kept"]


def cards_of(told: Sequence[Mapping[str, Any]]) -> tuple[Card, ...]:
    """Cards from their documents."""
    return tuple(map(card_of_document, told))


def card_of_document(told: Mapping[str, Any]) -> Card:
    """A card from its document in the feed."""
    price, stock, sale = told["price"], told["stock"], told["sale"]
    return Card(
        bundle=told["bundle"],
        market=told["market"],
        title=told["title"],
        name=told["name"],
        language=told["language"],
        direction=told["direction"],
        price=price and _price(price),
        stock=stock and Stock(stock["left"], datetime.fromisoformat(stock["read_at"])),
        sale=sale and Sale(sale["state"], _instant(sale["starts_at"]), _instant(sale["ends_at"])),
    )


def _price(told: Mapping[str, Any]) -> Price:
    saving = told["saving"]
    return Price(
        quote=told["quote"],
        amount=_amount(told["amount"]),
        text=told["text"],
        label=told["label"],
        valid_until=datetime.fromisoformat(told["valid_until"]),
        code=told["code"],
        changes_after=told["changes_after"],
        parts=tuple(map(_part, told["parts"])),
        saving=saving and _part(saving),
    )


def _part(told: Mapping[str, Any]) -> Part:
    return Part(told["title"], _amount(told["amount"]), told["text"], told["quantity"])


def _amount(told: Mapping[str, str]) -> Amount:
    return Amount.of((told["amount"], told["currency"]))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def told_error(error: LandedCostError) -> dict[str, Any]:
    """An error as an answer to another worker."""
    return {"error": error.as_dict(), "wrong": isinstance(error, RequestError)}


def answer_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """What another worker answered. Raises RequestError or ProviderDown for an error."""
    if "error" not in told:
        found: dict[str, Any] = told["done"]
        return found
    error = dict(told["error"])
    message = error.pop("message")
    if told["wrong"]:
        raise RequestError(message, **error)
    raise ProviderDown(message, retryable=True, **error)
