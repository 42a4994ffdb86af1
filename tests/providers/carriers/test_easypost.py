"""EasyPost: ounces and inches, customs items by line, prices as text, one try for a shipment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import respx
from secret_words import watch

from landedcost.ports import (
    Amount,
    BadAnswer,
    Denied,
    NoAnswer,
    Problem,
    ProviderDown,
    RateLimited,
    ShippingAnswer,
)
from landedcost.providers.easypost import EasyPost, EasyPostSettings
from landedcost.transport import Transport

URL = "https://api.easypost.com/v2/shipments"
STATELESS = "https://api.easypost.com/beta/rates"
KEY = watch("EZTK-1234567890")


def rate(**changes: Any) -> dict[str, Any]:
    return {
        "id": "rate_1",
        "object": "Rate",
        "carrier": "USPS",
        "service": "FirstClassPackageInternationalService",
        "rate": "17.35",
        "currency": "USD",
        "list_rate": "19.00",
        "list_currency": "USD",
        "retail_rate": "22.10",
        "retail_currency": "USD",
        "delivery_days": 9,
        "delivery_date": None,
        "delivery_date_guaranteed": False,
    } | changes


def shipment(*rates: dict[str, Any], messages: Any = ()) -> dict[str, Any]:
    return {"id": "shp_1", "object": "Shipment", "rates": list(rates), "messages": list(messages)}


@pytest.fixture
def ask(parcel: Callable[..., Any]) -> Callable[..., ShippingAnswer]:
    def run(settings: dict[str, Any] | None = None, **changes: Any) -> ShippingAnswer:
        made = EasyPostSettings(**{"api_key": KEY} | (settings or {}))
        return Transport().run(EasyPost(made).shipping(parcel(**changes)))

    return run


@respx.mock
def test_a_shipment_is_made_in_ounces_and_inches(ask: Any, sent: Any) -> None:
    route = respx.post(URL).respond(201, json=shipment(rate()))
    ask({"carrier_accounts": ("ca_1", "ca_2")})
    request = route.calls.last.request
    assert request.headers["authorization"] == "Basic RVpUSy0xMjM0NTY3ODkwOg=="
    assert sent(route) == {
        "shipment": {
            "from_address": {
                "country": "US",
                "state": "CA",
                "zip": "94107",
                "city": "San Francisco",
                "street1": "1 Pier Rd",
                "name": "Acme Drops",
            },
            "to_address": {
                "country": "DE",
                "zip": "10115",
                "city": "Berlin",
                "street1": "Torstr. 1",
                "name": "Jo Muster",
            },
            "parcel": {
                "weight": Decimal("28.3"),
                "length": Decimal("11.9"),
                "width": Decimal("7.9"),
                "height": Decimal("4.0"),
            },
            "options": {"incoterm": "DDP"},
            "customs_info": {
                "contents_type": "merchandise",
                "customs_items": [
                    {
                        "description": "T-shirt",
                        "quantity": 2,
                        "weight": Decimal("12.698"),
                        "value": Decimal("50.00"),
                        "currency": "USD",
                        "origin_country": "VN",
                        "hs_tariff_number": "610910",
                    },
                    {
                        "description": "Mug",
                        "quantity": 1,
                        "weight": Decimal("12.345"),
                        "value": Decimal("12.50"),
                        "currency": "USD",
                        "origin_country": "CN",
                        "hs_tariff_number": "69120023",
                    },
                ],
            },
            "carrier_accounts": ["ca_1", "ca_2"],
        }
    }


@respx.mock
def test_the_price_is_the_label_not_the_list_price(ask: Any) -> None:
    respx.post(URL).respond(201, json=shipment(rate(), rate(id="rate_2", delivery_days=None)))
    first, second = ask().offers
    assert first.price == Amount(1735, "USD")
    assert first.covers == {"transport"}
    assert first.import_duty is first.import_tax is first.expires is None
    assert (first.carrier, first.service) == ("USPS", "FirstClassPackageInternationalService")
    assert (first.least_days, first.most_days, first.reference) == (9, 9, "rate_1")
    assert (second.least_days, second.most_days) == (None, None)


@respx.mock
def test_a_currency_without_cents_is_rounded_to_its_unit(ask: Any) -> None:
    respx.post(URL).respond(201, json=shipment(rate(rate="1234.50", currency="JPY")))
    assert ask().offers[0].price == Amount(1235, "JPY")


@respx.mock
def test_a_price_of_nothing_is_no_offer(ask: Any) -> None:
    said = {"carrier": "UPS", "type": "rate_error", "message": "Postal code is not served"}
    zero = rate(rate="0.00", carrier="APC", service="Parcel")
    respx.post(URL).respond(201, json=shipment(zero, messages=[said]))
    answer = ask()
    assert answer.offers == ()
    assert answer.problems == (
        Problem("rate_error", "UPS: Postal code is not served"),
        Problem("no_price", "APC Parcel has no price"),
    )


@respx.mock
def test_silence_is_told(ask: Any) -> None:
    respx.post(URL).respond(201, json=shipment())
    (problem,) = ask().problems
    assert problem.code == "no_offer"


@respx.mock
def test_a_declaration_with_gaps_is_left_out_and_told(ask: Any, parcel: Any, sent: Any) -> None:
    route = respx.post(URL).respond(201, json=shipment(rate()))
    shirt, mug = parcel().goods
    answer = ask(goods=(shirt, replace(mug, origin="")))
    assert "customs_info" not in sent(route)["shipment"]
    assert answer.problems == (
        Problem("no_customs", "asked without customs items for want of the origin of mug"),
    )
    assert len(answer.offers) == 1


@respx.mock
def test_no_declaration_within_a_country(ask: Any, parcel: Any, sent: Any) -> None:
    route = respx.post(URL).respond(201, json=shipment(rate()))
    answer = ask(buyer=parcel().sender, size_mm=None)
    assert "customs_info" not in sent(route)["shipment"]
    assert sent(route)["shipment"]["parcel"] == {"weight": Decimal("28.3")}
    assert answer.problems == ()


@respx.mock
def test_a_shipment_is_not_made_twice(ask: Any) -> None:
    route = respx.post(URL).respond(503)
    with pytest.raises(ProviderDown):
        ask()
    assert route.call_count == 1


@respx.mock
def test_a_question_that_stores_nothing_is_asked_again(ask: Any) -> None:
    route = respx.post(STATELESS)
    route.side_effect = [respx.MockResponse(503), respx.MockResponse(200, json=shipment(rate()))]
    assert len(ask({"stored": False}).offers) == 1
    assert route.call_count == 2


@respx.mock
@pytest.mark.parametrize(("status", "kind"), [(422, NoAnswer), (402, Denied)])
def test_refusals_are_told_in_its_words(ask: Any, status: int, kind: type[Exception]) -> None:
    error = {
        "code": "ADDRESS.COUNTRY.INVALID",
        "message": "Invalid 'country'",
        "errors": [{"field": "country", "message": "Invalid"}, "country is odd"],
    }
    respx.post(URL).respond(status, json={"error": error})
    match = rf"answered {status}: ADDRESS\.COUNTRY\.INVALID; Invalid 'country'; country is odd"
    with pytest.raises(kind, match=match):
        ask()


@respx.mock
def test_a_refusal_that_is_a_page_has_no_words(ask: Any) -> None:
    respx.post(URL).respond(422, text="<html>no</html>")
    with pytest.raises(NoAnswer, match=r"answered 422$"):
        ask()


@respx.mock
def test_being_asked_too_often_is_a_limit(ask: Any) -> None:
    error = {"code": "RATE_LIMITED", "message": "slow down", "errors": []}
    respx.post(URL).respond(429, json={"error": error}, headers={"retry-after": "7"})
    with pytest.raises(RateLimited) as found:
        ask()
    assert found.value.retry_after == 7


@respx.mock
def test_a_wrong_key_is_denied_and_never_shown(ask: Any) -> None:
    respx.post(URL).respond(401, json={"error": {"message": f"no such key {KEY}"}})
    with pytest.raises(Denied) as found:
        ask()
    assert KEY not in str(found.value)


@respx.mock
@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"rate": "-3"}, r"rates\[0\]\.rate is below zero"),
        ({"rate": "17,35"}, r"rates\[0\]\.rate is no number"),
        ({"rate": True}, r"rates\[0\]\.rate is no number"),
        ({"currency": "usd "}, r"rates\[0\]\.currency is no currency"),
        ({"carrier": 7}, r"rates\[0\]\.carrier is no text"),
        ({"delivery_days": "soon"}, r"delivery_days is no number"),
    ],
)
def test_what_is_no_rate_is_refused(ask: Any, changes: dict[str, Any], match: str) -> None:
    respx.post(URL).respond(201, json=shipment(rate(**changes)))
    with pytest.raises(BadAnswer, match=match):
        ask()


@respx.mock
def test_an_answer_without_rates_is_refused(ask: Any) -> None:
    respx.post(URL).respond(201, json={"id": "shp_1"})
    with pytest.raises(BadAnswer, match="rates is not in the answer"):
        ask()
