"""What a quote says is about this basket and this lane, and a bad request never passes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from fictional import VAT, ask, book, dated, line

from landedcost import (
    Bundle,
    LandedCost,
    Line,
    MoneyError,
    NotInForce,
    Quote,
    Request,
    RequestError,
)

DAY = "2026-10-01"
SCHEME = (
    '[scheme.sale]\nlabel = "VAT at the sale"\nregistration = "CL-VAT"\ncompares = "goods"\n'
    'collects = ["tax"]\nwaives = []\n' + dated("scheme.sale", "limit", "150")
)


def tax(quote: Quote) -> int:
    return sum(c.amount_minor for c in quote.charges if c.kind == "tax")


def notes(quote: Quote, code: str) -> list[str]:
    return [n.text for n in quote.notes if n.code == code]


def test_the_tax_of_a_sale_is_the_rate_times_the_price_shown(tmp_path: Path) -> None:
    rules = book(tmp_path, VAT, SCHEME)
    rates = {"rates": {"USD/EUR": "0.80"}, "customs_rates": {"USD/EUR": "0.70"}}
    goods = line(price="100.00 USD")
    parcel = {"shipping": "10.00 USD", "insurance": "5.00 USD", **rates}
    sale = ask(rules, goods, registrations=["CL-VAT"], **parcel)
    assert tax(sale) == 1840  # 20 % of 115.00 USD at 0.80
    assert sale.total_minor == 9200 + 1840 + 805
    imported = ask(rules, goods, **parcel)
    assert tax(imported) == 1771  # 20 % of 115.00 USD at 0.70 and its duty of 8.05


def test_a_scheme_is_tested_at_the_customs_rate(tmp_path: Path) -> None:
    rules = book(tmp_path, VAT, SCHEME)
    rates = {"rates": {"USD/EUR": "0.80"}, "customs_rates": {"USD/EUR": "0.70"}}
    quote = ask(rules, line(price="200.00 USD"), registrations=["CL-VAT"], **rates)
    assert quote.customs["scheme"] == "CL-VAT"  # 140.00 EUR for customs, 160.00 in the shop


def test_a_day_before_the_first_known_tax_is_not_priced_without_tax() -> None:
    bundle = Bundle([Line("tee", "20 USD", hs_code="6109.10", origin="VN")], shipping="5 USD")
    with pytest.raises(NotInForce, match="Germany") as caught:
        LandedCost("US").price_for(bundle, "de-DE", as_of="2023-12-31")
    assert "2024-01-01" in caught.value.hint


def test_notes_name_the_lines_they_are_about() -> None:
    def cap(name: str) -> Line:
        return Line(name, "20 USD", hs_code="6505.00", origin="VN", weight_g=80, quantity=20)

    shop = LandedCost("US", tariff_strategy="highest")
    first = shop.price_for(Bundle([cap("a")], shipping="5 USD"), "de-DE", as_of=DAY)
    assert notes(first, "tariff_choice")[0].startswith("a: 650500 is shorter")
    second = shop.price_for(Bundle([cap("b")], shipping="5 USD"), "de-DE", as_of=DAY)
    assert notes(second, "tariff_choice")[0].startswith("b: 650500 is shorter")
    many = [cap(f"cap {k}") for k in range(6)]
    third = shop.price_for(Bundle(many, shipping="5 USD"), "de-DE", as_of=DAY)
    said = notes(third, "tariff_choice")
    assert len(said) == 1
    assert said[0].startswith("cap 0, cap 1, cap 2 and 3 more lines: 650500")


def test_a_doubtful_duty_does_no_harm_where_none_is_due() -> None:
    shop = LandedCost("US", tariff_strategy="highest")

    def caps(count: int) -> Quote:
        line = Line("cap", "20 USD", hs_code="6505.00", origin="VN", weight_g=80, quantity=count)
        bundle = Bundle([line], shipping="5 USD")
        return shop.price_for(bundle, "de-DE", as_of=DAY, rates={"USD/EUR": "0.86"})

    assert not notes(caps(1), "tariff_choice")  # 3 euro a line, whatever the tariff says
    assert notes(caps(20), "tariff_choice")


def test_where_a_code_cannot_tell_the_duty_is_charged_and_named(tmp_path: Path) -> None:
    """A duty on listed goods is not taken for none."""
    listed = (
        '[additional.list]\nlabel = "Duty on the list"\nmethod = "flat"\n'
        '[additional.list.when]\norigin = ["CN"]\nhs = ["61091010", "6203"]\n'
        + dated("additional.list", "rate", "7.5%")
    )
    rules = book(tmp_path, VAT, listed)

    def asked(code: str, origin: str = "CN") -> Quote:
        return ask(rules, line(hs_code=code, origin=origin, duty="10%"), shipping="0.00 EUR")

    def duty(quote: Quote) -> list[str]:
        return [c.label for c in quote.charges if c.kind == "duty"]

    assert "Duty on the list" in duty(asked("6109.10.10"))
    assert "Duty on the list" in duty(asked("6203.42"))
    short = asked("6109.10")
    assert "Duty on the list" in duty(short)
    assert short.certainty == "estimated"
    assert notes(short, "hs_code_too_short") == [
        "a: 610910 has too few digits for a rule; the duty was charged: Duty on the list"
    ]
    for sure in (asked("6109.10.90"), asked("6110.20"), asked("6109.10", "VN")):
        assert "Duty on the list" not in duty(sure)
        assert not notes(sure, "hs_code_too_short")


def test_national_digits_of_another_tariff_are_too_short_as_well() -> None:
    """9506.99.90 is a European code: for the lists of the United States it is 9506.99."""
    ball = Line("ball", "100 USD", hs_code="9506.99.90", origin="CN", weight_g=400)
    shop = LandedCost("CN", tariff_strategy="highest")
    quote = shop.price_for(Bundle([ball], shipping="5 USD"), "en-US", as_of=DAY)
    assert "China list 4A" in notes(quote, "hs_code_too_short")[0]
    assert notes(quote, "section_232_metals") == []
    own = Line("ball", "100 USD", hs_code="9506.99.05", origin="CN", weight_g=400)
    sure = shop.price_for(Bundle([own], shipping="5 USD"), "en-US", as_of=DAY)
    assert not notes(sure, "hs_code_too_short")
    assert any("China list 4A" in c.label for c in sure.charges)


def test_a_rate_narrowed_from_a_range_is_an_estimate() -> None:
    bag = Bundle([Line("bag", "300 USD", hs_code="4202.92", origin="VN")], shipping="5 USD")
    quote = LandedCost("US").price_for(bag, "ja-JP", as_of=DAY)
    assert quote.certainty != "exact"
    assert "8 to 16%" in notes(quote, "unverified_tariff")[0]


@pytest.mark.parametrize(("seller", "buyer"), [("DE", "fr-FR"), ("NO", "nb-NO"), ("GB", "en-GB")])
def test_notes_on_imports_stay_away_from_a_sale_at_home(seller: str, buyer: str) -> None:
    tee = Bundle([Line("tee", "20 EUR", hs_code="6109.10", origin="VN")], shipping="5 EUR")
    quote = LandedCost(seller).price_for(tee, buyer, as_of=DAY)
    assert {n.code for n in quote.notes} <= {"rate_age", "rules_not_rechecked"}
    assert quote.certainty in ("exact", "estimated")


def test_sales_tax_is_named_at_home_too() -> None:
    tee = Bundle([Line("tee", "20 USD", hs_code="6109.10", origin="VN")], shipping="5 USD")
    quote = LandedCost("US").price_for(tee, "en-US", as_of=DAY)
    assert [n.code for n in quote.notes if n.code != "rules_not_rechecked"] == ["state_sales_tax"]


@pytest.mark.parametrize("text", ["12 apples", "gift|12%", "12%|gift", "a\nb", "5%%"])
@pytest.mark.parametrize("price", ["1.00 USD", "500.00 USD"])
def test_a_pinned_duty_that_cannot_be_read_is_an_error_at_once(text: str, price: str) -> None:
    with pytest.raises(RequestError) as caught:
        Line("tee", price, hs_code="6109.10", origin="VN", duty=text, where="lines[0]")
    assert (caught.value.code, caught.value.where) == ("bad_duty_text", "lines[0].duty")


def test_a_preference_by_the_name_of_gift_is_no_gift() -> None:
    tee = Line("tee", "20 USD", hs_code="6109.10", origin="VN", preference="gift")
    bundle = Bundle([tee], shipping="5 USD")
    with pytest.raises(RequestError, match="'gift' is no preference"):
        LandedCost("US").price_for(bundle, "de-DE", as_of=DAY)


def test_a_waived_additional_duty_says_which_one_is_waived() -> None:
    tee = Bundle([Line("tee", "20 USD", hs_code="6109.10", origin="VN")], shipping="5 USD")
    quote = LandedCost("CA").price_for(tee, "en-US", as_of="2025-06-01")
    labels = [c.label for c in quote.charges if c.kind == "duty"]
    assert len(labels) > 1
    assert len(set(labels)) == len(labels)


def test_rates_may_be_pinned_at_the_call() -> None:
    tee = Bundle([Line("tee", "20 USD", hs_code="6109.10", origin="VN")], shipping="5 USD")
    shop = LandedCost("US")
    asked = [
        shop.price_for(tee, "de-DE", as_of=DAY, rates={"USD/EUR": rate}).charges[0].amount_minor
        for rate in ("0.80", "0.90", "0.80")
    ]
    assert asked == [1600, 1800, 1600]
    with pytest.raises(MoneyError) as caught:
        shop.price_for(tee, "de-DE", as_of=DAY, rates={"USD/EUR": "0"})
    assert caught.value.where == "rates.USD/EUR"


def test_a_request_reads_plain_values_and_checks_them() -> None:
    tee = Bundle([Line("tee", "20 USD", hs_code="6109.10", origin="VN")], shipping="5 USD")
    request = Request(tee, "de-DE", "US", DAY)
    assert (request.as_of, request.ship_from.country) == (date(2026, 10, 1), "US")
    assert request.but(terms="DAP").terms == "DAP"
    assert (
        LandedCost().price(request).total_minor
        == LandedCost("US").price_for(tee, "de-DE", as_of=DAY).total_minor
    )
    bad = [
        ({"as_of": "1 October"}, "as_of"),
        ({"terms": "FOB"}, "terms"),
        ({"channel": "drone"}, "channel"),
        ({"currency": "EURO"}, "currency"),
        ({"ship_from": "Atlantis"}, "ship_from"),
    ]
    for change, where in bad:
        with pytest.raises((RequestError, MoneyError)) as caught:
            request.but(**change)
        assert caught.value.where == where
