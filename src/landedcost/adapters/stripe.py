"""Stripe Checkout: a quote as the parameters of a Session.

Source of the rules on amounts: https://docs.stripe.com/currencies (zero-decimal and
three-decimal currencies, special cases), and of the bounds of a session:
https://docs.stripe.com/api/checkout/sessions/create (``expires_at``, ``line_items``, metadata).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol

from ..currencies import currency as find_currency
from ..errors import RequestError
from ..quote import Quote
from .due import Due, due, fold, in_steps, parts

LABELS: Mapping[str, str] = {
    "duty": "Import duty",
    "tax": "Import tax",
    "fees": "Import fees",
    "insurance": "Insurance",
    "shipping": "Shipping",
}
SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(hours=24)
MAX_ITEMS = 100
MAX_METADATA = 500
_NO_DECIMALS = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"),
        *("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_TWO_THAT_HAVE_NONE = frozenset({"ISK"})
_UNCLEAR = frozenset({"UGX"})
"""The page lists it without decimals, and says further down that it is written with two."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Held(Protocol):
    """A quote that is held: a token, and the instant from which it no longer holds."""

    @property
    def token(self) -> str:
        """The signed quote, as text."""
        ...

    @property
    def valid_until(self) -> datetime:
        """The first instant at which it no longer holds."""
        ...


def step(currency: str) -> int:
    """The smallest amount Stripe charges, in minor units of a currency.

    Raises RequestError (``unsupported_currency``).
    """
    digits = find_currency(currency).digits
    if currency in _THREE_DECIMALS:
        return 10
    if currency in _UNCLEAR or digits == 3:
        raise RequestError(
            f"how Stripe writes amounts in {currency} is not clear"
            if currency in _UNCLEAR
            else f"Stripe does not charge in {currency}",
            code="unsupported_currency",
            where="currency",
            hint="price in another currency",
        )
    return 10**digits if currency in _NO_DECIMALS else 1


def amount(minor: int, currency: str) -> int:
    """Minor units as Stripe writes them: 500 JPY is 500, 5 ISK is 500, 5.120 KWD is 5120.

    ``minor`` is a multiple of ``step(currency)``. Raises RequestError.
    """
    if currency in _TWO_THAT_HAVE_NONE:
        return minor * 100
    return minor // step(currency) if currency in _NO_DECIMALS else minor


def to_checkout_session(
    quote: Quote,
    *,
    success_url: str,
    cancel_url: str,
    at: datetime,
    expires_at: datetime | None = None,
    titles: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    held: Held | str | None = None,
) -> dict[str, Any]:
    """The parameters of ``stripe.checkout.Session.create``, only what is due at checkout.

    ``at`` is now. The session ends with the quote, or earlier at ``expires_at``; Stripe takes 30
    minutes to 24 hours from ``at``. ``titles`` are shown for the lines, by id, in place of their
    own; ``labels`` for the rest, by the names of ``LABELS``. ``held`` is a held quote or its
    token, which goes into the metadata beside the quote's id.

    The sum of all lines and of the shipping is exactly ``quote.checkout_minor``. A discount is
    taken off the goods by price; a cent that rounding left is in a line beside the goods. In
    currencies where Stripe charges multiples only, lines are rounded to these and the sum is kept.

    Raises RequestError: ``nothing_due``, ``needs_rounding`` (the sum is no such multiple),
    ``unsupported_currency``, ``too_many_lines``, ``bad_expiry``; HeldError for a text that is no
    token.
    """
    ends = _ends(quote, held, at, expires_at)
    told = {**LABELS, **(labels or {})}
    items, shipping = _items(due(quote), titles or {}, told)
    if len(items) > MAX_ITEMS:
        raise RequestError(
            f"{len(items)} lines; Stripe takes {MAX_ITEMS}",
            code="too_many_lines",
            where="quote",
            hint="send the goods in two parcels",
        )
    metadata = _metadata(quote, held)
    session: dict[str, Any] = {
        "mode": "payment",
        "success_url": success_url,
        "cancel_url": cancel_url,
        "expires_at": ends,
        "client_reference_id": quote.id,
        "line_items": items,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
    }
    if shipping:
        price = {"amount": shipping, "currency": quote.currency.lower()}
        data = {"type": "fixed_amount", "fixed_amount": price, "display_name": told["shipping"]}
        session["shipping_options"] = [{"shipping_rate_data": data}]
    return session


