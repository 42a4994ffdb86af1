"""Easyship: duty and tax only where they are told, zeros that are doubted, quotas in a 403."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import respx

from landedcost.ports import (
    Amount,
    BadAnswer,
    Denied,
    NoAnswer,
    Offer,
    Problem,
    RateLimited,
    ShippingAnswer,
)
from landedcost.providers.easyship import Easyship
from landedcost.providers.easyship_api import EasyshipSettings
from landedcost.transport import Transport

URL = "https://public-api.easyship.com/2024-09/rates"
TOKEN = "sand_1234567890"


def rate(**changes: Any) -> dict[str, Any]:
    """A DDP offer of 60.40: transport 36 with fuel and remote area, fee 5, duty 8.40, tax 11."""
    return {
        "courier_service": {"id": "cs-1", "name": "Asia Fast", "umbrella_name": "Fast"},
        "courier_name": None,
        "currency": "EUR",
        "incoterms": "DDP",
        "shipment_charge": 30,
        "fuel_surcharge": 4.5,
        "remote_area_surcharge": 1.5,
        "other_surcharges": None,
        "shipment_charge_total": 36.0,
        "insurance_fee": 0,
        "ddp_handling_fee": 5,
        "import_duty_charge": 8.4,
        "import_tax_charge": 11.0,
        "estimated_import_duty": 8.4,
        "estimated_import_tax": 11.0,
        "sales_tax": 0,
        "provincial_sales_tax": 0,
        "is_above_threshold": True,
        "total_charge": 60.4,
        "min_delivery_time": 3,
        "max_delivery_time": 6,
    } | changes


DDU = {
    "incoterms": "DDU",
    "import_duty_charge": 0,
    "import_tax_charge": 0,
    "ddp_handling_fee": 0,
    "total_charge": 36.0,
}


@pytest.fixture
def ask(parcel: Callable[..., Any]) -> Callable[..., ShippingAnswer]:
    def run(settings: dict[str, Any] | None = None, **changes: Any) -> ShippingAnswer:
        made = EasyshipSettings(**{"token": TOKEN} | (settings or {}))
        return Transport().run(Easyship(made).shipping(parcel(**changes)))

    return run


@pytest.fixture
def offered(ask: Any) -> Callable[..., Offer]:
    def run(**changes: Any) -> Offer:
        respx.post(URL).respond(json={"rates": [rate(**changes)]})
        (offer,) = ask().offers
        return offer

    return run


@respx.mock
def test_a_line_is_told_as_one_piece_with_its_total(ask: Any, sent: Any) -> None:
    route = respx.post(URL).respond(json={"rates": [rate()], "meta": {"pagination": None}})
    assert ask().problems == ()
    assert route.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent(route) == {
        "origin_address": {
            "country_alpha2": "US",
            "state": "CA",
            "postal_code": "94107",
            "city": "San Francisco",
            "line_1": "1 Pier Rd",
            "contact_name": "Acme Drops",
        },
        "destination_address": {
            "country_alpha2": "DE",
            "postal_code": "10115",
            "city": "Berlin",
            "line_1": "Torstr. 1",
            "contact_name": "Jo Muster",
        },
        "incoterms": "DDP",
        "insurance": {"is_insured": False},
        "calculate_tax_and_duties": True,
        "shipping_settings": {
            "units": {"weight": "kg", "dimensions": "cm"},
            "output_currency": "EUR",
        },
        "parcels": [
            {
                "box": {
                    "length": Decimal("30.0"),
                    "width": Decimal("20.0"),
                    "height": Decimal("10.1"),
                },
                "items": [
                    {
                        "description": "T-shirt",
                        "quantity": 1,
                        "declared_customs_value": Decimal("50.00"),
                        "declared_currency": "USD",
                        "origin_country_alpha2": "VN",
                        "hs_code": "610910",
                        "actual_weight": Decimal("0.360"),
                    },
                    {
                        "description": "Mug",
                        "quantity": 1,
                        "declared_customs_value": Decimal("12.50"),
                        "declared_currency": "USD",
                        "origin_country_alpha2": "CN",
                        "hs_code": "69120023",
                        "actual_weight": Decimal("0.350"),
                    },
                ],
                "total_actual_weight": Decimal("0.800"),
            }
        ],
    }


@respx.mock
def test_unpaid_is_called_ddu(ask: Any, sent: Any) -> None:
    route = respx.post(URL).respond(json={"rates": [rate(**DDU)]})
    ask(terms="DAP")
    assert sent(route)["incoterms"] == "DDU"


@respx.mock
def test_a_paid_offer_covers_what_it_tells(offered: Any) -> None:
    offer = offered()
    assert offer.price == Amount(6040, "EUR")
    assert offer.covers == {
        "transport",
        "fuel",
        "surcharges",
        "fees",
        "import_duty",
        "import_tax",
    }
    assert offer.import_duty == Amount(840, "EUR")
    assert offer.import_tax == Amount(1100, "EUR")
    assert (offer.carrier, offer.service, offer.reference) == ("Fast", "Asia Fast", "cs-1")
    assert (offer.least_days, offer.most_days) == (3, 6)


@respx.mock
def test_an_unpaid_offer_does_not_cover_what_it_estimates(ask: Any) -> None:
    respx.post(URL).respond(json={"rates": [rate(**DDU)]})
    answer = ask()
    (offer,) = answer.offers
    assert offer.price == Amount(3600, "EUR")
    assert offer.covers == {"transport", "fuel", "surcharges"}
    assert offer.import_duty is offer.import_tax is None
    assert answer.problems == ()


@respx.mock
def test_a_total_without_room_for_duty_and_tax_does_not_hold_them(ask: Any) -> None:
    respx.post(URL).respond(json={"rates": [rate(total_charge=41.0)]})
    answer = ask()
    (offer,) = answer.offers
    assert offer.price == Amount(4100, "EUR")
    assert "import_duty" not in offer.covers
    assert "import_tax" not in offer.covers
    assert [problem.code for problem in answer.problems] == ["import_not_told"]


@respx.mock
@pytest.mark.parametrize("above", [True, None, ""])
def test_zeros_above_the_threshold_are_not_believed(ask: Any, above: object) -> None:
    zeros = {"import_duty_charge": 0, "import_tax_charge": 0, "is_above_threshold": above}
    respx.post(URL).respond(json={"rates": [rate(**zeros, total_charge=41.0)]})
    answer = ask()
    (offer,) = answer.offers
    assert offer.covers.isdisjoint({"import_duty", "import_tax"})
    assert offer.import_duty is offer.import_tax is None
    assert [problem.code for problem in answer.problems] == ["import_not_told"]


@respx.mock
def test_zeros_below_the_threshold_are(ask: Any) -> None:
    zeros = {"import_duty_charge": 0, "import_tax_charge": 0, "is_above_threshold": False}
    respx.post(URL).respond(json={"rates": [rate(**zeros, total_charge=41.0)]})
    answer = ask()
    (offer,) = answer.offers
    assert offer.import_duty == offer.import_tax == Amount(0, "EUR")
    assert offer.covers >= {"import_duty", "import_tax"}
    assert answer.problems == ()


@respx.mock
def test_tax_without_duty_covers_tax_alone(offered: Any) -> None:
    offer = offered(import_duty_charge=0, total_charge=52.0)
    assert offer.import_duty is None
    assert offer.import_tax == Amount(1100, "EUR")
    assert "import_duty" not in offer.covers


@respx.mock
def test_empty_texts_are_not_told(offered: Any) -> None:
    offer = offered(
        **DDU | {"ddp_handling_fee": "", "fuel_surcharge": "", "import_duty_charge": ""}
    )
    assert offer.covers == {"transport", "surcharges"}


@respx.mock
def test_the_older_names_of_a_courier_are_read(offered: Any) -> None:
    offer = offered(courier_service=None, courier_name="Old Post", courier_id="c-9")
    assert (offer.carrier, offer.service, offer.reference) == ("Old Post", "Old Post", "c-9")


@respx.mock
def test_further_pages_are_told(ask: Any) -> None:
    pages = {"count": 60, "next": "/2024-09/rates?page=2", "page": 1}
    respx.post(URL).respond(json={"rates": [rate()], "meta": {"pagination": pages}})
    assert ask().problems == (Problem("more_pages", "there are more offers than were sent"),)


@respx.mock
def test_a_service_without_a_price_is_told(ask: Any) -> None:
    respx.post(URL).respond(json={"rates": [rate(total_charge=0)]})
    assert ask().problems == (Problem("no_price", "Asia Fast has no price"),)


@respx.mock
def test_silence_is_told(ask: Any) -> None:
    respx.post(URL).respond(json={"rates": [], "messages": None})
    (problem,) = ask().problems
    assert problem.code == "no_offer"


@respx.mock
def test_an_answer_without_rates_is_refused(ask: Any) -> None:
    respx.post(URL).respond(json={"meta": {}})
    with pytest.raises(BadAnswer, match="rates is not in the answer"):
        ask()


@respx.mock
def test_goods_without_a_code_want_a_category(ask: Any, parcel: Any, sent: Any) -> None:
    route = respx.post(URL).respond(json={"rates": [rate()]})
    shirt, mug = parcel().goods
    bare = (shirt, replace(mug, hs_code=""))
    with pytest.raises(NoAnswer, match="HS code or a category for mug"):
        ask(goods=bare)
    assert not route.called
    ask({"category": "home_decor"}, goods=bare)
    items = sent(route)["parcels"][0]["items"]
    assert [item.get("category") for item in items] == [None, "home_decor"]


@respx.mock
def test_what_customs_wants_is_asked_for_before_easyship_is(ask: Any, parcel: Any) -> None:
    route = respx.post(URL)
    shirt, mug = parcel().goods
    with pytest.raises(NoAnswer, match="needs the origin of mug"):
        ask(goods=(shirt, replace(mug, origin="")))
    with pytest.raises(NoAnswer, match="needs the goods"):
        ask(goods=())
    with pytest.raises(NoAnswer, match="size"):
        ask(size_mm=None)
    assert not route.called


@respx.mock
def test_a_size_can_be_set_for_parcels_without_one(ask: Any, sent: Any) -> None:
    route = respx.post(URL).respond(json={"rates": [rate()]})
    ask({"size_mm": (250, 180, 60)}, size_mm=None)
    assert sent(route)["parcels"][0]["box"]["length"] == Decimal("25.0")


def error(code: str, message: str, *details: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": list(details)}}


@respx.mock
@pytest.mark.parametrize(
    "message",
    [
        "You have exceeded the maximum number of requests per second",
        "API usage limit exceeded. Please upgrade your plan or wait.",
    ],
)
def test_a_quota_told_with_403_is_a_limit(ask: Any, message: str) -> None:
    respx.post(URL).respond(403, json=error("forbidden", message))
    with pytest.raises(RateLimited, match="out of requests") as found:
        ask()
    assert found.value.attempts == 1
    assert found.value.request_id


@respx.mock
@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_token_is_denied_and_never_shown(ask: Any, status: int) -> None:
    respx.post(URL).respond(status, json=error("invalid_token", f"no scope for {TOKEN}"))
    with pytest.raises(Denied) as found:
        ask()
    assert TOKEN not in str(found.value)


@respx.mock
@pytest.mark.parametrize(("status", "kind"), [(402, Denied), (422, NoAnswer)])
def test_refusals_are_told_in_its_words(ask: Any, status: int, kind: type[Exception]) -> None:
    respx.post(URL).respond(status, json=error("some_code", "Not possible.", "No record", "No two"))
    with pytest.raises(
        kind, match=f"answered {status}: some_code; Not possible.; No record; No tw"
    ):
        ask()


@respx.mock
@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"total_charge": -1}, r"rates\[0\]\.total_charge is below zero"),
        ({"total_charge": []}, r"total_charge is no number"),
        ({"import_duty_charge": -1}, r"import_duty_charge is below zero"),
        ({"is_above_threshold": "no"}, r"is_above_threshold is neither true nor false"),
        ({"currency": "HK$"}, r"rates\[0\]\.currency is no currency"),
        ({"max_delivery_time": 1.5}, r"max_delivery_time is no whole number"),
    ],
)
def test_what_is_no_rate_is_refused(ask: Any, changes: dict[str, Any], match: str) -> None:
    respx.post(URL).respond(json={"rates": [rate(**changes)]})
    with pytest.raises(BadAnswer, match=match):
        ask()
