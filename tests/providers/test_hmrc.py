"""Customs rates of HM Revenue & Customs: one month, for Great Britain, in JSON:API."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
import respx

from landedcost.ports import BadAnswer, NoAnswer, RatesAnswer, RatesAsk
from landedcost.providers.hmrc import Hmrc, HmrcSettings
from landedcost.transport import Transport

URL = "https://www.trade-tariff.service.gov.uk/uk/api/exchange_rates/2026-9"
DAY = date(2026, 9, 17)
RECORDED = Path(__file__).resolve().parents[2].parent / "shared/data/uk/trade-tariff-v2"


def row(code: str, rate: object, since: str = "2026-09-01", until: str = "2026-09-30") -> dict:
    return {
        "id": f"{code}-{since}",
        "type": "exchange_rate",
        "attributes": {
            "currency_code": code,
            "currency_description": "Money",
            "country": "Somewhere",
            "country_code": "SW",
            "rate": rate,
            "validity_start_date": since,
            "validity_end_date": until,
        },
    }


FILE = {"id": "f", "type": "exchange_rate_file", "attributes": {"format": "csv", "file_size": 1}}


def sheet(*rows: dict, year: object = "2026", month: object = "9", kind: str = "monthly") -> dict:
    about = {"year": year, "month": month, "type": kind}
    return {
        "data": {"id": "c", "type": "exchange_rate_collection", "attributes": about},
        "included": [FILE, *rows],
    }


def ask(day: date = DAY, use: str = "customs", territory: str = "GB", **settings: object):
    source = Hmrc(HmrcSettings(**settings))
    return Transport().run(source.rates(RatesAsk(day, use, territory)))


@respx.mock
def test_the_month_of_the_day_is_asked_for_and_read() -> None:
    rows = (row("USD", "1.3412"), row("JPY", "201.7700"), row("EUR", "1.1580"))
    route = respx.get(URL, params={"filter[type]": "monthly"}).respond(json=sheet(*rows))
    answer: RatesAnswer = ask()
    sent = route.calls.last.request
    assert sent.headers["accept"] == "application/vnd.hmrc.2.0+json"
    assert "authorization" not in sent.headers
    assert (answer.base, answer.on, answer.until) == (
        "GBP",
        date(2026, 9, 1),
        date(2026, 9, 30),
    )
    assert answer.rates == {
        "USD": Fraction(13412, 10_000),
        "JPY": Fraction(20177, 100),
        "EUR": Fraction(1158, 1_000),
    }


@respx.mock
def test_a_token_is_sent_where_one_is_set() -> None:
    route = respx.get(URL).respond(json=sheet(row("USD", "1.34")))
    ask(token="opensesame")
    assert route.calls.last.request.headers["authorization"] == "Bearer opensesame"


@respx.mock
def test_a_currency_of_several_countries_is_one_rate() -> None:
    respx.get(URL).respond(json=sheet(row("USD", "1.34"), row("USD", "1.3400")))
    assert ask().rates == {"USD": Fraction(134, 100)}


@respx.mock
def test_two_rates_for_one_currency_are_refused() -> None:
    respx.get(URL).respond(json=sheet(row("USD", "1.34"), row("USD", "1.35")))
    with pytest.raises(BadAnswer, match=r"second rate for USD: '1\.35'"):
        ask()


@respx.mock
def test_only_rates_in_force_on_the_day_are_taken() -> None:
    respx.get(URL).respond(
        json=sheet(
            row("USD", "1.34"),
            row("TRY", "55", until="2026-09-15"),
            row("TRY", "60", since="2026-09-16"),
        )
    )
    answer = ask()
    assert answer.rates == {"USD": Fraction(134, 100), "TRY": Fraction(60)}
    assert (answer.on, answer.until) == (date(2026, 9, 16), date(2026, 9, 30))


@respx.mock
def test_a_month_without_a_rate_for_the_day_has_no_answer() -> None:
    respx.get(URL).respond(json=sheet(row("USD", "1.34", until="2026-09-16")))
    with pytest.raises(NoAnswer, match="no rates in force on 2026-09-17"):
        ask()


@respx.mock
def test_a_code_that_is_no_currency_is_left_out() -> None:
    respx.get(URL).respond(json=sheet(row("USD", "1.34"), row("ECS", "25000")))
    assert set(ask().rates) == {"USD"}


@respx.mock
@pytest.mark.parametrize(
    "answer",
    [
        sheet(row("USD", "1.34"), month="10"),
        sheet(row("USD", "1.34"), year="2025"),
        sheet(row("USD", "1.34"), kind="average"),
    ],
)
def test_another_month_than_asked_for_is_refused(answer: dict) -> None:
    respx.get(URL).respond(json=answer)
    with pytest.raises(BadAnswer, match="asked for the month of 2026-09-17"):
        ask()


@respx.mock
def test_a_year_may_be_a_number() -> None:
    respx.get(URL).respond(json=sheet(row("USD", "1.34"), year=2026, month=9))
    assert ask().base == "GBP"


@respx.mock
@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "", None, [], "1,34"])
def test_a_rate_that_is_none_is_named(rate: object) -> None:
    respx.get(URL).respond(json=sheet(row("USD", rate)))
    with pytest.raises(BadAnswer, match=r"included\[1\]\.attributes\.rate"):
        ask()


@respx.mock
def test_a_month_that_is_not_there_has_no_answer() -> None:
    respx.get(URL).respond(404, text="<html>Page not found</html>")
    with pytest.raises(NoAnswer, match="404"):
        ask()


@pytest.mark.parametrize(
    ("use", "territory"),
    [("commercial", ""), ("commercial", "GB"), ("customs", "XI"), ("customs", "US")],
)
def test_it_is_asked_for_nothing_but_customs_in_great_britain(use: str, territory: str) -> None:
    with pytest.raises(NoAnswer, match="customs rates of GB"):
        ask(use=use, territory=territory)


def recorded() -> Iterator[Path]:
    yield from sorted(RECORDED.glob("uk_exchange_rates_20*_monthly.json.gz"))


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded answers are not beside the checkout"
)
@respx.mock
def test_recorded_answers_are_read() -> None:
    found = list(recorded())
    assert found
    for path in found:
        text = gzip.decompress(path.read_bytes()).decode()
        about = json.loads(text)["data"]["attributes"]
        year, month = int(about["year"]), int(about["month"])
        respx.get(f"{URL.rpartition('/')[0]}/{year}-{month}").respond(text=text)
        answer = ask(date(year, month, 28))
        assert answer.on == date(year, month, 1)
        assert len(answer.rates) > 100
