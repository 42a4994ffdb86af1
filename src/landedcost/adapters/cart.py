"""The basket of a platform, as a bundle and a buyer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..codes import nearest
from ..currencies import currency as find_currency
from ..errors import RequestError
from ..lines import MAX_TITLE, Amount, Line
from ..request import Bundle, Buyer, Request, Seller
from ..territories import place

Goods = Mapping[str, Mapping[str, Any]]
"""What customs must know of each article, by SKU: the further arguments of ``Line``, such as
``{"tee-black-m": {"hs_code": "6109.10", "origin": "VN", "weight_g": 180}}``."""
_REGION = re.compile(r"[A-Za-z0-9]{1,3}", re.ASCII)
_POSTAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,11}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a platform's basket: its article, its whole price, and the id of our line."""

    sku: str
    total: Amount
    quantity: int
    line_id: str


@dataclass(frozen=True, slots=True)
class Cart:
    """What a platform asks about: price it with ``shop.price_for(cart.bundle, cart.buyer)``."""

    bundle: Bundle
    buyer: Buyer
    currency: str
    items: tuple[Item, ...]
    reference: str = ""

    def request(self, seller: Seller | str, as_of: date | str, **more: Any) -> Request:
        """The question in full, for ``shop.price``; ``more`` as ``Request`` takes it."""
        return Request(self.bundle, self.buyer, seller, as_of, currency=self.currency, **more)


class Basket:
    """Lines as they come, until there is a bundle."""

    def __init__(self, currency: str, goods: Goods) -> None:
        self.currency = find_currency(currency, "currency").code
        self.goods = goods
        self.lines: list[Line] = []
        self.items: list[Item] = []
        self._seen: dict[str, int] = {}

    def add(
        self,
        sku: str,
        title: str,
        quantity: int,
        total: Amount,
        where: str,
        listed: Amount | None = None,
        **own: Any,
    ) -> None:
        """A line of the platform. Raises RequestError.

        ``total`` is the price of all its units, ``listed`` that before a discount. A price that
        does not divide by the quantity is rounded up, with a discount of what that is too much.
        ``own`` is what the payload itself tells of the article; ``goods`` goes before it.
        """
        facts = self._facts(sku, where)
        if quantity < 1:
            raise RequestError(
                f"not a quantity: {quantity}", code="bad_payload", where=where, hint="1 or more"
            )
        before = total if listed is None else listed
        price = -(-before.minor // quantity)
        off = price * quantity - total.minor
        name = self._id(sku)
        self.lines.append(
            Line(
                name,
                Amount(price, self.currency),
                quantity=quantity,
                discount=Amount(off, self.currency) if off else None,
                title=title[:MAX_TITLE],
                where=where,
                **{**own, **facts},
            )
        )
        self.items.append(Item(sku, total, quantity, name))

    def _facts(self, sku: str, where: str) -> Mapping[str, Any]:
        if sku in self.goods:
            return self.goods[sku]
        close = nearest(sku, list(self.goods))
        raise RequestError(
            f"nothing is known of the article {sku[:60]!r}",
            code="unknown_sku",
            where=where,
            hint=f"did you mean {', '.join(close)}?" if close else "add it to `goods`",
        )

    def _id(self, sku: str) -> str:
        number = self._seen[sku] = self._seen.get(sku, 0) + 1
        return sku if number == 1 else f"{sku}#{number}"

    def cart(
        self,
        buyer: Buyer,
        reference: str,
        *,
        shipping: Amount | None = None,
        discount: Amount | None = None,
    ) -> Cart:
        """The whole. Raises RequestError (``nothing_to_send``)."""
        if not self.lines:
            raise RequestError(
                "nothing in the basket is sent",
                code="nothing_to_send",
                where="lines",
                hint="price only baskets with goods to send",
            )
        bundle = Bundle(
            self.lines,
            shipping=shipping,
            discount=discount if discount and discount.minor else None,
        )
        return Cart(bundle, buyer, self.currency, tuple(self.items), reference)


def buyer_at(
    country: str, region: str | None, postal_code: str | None, currency: str, where: str
) -> Buyer:
    """The buyer at an address that people typed.

    A postal code that decides on the rules goes before the region, which shops name in their own
    ways; a region or postal code in no form known is left out. Raises RequestError.
    """
    post = postal_code if postal_code and _POSTAL.fullmatch(postal_code) else None
    named = place(country, None, f"{where}.country", post).region
    part = region if region and _REGION.fullmatch(region) and named is None else None
    return Buyer(
        country,
        region=part.upper() if part else None,
        postal_code=post,
        currency=currency,
        where=where,
    )
