"""Charges counted without their words are the charges."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from landedcost import Bundle, LandedCost, Line, Quote
from landedcost.counted import counted

SHOP = LandedCost("US", registrations=["IOSS"], tariff_strategy="highest")
AT_THE_DOOR = LandedCost("US", terms="DAP", channel="courier", tariff_strategy="highest")
MARKETS = ("DE", "GB", "XI", "US", "CA-ON", "AU", "NZ", "NO", "CH", "JP", "SG")

lines = st.builds(
    lambda minor, unit, quantity, code, origin: Line(
        f"{code}-{origin}-{minor}-{unit}",
        f"{minor // 100}.{minor % 100:02} {unit}",
        quantity=quantity,
        hs_code=code,
        origin=origin,
        weight_g=200,
    ),
    st.integers(1, 90_000),
    st.sampled_from(["USD", "EUR", "GBP"]),
    st.integers(1, 3),
    st.sampled_from(["6109.10.00", "6912.00", "4901.99", "8523.80"]),
    st.sampled_from(["VN", "US", "PT", "CN"]),
)


def pairs(quote: Quote) -> tuple[Counter[object], Counter[object]]:
    told = (
        (c.kind, c.line, c.rule if c.kind == "fee" else "", c.amount_minor, c.collected)
        for c in quote.charges
        if c.amount_minor
    )
    ours = (
        (c.kind, c.line, c.rule if c.kind == "fee" else "", c.amount_minor, c.collected)
        for c in counted(quote)
    )
    return Counter(told), Counter(ours)


@given(
    st.lists(lines, min_size=1, max_size=3, unique_by=lambda line: line.id),
    st.sampled_from(MARKETS),
    st.sampled_from([SHOP, AT_THE_DOOR]),
    st.sampled_from([None, "12.00 USD", "9.00 EUR"]),
)
def test_every_charge_is_counted_once_with_who_collects_it(
    sold: list[Line], market: str, shop: LandedCost, shipping: str | None
) -> None:
    quote = shop.price_for(Bundle(sold, shipping=shipping), market, as_of="2026-10-01")
    told, ours = pairs(quote)
    assert ours == told
    assert sum(one.amount_minor for one in counted(quote)) == quote.total_minor


def test_a_basket_too_long_to_compile() -> None:
    sold = [Line(f"l{n}", "30.00 USD", hs_code="6109.10", origin="VN") for n in range(60)]
    quote = AT_THE_DOOR.price_for(Bundle(sold, shipping="9.00 USD"), "DE", as_of="2026-10-01")
    assert quote.priced.program.compiled_tests is None
    told, ours = pairs(quote)
    assert ours == told
