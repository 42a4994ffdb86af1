"""The request built, the answer parsed, the errors mapped: Frankfurter's rates."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import httpx
import pytest
import respx

from landedcost.ports import BadAnswer, NoAnswer, RatesAsk
from landedcost.providers.registry import Registry
from landedcost.transport import Transport

DAY = date(2026, 10, 3)
URL = "https://api.frankfurter.dev/v1/2026-10-03"
ANSWER = '{"amount":1.0,"base":"EUR","date":"2026-10-02","rates":{"GBP":0.8623,"USD":1.1435}}'


def source() -> object:
    spec = Registry.installed().spec("frankfurter")
    return spec.factory(spec.settings())


@respx.mock
def test_a_sheet_is_asked_for_and_read() -> None:
    route = respx.get(URL, params={"base": "EUR"}).respond(text=ANSWER)
    answer = Transport().run(source().rates(RatesAsk(DAY)))
    assert route.call_count == 1
    assert answer.base == "EUR"
    assert answer.on == date(2026, 10, 2)
    assert answer.rates == {"GBP": Fraction(8623, 10_000), "USD": Fraction(11435, 10_000)}


@respx.mock
def test_a_rate_that_is_none_is_named() -> None:
    respx.get(URL).respond(text=ANSWER.replace("1.1435", "-1"))
    with pytest.raises(BadAnswer, match=r"rates\.USD is not above zero: -1"):
        Transport().run(source().rates(RatesAsk(DAY)))


@respx.mock
def test_a_day_it_does_not_have_is_no_answer() -> None:
    respx.get(URL).mock(return_value=httpx.Response(404, json={"message": "not found"}))
    with pytest.raises(NoAnswer, match="404"):
        Transport().run(source().rates(RatesAsk(DAY)))


@respx.mock
def test_rates_for_more_than_one_unit_are_for_one() -> None:
    respx.get(URL).respond(text=ANSWER.replace('"amount":1.0', '"amount":100'))
    answer = Transport().run(source().rates(RatesAsk(DAY)))
    assert answer.rates["GBP"] == Fraction(8623, 1_000_000)


@respx.mock
@pytest.mark.parametrize("amount", ["0", "-1", '"x"', "null"])
def test_rates_for_no_amount_are_refused(amount: str) -> None:
    respx.get(URL).respond(text=ANSWER.replace("1.0,", f"{amount},"))
    with pytest.raises(BadAnswer, match="amount"):
        Transport().run(source().rates(RatesAsk(DAY)))


@respx.mock
def test_a_sheet_of_a_later_day_is_refused() -> None:
    respx.get(URL).respond(text=ANSWER.replace("2026-10-02", "2026-10-04"))
    with pytest.raises(BadAnswer, match="asked for 2026-10-03, it sent 2026-10-04"):
        Transport().run(source().rates(RatesAsk(DAY)))


@respx.mock
def test_a_sheet_of_another_base_is_refused() -> None:
    respx.get(URL).respond(text=ANSWER.replace('"EUR"', '"USD"'))
    with pytest.raises(BadAnswer, match="asked for rates of EUR, it sent those of USD"):
        Transport().run(source().rates(RatesAsk(DAY)))


@respx.mock
def test_what_is_no_currency_is_left_out() -> None:
    respx.get(URL).respond(text=ANSWER.replace('"GBP"', '"XAU"'))
    answer = Transport().run(source().rates(RatesAsk(DAY)))
    assert set(answer.rates) == {"USD"}


@respx.mock
def test_customs_of_the_union_takes_the_second_last_wednesday_of_the_month_before() -> None:
    route = respx.get("https://api.frankfurter.dev/v1/2026-09-23")
    route.respond(text=ANSWER.replace("2026-10-02", "2026-09-23"))
    ask = RatesAsk(DAY, "customs", "EU")
    assert Transport().run(source().rates(ask)).on == date(2026, 9, 23)
    route.respond(text=ANSWER.replace("2026-10-02", "2026-09-24"))
    with pytest.raises(BadAnswer, match="asked for 2026-09-23, it sent 2026-09-24"):
        Transport().run(source().rates(ask))


def test_customs_rates_are_not_its_business() -> None:
    with pytest.raises(NoAnswer):
        Transport().run(source().rates(RatesAsk(DAY, "customs", "GB")))
