"""What other programs and shops say about places that are made up, or about arithmetic alone."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from fictional import VAT, ask, book, dated, line

from landedcost import Amount, Bundle, Buyer, LandedCost, Line, MoneyError, Quote, RequestError
from landedcost.fx.given import GivenRates
from landedcost.rounding import half_up, up

DAY = date(2026, 7, 9)


def sums(quote: Quote) -> tuple[str, str, str]:
    """Duty, tax and the whole price."""
    whole = f"{quote.total_minor // 100}.{quote.total_minor % 100:02}"
    return str(quote.customs["duty"]), str(quote.customs["tax"]), whole


def taxed(rate: str, base: str = '"value", "duty"') -> str:
    return f'[tax.vat]\nlabel = "VAT"\nbase = [{base}]\n' + dated("tax.vat", "standard", rate)


def test_g22_a_rate_and_one_on_top_of_it(tmp_path: Path) -> None:
    more = '[additional.more]\ncode = "more"\nmethod = "flat"\n'
    rules = book(tmp_path, more + dated("additional.more", "rate", "2.5%"))
    goods = line(price="90.00 EUR", duty="5%")
    quote = ask(rules, goods, shipping="8.00 EUR", insurance="2.00 EUR")
    amounts = {c.code: str(c.local_minor) for c in quote.charges if c.kind == "duty"}
    assert amounts == {"pinned": "500", "more": "250"}
    assert quote.customs["duty"] == "7.50"


@pytest.mark.parametrize(
    ("codes", "units", "duty"),
    [
        (("610910",), 1, "3.00"),
        (("610910",), 10, "3.00"),
        (("610910", "640399"), 1, "6.00"),
        (("610910", "640399", "950300"), 1, "9.00"),
    ],
)
def test_g27_three_euro_a_kind_and_not_a_piece(
    codes: tuple[str, ...], units: int, duty: str
) -> None:
    lines = [Line(c, "4.00 EUR", quantity=units, hs_code=c, origin="CN") for c in codes]
    bundle = Bundle(lines, shipping="2.00 EUR")
    quote = LandedCost("CN").price_for(bundle, Buyer("FR"), as_of="2026-10-01")
    assert quote.customs["duty"] == duty


@pytest.mark.parametrize(("price", "collected"), [("99.90 EUR", "0.00"), ("100.00 EUR", "10.00")])
def test_g31_below_the_minimum_nothing_is_collected(
    tmp_path: Path, price: str, collected: str
) -> None:
    least = '[minimum.small]\non = ["duty", "tax"]\ninclusive = false\n'
    rules = book(tmp_path, taxed("10%"), least + dated("minimum.small", "amount", "10"))
    assert ask(rules, line(price=price, duty="0%")).customs["tax"] == collected


@pytest.mark.parametrize(
    ("basis", "duty", "total"),
    [("FOB", "2500.00", "14700.00"), ("CIF", "3000.00", "15200.00")],
)
def test_g33_the_two_bases(tmp_path: Path, basis: str, duty: str, total: str) -> None:
    fee = '[fee.entry]\nlabel = "entry"\nmethod = "fixed"\n'
    rules = book(tmp_path, fee + dated("fee.entry", "amount", "200"), basis=basis)
    goods = line(price="10000.00 EUR", duty="25%")
    quote = ask(rules, goods, shipping="1500.00 EUR", insurance="500.00 EUR")
    assert sums(quote) == (duty, "0.00", total)


def test_g37_a_tax_on_the_goods_alone(tmp_path: Path) -> None:
    rules = book(tmp_path, taxed("10.75%"), basis="FOB")
    goods = line(price="24.99 EUR", duty="0%")
    assert sums(ask(rules, goods, shipping="6.44 EUR")) == ("0.00", "2.69", "34.12")


def test_g42_a_cross_of_two_rates() -> None:
    rate = GivenRates.of({"EUR/USD": "1.1435", "EUR/JPY": "185.72"}).find("USD", "JPY", DAY)
    assert rate is not None
    assert Fraction(rate.num, rate.den) == Fraction("185.72") / Fraction("1.1435")
    assert half_up(rate.num * 10_000, rate.den) == 1_624_136


def test_g45_what_a_cart_adds_up_to(tmp_path: Path) -> None:
    """9 of goods, 6 of shipping and 1 of tax; one ninth of the goods is 11.1%, to the cent."""
    rules = book(tmp_path, taxed("11.1%"), basis="FOB")
    quote = ask(rules, line(price="9.00 EUR", duty="0%"), shipping="6.00 EUR")
    assert sums(quote) == ("0.00", "1.00", "16.00")


def test_g53_no_duty_is_dropped_and_none_is_counted_twice(tmp_path: Path) -> None:
    """195 of goods, 22.89 of shipping; 18% and 12% give the duty and the tax of the case."""
    quote = ask(
        book(tmp_path, taxed("12%"), basis="FOB"),
        line(price="195.00 EUR", duty="18%"),
        shipping="22.89 EUR",
    )
    assert sums(quote) == ("35.10", "27.61", "280.60")
    assert sum(c.amount_minor for c in quote.charges) == 28060
    assert quote.as_dict()["total"] == {"amount": "280.60", "currency": "EUR"}


def test_g54_a_rate_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        ask(book(tmp_path, VAT), line(price="10.00 XCG"))
    assert caught.value.code == "no_rate"
    assert "XCG" in str(caught.value)


def test_g55_decimals_differ_by_currency() -> None:
    assert Amount.of("12.345 JOD").minor == 12345
    assert Amount.of("1234 JPY").minor == 1234
    with pytest.raises(MoneyError):
        Amount.of("12.345 EUR")
    with pytest.raises(MoneyError):
        Amount.of("12.34 JPY")


RATE = GivenRates.of({"USD/EUR": "1.23456"}).find("USD", "EUR", DAY)


@pytest.mark.parametrize(
    ("price", "cents", "ones", "fives"),
    [(10, 1235, 13, 15), (50, 6173, 62, 65), (100, 12346, 124, 125)],
)
def test_g58_steps_of_rounding(price: int, cents: int, ones: int, fives: int) -> None:
    assert RATE is not None
    assert half_up(price * 100 * RATE.num, RATE.den) == cents
    assert up(price * RATE.num, RATE.den) == ones
    assert up(price * RATE.num, 5 * RATE.den) * 5 == fives


def test_g58_a_price_is_converted_to_the_cent(tmp_path: Path) -> None:
    """Whole units and fives are a shop's own prices; a quote converts to the minor unit."""
    rules = book(tmp_path)
    for price, cents in (("10.00", 1235), ("50.00", 6173), ("100.00", 12346)):
        quote = ask(rules, line(price=f"{price} USD", duty="0%"), rates={"USD/EUR": "1.23456"})
        assert [c.amount_minor for c in quote.charges if c.kind == "goods"] == [cents]
