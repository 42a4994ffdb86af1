"""Offers as discounts, sets of GRI 3(b), and refunds of examples worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from landedcost import Amount, Bundle, LandedCost, LandedCostError, Line
from landedcost.bundles.deals import amount_off, buy_get, cheapest_free, percent_off, spread
from landedcost.bundles.refund import Paid, Refund, Returns
from landedcost.bundles.sets import SetAssessment, as_set, both_ways, classified

SHOP = LandedCost("US")
DAY = "2026-10-01"
TEE = Line("tee", "25.00 EUR", quantity=3, hs_code="6109.10", origin="VN", weight_g=180)
MUG = Line("mug", "18.00 EUR", hs_code="6911.10", origin="CN", weight_g=350)
PIN = Line("pin", "2.00 EUR", quantity=4, hs_code="7117.19", origin="CN", weight_g=10)


def off(line: Line) -> int:
    return line.discount.minor if line.discount else 0


@pytest.mark.parametrize(
    ("quantity", "buy", "free", "expected"),
    [
        (1, 2, 1, 0),
        (2, 2, 1, 0),
        (3, 2, 1, 1),
        (5, 2, 1, 1),
        (6, 2, 1, 2),
        (2, 1, 1, 1),
        (8, 3, 2, 2),
    ],
)
def test_buy_some_get_some_free(quantity: int, buy: int, free: int, expected: int) -> None:
    line = Line("tee", "25.00 EUR", quantity=quantity, hs_code="6109.10", origin="VN")
    reduced = buy_get(line, buy, free)
    assert off(reduced) == 2500 * expected
    assert reduced.ints[0] - off(reduced) > 0


def test_a_free_unit_is_spread_over_all_so_that_none_is_worth_nothing() -> None:
    quote = SHOP.price_for(Bundle([buy_get(TEE, 2)], shipping="0 EUR"), "de-DE", as_of=DAY)
    assert quote.customs["customs_value"] == "50.00"
    pair = spread([TEE, MUG], MUG.unit_price)
    assert [off(line) for line in pair] == [1452, 348]
    assert sum(off(line) for line in pair) == 1800


def test_the_cheapest_of_each_group_is_free() -> None:
    lines = cheapest_free([TEE, MUG, PIN], 2)  # 25 25 [25] 18 2 [2] 2 2
    assert sum(off(line) for line in lines) == 2500 + 200
    assert cheapest_free([], 2) == []


def test_percentages_are_rounded_once() -> None:
    assert off(percent_off(TEE, "33.333%")) == 2500
    assert off(percent_off(percent_off(TEE, "20%"), "10%")) == 1500 + 600
    bundle = percent_off(Bundle([TEE, MUG, PIN]), "12.5%")
    assert bundle.discount == Amount(1263, "EUR")  # of 101.00
    again = percent_off(bundle, "50%")
    assert again.discount == Amount(1263 + 4419, "EUR")  # half of 88.37, half up
    fixed = percent_off(Bundle([TEE, MUG], price="59.00 USD"), "10%")
    assert fixed.price == Amount(5310, "USD")


def test_a_percentage_off_lines_in_several_currencies_comes_off_each() -> None:
    yen = Line("cap", "3001 JPY", hs_code="6505.00", origin="CN")
    bundle = percent_off(Bundle([TEE, yen], discount="10.00 EUR"), "10%")
    assert {line.id: off(line) for line in bundle.lines} == {"tee": 750, "cap": 300}
    assert bundle.discount == Amount(900, "EUR")


def test_amounts_off() -> None:
    assert off(amount_off(TEE, "5.00 EUR")) == 500
    assert amount_off(Bundle([TEE], discount="1 EUR"), "5.00 EUR").discount == Amount(600, "EUR")
    assert amount_off(Bundle([TEE], price="59 USD"), "5.00 USD").price == Amount(5400, "USD")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: percent_off(TEE, "120%"), "bad_rate"),
        (lambda: percent_off(TEE, "100%"), "missing_customs_value"),
        (lambda: amount_off(Bundle([TEE], price="59 USD"), "5 EUR"), "mixed_currencies"),
        (lambda: amount_off(Bundle([TEE], price="4 EUR"), "5 EUR"), "negative_amount"),
        (lambda: buy_get(TEE, 0), "bad_quantity"),
        (lambda: spread([TEE], "5 USD"), "mixed_currencies"),
    ],
)
def test_offers_that_cannot_be(make: Any, code: str) -> None:
    with pytest.raises(LandedCostError) as caught:
        make()
    assert caught.value.code == code


YES = SetAssessment(True, True, True, "tee")


@pytest.mark.parametrize("name", ["different_headings", "common_need", "retail_packed"])
@pytest.mark.parametrize("value", [False, None])
def test_one_condition_less_is_no_set(name: str, value: bool | None) -> None:
    said = SetAssessment(
        **{
            **dict.fromkeys(("different_headings", "common_need", "retail_packed"), True),
            name: value,
        },
        essential_item="tee",
    )  # type: ignore[arg-type]
    bundle = Bundle([TEE, MUG])
    assert not said.is_set
    assert classified(bundle, said) is bundle
    assert len(said.lacking) == 1
    assert classified(bundle, SetAssessment()) is bundle


def test_a_set_is_one_line_of_the_essential_item_with_all_the_value() -> None:
    bundle = Bundle([TEE.less("6.00 EUR"), MUG], price="60.00 EUR", shipping="9.00 EUR")
    made = classified(bundle, YES)
    (line,) = made.lines
    assert (line.hs_code, line.origin, line.quantity) == ("610910", "VN", 1)
    assert (line.unit_price, line.discount) == (Amount(9300, "EUR"), Amount(600, "EUR"))
    assert (line.weight_g, made.price, made.shipping) == (890, bundle.price, bundle.shipping)


def test_several_sets_are_counted() -> None:
    tees = Line("tee", "25.00 EUR", quantity=4, hs_code="6109.10", origin="VN", litres="0.5")
    pins = Line("pin", "2.00 EUR", quantity=6, hs_code="7117.19", origin="CN")
    (line,) = as_set(Bundle([tees, pins]), YES).lines
    assert (line.quantity, line.unit_price, line.ints[7]) == (2, Amount(5600, "EUR"), 2_000_000)
    assert line.weight_g is None


def test_both_ways_are_shown_and_need_a_ruling() -> None:
    market = SHOP.market_for("de-DE", as_of=DAY)
    cap = Line("cap", "18.00 EUR", hs_code="6505.00.30", origin="CN")
    bundle = Bundle([TEE, cap], price="200.00 EUR", shipping="9.00 EUR")
    both = both_ways(market, bundle, YES)
    assert both.together is not None
    assert both.quote is both.together
    assert both.needs_ruling
    assert both.duty == {
        "apart": both.apart.customs["duty"],
        "together": both.together.customs["duty"],
    }
    assert both.duty["apart"] != both.duty["together"]
    assert "3(b)" in both.text
    assert "needs ruling" in both.text
    assert both.apart.customs["customs_value"] == both.together.customs["customs_value"]
    unknown = both_ways(market, bundle, SetAssessment(True, None, True, "tee"))
    assert unknown.quote is unknown.apart
    assert unknown.duty == both.duty
    assert "not known: they are put up together" in unknown.text
    silent = both_ways(market, bundle, SetAssessment())
    assert (silent.together, silent.needs_ruling) == (None, False)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([MUG], "unknown_line"),
        ([TEE, Line("polo", "9 EUR", hs_code="6109.90", origin="VN")], "not_a_set"),
        ([TEE, Line("pin", "0 EUR", customs_value="1 EUR", hs_code="7117.19")], "gift_in_a_set"),
        ([TEE, Line("pin", "5 USD", hs_code="7117.19")], "mixed_currencies"),
    ],
)
def test_what_cannot_be_a_set(lines: list[Line], code: str) -> None:
    with pytest.raises(LandedCostError) as caught:
        as_set(Bundle(lines), YES)
    assert caught.value.code == code


def refunds(policy: str, *steps: dict[str, int]) -> list[Refund]:
    bundle = Bundle(
        [MUG, Line("tee", "42.00 EUR", hs_code="6109.10", origin="VN")], price="50.00 EUR"
    )
    quote = LandedCost("DE").price_for(bundle, "de-DE", as_of=DAY)
    state, found = Returns(Paid.of(quote), policy), []
    for step in steps:
        refund, state = state.returning(step)
        found.append(refund)
    return found


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("keep_discount", [3500, 1500]),  # 42 of 60 of the price
        ("forfeit_discount", [3200, 1800]),  # 50 less the mug's 18
        ("pro_rata", [3500, 1500]),
    ],
)
def test_the_tee_comes_back_and_then_the_mug(policy: str, expected: list[int]) -> None:
    tee, mug = refunds(policy, {"tee": 1}, {"mug": 1})
    assert [tee.parts["goods"], mug.parts["goods"]] == expected
    assert tee.total.minor + mug.total.minor == 5950  # with 19 % within Germany
    assert tee.parts["tax"] == 19 * tee.parts["goods"] // 100


def test_pro_rata_shares_the_discount_of_a_line_over_all() -> None:
    tee = Line("tee", "40.00 EUR", hs_code="6109.10", origin="VN", discount="20.00 EUR")
    mug = Line("mug", "20.00 EUR", hs_code="6911.10", origin="CN")
    paid = Paid.of(LandedCost("DE").price_for(Bundle([tee, mug]), "de-DE", as_of=DAY))
    kept, _ = Returns(paid, "keep_discount").returning({"tee": 1})
    rated, _ = Returns(paid, "pro_rata").returning({"tee": 1})
    lost, _ = Returns(paid, "forfeit_discount").returning({"mug": 1})
    assert (kept.parts["goods"], rated.parts["goods"], lost.parts["goods"]) == (2000, 2667, 0)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"cap": 1}, "unknown_line"),
        ({"mug": 2}, "too_many_returned"),
        ({"mug": -1}, "bad_quantity"),
    ],
)
def test_refunds_that_cannot_be(step: dict[str, int], code: str) -> None:
    with pytest.raises(LandedCostError) as caught:
        refunds("keep_discount", step)
    assert caught.value.code == code
    with pytest.raises(LandedCostError):
        refunds("generous")
