"""The seller's margin: on the rate into the buyer's currency, exact, named, never on customs."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost import Bundle, Buyer, LandedCost, Line, RequestError, Seller
from landedcost.fx.book import RateBook, rate_text
from landedcost.fx.margin import FxMargin
from landedcost.fx.rates import EcbRates
from landedcost.rounding import half_up

DAY = date(2026, 10, 1)
ECB = EcbRates.load()
TEES = Bundle(
    [Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180)],
    shipping="9.00 USD",
)


@given(st.integers(0, 5000), st.sampled_from(["USD", "JPY", "GBP"]))
def test_net_is_the_market_and_the_margin_exactly(hundredths: int, base: str) -> None:
    text = f"{hundredths // 100}.{hundredths % 100:02}%"
    book = RateBook(ECB, DAY, "EU", shown="EUR", margin=FxMargin.of(text))
    used = book.get("shown", base, "EUR")
    market = Fraction(used.rate.num, used.rate.den)
    assert Fraction(*used.net) == market * (1 + Fraction(hundredths, 10_000))
    customs = book.get("customs", base, "EUR")
    assert Fraction(*customs.net) == Fraction(customs.rate.num, customs.rate.den)


def test_only_a_rate_into_the_currency_shown_has_it() -> None:
    book = RateBook(ECB, DAY, "EU", shown="EUR", margin=FxMargin.of("2%"))
    plain = RateBook(ECB, DAY, "EU", shown="EUR")
    for pair in (("EUR", "USD"), ("JPY", "USD"), ("EUR", "EUR")):
        assert book.get("shown", *pair).net == plain.get("shown", *pair).net
    assert book.get("shown", "JPY", "EUR").net != plain.get("shown", "JPY", "EUR").net


def test_the_narrowest_key_holds() -> None:
    margin = FxMargin.of({"USD/JPY": "2%", "JPY": "1.5%", "*": "1%"})
    assert [margin.find(*p).text for p in (("USD", "JPY"), ("EUR", "JPY"), ("USD", "EUR"))] == [
        "2%",
        "1.5%",
        "1%",
    ]
    assert margin.find("JPY", "JPY").text == "0%"
    assert FxMargin.of(margin.as_dict()) == margin
    assert FxMargin.of({"JPY": "1%"}).find("USD", "EUR").text == "0%"
    assert not FxMargin.of(None)
    assert not FxMargin.of("0%")
    assert repr(FxMargin.of("1%")) == "FxMargin({'*': '1%'})"


@pytest.mark.parametrize(
    ("value", "code", "where"),
    [
        (1.5, "bad_margin", "fx_margin"),
        ("1.5", "bad_margin", "fx_margin"),
        ("-1%", "bad_margin", "fx_margin"),
        ("50.01%", "bad_margin", "fx_margin"),
        ("NaN%", "bad_margin", "fx_margin"),
        ({"USD/USD": "1%"}, "bad_pair", "fx_margin.USD/USD"),
        ({"XXQ": "1%"}, "unknown_currency", "fx_margin.XXQ"),
        ({"USD": 2}, "bad_margin", "fx_margin.USD"),
    ],
)
def test_what_is_no_margin_is_refused(value: object, code: str, where: str) -> None:
    with pytest.raises(RequestError) as caught:
        LandedCost(fx_margin=value)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.where) == (code, where)


def test_goods_and_freight_bear_it_and_customs_does_not() -> None:
    rates = {"USD/EUR": "0.86"}
    asked = {"as_of": DAY, "rates": rates, "customs_rates": rates}
    plain = LandedCost("US").price_for(TEES, "de-DE", **asked)  # type: ignore[arg-type]
    quote = LandedCost("US", fx_margin="1.5%").price_for(TEES, "de-DE", **asked)  # type: ignore[arg-type]
    assert quote.customs == plain.customs
    of = {c.kind: c.amount.minor for c in quote.charges}
    assert of["goods"] == half_up(5000 * 8729, 10_000)
    assert of["shipping"] == half_up(900 * 8729, 10_000)
    assert sum(c.amount.minor for c in quote.charges) == quote.total_minor
    assert quote.id != plain.id
    found = {e.use: e for e in quote.exchange}
    assert found["commercial"].net == (8729, 10_000)
    assert found["commercial"].market == found["customs"].net == (43, 50)
    assert found["customs"].margin == "0%"
    assert "0.86 + 1.5% = 0.8729" in str(quote.explain())
    assert "Exchange rates" not in str(plain.explain())


def test_a_tax_on_the_sale_is_a_tax_on_what_the_buyer_pays() -> None:
    """Under a scheme VAT falls on the price, and the price has the margin in it."""
    shop = LandedCost(Seller.of("US", ["GB-VAT"]), fx_margin="2%")
    quote = shop.price_for(TEES, "en-GB", as_of=DAY, rates={"USD/GBP": "0.75"})
    of = {c.kind: c.amount.minor for c in quote.charges}
    paid = half_up(5000 * 765, 1000) + half_up(900 * 765, 1000)
    assert of["tax"] == half_up(paid * 20, 100)


def test_a_price_in_the_currency_of_the_goods_has_none() -> None:
    plain, careful = LandedCost("US"), LandedCost("US", fx_margin="3%")
    buyer = Buyer.of("US-CA")
    assert (
        careful.price_for(TEES, buyer, as_of=DAY).as_dict()
        == plain.price_for(TEES, buyer, as_of=DAY).as_dict()
    )


@given(st.integers(1, 10**30), st.integers(1, 10**30))
def test_a_rate_in_text_is_near_it_and_has_no_exponent(num: int, den: int) -> None:
    text = rate_text(num, den)
    assert "e" not in text.lower()
    exact = Fraction(num, den)
    assert abs(Fraction(text) - exact) <= max(exact, Fraction(1, 10**27)) / 10**11


def test_a_job_over_a_catalogue_keeps_it() -> None:
    from landedcost.bulk.job import Job

    job = Job("items.csv", ("DE",), "2026-10-01", fx_margin="1.5%")
    again = Job.of(job.as_dict())
    assert again == job
    assert again.pricer().shop.fx_margin == FxMargin.of("1.5%")
    assert not Job("items.csv", ("DE",), "2026-10-01").pricer().shop.fx_margin


def test_columns_give_what_single_quotes_give() -> None:
    shop = LandedCost(Seller.of("US", ["IOSS", "GB-VAT"]), fx_margin={"JPY": "2.5%", "*": "1.25%"})
    items = [
        {
            "id": f"tee{k}",
            "unit_price": f"{7 + k}.35",
            "currency": ("USD", "EUR", "KWD")[k % 3],
            "hs_code": "6109.10",
            "origin": "VN",
            "weight_g": 180,
            "quantity": 1 + k % 3,
            "shipping": "9.00 USD",
        }
        for k in range(40)
    ]
    markets = ["de-DE", "en-GB", "ja-JP", "nb-NO", "en-US"]
    pairs = ("KWD/EUR", "2.9"), ("USD/EUR", "0.86"), ("GBP/EUR", "1.15"), ("JPY/EUR", "0.0061")
    rates = {**dict(pairs), "NOK/EUR": "0.087"}
    prices = shop.price_many(items, markets, as_of=DAY, rates=rates, customs_rates=rates)
    rows = prices.table.to_pylist()
    assert len(rows) == len(items) * len(markets)
    assert {row["error"] for row in rows} == {None}
    for row in rows:
        item = items[row["row"]]
        line = Line(
            str(item["id"]),
            f"{item['unit_price']} {item['currency']}",
            quantity=int(str(item["quantity"])),
            hs_code="6109.10",
            origin="VN",
            weight_g=180,
        )
        bundle = Bundle([line], shipping="9.00 USD")
        quote = shop.price_for(bundle, row["market"], as_of=DAY, rates=rates, customs_rates=rates)
        assert row["total_minor"] == quote.total_minor
        assert row["goods_minor"] == quote.charges[0].amount.minor
