"""A source that hangs takes its share of the time, not that of its fallback."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import anyio
import httpx
import pytest

from landedcost import Bundle, LandedCost, Line, Providers, Quote
from landedcost.testing import Policy, fake_rates, fake_tariff
from landedcost.transport import Transport

DAY = date(2026, 10, 1)
BUNDLE = Bundle(
    [Line("tee", "25.00 USD", quantity=20, hs_code="6109.10", origin="VN", weight_g=180)],
    shipping="9.00 USD",
)
DEADLINE_MS = 400
FALLBACK = fake_rates({"USD": "1.25", "GBP": "0.80"}, name="fallback")
Ask = Callable[[LandedCost], Quote]


def hanging(**providers: Any) -> LandedCost:
    policy = Policy(deadline_ms=DEADLINE_MS, attempts=1)
    shop = LandedCost("US", providers=Providers(policy=policy, **providers))

    async def wait(_: httpx.Request) -> httpx.Response:
        await anyio.sleep(20)
        return httpx.Response(200)

    class Hangs(httpx.MockTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.sleep(2)
            return httpx.Response(200)

    opened = shop.outside.opened
    opened.transport.wire = Transport(policy, opened.clock, Hangs(wait)).wire
    return shop


def at_once(shop: LandedCost) -> Quote:
    return shop.price_for(BUNDLE, "en-GB", as_of=DAY)


def in_a_loop(shop: LandedCost) -> Quote:
    async def ask() -> Quote:
        return await shop.outside.arun(shop.plan_for(BUNDLE, "en-GB", as_of=DAY))

    return anyio.run(ask)


@pytest.mark.parametrize("ask", [at_once, in_a_loop])
@pytest.mark.parametrize("before", [1, 2])
def test_the_fallback_has_time_left(ask: Ask, before: int) -> None:
    names = ["frankfurter", "open-exchange-rates"][:before]
    shop = hanging(
        rates=[*names, FALLBACK],
        tariff=["uk-trade-tariff", fake_tariff({"610910": "12%"})],
        settings={"open-exchange-rates": {"app_id": "an-id-of-a-test"}},
    )
    start = time.monotonic_ns()
    quote = ask(shop)
    took = (time.monotonic_ns() - start) // 10**6
    assert took < DEADLINE_MS
    assert quote.certainty == "estimated"
    failed = [note.text for note in quote.notes if note.code == "source_failed"]
    assert sum("provider_timeout" in text for text in failed) >= before + 1, failed


def test_a_source_that_failed_is_not_waited_for_again_where_a_currency_is_missing() -> None:
    shop = hanging(rates=["frankfurter", fake_rates({"GBP": "0.80"}), FALLBACK])
    start = time.monotonic_ns()
    quote = in_a_loop(shop)
    took = (time.monotonic_ns() - start) // 10**6
    assert took < DEADLINE_MS
    assert quote.total_minor > 0


def test_two_that_are_compared_do_not_take_all_the_time() -> None:
    shop = hanging(rates=[FALLBACK, "frankfurter"], agreement={"rates": "1%"})
    start = time.monotonic_ns()
    quote = in_a_loop(shop)
    took = (time.monotonic_ns() - start) // 10**6
    assert took < DEADLINE_MS
    assert quote.total_minor > 0
