"""Shippo: numbers as text, totals by line, and failures that come with 201."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import respx
from secret_words import watch

from landedcost.ports import (
    Address,
    Amount,
    BadAnswer,
    Denied,
    NoAnswer,
    Problem,
    ProviderDown,
    RateLimited,
    ShippingAnswer,
)
from landedcost.providers.shippo import Shippo, ShippoSettings
from landedcost.transport import Transport

URL = "https://api.goshippo.com/shipments"
KEY = watch("shippo_test_123456")


def rate(**changes: Any) -> dict[str, Any]:
    return {
        "object_id": "r1",
        "amount": "31.90",
        "currency": "USD",
        "amount_local": "27.81",
        "currency_local": "EUR",
        "provider": "UPS",
        "servicelevel": {"name": "Worldwide Saver", "token": "ups_saver", "terms": ""},
        "estimated_days": 4,
        "included_insurance_price": None,
        "attributes": ["CHEAPEST"],
        "messages": [],
        "test": True,
    } | changes


def shipment(*rates: dict[str, Any], messages: Any = (), status: str = "SUCCESS") -> dict[str, Any]:
    return {
        "object_id": "s1",
        "status": status,
        "rates": list(rates),
        "messages": [{"source": who, "code": code, "text": text} for who, code, text in messages],
    }


@pytest.fixture
def ask(parcel: Callable[..., Any]) -> Callable[..., ShippingAnswer]:
    def run(settings: dict[str, Any] | None = None, **changes: Any) -> ShippingAnswer:
        made = ShippoSettings(**{"api_key": KEY} | (settings or {}))
        return Transport().run(Shippo(made).shipping(parcel(**changes)))

    return run


@respx.mock
def test_a_shipment_is_made_in_grams_and_millimetres(ask: Any, sent: Any) -> None:
    route = respx.post(URL).respond(201, json=shipment(rate()))
    ask({"carrier_accounts": ("c1",), "signer": "A. Seller"})
    headers = route.calls.last.request.headers
    assert headers["authorization"] == f"ShippoToken {KEY}"
    assert headers["shippo-api-version"] == "2018-02-08"
    assert sent(route) == {
        "address_from": {
            "country": "US",
            "state": "CA",
            "zip": "94107",
            "city": "San Francisco",
            "street1": "1 Pier Rd",
            "name": "Acme Drops",
        },
        "address_to": {
            "country": "DE",
            "zip": "10115",
            "city": "Berlin",
            "street1": "Torstr. 1",
            "name": "Jo Muster",
        },
        "parcels": [
            {
                "weight": "800",
                "mass_unit": "g",
                "length": "300",
                "width": "200",
                "height": "101",
                "distance_unit": "mm",
            }
        ],
        "async": False,
        "customs_declaration": {
            "contents_type": "MERCHANDISE",
            "non_delivery_option": "RETURN",
            "certify": True,
            "certify_signer": "A. Seller",
            "incoterm": "DDP",
            "items": [
                {
                    "description": "T-shirt",
                    "quantity": 2,
                    "net_weight": "360",
                    "mass_unit": "g",
                    "value_amount": "50.00",
                    "value_currency": "USD",
                    "origin_country": "VN",
                    "hs_code": "610910",
                },
                {
                    "description": "Mug",
                    "quantity": 1,
                    "net_weight": "350",
                    "mass_unit": "g",
                    "value_amount": "12.50",
                    "value_currency": "USD",
                    "origin_country": "CN",
                    "hs_code": "69120023",
                },
            ],
        },
        "carrier_accounts": ["c1"],
    }


@respx.mock
def test_the_price_is_in_the_money_that_is_paid(ask: Any) -> None:
    insured = rate(object_id="r2", included_insurance_price="1.05", estimated_days=None)
    respx.post(URL).respond(201, json=shipment(rate(), insured))
    first, second = ask(currency="EUR").offers
    assert first.price == Amount(3190, "USD")
    assert first.covers == {"transport"}
    assert first.import_duty is first.import_tax is first.expires is None
    assert (first.carrier, first.service, first.reference) == ("UPS", "ups_saver", "r1")
    assert (first.least_days, first.most_days) == (4, 4)
    assert second.covers == {"transport", "insurance"}
    assert second.most_days is None


@respx.mock
def test_a_service_without_a_token_has_its_name(ask: Any) -> None:
    respx.post(URL).respond(201, json=shipment(rate(servicelevel={"name": "Saver", "token": None})))
    assert ask().offers[0].service == "Saver"


@respx.mock
def test_a_declaration_needs_somebody_to_sign(ask: Any, parcel: Any, sent: Any) -> None:
    route = respx.post(URL).respond(201, json=shipment(rate()))
    ask()
    assert sent(route)["customs_declaration"]["certify_signer"] == "Acme Drops"
    answer = ask(sender=Address("US", postcode="94107"))
    assert "customs_declaration" not in sent(route)
    assert answer.problems == (
        Problem("no_customs", "asked without customs items for want of who signs for them"),
    )


@respx.mock
def test_a_declaration_with_gaps_is_left_out_and_told(ask: Any, parcel: Any, sent: Any) -> None:
    route = respx.post(URL).respond(201, json=shipment(rate()))
    bare = tuple(replace(one, weight_g=None) for one in parcel().goods)
    (problem,) = ask(goods=bare).problems
    assert "customs_declaration" not in sent(route)
    assert problem.text.endswith("for want of the weight of each line")


@respx.mock
def test_no_declaration_within_a_country(ask: Any, parcel: Any, sent: Any) -> None:
    route = respx.post(URL).respond(201, json=shipment(rate()))
    assert ask(buyer=parcel().sender).problems == ()
    assert "customs_declaration" not in sent(route)


@respx.mock
def test_a_size_is_needed(ask: Any, sent: Any) -> None:
    route = respx.post(URL).respond(201, json=shipment(rate()))
    with pytest.raises(NoAnswer, match="size"):
        ask(size_mm=None)
    assert not route.called
    ask({"size_mm": (250, 180, 60)}, size_mm=None)
    assert sent(route)["parcels"][0]["length"] == "250"


@respx.mock
def test_what_carriers_said_is_kept(ask: Any) -> None:
    free = rate(amount="0.00", provider="USPS", servicelevel={"name": "First"})
    said = [("UPS", "", "Account is not set up"), ("", "x1", "Something else")]
    respx.post(URL).respond(201, json=shipment(free, messages=said))
    answer = ask()
    assert answer.offers == ()
    assert answer.problems == (
        Problem("refused", "UPS: Account is not set up"),
        Problem("x1", "Something else"),
        Problem("no_price", "USPS First has no price"),
    )


@respx.mock
def test_a_limit_in_a_message_on_201_is_a_limit(ask: Any) -> None:
    said = [("UPS", "", "UPS - Hard: Too Many Requests")]
    respx.post(URL).respond(201, json=shipment(messages=said))
    with pytest.raises(RateLimited, match="Too Many Requests"):
        ask()
    respx.post(URL).respond(201, json=shipment(rate(), messages=said))
    assert len(ask().offers) == 1


@respx.mock
@pytest.mark.parametrize("status", ["QUEUED", "WAITING"])
def test_rates_that_are_still_to_come_are_no_answer(ask: Any, status: str) -> None:
    respx.post(URL).respond(201, json=shipment(status=status))
    with pytest.raises(BadAnswer, match="before its carriers did") as found:
        ask()
    assert found.value.retryable


@respx.mock
def test_silence_is_told(ask: Any) -> None:
    respx.post(URL).respond(201, json=shipment())
    (problem,) = ask().problems
    assert problem.code == "no_offer"


@respx.mock
def test_a_shipment_is_not_made_twice(ask: Any) -> None:
    route = respx.post(URL).respond(503)
    with pytest.raises(ProviderDown):
        ask()
    assert route.call_count == 1


@respx.mock
def test_a_refusal_is_told_in_its_words(ask: Any) -> None:
    respx.post(URL).respond(422, json={"detail": "country is not supported"})
    with pytest.raises(NoAnswer, match="answered 422: country is not supported"):
        ask()


@respx.mock
def test_a_wrong_key_is_denied_and_never_shown(ask: Any) -> None:
    respx.post(URL).respond(401, json={"detail": f"Token {KEY} does not exist"})
    with pytest.raises(Denied) as found:
        ask()
    assert KEY not in str(found.value)


@respx.mock
@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"amount": "-1"}, r"rates\[0\]\.amount is below zero"),
        ({"amount": "$5"}, r"rates\[0\]\.amount is no number"),
        ({"currency": "XXX"}, r"rates\[0\]\.currency is no currency"),
        ({"provider": None}, r"rates\[0\]\.provider is not in the answer"),
        ({"servicelevel": "saver"}, r"servicelevel is no object"),
        ({"estimated_days": -1}, r"estimated_days is no number of days"),
        ({"included_insurance_price": "yes"}, r"included_insurance_price is no number"),
    ],
)
def test_what_is_no_rate_is_refused(ask: Any, changes: dict[str, Any], match: str) -> None:
    respx.post(URL).respond(201, json=shipment(rate(**changes)))
    with pytest.raises(BadAnswer, match=match):
        ask()
