"""At checkout: a held price is honoured as it is, or priced again with what has moved since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..contract import build_request
from ..errors import HeldError
from ..lines import Amount
from ..quote import Quote
from .claims import seconds
from .quote import LEEWAY, HeldQuote, authentic, timely

if TYPE_CHECKING:
    from ..client import LandedCost
    from ..request import Request
    from .claims import Scope
    from .keys import Keys

_SUMS = ("total", "due_at_checkout", "due_on_delivery")
_WHY = ("rule", "rate", "formula", "source")


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that is another than when the price was held.

    ``what`` is ``total``, ``charge``, ``exchange``, ``rule``, ``source``, ``certainty`` or
    ``note``; ``name`` says which one. ``then`` or ``now`` is empty for what was not or is no
    longer there.
    """

    what: str
    name: str
    then: str
    now: str

    def as_dict(self) -> dict[str, str]:
        """The move as data."""
        return {"what": self.what, "name": self.name, "then": self.then, "now": self.now}

    def __str__(self) -> str:
        return f"{self.what} {self.name}: {self.then or 'none'} → {self.now or 'none'}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the buyer is to pay.

    ``honoured`` says that it is the price that was held; otherwise ``quote`` is the new price
    and ``moved`` all that is another, empty if nothing is.
    """

    honoured: bool
    held: HeldQuote
    quote: Quote | None = None
    moved: tuple[Moved, ...] = ()

    @property
    def total(self) -> Amount:
        """All that the buyer pays."""
        if self.quote is None:
            return self.held.total
        return Amount(self.quote.total_minor, self.quote.currency)

    @property
    def due_at_checkout(self) -> Amount:
        """What the buyer pays the seller."""
        if self.quote is None:
            return self.held.due_at_checkout
        return Amount(self.quote.checkout_minor, self.quote.currency)


def accept(
    held: str | bytes | Mapping[str, Any],
    shop: LandedCost,
    keys: Keys,
    *,
    at: datetime,
    scope: Scope,
    leeway: timedelta = LEEWAY,
    rates: Mapping[str, str] | None = None,
    customs_rates: Mapping[str, str] | None = None,
) -> Accepted:
    """Honour a held price, or price it again if it has expired, and say what moved.

    ``shop`` prices with its own margin on exchange rates: for an offer of a policy give
    ``pricing.shop_for(buyer.place)``. The goods price stays that of the offer.
    ``rates`` and ``customs_rates`` take the place of those the held request was given. A price
    that is refused for another reason than its age is refused here too: raises HeldError as
    :func:`~landedcost.held.verify` does, ``expired`` among them for a token, which does not have
    the request; and what ``shop`` raises where there is no price any more.
    """
    known = authentic(held, keys, scope)
    try:
        timely(known, at, leeway)
        return Accepted(True, known)
    except HeldError as error:
        if error.code != "expired":
            raise
        if known.request is None:
            error.hint = "give the document, which has the request, or price the bundle again"
            raise
    quote = shop.price(asked_again(known, at=at, rates=rates, customs_rates=customs_rates))
    return Accepted(False, known, quote, moved(known, quote))


def asked_again(
    held: HeldQuote,
    *,
    at: datetime,
    rates: Mapping[str, str] | None = None,
    customs_rates: Mapping[str, str] | None = None,
) -> Request:
    """The request of a held document as of the day of ``at`` (UTC), to be priced again.

    For a shop that awaits its prices: ``moved(held, await shop.price(asked_again(held, at=now)))``.
    ``rates`` and ``customs_rates`` take the place of those it was given. Raises RequestError
    (``token_only``) for a token.
    """
    seconds(at)
    request = build_request(held.as_dict()["request"], as_of=at.astimezone(UTC).date())
    if rates is not None:
        request = request.but(rates=rates)
    if customs_rates is not None:
        request = request.but(customs_rates=customs_rates)
    return request


def moved(held: HeldQuote, quote: Quote) -> tuple[Moved, ...]:
    """All that differs between a held document's answer and another quote of the same request.

    Raises RequestError (``token_only``) for a held quote without its answer.
    """
    return differing(held.as_dict()["answer"], quote.as_dict())


def differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Moved, ...]:
    """All that differs between two answers to one request."""
    found = [*_sums(then, now), *_exchange(then, now), *_charges(then, now), *_rest(then, now)]
    return tuple(found)


def _sums(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Moved]:
    for name in _SUMS:
        yield from _pair("total", name, _money(then[name]), _money(now[name]))
    yield from _pair("certainty", "of the price", then["certainty"], now["certainty"])


def _exchange(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Moved]:
    def told(answer: Mapping[str, Any]) -> dict[str, str]:
        return {
            f"{e['pair']} ({e['use']})": f"{e['market']} + {e['margin']} = {e['net']}, {e['as_of']}"
            for e in answer["exchange"]
        }

    yield from _both("exchange", told(then), told(now))


def _charges(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Moved]:
    old, new = _by_name(then["charges"]), _by_name(now["charges"])
    for name in dict.fromkeys((*old, *new)):
        was, here = old.get(name), new.get(name)
        yield from _pair("charge", name, _charge(was), _charge(here))
        if was is not None and here is not None:
            for part in _WHY:
                yield from _pair("rule", f"{part} of {name}", was["why"][part], here["why"][part])


def _by_name(charges: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Charges by kind, line and code; a second of one name is numbered."""
    found: dict[str, dict[str, Any]] = {}
    for charge in charges:
        base = " ".join(filter(None, (charge["kind"], charge["code"], charge["line"])))
        name, count = base, 1
        while name in found:
            count += 1
            name = f"{base} #{count}"
        found[name] = charge
    return found


def _charge(charge: Mapping[str, Any] | None) -> str:
    if charge is None:
        return ""
    local = "" if charge["local"] == charge["amount"] else f" ({_money(charge['local'])})"
    return f"{_money(charge['amount'])}{local} {charge['collected'].replace('_', ' ')}"


def _rest(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Moved]:
    def sources(answer: Mapping[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in answer["provenance"]:
            told = f"{one['provider']}, {one['as_of'] or 'no day'}"
            name = one["kind"]
            found[name] = f"{found[name]}; {told}" if name in found else told
        return found

    yield from _both("source", sources(then), sources(now))
    for note in then["notes"]:
        if note not in now["notes"]:
            yield Moved("note", note["code"], note["text"], "")
    for note in now["notes"]:
        if note not in then["notes"]:
            yield Moved("note", note["code"], "", note["text"])


def _both(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Moved]:
    for name in dict.fromkeys((*then, *now)):
        yield from _pair(what, name, then.get(name, ""), now.get(name, ""))


def _pair(what: str, name: str, then: str, now: str) -> Iterator[Moved]:
    if then != now:
        yield Moved(what, name, then, now)


def _money(amount: Mapping[str, str]) -> str:
    return f"{amount['amount']} {amount['currency']}"
