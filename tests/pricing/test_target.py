"""The backward solution is the best there is: proven by looking at every goods price."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanned import GIVEN, REFUSING, TERRITORIES, Scan, bundle, market_of

from landedcost import Amount, Bundle, LandedCost, Line, RefusedError, RequestError
from landedcost.market import Market
from landedcost.pricing.target import solve

OWN = ["AU", "CA", "CH", "DE", "GB", "IS", "JP", "NO", "NZ", "SG", "US", "ZA"]
TOP = 400_00
SIDES = ("nearest", "below", "above")


def proven(market: Market, sold: Bundle, scan: Scan, target: int) -> bool:
    """Whether the solution is exact; it is compared with the scan and priced anew."""
    unit = market.terms.shown
    solved = solve(market, sold, Amount(target, unit))
    total, goods = scan.best(target)
    assert (solved.quote.total_minor, solved.goods) == (total, Amount(goods, unit)), target
    assert solved.gap_minor == total - target
    assert solved.exact is (solved.gap_minor == 0)
    again = market.price(sold.at(solved.goods))
    assert again.total_minor == total == sum(c.amount_minor for c in again.charges)
    return solved.exact


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("code", [c for c in TERRITORIES if c not in REFUSING])
def test_every_whole_target_on_every_territory(code: str, count: int) -> None:
    sold = bundle(count, "4%" if code in GIVEN else None)
    market = market_of(code, registered=count == 1)
    scan = Scan(market, sold, TOP)
    assert any([proven(market, sold, scan, target) for target in range(100, TOP + 1, 100)])


@pytest.mark.parametrize("terms", ["DDP", "DAP"])
@pytest.mark.parametrize("code", OWN)
def test_any_target_in_the_currency_of_the_place(code: str, terms: str) -> None:
    sold = bundle(2)
    market = market_of(code, None, terms=terms)
    scan = Scan(market, sold, 3 * TOP)
    for target in random.Random(code).sample(range(1, 3 * TOP), 60):
        proven(market, sold, scan, target)


@pytest.mark.slow
@pytest.mark.parametrize("code", ["GB", "CH", "JP"])
def test_every_cent_around_the_cliffs(code: str) -> None:
    sold = bundle(1)
    market = market_of(code)
    scan = Scan(market, sold, TOP)
    cliffs = scan.cliffs()
    assert cliffs
    for goods in cliffs:
        total = int(scan.total[goods - 1])
        for target in range(max(total - 20, 1), total + 3_000, 7):
            proven(market, sold, scan, target)


@given(
    st.sampled_from(["GB", "DE", "CH", "CA", "NO", "BR"]),
    st.lists(st.tuples(st.integers(1, 90_00), st.integers(1, 4)), min_size=1, max_size=5),
    st.integers(0, 30_00),
    st.integers(1, 250_00),
)
def test_any_basket(code: str, goods: list[tuple[int, int]], shipping: int, target: int) -> None:
    lines = [
        Line(
            f"line-{k}",
            Amount(price, "USD"),
            quantity=quantity,
            hs_code=("6109.10", "6912.00", "4901.99")[k % 3],
            origin="VN",
            weight_g=90,
            duty=("12%", "3.5%", "Free")[k % 3],
        )
        for k, (price, quantity) in enumerate(goods)
    ]
    sold = Bundle(lines, shipping=Amount(shipping, "USD"))
    market = market_of(code)
    proven(market, sold, Scan(market, sold, 260_00), target)


def test_the_lower_of_two_as_near_unless_a_side_is_asked_for() -> None:
    sold = bundle(1)
    market = market_of("DE")
    scan = Scan(market, sold, TOP)
    missed = next(t for t in range(50_00, TOP) if abs(scan.best(t)[0] - t) == 1)
    totals = {side: solve(market, sold, Amount(missed, "EUR"), side=side) for side in SIDES}
    assert totals["below"].gap_minor < 0 < totals["above"].gap_minor
    near = min(
        totals["below"].gap_minor, totals["above"].gap_minor, key=lambda gap: (abs(gap), gap)
    )
    assert totals["nearest"].gap_minor == near


def test_a_price_that_shipping_alone_exceeds() -> None:
    market = market_of("DE")
    least = solve(market, bundle(1), "0.50 EUR")
    assert least.goods == Amount(1, "EUR")
    assert not least.exact
    with pytest.raises(RequestError, match=r"a total below 0\.50 EUR") as caught:
        solve(market, bundle(1), "0.50 EUR", side="below")
    assert (caught.value.code, caught.value.where) == ("unreachable_price", "target")


@pytest.mark.parametrize("code", sorted(REFUSING))
def test_where_nothing_may_be_sent_the_refusal_is_told(code: str) -> None:
    with pytest.raises(RefusedError):
        solve(market_of(code), bundle(1), "59.00 EUR")


def test_a_parcel_refused_above_a_value_is_sold_below_it() -> None:
    market = next(
        m
        for code in TERRITORIES
        if code not in REFUSING | GIVEN and (m := market_of(code)) and _refuses_above(m)
    )
    sold = bundle(1)
    solved = solve(market, sold, "100000.00 EUR")
    assert not solved.exact
    assert solved.gap_minor < 0
    with pytest.raises(RefusedError):
        market.price(sold.at(Amount(solved.goods.minor + 1, "EUR")))


def _refuses_above(market: Market) -> bool:
    try:
        market.price(bundle(1).at("100000.00 EUR"))
    except RefusedError:
        return True
    return False


def test_a_duty_that_is_not_known_is_no_guess() -> None:
    sold = Bundle([Line("thing", "25.00 USD", hs_code="6109.10", origin="VN")], shipping="9.00 USD")
    market = LandedCost("US").market_for("CA", as_of="2026-10-01")
    solved = solve(market, sold, "30.00 CAD")
    assert solved.goods.minor <= 20_00
    bare = Bundle([Line("thing", "25.00 USD", hs_code="8714.99", origin="VN")])
    below = solve(market, bare, "15.00 CAD")
    assert below.exact
    with pytest.raises(RequestError) as caught:
        solve(market, bare, "70.00 CAD")
    assert caught.value.where.startswith("lines[0]")


@pytest.mark.parametrize(
    ("target", "code"),
    [("59.00 USD", "wrong_currency"), ("0.00 EUR", "bad_target"), ("-5.00 EUR", "bad_target")],
)
def test_a_target_that_cannot_be_one(target: str, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        solve(market_of("DE"), bundle(1), target)
    assert (caught.value.code, caught.value.where) == (code, "target")


def test_a_side_that_is_none() -> None:
    with pytest.raises(RequestError, match="nearest, below, above"):
        solve(market_of("DE"), bundle(1), "59.00 EUR", side="under")
