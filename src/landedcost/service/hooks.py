"""``/v1/hooks``: what shops of other makers ask, answered in their words.

Saleor, Shopify and WooCommerce sign what they send; that takes the place of a key. The answer to
Shopify comes within its three seconds, whatever happens: with backup rates if there is no price.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import anyio
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response

from ..adapters import medusa, saleor, shopify, signatures, woocommerce
from ..adapters.cart import Cart, Goods
from ..errors import LandedCostError
from ..lines import Amount
from ..ports.flow import Secret
from ..request import Bundle
from .body import object_of, raw
from .desk import Desk
from .prices import Prices
from .problems import Problem, incident

log = logging.getLogger("landedcost.service")
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
SHOPIFY_MS = 2_500
"""When the answer to Shopify is given up and backup rates go out; Shopify waits 3 seconds."""


@dataclass(frozen=True)
class ShopifyHook:
    """Shopify's carrier service: its secrets, what the rate is called, and the backup rates."""

    secrets: tuple[Secret, ...]
    name: str = "International shipping"
    code: str = "landedcost"
    backup: shopify.BackupRates = field(default_factory=lambda: shopify.BackupRates({}))


@dataclass(frozen=True)
class SaleorHook:
    """Saleor's tax webhooks: the shop's key set, or secrets of older webhooks."""

    jwks: str | None = field(default=None, repr=False)
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True)
class HookSettings:
    """The platforms that may ask; None for one that may not.

    ``goods`` is what customs must know of each article; ``shipping`` what a parcel costs where
    neither the platform nor a carrier says.
    """

    goods: Goods = field(default_factory=dict, repr=False)
    shipping: Amount | None = None
    saleor: SaleorHook | None = None
    shopify: ShopifyHook | None = None
    woocommerce: tuple[Secret, ...] = ()


class Hooks:
    """Answers the platforms of ``settings``."""

    def __init__(self, desk: Desk, prices: Prices, settings: HookSettings) -> None:
        self.desk = desk
        self.prices = prices
        self.settings = settings

    async def saleor(self, asked: Asked) -> Response:
        """POST ``/v1/hooks/saleor``: CHECKOUT_CALCULATE_TAXES and ORDER_CALCULATE_TAXES."""
        hook, body = self.settings.saleor, await raw(asked)
        assert hook is not None
        header = asked.headers.get("saleor-signature")
        secrets = _open(hook.secrets) or None
        signatures.verify_saleor(body, header, jwks=hook.jwks, secrets=secrets)
        cart = saleor.from_tax_payload(body, self.settings.goods)
        quote = await self.prices.quote_for(cart.bundle, cart.buyer, self.desk.deadline(asked))
        return JSONResponse(saleor.to_taxes(quote, cart))

    async def woocommerce(self, asked: Asked) -> Response:
        """POST ``/v1/hooks/woocommerce``: an order in, the lines that take it to the quote out.

        Where a webhook is saved, WooCommerce asks without a signature whether anybody is there.
        """
        body = await raw(asked)
        if _PING.fullmatch(body):
            return Response()
        header = asked.headers.get("x-wc-webhook-signature")
        signatures.verify_woocommerce(body, header, _open(self.settings.woocommerce))
        cart = woocommerce.from_order(body, self.settings.goods)
        quote = await self.prices.quote_for(cart.bundle, cart.buyer, self.desk.deadline(asked))
        return JSONResponse(woocommerce.to_order_lines(quote))

    async def medusa(self, asked: Asked) -> Response:
        """POST ``/v1/hooks/medusa``: a request in, tax lines out."""
        self.desk.let_in(asked, "hooks")
        body = await object_of(asked, {"request": dict, "shipping_line_id": str})
        request = self.prices.request(body.get("request"))
        quote = await self.prices.quote(request, self.desk.deadline(asked))
        return JSONResponse(medusa.to_tax_lines(quote, body.get("shipping_line_id")))

    async def shopify(self, asked: Asked) -> Response:
        """POST ``/v1/hooks/shopify``: a request for rates in, rates out, in time."""
        hook, body = self.settings.shopify, await raw(asked)
        assert hook is not None
        header = asked.headers.get("x-shopify-hmac-sha256")
        signatures.verify_shopify(body, header, _open(hook.secrets))
        told: Mapping[str, Any] | None = None
        with anyio.move_on_after(timedelta(milliseconds=SHOPIFY_MS).total_seconds()) as scope:
            try:
                told = await self._rates(body, hook)
            except LandedCostError as error:
                log.warning("no rate for Shopify, so backup rates: %s", error.code)
            except Exception as error:
                incident(error, asked)
        if scope.cancelled_caught:
            log.warning("no rate for Shopify in time, so backup rates")
        if told is None:
            told = hook.backup.answer(body)
        if told is None:
            raise Problem(
                503,
                "no_rates",
                "no price, and no backup rate for this country and currency",
                hint="set [hooks.shopify.backup]; Shopify shows its own backup rates",
            )
        return JSONResponse(told)

    async def _rates(self, body: bytes, hook: ShopifyHook) -> dict[str, Any]:
        cart = shopify.from_rate_request(body, self.settings.goods)
        quote = await self.prices.quote_for(
            self._sent(cart), cart.buyer, min(SHOPIFY_MS - 500, self.desk.limits.deadline_ms)
        )
        return shopify.to_rates([shopify.Service(hook.name, hook.code, quote)])

    def _sent(self, cart: Cart) -> Bundle:
        """The goods with the shipping of the shop, where no carrier is asked."""
        shop, bundle = self.desk.shop, cart.bundle
        live = shop.providers is not None and shop.providers.carrier is not None
        if self.settings.shipping is None or shop.carrier is not None or live:
            return bundle
        return Bundle(bundle.lines, shipping=self.settings.shipping, discount=bundle.discount)


def _open(secrets: tuple[Secret, ...]) -> list[str]:
    return [secret.get_secret_value() for secret in secrets]
