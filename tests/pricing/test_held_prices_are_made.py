"""A price that is held is made exactly while rates move, whatever a market rounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from landedcost import Bundle, LandedCost, Line, Policy, Pricing

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
MARKETS = (
    ("de-DE", "EUR", 860_000),
    ("en-GB", "GBP", 750_000),
    ("de-CH", "CHF", 800_000),
    ("es-MX", "MXN", 18_500_000),
    ("pt-BR", "BRL", 5_400_000),
    ("zh-TW", "TWD", 31_000_000),
    ("nb-NO", "NOK", 10_100_000),
    ("sv-SE", "SEK", 9_500_000),
    ("ja-JP", "JPY", 150_000_000),
    ("ko-KR", "KRW", 1_380_000_000),
    ("fr-CA", "CAD", 1_380_000),
    ("en-IN", "INR", 85_000_000),
)
"""Markets with a rate to the dollar, in millionths."""
BUNDLE = Bundle(
    [
        Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", duty="12%"),
        Line("mug", "18.00 USD", hs_code="6912.00", origin="CN", duty="5%"),
    ],
    shipping="9.00 USD",
)
SHOP = LandedCost("US", registrations=["IOSS", "GB-VAT"])


@pytest.mark.parametrize("about", ["total", "headline"])
@pytest.mark.parametrize(("market", "unit", "rate"), MARKETS)
def test_what_is_held_is_what_is_shown(market: str, unit: str, rate: int, about: str) -> None:
    """No other price is ever shown, not even by a cent, and no quote charges more of freight."""
    policy = {"shown": about, "charm": "usual", "sticky": {"band": "10%"}}
    pricing, random, state = Pricing(SHOP, Policy.of(policy)), Random(7), None
    for hour in range(16):
        now = rate * (10_000 + random.randint(-200, 200)) // 10_000
        text = f"{now // 10**6}.{now % 10**6:06}"
        offer = pricing.offer(
            BUNDLE,
            market,
            at=AT + timedelta(minutes=30 * hour),
            shown=state,
            rates={f"USD/{unit}": text},
            customs_rates={f"USD/{unit}": text},
        )
        if state is not None:
            assert offer.shown == state.price
            assert [step for step in offer.steps if step.code == "reachable"] == []
        charges = offer.quote.charges
        assert sum(c.amount_minor for c in charges) == offer.quote.total_minor
        freight, listed = (
            sum(c.amount_minor for c in quote.charges if c.kind == "shipping")
            for quote in (offer.quote, offer.listed)
        )
        assert listed - 100 <= freight <= listed
        state = offer.shown_after


def test_a_price_that_cannot_be_made_gives_way_within_the_limits_of_change() -> None:
    pricing = Pricing(SHOP, Policy.of({"guards": {"max_change_per_day": "6%"}}))
    book = Bundle([Line("book", "55.00 USD", hs_code="4911.91", origin="US")], shipping="0 USD")
    first = pricing.offer(book, "pt-BR", at=AT, rates={"USD/BRL": "5.4"})
    later = AT + timedelta(hours=1)
    rates = {"USD/BRL": "6.156"}
    found = pricing.offer(book, "pt-BR", at=later, shown=first.shown_after, rates=rates)
    assert [step.code for step in found.steps[-2:]] == ["max_change_per_day", "reachable"]
    assert found.shown.minor * 100 <= first.shown.minor * 106
