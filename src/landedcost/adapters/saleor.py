"""Saleor's synchronous tax webhooks: CHECKOUT_CALCULATE_TAXES and ORDER_CALCULATE_TAXES.

Source of both shapes, and of what Saleor takes for valid:
https://docs.saleor.io/developer/extending/webhooks/synchronous-events/tax
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..currencies import currency as find_currency
from ..errors import RequestError
from ..lines import Amount
from ..money import amount_text
from ..quote import Quote
from ..rounding import half_up
from .cart import Basket, Cart, Goods, buyer_at
from .due import due, fold
from .payload import Field, read

SUBSCRIPTION = """
fragment Basis on TaxableObject {
  pricesEnteredWithTax currency
  address { country { code } countryArea postalCode }
  shippingPrice { amount }
  discounts { type amount { amount } }
  lines {
    productSku productName quantity totalPrice { amount }
    sourceLine { ... on CheckoutLine { id } ... on OrderLine { id } }
  }
  sourceObject { ... on Checkout { id } ... on Order { id } }
}
subscription { event { __typename ... on CalculateTaxes { taxBase { ...Basis } } } }
"""
"""The subscription query that asks for what ``from_tax_payload`` reads."""
_WHOLE = 100 * 100
"""A hundred percent, in hundredths of a percent."""


def from_tax_payload(body: bytes | str | Mapping[str, Any], goods: Goods) -> Cart:
    """The basket of a checkout or an order.

    Give the raw body. ``goods`` is what customs must know, by SKU. Discounts of the whole are
    taken off the goods, those of shipping off the shipping. Raises RequestError: ``bad_payload``,
    ``unknown_sku``, ``tax_included`` where prices are entered with tax, since what is put on top
    of them would be tax on tax.
    """
    base = read(body).get("taxBase")
    code = find_currency(base.get("currency").text(), "taxBase.currency").code
    if base.get("pricesEnteredWithTax").flag():
        raise RequestError(
            "the prices of this channel have tax in them already",
            code="tax_included",
            where="taxBase.pricesEnteredWithTax",
            hint="enter prices without tax in the channel's tax settings",
        )
    basket = Basket(code, goods)
    for line in base.get("lines").items():
        name = line.get("productName").text_or_none() or ""
        total = line.get("totalPrice").get("amount").amount(code)
        sku = line.get("productSku").text()
        basket.add(sku, name, line.get("quantity").whole(), total, line.path)
    off = {"SUBTOTAL": 0, "SHIPPING": 0}
    for discount in base.get("discounts").items() if base.get("discounts") else ():
        kind = discount.get("type").text_or_none() or "SUBTOTAL"
        off[kind] = off.get(kind, 0) + discount.get("amount").get("amount").amount(code).minor
    shipping = _price(base.get("shippingPrice"), code)
    address = base.get("address")
    source = base.get("sourceObject")
    return basket.cart(
        buyer_at(
            address.get("country").get("code").text(),
            address.get("countryArea").text_or_none(),
            address.get("postalCode").text_or_none(),
            code,
            "taxBase.address",
        ),
        (source.get("id").text_or_none() or "") if source else "",
        shipping=Amount(max(shipping - off["SHIPPING"], 0), code),
        discount=Amount(off["SUBTOTAL"], code),
    )


def _price(field: Field, code: str) -> int:
    return field.get("amount").amount(code).minor if field else 0


def to_taxes(quote: Quote, cart: Cart) -> dict[str, Any]:
    """The answer: net and gross of every line, in the order asked, and of shipping.

    Duty and fees are in the net amounts, those of the parcel in shipping; tax is what is
    between net and gross. All gross amounts add up to ``quote.checkout_minor``. Rates are in
    percent of the net amounts, to two decimals. Raises RequestError (``nothing_due``,
    ``other_currency``).
    """
    if quote.currency != cart.currency:
        raise RequestError(
            f"the quote is in {quote.currency}, the checkout in {cart.currency}",
            code="other_currency",
            where="quote",
            hint="price the cart's own buyer, who has the currency of the checkout",
        )
    found = due(quote)
    shares = {one.line.id: one for one in found.lines}
    nets, taxes = [], []
    net, tax = found.shipping + found.insurance + found.duty + found.fees, found.tax
    for item in cart.items:
        one = shares[item.line_id]
        own, due_tax = one.goods + one.duty + one.fees, one.tax
        if due_tax > own:  # a gift: Saleor takes no rate above a hundred percent
            net, tax, own, due_tax = net + own, tax + due_tax, 0, 0
        nets.append(own)
        taxes.append(due_tax)
    net, *nets = fold([net, *nets], found.rest)
    digits = find_currency(quote.currency).digits
    return {
        "shipping_price_net_amount": amount_text(net, digits),
        "shipping_price_gross_amount": amount_text(net + tax, digits),
        "shipping_tax_rate": _rate(tax, net),
        "lines": [
            {
                "total_net_amount": amount_text(own, digits),
                "total_gross_amount": amount_text(own + more, digits),
                "tax_rate": _rate(more, own),
            }
            for own, more in zip(nets, taxes, strict=True)
        ],
    }


def _rate(tax: int, net: int) -> str:
    """Tax in percent of net, to two decimals and no more than a hundred."""
    share = half_up(tax * _WHOLE, net) if net else _WHOLE * bool(tax)
    return amount_text(min(share, _WHOLE), 2)
