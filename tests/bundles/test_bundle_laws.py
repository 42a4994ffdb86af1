"""Nothing is lost or made: fixed prices, discounts and refunds, in 0, 2 and 3 digits."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from landedcost import Amount, Bundle, LandedCost, Line, MoneyError, Quote
from landedcost.bundles.deals import spread
from landedcost.bundles.refund import POLICIES, Paid, Returns
from landedcost.facts import GOODS, OFF
from landedcost.rounding import allocate

SHOP = LandedCost("US")
UNITS = ("JPY", "EUR", "KWD", "USD")
WORTH = {"JPY": 1, "EUR": 160, "KWD": 480, "USD": 140, "GBP": 190, "NOK": 14, "AUD": 95, "NZD": 88}
RATES = {f"{a}/{b}": str(round(WORTH[a] / WORTH[b], 6)) for a in WORTH for b in WORTH if a != b}
MARKETS = {
    (code, terms): SHOP.market_for(
        code, as_of="2026-10-01", terms=terms, rates=RATES, customs_rates=RATES
    )
    for code in ("FR", "GB", "JP", "NO", "NZ", "US", "AU")
    for terms in ("DDP", "DAP")
}


@st.composite
def lines(draw: st.DrawFn, units: tuple[str, ...] = UNITS, mixed: bool = False) -> list[Line]:
    one = draw(st.sampled_from(units))
    found = []
    for k in range(draw(st.integers(1, 5))):
        unit = draw(st.sampled_from(units)) if mixed else one
        price, count = draw(st.integers(0, 60_000)), draw(st.integers(1, 6))
        gift = not price or draw(st.integers(0, 9)) == 0
        most = price * count if gift else price * count - 1
        off = draw(st.integers(0, most)) if draw(st.booleans()) else 0
        found.append(
            Line(
                f"line-{draw(st.integers(0, 99)):02}-{k}",
                Amount(price, unit),
                quantity=count,
                hs_code=draw(st.sampled_from(["610910", "490199", "330499", "691110"])),
                origin=draw(st.sampled_from(["VN", "CN", "US"])),
                goods_class=draw(st.sampled_from(["standard", "book", "food"])),
                duty=draw(st.sampled_from(["0%", "12%", "16.5% + 0.30 USD/kg"])),
                weight_g=draw(st.integers(1, 900)),
                discount=Amount(off, unit),
                customs_value=Amount(draw(st.integers(1, 5_000)), unit) if gift else None,
            )
        )
    return found


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    mixed = draw(st.booleans())
    found = draw(lines(mixed=mixed))
    shipping = Amount(draw(st.integers(0, 3_000)), draw(st.sampled_from(UNITS)))
    way = draw(st.sampled_from(["list", "price", "discount"]))
    if way == "price":
        price = Amount(draw(st.integers(1, 200_000)), draw(st.sampled_from(UNITS)))
        return Bundle(found, price=price, shipping=shipping)
    if way == "discount" and not mixed:
        most = sum(line.ints[GOODS] - line.ints[OFF] for line in found)
        off = Amount(draw(st.integers(0, most)), found[0].currency)
        return Bundle(found, discount=off, shipping=shipping)
    return Bundle(found, shipping=shipping)


def markets() -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from(sorted(MARKETS))


def told(quote: Quote) -> list[tuple[object, ...]]:
    found = [(c.kind, c.code, c.line or "", c.amount_minor, c.local_minor) for c in quote.charges]
    return sorted(found)


@settings(max_examples=150, deadline=None)
@given(markets(), bundles())
def test_the_charges_add_up_and_the_order_of_lines_is_nothing(
    where: tuple[str, str], bundle: Bundle
) -> None:
    market = MARKETS[where]
    quote = market.price(bundle)
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor
    if bundle.price is not None:
        goods = [c.local for c in quote.charges if c.kind == "goods"]
        assert {one.currency for one in goods} == {bundle.price.currency}
        assert sum(one.minor for one in goods) == bundle.price.minor
        assert not [c for c in quote.charges if c.kind == "discount"]
    shuffled = list(bundle.lines)
    random.Random(len(shuffled)).shuffle(shuffled)
    other = market.price(
        Bundle(shuffled, discount=bundle.discount, shipping=bundle.shipping, price=bundle.price)
    )
    assert told(other) == told(quote)
    assert other.total_minor == quote.total_minor


@settings(max_examples=100, deadline=None)
@given(lines(mixed=False), st.integers(1, 10**6), st.sampled_from(UNITS))
def test_each_part_is_within_one_minor_unit_of_its_exact_share(
    found: list[Line], price: int, unit: str
) -> None:
    bundle = Bundle(found, price=Amount(price, unit))
    alone = {line.id: line.ints[GOODS] - line.ints[OFF] for line in found}
    whole = sum(alone.values())
    parts = bundle.parts
    assert sum(part.minor for part in parts.values()) == price
    if whole:
        assert all(abs(p.minor * whole - price * alone[k]) < whole for k, p in parts.items())


@settings(max_examples=60, deadline=None)
@given(lines(mixed=True), st.integers(1, 10**6), st.sampled_from(UNITS))
def test_lines_of_several_currencies_are_weighed_at_the_rates(
    found: list[Line], price: int, unit: str
) -> None:
    """Within one minor unit, and what rounding a weight to a thousandth of one makes of it."""
    market = MARKETS["FR", "DDP"]
    quote = market.price(Bundle(found, price=Amount(price, unit)))
    alone = {}
    for line in found:
        rate = market.rates.get("shown", line.currency, unit)
        alone[line.id] = (line.ints[GOODS] - line.ints[OFF]) * rate.minor_num / rate.minor_den
    whole = sum(alone.values())
    parts = {c.line: c.local_minor for c in quote.charges if c.kind == "goods"}
    assert sum(parts.values()) == price
    if whole > 10:
        slack = 1 + price * len(found) * 0.0005 / whole
        for line in found:
            assert abs(parts[line.id] - price * alone[line.id] / whole) <= slack


@settings(max_examples=80, deadline=None)
@given(markets(), lines(), st.data())
def test_a_fixed_price_below_the_list_is_the_discount_that_leads_to_it(
    where: tuple[str, str], found: list[Line], data: st.DataObject
) -> None:
    """To the minor unit a line: the remainders of the two sharings-out may fall differently."""
    whole = sum(line.ints[GOODS] - line.ints[OFF] for line in found)
    if not whole:
        return
    price = data.draw(st.integers(1, whole))
    unit = found[0].currency
    fixed = Bundle(found, price=Amount(price, unit))
    lowered = Bundle(found, discount=Amount(whole - price, unit))
    alone = [line.ints[GOODS] - line.ints[OFF] for line in fixed.sorted]
    off = allocate(whole - price, alone)
    for line, one, less in zip(fixed.sorted, alone, off, strict=True):
        assert abs(fixed.parts[line.id].minor - (one - less)) <= 1
    first, second = MARKETS[where].price(fixed), MARKETS[where].price(lowered)
    assert abs(first.saves.minor - second.saves.minor) <= 1 + len(found)


@settings(max_examples=60, deadline=None)
@given(markets(), bundles(), st.integers(1, 300_000), st.sampled_from(UNITS))
def test_at_is_the_bundle_made_anew(
    where: tuple[str, str], bundle: Bundle, minor: int, unit: str
) -> None:
    price = Amount(minor, unit)
    again = Bundle(bundle.lines, shipping=bundle.shipping, price=price)
    market = MARKETS[where]
    assert market.price(bundle.at(price)).as_dict() == market.price(again).as_dict()


@settings(max_examples=150, deadline=None)
@given(markets(), bundles(), st.sampled_from(POLICIES), st.randoms(use_true_random=False))
def test_whatever_comes_back_in_whatever_order_all_that_was_paid_is_paid_back(
    where: tuple[str, str], bundle: Bundle, policy: str, pick: random.Random
) -> None:
    quote = MARKETS[where].price(bundle)
    paid = Paid.of(quote)
    assert paid.total == Amount(quote.checkout_minor, quote.currency)
    units = [line.id for line in bundle.lines for _ in range(line.quantity)]
    pick.shuffle(units)
    state, total = Returns(paid, policy), 0
    while units:
        count = pick.randint(1, len(units))
        some, units = units[:count], units[count:]
        refund, state = state.returning(Counter(some))
        assert all(part >= 0 for part in refund.parts.values())
        total += refund.total.minor
        assert total <= paid.total.minor
    assert total == paid.total.minor


@settings(max_examples=80, deadline=None)
@given(markets(), bundles(), st.data())
def test_forfeiting_leaves_the_list_price_of_what_is_kept(
    where: tuple[str, str], bundle: Bundle, data: st.DataObject
) -> None:
    quote = MARKETS[where].price(bundle)
    paid = Paid.of(quote)
    back = {n.id: data.draw(st.integers(0, n.quantity)) for n in bundle.lines}
    refund, _ = Returns(paid, "forfeit_discount").returning(back)
    kept = sum(n.listed * (n.quantity - back[n.id]) // n.quantity for n in paid.lines)
    goods = sum(n.parts["goods"] for n in paid.lines)
    assert refund.parts["goods"] <= max(0, goods - kept)
    if all(n.parts["goods"] <= n.listed for n in paid.lines):
        assert refund.parts["goods"] >= max(0, goods - kept) - 2 * len(paid.lines)


@settings(max_examples=100, deadline=None)
@given(lines(), st.data())
def test_spreading_an_offer_loses_nothing(found: list[Line], data: st.DataObject) -> None:
    """A line of a few minor units may be left with nothing, which is an error of its own."""
    whole = sum(line.ints[GOODS] - line.ints[OFF] for line in found)
    assume(min(line.ints[GOODS] - line.ints[OFF] for line in found) > 9)
    off = data.draw(st.integers(0, whole * 3 // 4))
    unit = found[0].currency
    reduced = spread(found, Amount(off, unit))
    before = sum(line.ints[OFF] for line in found)
    assert sum(line.ints[OFF] for line in reduced) == before + off
    again = spread(list(reversed(found)), Amount(off, unit))
    assert {n.id: n.discount for n in again} == {n.id: n.discount for n in reduced}
    with pytest.raises(MoneyError):
        spread(found, Amount(whole + 1, unit))
