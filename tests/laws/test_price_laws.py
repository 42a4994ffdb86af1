"""Laws that every price keeps, whatever the basket, the market and the day."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landedcost import Bundle, Buyer, LandedCost, Line, Quote, Request, Seller
from landedcost.currencies import currencies
from landedcost.pipeline import input_groups
from landedcost.program.scalar import run

DAY = date(2026, 10, 1)
# Every currency the package knows: those of today, and those that were tender before.
DIGITS = {c.code: c.digits for day in (date(2014, 1, 1), DAY) for c in currencies(day)}
CODES = sorted(DIGITS)
MARKETS = ["GB", "DE", "FR", "RO", "SE", "CA", "AU", "NZ", "NO", "CH", "JP", "SG", "US", "XI"]
SHOP = LandedCost("US")
REGISTRATIONS = ("IOSS", "GB-VAT", "NO-VOEC", "AU-GST", "NZ-GST", "SG-OVR")


def text(minor: int, code: str) -> str:
    """A plain decimal text of minor units."""
    digits = DIGITS[code]
    whole, rest = divmod(minor, 10**digits)
    return f"{whole}.{rest:0{digits}d} {code}" if digits else f"{whole} {code}"


def rates(*codes: str) -> dict[str, str]:
    """A rate for every pair of three currencies and the euro, the pound and the rest."""
    homes = ["EUR", "GBP", "CAD", "AUD", "NZD", "NOK", "CHF", "JPY", "SGD", "USD", "RON", "SEK"]
    worth = {code: 1 + (sum(map(ord, code)) % 37) for code in {*codes, *homes}}
    return {f"{a}/{b}": str(round(worth[a] / worth[b], 6)) for a in worth for b in worth if a != b}


@st.composite
def requests(draw: st.DrawFn, terms: str | None = None) -> Request:
    """Any basket for any market, in any currencies, with rates given."""
    priced, shown, freight = (draw(st.sampled_from(CODES)) for _ in range(3))
    lines = []
    for i in range(draw(st.integers(1, 5))):
        lines.append(
            Line(
                f"line-{i}",
                text(draw(st.integers(1, 2_000_000)), priced),
                quantity=draw(st.integers(1, 5)),
                hs_code=draw(st.sampled_from(["610910", "950300", "490199", "330499", "640411"])),
                origin=draw(st.sampled_from(["VN", "CN", "US", "DE", "JP", "GB"])),
                duty=draw(st.sampled_from(["0%", "3.7%", "12%", "16.5% + 0.30 USD/kg"])),
                weight_g=draw(st.integers(1, 5000)),
                goods_class=draw(
                    st.sampled_from(["standard", "book", "food", "childrens_clothing"])
                ),
            )
        )
    goods = sum(line.ints[0] for line in lines)
    off = draw(st.integers(0, goods))
    bundle = Bundle(
        lines,
        discount=text(off, priced) if off else None,
        shipping=text(draw(st.integers(0, 50_000)), freight),
        insurance=draw(st.sampled_from([None, text(199, priced)])),
    )
    return Request(
        bundle=bundle,
        buyer=Buyer(draw(st.sampled_from(MARKETS))),
        seller=Seller.of("US", draw(st.sampled_from([(), REGISTRATIONS]))),
        ship_from=SHOP.ship_from,
        as_of=draw(st.sampled_from([date(2024, 6, 1), date(2025, 7, 1), date(2026, 3, 1), DAY])),
        terms=terms or draw(st.sampled_from(["DDP", "DAP"])),
        channel=draw(st.sampled_from(["post", "courier"])),
        currency=shown,
        rates=rates(priced, shown, freight),
        customs_rates=rates(priced, shown, freight),
    )


@settings(max_examples=300)
@given(requests())
def test_charges_sum_to_the_total_in_every_currency(request: Request) -> None:
    quote = SHOP.price(request)
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor
    for who, due in (("checkout", quote.checkout_minor), ("delivery", quote.delivery_minor)):
        assert sum(c.amount_minor for c in quote.charges if c.collected == who) == due
    assert quote.checkout_minor + quote.delivery_minor == quote.total_minor


@pytest.mark.parametrize("code", CODES)
def test_each_currency_of_iso_4217_adds_up(code: str) -> None:
    bundle = Bundle(
        [
            Line("a", text(123_457, code), hs_code="610910", origin="VN", duty="12%"),
            Line("b", text(99_999, code), hs_code="950300", origin="CN", duty="4.7%", quantity=3),
        ],
        discount=text(1_001, code),
        shipping=text(777, code),
    )
    for country in ("GB", "DE", "JP", "CH"):
        request = Request(
            bundle=bundle,
            buyer=Buyer(country),
            seller=Seller.of("US"),
            ship_from=SHOP.ship_from,
            as_of=DAY,
            currency=code,
            rates=rates(code),
            customs_rates=rates(code),
        )
        quote = SHOP.price(request)
        assert sum(c.amount_minor for c in quote.charges) == quote.total_minor
        assert quote.currency == code


@settings(max_examples=100)
@given(requests(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing_but_order(
    request: Request, shuffler: random.Random
) -> None:
    lines = list(request.bundle.lines)
    shuffler.shuffle(lines)
    other = request.but(
        bundle=Bundle(
            lines,
            discount=request.bundle.discount,
            shipping=request.bundle.shipping,
            insurance=request.bundle.insurance,
        )
    )

    def facts(quote: Quote) -> list[tuple[object, ...]]:
        return sorted(
            (c.kind, c.code, c.line or "", c.amount_minor, c.local_minor, c.collected)
            for c in quote.charges
        )

    one, two = SHOP.price(request), SHOP.price(other)
    assert facts(one) == facts(two)
    assert one.total_minor == two.total_minor
    order = [line.id for line in lines]
    for kind in ("goods", "duty", "tax"):
        seen = [c.line for c in two.charges if c.kind == kind and c.line]
        assert seen == sorted(seen, key=order.index)


@settings(max_examples=100)
@given(requests())
def test_every_zero_and_every_charge_has_a_reason(request: Request) -> None:
    for charge in SHOP.price(request).charges:
        assert charge.why.rule
        assert charge.why.formula
        if charge.kind in ("duty", "tax", "fee"):
            assert (charge.amount_minor == 0) or charge.collected != "not_due"
            assert (charge.local_minor == 0) == (charge.collected == "not_due")


@settings(max_examples=60)
@given(requests(), st.integers(1, 400_000))
def test_more_value_never_means_less_duty_but_at_a_threshold(request: Request, more: int) -> None:
    """Duty falls with value only where a named rule switches: the charge says which."""
    line = request.bundle.lines[0]
    dearer = Line(
        line.id,
        text(line.unit_price.minor + more, line.currency),
        quantity=line.quantity,
        hs_code=line.hs_code,
        origin=line.origin,
        duty=line.duty,
        weight_g=line.weight_g,
        goods_class=line.goods_class,
    )
    extras = {"shipping": request.bundle.shipping}
    low = SHOP.price(request.but(bundle=Bundle([line], **extras)))
    high = SHOP.price(request.but(bundle=Bundle([dearer], **extras)))
    cheap = {c.code: c.local_minor for c in low.charges if c.kind == "duty"}
    dear = {c.code: c.local_minor for c in high.charges if c.kind == "duty"}
    if sum(dear.values()) < sum(cheap.values()):
        assert set(cheap) != set(dear)
        assert "flat_per_line" in cheap


@settings(max_examples=100)
@given(requests())
def test_compiled_and_traced_programs_agree(request: Request) -> None:
    quote = SHOP.price(request)
    priced = quote._priced
    groups = input_groups(len(priced.facts))
    regs = run(priced.program.ops, dict(zip(groups, priced.inputs, strict=True)))
    assert [int(regs[r]) for r in priced.program.outputs] == [int(v) for v in quote._result]


@settings(max_examples=40)
@given(requests())
def test_a_long_basket_is_answered_by_the_same_arithmetic(request: Request) -> None:
    """Up to twelve lines a program is compiled, beyond that it runs step by step: twelve lines
    run both ways cost the same."""
    source = request.bundle.lines[0]
    lines = [
        Line(
            f"{source.id}-{i:02}",
            source.unit_price,
            quantity=source.quantity,
            hs_code=source.hs_code,
            origin=source.origin,
            duty=source.duty,
            weight_g=source.weight_g,
            goods_class=source.goods_class,
        )
        for i in range(13)
    ]
    long = SHOP.price(request.but(bundle=Bundle(lines)))
    assert long._priced.program.compiled is None
    assert sum(c.amount_minor for c in long.charges) == long.total_minor
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("landedcost.pipeline.COMPILE_UP_TO", 13)
        compiled = SHOP.price(request.but(bundle=Bundle(lines)))
    assert compiled._priced.program.compiled is not None
    assert compiled.as_dict() == long.as_dict()
