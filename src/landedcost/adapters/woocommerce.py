"""WooCommerce: orders from its webhooks, and the lines that make an order come to the quote.

Source of the shapes: https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..currencies import currency as find_currency
from ..errors import RequestError
from ..lines import Amount
from ..money import amount_text
from ..quote import Quote
from .cart import Basket, Cart, Goods, buyer_at
from .due import due, fold
from .payload import Field, read

LABELS: Mapping[str, str] = {
    "shipping": "Shipping",
    "insurance": "Insurance",
    "duty": "Import duty",
    "tax": "Import tax",
    "fees": "Import fees",
    "rounding": "Rounding",
}


def from_order(body: bytes | str | Mapping[str, Any], goods: Goods) -> Cart:
    """The basket of an order, as ``order.created`` sends it: prices without tax.

    ``goods`` is what customs must know, by SKU, or by the id of the variation or product where
    there is none. What coupons took off is the discount. Raises
    RequestError: ``bad_payload``, ``unknown_sku``.
    """
    order = read(body)
    code = find_currency(order.get("currency").text(), "currency").code
    basket = Basket(code, goods)
    off = 0
    for line in order.get("line_items").items():
        before = line.get("subtotal").amount(code)
        off += before.minor - line.get("total").amount(code).minor
        name = line.get("name").text_or_none() or ""
        quantity = line.get("quantity").whole()
        basket.add(
            line.name("sku", "variation_id", "product_id"), name, quantity, before, line.path
        )
    if off < 0:
        raise RequestError(
            "the lines cost more after their coupons than before",
            code="bad_payload",
            where="line_items",
            hint="write a surcharge as a fee line",
        )
    address = _address(order)
    return basket.cart(
        buyer_at(
            address.get("country").text(),
            address.get("state").text_or_none(),
            address.get("postcode").text_or_none(),
            code,
            address.path,
        ),
        str(order.get("id").value or ""),
        shipping=order.get("shipping_total").amount(code),
        discount=Amount(off, code),
    )


def _address(order: Field) -> Field:
    """Where it is sent; an order to the billing address has a blank shipping address."""
    shipping = order.get("shipping")
    if shipping and shipping.get("country").text_or_none():
        return shipping
    return order.get("billing")


def to_order_lines(quote: Quote, *, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """``shipping_lines`` and ``fee_lines`` that take an order to the quote.

    The order's goods after coupons and these lines add up to ``quote.checkout_minor``. Duty, tax,
    fees and rounding are fee lines without tax of WooCommerce's own: its ``tax_lines`` can only
    be read. ``labels`` by the names of ``LABELS``. Raises RequestError (``nothing_due``).
    """
    found, told = due(quote), {**LABELS, **(labels or {})}
    names = ["shipping", "fees", "duty", "tax", "insurance"]
    sums = [
        found.shipping,
        found.fees + sum(one.fees for one in found.lines),
        found.duty + sum(one.duty for one in found.lines),
        found.tax + sum(one.tax for one in found.lines),
        found.insurance,
    ]
    rest = found.rest
    if rest < 0:
        bearable = max(rest, -sum(sums))
        sums, rest = fold(sums, bearable), rest - bearable
    names.append("rounding")
    sums.append(rest)
    digits = find_currency(quote.currency).digits
    shipping = {
        "method_id": "landedcost",
        "method_title": told["shipping"],
        "total": amount_text(sums[0], digits),
    }
    return {
        "shipping_lines": [shipping],
        "fee_lines": [
            {"name": told[name], "total": amount_text(total, digits), "tax_status": "none"}
            for name, total in zip(names[1:], sums[1:], strict=True)
            if total
        ],
        "meta_data": [{"key": "_landedcost_quote", "value": quote.id}],
    }
