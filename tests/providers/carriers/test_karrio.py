"""karrio: exact units, a total that is all of it, rates and messages together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import respx
from secret_words import watch

from landedcost.ports import Amount, BadAnswer, Denied, NoAnswer, Problem, ShippingAnswer
from landedcost.providers.karrio import Karrio, KarrioSettings
from landedcost.transport import Transport

URL = "https://ship.example.org/v1/proxy/rates"
KEY = watch("key_1234567890")


def rate(**changes: Any) -> dict[str, Any]:
    return {
        "id": "rat_1",
        "object_type": "rate",
        "carrier_name": "dhl_express",
        "carrier_id": "my-dhl",
        "service": "dhl_express_worldwide",
        "currency": "USD",
        "total_charge": 41.3,
        "transit_days": 3,
        "extra_charges": [
            {"name": "Base charge", "amount": 36.1, "currency": "USD"},
            {"name": "Fuel Surcharge", "amount": 5.2, "currency": "USD"},
        ],
        "meta": {},
        "test_mode": True,
    } | changes


def message(text: str, **changes: Any) -> dict[str, Any]:
    return {"code": "404", "message": text, "carrier_name": "ups", "carrier_id": "my-ups"} | changes


@pytest.fixture
def ask(parcel: Callable[..., Any]) -> Callable[..., ShippingAnswer]:
    def run(settings: dict[str, Any] | None = None, **changes: Any) -> ShippingAnswer:
        made = {"base_url": "https://ship.example.org", "api_key": KEY} | (settings or {})
        return Transport().run(Karrio(KarrioSettings(**made)).shipping(parcel(**changes)))

    return run


@respx.mock
def test_the_parcel_is_told_in_exact_kilograms_and_centimetres(ask: Any, sent: Any) -> None:
    route = respx.post(URL).respond(json={"rates": [rate()], "messages": []})
    ask({"carrier_ids": ("my-dhl",), "services": ("dhl_express_worldwide",)})
    assert route.calls.last.request.headers["authorization"] == f"Token {KEY}"
    assert sent(route) == {
        "shipper": {
            "country_code": "US",
            "state_code": "CA",
            "postal_code": "94107",
            "city": "San Francisco",
            "address_line1": "1 Pier Rd",
            "person_name": "Acme Drops",
        },
        "recipient": {
            "country_code": "DE",
            "postal_code": "10115",
            "city": "Berlin",
            "address_line1": "Torstr. 1",
            "person_name": "Jo Muster",
        },
        "parcels": [
            {
                "weight": Decimal("0.800"),
                "weight_unit": "KG",
                "length": Decimal("30.0"),
                "width": Decimal("20.0"),
                "height": Decimal("10.1"),
                "dimension_unit": "CM",
                "items": [
                    {
                        "title": "T-shirt",
                        "quantity": 2,
                        "value_amount": Decimal("25.00"),
                        "value_currency": "USD",
                        "origin_country": "VN",
                        "hs_code": "610910",
                        "weight": Decimal("0.180"),
                        "weight_unit": "KG",
                    },
                    {
                        "title": "Mug",
                        "quantity": 1,
                        "value_amount": Decimal("12.50"),
                        "value_currency": "USD",
                        "origin_country": "CN",
                        "hs_code": "69120023",
                        "weight": Decimal("0.350"),
                        "weight_unit": "KG",
                    },
                ],
            }
        ],
        "services": ["dhl_express_worldwide"],
        "options": {"incoterm": "DDP"},
        "carrier_ids": ["my-dhl"],
    }


@respx.mock
def test_what_is_not_known_is_not_sent(ask: Any, parcel: Any, sent: Any) -> None:
    route = respx.post(URL).respond(json={"rates": [rate()], "messages": []})
    mug = replace(parcel().goods[1], hs_code="", origin="", weight_g=None)
    ask(goods=(mug,), size_mm=None)
    assert sent(route)["parcels"] == [
        {
            "weight": Decimal("0.800"),
            "weight_unit": "KG",
            "items": [
                {
                    "title": "Mug",
                    "quantity": 1,
                    "value_amount": Decimal("12.50"),
                    "value_currency": "USD",
                }
            ],
        }
    ]


@respx.mock
def test_the_total_is_all_of_it_and_exact(ask: Any) -> None:
    respx.post(URL).respond(json={"rates": [rate(total_charge=0.1 + 0.2)]})
    (offer,) = ask().offers
    assert offer.price == Amount(30, "USD")  # 0.30000000000000004 as a float was written
    respx.post(URL).respond(json={"rates": [rate()], "messages": []})
    (offer,) = ask().offers
    assert offer.price == Amount(4130, "USD")
    assert offer.covers == {"transport", "fuel"}
    assert (offer.carrier, offer.service) == ("dhl_express", "dhl_express_worldwide")
    assert (offer.least_days, offer.most_days, offer.reference) == (3, 3, "rat_1")
    assert offer.import_duty is offer.import_tax is offer.expires is None


@respx.mock
def test_a_fee_for_paying_duty_is_not_taken_for_the_duty(ask: Any) -> None:
    charges = [
        {"name": "Duty Tax Paid", "amount": 17, "currency": "USD"},
        {"name": "Duties and Taxes", "amount": 12, "currency": "USD"},
        {"name": "Import Duty Charge", "amount": 9.5, "currency": "USD"},
        {"name": "import tax charge", "amount": "11.40", "currency": "USD"},
        {"name": "Insurance", "amount": 0, "currency": "USD"},
        {"name": "Fuel Surcharge", "amount": None, "currency": None},
    ]
    respx.post(URL).respond(json={"rates": [rate(extra_charges=charges)]})
    (offer,) = ask().offers
    assert offer.covers == {"transport", "import_duty", "import_tax"}
    assert offer.import_duty == Amount(950, "USD")
    assert offer.import_tax == Amount(1140, "USD")


@respx.mock
def test_rates_and_messages_come_together(ask: Any) -> None:
    zero = rate(service="economy", total_charge=0)
    missing = rate(service="", total_charge=None)
    respx.post(URL).respond(
        json={"rates": [rate(), zero, missing], "messages": [message("no service to Berlin")]}
    )
    answer = ask()
    assert len(answer.offers) == 1
    assert answer.problems == (
        Problem("404", "ups: no service to Berlin"),
        Problem("no_price", "dhl_express economy has no price"),
        Problem("no_price", "dhl_express has no price"),
    )


@respx.mock
@pytest.mark.parametrize("key", ["messages", "errors"])
def test_messages_alone_are_an_answer_with_424(ask: Any, key: str) -> None:
    respx.post(URL).respond(424, json={key: [message("down", code="", carrier_name="")]})
    answer = ask()
    assert answer.offers == ()
    assert answer.problems == (Problem("refused", "my-ups: down"),)


@respx.mock
def test_silence_is_told(ask: Any) -> None:
    respx.post(URL).respond(json={"rates": [], "messages": []})
    (problem,) = ask().problems
    assert problem.code == "no_offer"


@respx.mock
@pytest.mark.parametrize("body", [{}, {"rates": None}, {"messages": [message("no")]}])
def test_an_answer_without_rates_is_refused(ask: Any, body: dict[str, Any]) -> None:
    respx.post(URL).respond(json=body)
    with pytest.raises(BadAnswer, match="rates is not in the answer"):
        ask()


@respx.mock
@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"total_charge": -1}, r"rates\[0\]\.total_charge is below zero"),
        ({"total_charge": "much"}, r"total_charge is no number"),
        ({"currency": "USDT"}, r"rates\[0\]\.currency is no currency"),
        ({"currency": None}, r"rates\[0\]\.currency is not in the answer"),
        ({"transit_days": 2.5}, r"transit_days is no whole number"),
        ({"transit_days": -2}, r"transit_days is no number of days"),
        ({"extra_charges": {}}, r"extra_charges is no list"),
    ],
)
def test_what_is_no_rate_is_refused(ask: Any, changes: dict[str, Any], match: str) -> None:
    respx.post(URL).respond(json={"rates": [rate(**changes)]})
    with pytest.raises(BadAnswer, match=match):
        ask()


@respx.mock
def test_a_wrong_key_is_denied_and_never_shown(ask: Any) -> None:
    respx.post(URL).respond(401, json={"errors": [{"message": f"bad key {KEY}"}]})
    with pytest.raises(Denied) as found:
        ask()
    assert KEY not in str(found.value)


def test_freight_by_sea_is_not_its_business(ask: Any) -> None:
    with pytest.raises(NoAnswer, match="sea"):
        ask(channel="sea")