def _items(
    found: Due, titles: Mapping[str, str], labels: Mapping[str, str]
) -> tuple[list[dict[str, Any]], int]:
    code, beside = found.currency, parts(found)
    amounts = [*beside.values(), *(one.goods for one in found.lines)]
    amounts = fold(amounts, found.rest)
    least = step(code)
    amounts = in_steps(amounts, least, f"round the price to steps of {least} before")
    sums = dict(zip(beside, amounts, strict=False))
    goods = amounts[len(sums) :]
    items = []
    for one, total in zip(found.lines, goods, strict=True):
        title = titles.get(one.line.id) or one.line.title or one.line.id
        items.append(_item(title, total, one.line.quantity, code, least))
    items += [
        _item(labels[name], total, 1, code, least)
        for name, total in sums.items()
        if total and name != "shipping"
    ]
    return items, amount(sums["shipping"], code)


def _item(title: str, total: int, quantity: int, code: str, least: int) -> dict[str, Any]:
    """One line item; units whose price does not come out even are one item together."""
    if total % (quantity * least):
        title, quantity = f"{quantity} × {title}", 1
    return {
        "price_data": {
            "currency": code.lower(),
            "unit_amount": amount(total // quantity, code),
            "product_data": {"name": title},
        },
        "quantity": quantity,
    }


def _metadata(quote: Quote, held: Held | str | None) -> dict[str, str]:
    found = {"quote_id": quote.id}
    if held is None:
        return found
    token = held if isinstance(held, str) else held.token
    parts = [token[k : k + MAX_METADATA] for k in range(0, len(token), MAX_METADATA)]
    return {**found, **{f"quote_token_{k}": part for k, part in enumerate(parts, 1)}}


def token_of(metadata: Mapping[str, str]) -> str:
    """The token of the held quote in a session's metadata, empty if there is none."""
    parts: list[str] = []
    while (part := metadata.get(f"quote_token_{len(parts) + 1}")) is not None:
        parts.append(part)
    return "".join(parts)


def _ends(quote: Quote, held: Held | str | None, at: datetime, expires_at: datetime | None) -> int:
    """When the session ends, in seconds since 1970. Raises RequestError (``bad_expiry``)."""
    for name, instant in (("at", at), ("expires_at", expires_at)):
        if instant is not None and instant.tzinfo is None:
            raise RequestError(
                f"not an instant: {instant!r}",
                code="naive_time",
                where=name,
                hint="give a datetime with a time zone",
            )
    if isinstance(held, str):
        from ..held.quote import read  # it loads pydantic, and a session without it does not

        last = read(held).valid_until
    elif held is None:
        after = quote.valid_until + timedelta(days=1)
        last = datetime.combine(after, time(), UTC)
    else:
        last = held.valid_until
    ends = min(last, at + LONGEST) if expires_at is None else expires_at
    if ends > last:
        raise _bad_expiry(f"the session would outlast the quote, which holds until {last:%F %T%z}")
    if not SHORTEST <= ends - at <= LONGEST:
        raise _bad_expiry(
            f"from {at:%F %T%z} to {ends:%F %T%z}; Stripe keeps a session 30 minutes to 24 hours"
        )
    return (ends - _EPOCH) // timedelta(seconds=1)


def _bad_expiry(message: str) -> RequestError:
    return RequestError(
        message,
        code="bad_expiry",
        where="expires_at",
        hint="hold the quote for longer than 30 minutes, and end the session with it",
    )
