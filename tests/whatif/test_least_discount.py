"""The goods are lowered as little as possible, also where less costs more."""

from __future__ import annotations

import pytest

from landedcost import Amount, Bundle, LandedCost, Line
from landedcost.whatif.effect import least_discount

SHOP = LandedCost("US", registrations=["IOSS"])
PINS = {"as_of": "2026-10-01", "rates": {"USD/EUR": "1"}, "customs_rates": {"USD/EUR": "1"}}
BOOTS = Line("boots", "160.00 EUR", hs_code="6403.99", origin="VN", duty="Free")
PENS = Line("pens", "20.00 EUR", hs_code="9608.10", origin="CN", duty="Free")


@pytest.mark.parametrize("lines", [[BOOTS], [BOOTS, PENS]])
@pytest.mark.parametrize("below", [1, 400, 1_071, 1_400, 9_000])
@pytest.mark.parametrize("fixed", [False, True])
def test_no_smaller_discount_would_do(lines: list[Line], below: int, fixed: bool) -> None:
    market = SHOP.market_for("de-DE", **PINS)
    listed = sum(line.unit_price.minor for line in lines)
    sold = Bundle(lines, shipping="9.00 EUR", price=Amount(listed, "EUR") if fixed else None)
    wanted = market.price(sold).total_minor - below
    lowered, quote = least_discount(market, sold, Amount(0, "EUR"), listed, wanted)
    assert quote.total_minor <= wanted
    for by in range(lowered.minor):
        goods = Bundle(lines, shipping="9.00 EUR", price=Amount(listed - by, "EUR"))
        assert market.price(goods).total_minor > wanted


def test_just_above_the_flat_amount_lower_goods_cost_more() -> None:
    market = SHOP.market_for("de-DE", **PINS)
    sold = Bundle([BOOTS], shipping="9.00 EUR")
    wanted = market.price(sold.at("151.00 EUR")).total_minor
    assert market.price(sold.at("149.00 EUR")).total_minor > wanted
    lowered, _ = least_discount(market, sold, Amount(0, "EUR"), 160_00, wanted)
    assert lowered == Amount(9_00, "EUR")


def test_what_cannot_be_kept_and_what_need_not_be_lowered() -> None:
    market = SHOP.market_for("de-DE", **PINS)
    sold = Bundle([BOOTS], shipping="9.00 EUR")
    total = market.price(sold).total_minor
    assert least_discount(market, sold, Amount(0, "EUR"), 160_00, total)[0].minor == 0
    lowered, quote = least_discount(market, sold, Amount(0, "EUR"), 160_00, 5_00)
    assert lowered == Amount(160_00, "EUR")
    assert quote.total_minor > 5_00
