"""Shopify's carrier service: shipping with duty and tax as rates at checkout.

Source of both shapes: https://shopify.dev/docs/api/admin-graphql/latest/objects/DeliveryCarrierService
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..currencies import currency as find_currency
from ..errors import RequestError
from ..lines import Amount
from ..quote import Quote
from .cart import Basket, Cart, Goods, buyer_at
from .payload import Field, read

INCLUDED = "duties and taxes included"
ON_DELIVERY = "duties and taxes on delivery"


@dataclass(frozen=True, slots=True)
class Service:
    """A rate to offer: the quote that prices it, and when the parcel arrives, if that is known.

    Two services show duty paid and unpaid next to each other: one with a DDP quote, one with a
    DAP quote, from ``shop.price_terms``. A ``code`` stays the same for the same service.
    """

    name: str
    code: str
    quote: Quote
    earliest: date | None = None
    latest: date | None = None
    description: str = ""


def _scale(code: str) -> int:
    """Shopify's subunits in one minor unit: a currency without subunits is times 100."""
    return 1 if find_currency(code).digits else 100


def from_rate_request(body: bytes | str | Mapping[str, Any], goods: Goods) -> Cart:
    """The basket of a request for rates: its goods that are sent, without shipping.

    ``goods`` is what customs must know, by SKU, or by variant id without one; where it has no
    weight, the request's is taken. The buyer's currency is that of the request, which is the
    shop's own. Raises RequestError: ``bad_payload``, ``unknown_sku``, ``nothing_to_send``.
    """
    rate = read(body).get("rate")
    code = find_currency(rate.get("currency").text(), "rate.currency").code
    basket = Basket(code, goods)
    sent = 0
    for item in rate.get("items").items():
        if not _is_sent(item):
            continue
        quantity = item.get("quantity").whole()
        total = Amount(_minor(item.get("price"), code) * quantity, code)
        sent += total.minor
        weight = item.get("grams").value
        own: dict[str, Any] = {"weight_g": weight} if isinstance(weight, int) and weight > 0 else {}
        name = item.get("name").text_or_none() or ""
        basket.add(item.name("sku", "variant_id"), name, quantity, total, item.path, **own)
    totals = rate.get("order_totals")
    off = _minor(totals.get("discount_amount"), code) if totals else 0
    place = rate.get("destination")
    return basket.cart(
        buyer_at(
            place.get("country").text(),
            place.get("province").text_or_none(),
            place.get("postal_code").text_or_none(),
            code,
            "rate.destination",
        ),
        "",
        discount=Amount(min(off, sent), code),
    )


def _is_sent(item: Field) -> bool:
    return item.get("requires_shipping").value is not False


def _minor(field: Field, code: str) -> int:
    """Minor units of subunits. Raises RequestError."""
    if not field:
        return 0
    whole, rest = divmod(field.whole(), _scale(code))
    if rest or whole < 0:
        raise RequestError(
            f"{field.value} is no amount in {code}",
            code="bad_payload",
            where=field.path,
            hint="give the raw body as the platform sent it",
        )
    return whole


def to_rates(services: Iterable[Service], *, labelled: bool = True) -> dict[str, Any]:
    """The answer to a request for rates.

    A rate is all that is due at checkout beside the goods, which Shopify charges itself:
    shipping, insurance, duty, tax and fees. ``labelled`` says in the name who pays duty and tax.
    Switch Shopify's own tax off for these markets, or it is charged twice. Raises RequestError
    (``repeated_id`` for two services of one code).
    """
    found = list(services)
    codes = [one.code for one in found]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise RequestError(
            f"two services have the code {twice!r}",
            code="repeated_id",
            where="services",
            hint="give each a code of its own",
        )
    return {"rates": [_rate(one, labelled) for one in found]}


def beside_goods(quote: Quote) -> int:
    """What is due at checkout beside the discounted goods, in minor units."""
    goods = sum(
        c.amount_minor
        for c in quote.charges
        if c.collected == "checkout" and c.kind in ("goods", "discount")
    )
    return quote.checkout_minor - goods


def _rate(one: Service, labelled: bool) -> dict[str, Any]:
    quote = one.quote
    owed = [c for c in quote.charges if c.kind in ("duty", "tax", "fee") and c.amount_minor]
    told = ON_DELIVERY if any(c.collected == "delivery" for c in owed) else INCLUDED
    total = max(beside_goods(quote), 0) * _scale(quote.currency)
    rate = {
        "service_name": f"{one.name} ({told})" if labelled and owed else one.name,
        "service_code": one.code,
        "total_price": str(total),
        "currency": quote.currency,
        "description": one.description,
    }
    for name, day in (("min_delivery_date", one.earliest), ("max_delivery_date", one.latest)):
        if day is not None:
            rate[name] = f"{day:%F} 12:00:00 +0000"
    return rate


@dataclass(frozen=True, slots=True)
class BackupRates:
    """Prices to answer with when no quote can be had in time, by country; ``*`` for the rest."""

    prices: Mapping[str, tuple[Amount, ...]]
    name: str = "Shipping"
    code: str = "backup"

    @classmethod
    def of(
        cls,
        table: Mapping[str, str | Iterable[str]],
        *,
        name: str = "Shipping",
        code: str = "backup",
    ) -> BackupRates:
        """From ``{"DE": "24.00 EUR", "*": ["39.00 EUR", "45.00 USD"]}``. Raises MoneyError."""
        prices = {
            country: tuple(
                Amount.of(text, f"backup.{country}")
                for text in ([texts] if isinstance(texts, str) else texts)
            )
            for country, texts in table.items()
        }
        return cls(prices, name, code)

    def answer(self, body: bytes | str | Mapping[str, Any]) -> dict[str, Any] | None:
        """Rates for a request, in its own currency; None where the table has none.

        Then answer with status 503: Shopify goes to the rates the shop has set there, where an
        empty list would say that nothing can be sent. Raises RequestError (``bad_payload``).
        """
        rate = read(body).get("rate")
        code = rate.get("currency").text()
        country = rate.get("destination").get("country").text()
        known = self.prices.get(country) or self.prices.get("*") or ()
        found = next((price for price in known if price.currency == code), None)
        if found is None:
            return None
        return {
            "rates": [
                {
                    "service_name": self.name,
                    "service_code": self.code,
                    "total_price": str(found.minor * _scale(code)),
                    "currency": code,
                    "description": "",
                }
            ]
        }
