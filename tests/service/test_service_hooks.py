"""Other shops' words over HTTP: signed bodies in, sums that reconcile out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from checkout_payloads import GOODS, SALEOR, SHOPIFY, WOOCOMMERCE
from secret_words import watch
from service_stage import REQUEST, app_of, callers, client

from landedcost import Amount
from landedcost.ports.flow import Secret
from landedcost.service.hooks import HookSettings, SaleorHook, ShopifyHook

pytestmark = pytest.mark.anyio
SECRET = watch("webhook-secret-of-a-test")
HOOKS = HookSettings(
    GOODS,
    Amount.of("9.00 USD"),
    SaleorHook(secrets=(Secret(SECRET),)),
    ShopifyHook((Secret(SECRET),)),
    (Secret(SECRET),),
)
BODIES = {"saleor": SALEOR, "shopify": SHOPIFY, "woocommerce": WOOCOMMERCE}


def header(name: str, body: bytes) -> dict[str, str]:
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    text = mac.hex() if name == "saleor" else base64.b64encode(mac).decode()
    names = {
        "saleor": "Saleor-Signature",
        "shopify": "X-Shopify-Hmac-Sha256",
        "woocommerce": "X-WC-Webhook-Signature",
    }
    return {names[name]: text}


async def post(name: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    async with client(app_of(hooks=HOOKS)) as http:
        found = await http.post(f"/v1/hooks/{name}", content=body, headers=headers)
        return found.status_code, found.json()


@pytest.mark.parametrize("name", BODIES)
async def test_signed_by_who_it_says_or_refused(name: str) -> None:
    body = BODIES[name]
    status, told = await post(name, body, header(name, body))
    assert status == 200, told
    again = json.dumps(json.loads(body)).encode()  # the same, written otherwise
    for sent, headers in ((body, {}), (again, header(name, body))):
        status, told = await post(name, sent, headers)
        assert status == 401
        assert told["error"]["code"] in ("missing_signature", "bad_signature")


@pytest.mark.parametrize("name", BODIES)
async def test_signed_nonsense_is_an_error_of_its_own(name: str) -> None:
    for body in (b"", b"[]", b"{}", b"{", b'{"rate": 3}', b"\xff"):
        status, told = await post(name, body, header(name, body))
        assert status == 422, (body, told)
        assert told["error"]["code"] == "bad_payload"


async def test_woocommerce_finds_somebody_there_when_its_webhook_is_saved() -> None:
    async with client(app_of(hooks=HOOKS)) as http:
        for body, status in ((b"webhook_id=17", 200), (b"webhook_id=17&x=1", 401), (b"{}", 401)):
            found = await http.post("/v1/hooks/woocommerce", content=body)
            assert (found.status_code, body) == (status, body)


async def test_saleor_is_told_every_line() -> None:
    _, told = await post("saleor", SALEOR, header("saleor", SALEOR))
    assert len(told["lines"]) == 2
    assert told["shipping_price_gross_amount"]


async def test_medusa_is_told_rates() -> None:
    team = callers()
    async with client(app_of(hooks=HOOKS, keys=team.keys), headers=team.header("all")) as http:
        asked = {"request": REQUEST, "shipping_line_id": "ship"}
        found = await http.post("/v1/hooks/medusa", json=asked)
        assert found.status_code == 200, found.text
        assert set(found.json()) == {"item_lines", "shipping_lines", "left_over"}
        assert (await http.post("/v1/hooks/medusa", json={})).status_code == 422


async def test_a_platform_that_was_not_set_up_is_not_there() -> None:
    async with client(app_of(hooks=HookSettings())) as http:
        for name in BODIES:
            assert (await http.post(f"/v1/hooks/{name}", content=b"{}")).status_code == 404
        paths = (await http.get("/openapi.json")).json()["paths"]
        assert "/v1/hooks/saleor" not in paths
