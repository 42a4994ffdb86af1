"""Sources that hang: the answer comes in time, and says what it rests on."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import date
from typing import Any

import anyio
import httpx
import pytest
from checkout_payloads import GOODS, SHOPIFY
from secret_words import watch
from service_stage import REQUEST, app_of, client

from landedcost import Amount, LandedCost, Providers
from landedcost.adapters.shopify import BackupRates
from landedcost.ports.flow import Secret
from landedcost.service.desk import Limits
from landedcost.service.hooks import HookSettings, ShopifyHook
from landedcost.testing import Reply
from landedcost.transport import Policy, Transport
from landedcost.transport.scripted import Script

pytestmark = pytest.mark.anyio
LIVE = {k: v for k, v in REQUEST.items() if "rates" not in k}
SECRET = watch("shopify-secret-of-a-test")


def hangs(shop: LandedCost, seconds: int = 20) -> LandedCost:
    """A shop whose network takes every request and answers none of them in time."""

    async def wait(_: httpx.Request) -> httpx.Response:
        await anyio.sleep(seconds)
        return httpx.Response(200, json={})

    opened = shop.outside.opened
    fresh = Transport(opened.config.policy, opened.clock, httpx.MockTransport(wait))
    opened.transport.wire = fresh.wire
    return shop


def shop(**providers: Any) -> LandedCost:
    return LandedCost("US", providers=Providers(policy=Policy(attempts=1), **providers))


async def timed(http: httpx.AsyncClient, **asked: Any) -> tuple[httpx.Response, int]:
    start = time.monotonic_ns()
    found = await http.post(**{"url": "/v1/price", "json": LIVE, **asked})
    return found, (time.monotonic_ns() - start) // 10**6


async def test_a_source_that_sleeps_leaves_its_fallback_the_time_it_needs() -> None:
    slow = hangs(shop(rates=["frankfurter", "bundled"]))
    async with client(app_of(slow, limits=Limits(deadline_ms=800))) as http:
        found, took = await timed(http)
        assert found.status_code == 200, found.text
        answer = found.json()
        assert took < 800
        assert answer["certainty"] == "estimated"
        assert any(note["code"] == "source_failed" for note in answer["notes"])
        rates = [p for p in answer["provenance"] if p["kind"] == "rates"]
        assert {p["provider"].split()[0] for p in rates} == {"bundled"}


async def test_the_caller_may_have_less_time() -> None:
    slow = hangs(shop(rates=["frankfurter", "bundled"], tariff=["uk-trade-tariff", "bundled"]))
    british = {**LIVE, "buyer": {"country": "GB"}}
    async with client(app_of(slow)) as http:
        header = {"Landedcost-Deadline-Ms": "300"}
        found, took = await timed(http, json=british, headers=header)
        assert found.status_code == 200, found.text
        assert took < 300 + 100


async def test_without_a_fallback_the_answer_is_that_there_is_none_in_time() -> None:
    slow = hangs(shop(rates="frankfurter"))
    async with client(app_of(slow, limits=Limits(deadline_ms=300))) as http:
        found, took = await timed(http)
        assert (found.status_code, found.json()["error"]["code"]) == (504, "provider_timeout")
        assert int(found.headers["retry-after"]) >= 1
        assert took < 500
        comparison, took = await timed(
            http, url="/v1/compare", json={"request": LIVE, "markets": ["DE", "GB", "JP"]}
        )
        assert comparison.status_code == 200
        assert took < 600
        assert all(one["error"] for one in comparison.json()["markets"])


async def test_old_rates_are_better_than_none_and_say_so() -> None:
    one = shop(rates="frankfurter", freshness={"rates": _old()})
    opened = one.outside.opened

    def answer(seen: Any) -> Reply:
        rates = {"GBP": "0.86", "USD": "1.25", "JPY": "160"}
        day = seen.url.rpartition("/")[2]
        return Reply(json={"amount": 1, "base": "EUR", "date": day, "rates": _exact(rates)})

    script = Script(answer)
    opened.transport.wire = Transport(opened.config.policy, opened.clock, script.outlet).wire
    async with client(app_of(one, limits=Limits(deadline_ms=500))) as http:
        first = (await http.post("/v1/price", json=LIVE)).json()
        hangs(one)
        found, took = await timed(http)
        assert took < 500
        later = found.json()
        assert later["total"] == first["total"]
        assert later["certainty"] == "estimated"
        assert any(note["code"] == "stale_source" for note in later["notes"])


def _old() -> Any:
    from landedcost.ports import Freshness

    return Freshness(fresh_ms=1, stale_ms=0, error_ms=3_600_000)


def _exact(rates: dict[str, str]) -> dict[str, Any]:
    from decimal import Decimal

    return {code: Decimal(text) for code, text in rates.items()}


# --- Shopify ---------------------------------------------------------------------------------


def signed(body: bytes) -> dict[str, str]:
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    return {"X-Shopify-Hmac-Sha256": base64.b64encode(mac).decode()}


def shopify(backup: dict[str, str]) -> HookSettings:
    hook = ShopifyHook((Secret(SECRET),), backup=BackupRates.of(backup))
    return HookSettings(GOODS, Amount.of("9.00 USD"), shopify=hook)


async def test_shopify_has_its_rates() -> None:
    async with client(app_of(hooks=shopify({}))) as http:
        found, _ = await timed(http, url="/v1/hooks/shopify", content=SHOPIFY,
                               json=None, headers=signed(SHOPIFY))  # fmt: skip
        assert found.status_code == 200, found.text
        (rate,) = found.json()["rates"]
        assert rate["currency"] == "USD"
        assert int(rate["total_price"]) > 900


@pytest.mark.slow
async def test_shopify_is_answered_within_three_seconds_whatever_happens() -> None:
    slow = hangs(shop(rates="frankfurter"))
    for backup, status in (({"GB": "24.00 USD"}, 200), ({"DE": "24.00 EUR"}, 503)):
        app = app_of(slow, hooks=shopify(backup), limits=Limits(deadline_ms=60_000))
        async with client(app) as http:
            found, took = await timed(http, url="/v1/hooks/shopify", content=SHOPIFY,
                                      json=None, headers=signed(SHOPIFY))  # fmt: skip
        assert took < 3_000
        assert found.status_code == status
        if status == 200:
            assert found.json()["rates"][0]["total_price"] == "2400"


async def test_shopify_gets_backup_rates_when_the_package_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = LandedCost("US")
    monkeypatch.setattr(broken, "price_for", lambda *_, **__: 1 // 0)
    async with client(app_of(broken, hooks=shopify({"*": "24.00 USD"}))) as http:
        found, _ = await timed(http, url="/v1/hooks/shopify", content=SHOPIFY,
                               json=None, headers=signed(SHOPIFY))  # fmt: skip
        assert found.json()["rates"][0]["service_code"] == "backup"


def test_the_day_of_these_tests_has_bundled_rates() -> None:
    from landedcost.fx.rates import EcbRates

    assert EcbRates.load().sheet(date(2026, 10, 1))
