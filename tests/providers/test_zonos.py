"""Zonos's landed cost: the mutation and its variables, lines, terms, and errors with status 200."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
import respx
from asks import as_json, codes, run, sent, source

from landedcost.ports import Amount, BadAnswer, Denied, NoAnswer, ProviderError
from landedcost.testing.cases.baskets import basket
from landedcost.testing.cases.zonos import answered, charge

URL = "https://api.zonos.com/graphql"


def zonos(**settings: str) -> Any:
    return source("landed.zonos", credential_token="a-credential", **settings)


def mocked(answer: Any) -> respx.Route:
    return respx.post(URL).respond(content=as_json(answer))


@respx.mock
def test_the_mutation_chains_parties_items_shipping_and_the_quote() -> None:
    route = mocked(answered())
    run(zonos(service_level="COURIER").landed(basket(insurance=Amount(150, "USD"))))
    assert route.calls[0].request.headers["credentialtoken"] == "a-credential"
    body = sent(route)
    steps = [
        "partyCreateWorkflow",
        "itemCreateWorkflow",
        "cartonizeWorkflow",
        "shipmentRatingCreateWorkflow",
        "landedCostCalculateWorkflow",
    ]
    places = [body["query"].index(f"  {step}") for step in steps]
    assert places == sorted(places)
    given = body["variables"]
    assert [party["type"] for party in given["parties"]] == ["ORIGIN", "DESTINATION"]
    assert given["parties"][1]["location"]["postalCode"] == "SW1W 0NY"
    assert given["items"][0] == {
        "productId": "0",
        "amount": 25,
        "currencyCode": "USD",
        "quantity": 2,
        "description": "T-shirt",
        "hsCode": "610910",
        "countryOfOrigin": "VN",
        "measurements": [{"type": "WEIGHT", "unitOfMeasure": "GRAM", "value": 180}],
    }
    assert given["shipping"] == {
        "amount": 10.5,
        "currencyCode": "USD",
        "serviceLevelCode": "COURIER",
    }
    assert given["quote"] == {
        "calculationMethod": "DDP",
        "currencyCode": "USD",
        "endUse": "NOT_FOR_RESALE",
        "tariffRate": "ZONOS_PREFERRED",
    }


@respx.mock
def test_lines_get_what_is_charged_on_their_items() -> None:
    mocked(answered())
    quote = run(zonos().landed(basket()))
    tee, bag = quote.lines
    assert (tee.id, tee.duty, tee.tax) == ("tee", Amount(600, "USD"), Amount(1250, "USD"))
    assert tee.formula == "duty: 12% of the item cost"
    assert (bag.id, bag.duty) == ("bag", Amount(252, "USD"))
    assert quote.depth == "formulas"
    assert quote.problems == ()


@respx.mock
def test_a_line_without_a_charge_of_a_kind_is_not_told_to_have_none() -> None:
    mocked(answered())
    tee, bag = run(zonos().landed(basket())).lines
    assert bag.tax is None
    assert tee.fees is None
    assert bag.formula is None


@respx.mock
def test_the_total_is_duty_tax_and_fees_and_the_quote_has_an_end() -> None:
    mocked(answered())
    quote = run(zonos().landed(basket()))
    assert quote.total == Amount(2862, "USD")
    assert quote.covers == {"duty", "tax", "fees"}
    assert (quote.duty, quote.tax, quote.fees) == (
        Amount(852, "USD"),
        Amount(1710, "USD"),
        Amount(300, "USD"),
    )
    assert quote.reference == "landed_cost_1"
    assert quote.guaranteed is True
    assert quote.expires == datetime(2026, 11, 25, 12, tzinfo=UTC)


@respx.mock
def test_what_zonos_does_not_tell_is_none() -> None:
    told = {"duties": None, "taxes": 1, "landedCostTotal": None}
    mocked(
        answered(
            amountSubtotals=told,
            duties=[],
            taxes=[],
            fees=[],
            landedCostGuaranteeCode="NOT_APPLICABLE",
        )
    )
    quote = run(zonos().landed(basket()))
    assert (quote.total, quote.duty, quote.fees) == (None, None, None)
    assert quote.tax == Amount(100, "USD")
    assert quote.lines == ()
    assert quote.expires is None
    assert quote.guaranteed is False


@respx.mock
def test_of_several_quotes_the_one_for_the_terms_is_taken() -> None:
    answer = answered()
    quotes = answer["data"]["landedCostCalculateWorkflow"]
    quotes.insert(0, deepcopy(quotes[0]) | {"method": "DAP", "id": "landed_cost_2"})
    mocked(answer)
    assert run(zonos().landed(basket())).reference == "landed_cost_1"
    assert run(zonos().landed(basket(terms="DAP"))).reference == "landed_cost_2"


@respx.mock
def test_a_quote_for_other_terms_says_so() -> None:
    mocked(answered(method="DAP"))
    quote = run(zonos().landed(basket()))
    assert codes(quote) == [("other_terms", "")]
    assert quote.problems[0].text == "quoted for DAP, not for DDP"


@respx.mock
def test_errors_beside_a_quote_are_problems() -> None:
    mocked(answered() | {"errors": [{"message": "item 2 could not be classified"}]})
    quote = run(zonos().landed(basket()))
    assert codes(quote) == [("refused", "")]
    assert quote.total == Amount(2862, "USD")


@respx.mock
@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("HTTP Status 401 - Full authentication is required to access this resource", Denied),
        ("hsCode 61 is not valid", ProviderError),
    ],
)
@pytest.mark.parametrize("data", [None, {"landedCostCalculateWorkflow": None}])
def test_errors_with_status_200_and_no_quote_are_raised(
    message: str, error: type[ProviderError], data: Any
) -> None:
    mocked({"data": data, "errors": [{"message": message}]})
    with pytest.raises(error, match=message[:12]) as found:
        run(zonos().landed(basket()))
    assert type(found.value) is error
    assert "a-credential" not in f"{found.value!s}{zonos()!r}"


@respx.mock
def test_status_401_is_denied() -> None:
    respx.post(URL).respond(401, json={"errors": [{"message": "no"}]})
    with pytest.raises(Denied):
        run(zonos().landed(basket()))


@respx.mock
def test_charges_of_a_line_in_several_currencies_are_not_added() -> None:
    taxes = [charge(12.5, "item_a"), charge(3, "item_a", currencyCode="GBP")]
    mocked(answered(taxes=taxes))
    quote = run(zonos().landed(basket()))
    assert quote.lines[0].tax is None
    assert codes(quote) == [("several_currencies", "tee")]


@respx.mock
@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"duties": [charge(-1, "item_a")]}, r"duties\[0\]\.amount is below zero"),
        ({"duties": [charge(1, "item_c")]}, "no item of this quote"),
        ({"currencyCode": "GOLD"}, "currencyCode is no currency"),
        ({"amountSubtotals": None}, "amountSubtotals is not in the answer"),
    ],
)
def test_a_changed_answer_is_named_by_its_path(parts: Any, said: str) -> None:
    mocked(answered(**parts))
    with pytest.raises(BadAnswer, match=said):
        run(zonos().landed(basket()))


@respx.mock
@pytest.mark.parametrize(
    "answer", [{}, {"data": {}}, {"data": {"landedCostCalculateWorkflow": []}}]
)
def test_neither_a_quote_nor_an_error_is_a_bad_answer(answer: Any) -> None:
    mocked(answer)
    with pytest.raises(BadAnswer, match="neither a landed cost nor an error"):
        run(zonos().landed(basket()))


def test_without_the_price_of_shipping_nothing_is_asked() -> None:
    with pytest.raises(NoAnswer, match="needs the price of the shipping"):
        run(zonos().landed(basket(shipping=None)))
