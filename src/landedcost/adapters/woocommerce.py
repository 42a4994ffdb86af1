"""WooCommerce: orders from its webhooks, and the lines that make an order come to the quote.

Source of the shapes: https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..currencies import currency as find_currency
from ..errors import RequestError
from ..money import amount_text
from ..quote import Quote
from .cart import Basket, Cart, Goods, buyer_at
from .due import due, fold, parts
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
    there is none. What coupons took off a line is its discount. Raises
    RequestError: ``bad_payload``, ``unknown_sku``.
    """
    order = read(body)
    code = find_currency(order.get("currency").text(), "currency").code
    basket = Basket(code, goods)
    for line in order.get("line_items").items():
        before, total = line.get("subtotal").amount(code), line.get("total").amount(code)
        if total.minor > before.minor:
            raise RequestError(
                "costs more after its coupons than before",
                code="bad_payload",
                where=line.path,
                hint="write a surcharge as a fee line",
            )
        name, quantity = line.get("name").text_or_none() or "", line.get("quantity").whole()
        sku = line.name("sku", "variation_id", "product_id")
        basket.add(sku, name, quantity, total, line.path, before)
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
    sums = parts(found)
    borne = max(found.rest, -sum(sums.values())) if any(sums.values()) else 0
    sums = dict(zip(sums, fold(list(sums.values()), borne), strict=True))
    sums["rounding"] = found.rest - borne
    digits = find_currency(quote.currency).digits
    shipping = {
        "method_id": "landedcost",
        "method_title": told["shipping"],
        "total": amount_text(sums["shipping"], digits),
    }
    return {
        "shipping_lines": [shipping],
        "fee_lines": [
            {"name": told[name], "total": amount_text(total, digits), "tax_status": "none"}
            for name, total in sums.items()
            if total and name != "shipping"
        ],
        "meta_data": [{"key": "_landedcost_quote", "value": quote.id}],
    }
