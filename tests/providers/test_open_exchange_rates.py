"""Market rates by Open Exchange Rates: a UTC day, a plan, and 429 with two meanings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
import respx
import stamina
from secret_words import watch

from landedcost.ports import BadAnswer, Denied, NoAnswer, ProviderError, RateLimited, RatesAsk
from landedcost.providers.open_exchange_rates import OpenExchangeRates, OpenExchangeRatesSettings
from landedcost.transport import Transport

BASE = "https://openexchangerates.org/api"
DAY = date(2026, 10, 2)
URL = f"{BASE}/historical/2026-10-02.json"
KEY = watch("c0ffee-key")


def stamp(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())


def sheet(timestamp: object, base: str = "USD", **rates: object) -> dict:
    return {
        "disclaimer": "as is",
        "license": "see terms",
        "timestamp": timestamp,
        "base": base,
        "rates": rates or {"EUR": 0.8921, "JPY": 151.25, "XAU": 0.0004},
    }


def error(status: int, message: str) -> dict:
    return {"error": True, "status": status, "message": message, "description": "Sorry."}


def ask(day: date = DAY, use: str = "commercial", **settings: object):
    source = OpenExchangeRates(OpenExchangeRatesSettings(app_id=KEY, **settings))
    return Transport().run(source.rates(RatesAsk(day, use)))


@pytest.fixture(autouse=True)
def _without_waiting() -> object:
    with stamina.set_testing(True):
        yield


@respx.mock
def test_the_sheet_of_the_day_is_asked_for_and_read() -> None:
    route = respx.get(URL, params={"app_id": KEY}).respond(json=sheet(stamp(2026, 10, 2, 23, 59)))
    answer = ask()
    assert "base" not in dict(route.calls.last.request.url.params)
    assert (answer.base, answer.on) == ("USD", DAY)
    assert answer.rates == {"EUR": Fraction(8921, 10_000), "JPY": Fraction(15125, 100)}


@respx.mock
def test_another_base_is_asked_for_where_it_is_set() -> None:
    respx.get(URL, params={"app_id": KEY, "base": "EUR"}).respond(
        json=sheet(stamp(2026, 10, 2, 12), base="EUR", USD=1.12)
    )
    assert ask(base="EUR").rates == {"USD": Fraction(112, 100)}


@respx.mock
def test_a_base_that_was_not_asked_for_is_refused() -> None:
    respx.get(URL).respond(json=sheet(stamp(2026, 10, 2, 12)))
    with pytest.raises(BadAnswer, match="asked for rates of EUR, it sent those of USD"):
        ask(base="EUR")


@respx.mock
@pytest.mark.parametrize("status", [400, 404])
def test_a_day_that_has_only_begun_elsewhere_has_the_latest_rates(status: int) -> None:
    respx.get(URL).respond(status, json=error(status, "not_available"))
    respx.get(f"{BASE}/latest.json").respond(json=sheet(stamp(2026, 10, 1, 22)))
    assert ask().on == date(2026, 10, 1)


@respx.mock
def test_the_latest_rates_do_not_stand_in_for_a_day_to_come() -> None:
    respx.get(f"{BASE}/historical/2027-01-01.json").respond(400, json=error(400, "not_available"))
    respx.get(f"{BASE}/latest.json").respond(json=sheet(stamp(2026, 10, 2, 22)))
    with pytest.raises(NoAnswer, match="no rates of 2027-01-01; its latest are of 2026-10-02"):
        ask(date(2027, 1, 1))


@respx.mock
def test_a_sheet_of_a_later_day_is_not_taken() -> None:
    respx.get(URL).respond(json=sheet(stamp(2026, 10, 3)))
    with pytest.raises(NoAnswer, match="2026-10-03"):
        ask()


@respx.mock
def test_where_nothing_is_available_there_is_no_answer() -> None:
    respx.get(URL).respond(404, json=error(404, "not_found"))
    respx.get(f"{BASE}/latest.json").respond(404, json=error(404, "not_found"))
    with pytest.raises(NoAnswer, match="answered 404: not_found; Sorry"):
        ask()


@respx.mock
@pytest.mark.parametrize("body", ['{"error": true, "mess', "<html></html>", "{}"])
def test_a_refusal_that_cannot_be_read_is_no_answer_to_go_by(body: str) -> None:
    respx.get(URL).respond(400, text=body)
    latest = respx.get(f"{BASE}/latest.json")
    with pytest.raises(BadAnswer):
        ask()
    assert not latest.called


@respx.mock
def test_a_base_it_does_not_have_is_told_as_such() -> None:
    respx.get(URL).respond(400, json=error(400, "invalid_base"))
    with pytest.raises(ProviderError, match=r"invalid_base.*set `base`") as found:
        ask(base="SOS")
    assert found.value.code == "provider_refused"


@respx.mock
def test_what_the_plan_does_not_cover_is_denied_and_not_a_limit() -> None:
    respx.get(URL).respond(429, json=error(429, "not_allowed"))
    with pytest.raises(Denied, match="not part of the plan") as found:
        ask(base="EUR")
    assert not found.value.retryable
    assert found.value.request_id


@respx.mock
def test_being_asked_too_often_is_a_limit() -> None:
    respx.get(URL).respond(429, json=error(429, "access_restricted"), headers={"retry-after": "60"})
    with pytest.raises(RateLimited) as found:
        ask()
    assert found.value.retry_after == 60


@respx.mock
@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_denied_and_never_shown(status: int) -> None:
    body = error(status, "invalid_app_id") | {"description": f"Invalid App ID {KEY}"}
    respx.get(URL).respond(status, json=body)
    with pytest.raises(Denied) as found:
        ask()
    assert KEY not in str(found.value)
    assert KEY not in repr(OpenExchangeRatesSettings(app_id=KEY))


@respx.mock
@pytest.mark.parametrize("timestamp", [0, -1, "soon", None, 10**15, 1.5, True])
def test_a_moment_that_is_none_is_named(timestamp: object) -> None:
    respx.get(URL).respond(json=sheet(timestamp))
    with pytest.raises(BadAnswer, match="timestamp"):
        ask()


@respx.mock
@pytest.mark.parametrize("rate", [0, -1, "n/a", None, {}])
def test_a_rate_that_is_none_is_named(rate: object) -> None:
    respx.get(URL).respond(json=sheet(stamp(2026, 10, 2), EUR=rate))
    with pytest.raises(BadAnswer, match=r"rates\.EUR"):
        ask()


def test_customs_rates_are_not_its_business() -> None:
    with pytest.raises(NoAnswer, match="customs"):
        ask(use="customs")
