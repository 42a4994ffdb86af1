"""UPS's landed cost: the token, the question, and answers written by either of its spellings."""

from __future__ import annotations

import base64
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
import respx
from asks import as_json, codes, run, sent, source

from landedcost.ports import Amount, BadAnswer, Denied, Goods, NoAnswer, ProviderError
from landedcost.providers.basket import unit_prices
from landedcost.providers.ups_landed_cost import quote_request
from landedcost.testing.cases.baskets import BAG, TEE, basket
from landedcost.testing.cases.ups_landed_cost import SAMPLE
from landedcost.transport import Channel

TOKEN = "https://onlinetools.ups.com/security/v1/oauth/token"
QUOTES = "https://onlinetools.ups.com/api/landedcost/v1/quotes"


def as_in_the_schema(value: Any) -> Any:
    """The same answer with the names of UPS's schema, and numbers as text."""
    names = {
        "commodityId": "commodityID",
        "totalDutyandTax": "totalDutyAndTax",
        "totalCommodityDutyandTax": "totalCommodityDutyAndTax",
        "totalCommodityTaxesAndFees": "totalCommodityTaxAndFee",
        "alversion": "alVersion",
        "error": "errors",
    }
    if isinstance(value, dict):
        return {names.get(name, name): as_in_the_schema(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_in_the_schema(part) for part in value]
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def ups(**settings: str) -> Any:
    return source(
        "landed.ups-landed-cost", client_id="our-id", client_secret="our-secret", **settings
    )


def mocked(answer: Any) -> tuple[respx.Route, respx.Route]:
    token = respx.post(TOKEN).respond(json={"access_token": "a-token", "expires_in": "14399"})
    return token, respx.post(QUOTES).respond(content=as_json(answer))


def changed(**parts: Any) -> Any:
    answer = deepcopy(SAMPLE)
    answer["shipment"] |= parts
    return answer


@respx.mock
def test_the_token_is_asked_for_once_and_the_secret_is_sent_as_basic() -> None:
    token, quotes = mocked(SAMPLE)
    ours = ups(account="A1B2C3")
    channel = Channel.open("ups")
    run(ours.landed(basket()), channel)
    run(ours.landed(basket()), channel)
    pair = base64.b64encode(b"our-id:our-secret").decode()
    assert token.call_count == 1
    assert quotes.call_count == 2
    asked = token.calls[0].request
    assert asked.headers["authorization"] == f"Basic {pair}"
    assert asked.headers["x-merchant-id"] == "A1B2C3"
    assert asked.content == b"grant_type=client_credentials"
    assert quotes.calls[0].request.headers["authorization"] == "Bearer a-token"
    assert quotes.calls[0].request.headers["accountnumber"] == "A1B2C3"


@respx.mock
def test_the_question_has_what_ups_requires() -> None:
    _, quotes = mocked(SAMPLE)
    run(ups().landed(basket(insurance=Amount(150, "USD"))))
    body = sent(quotes)
    headers = quotes.calls[0].request.headers
    shipment = body.pop("shipment")
    items = shipment.pop("shipmentItems")
    assert len(headers["transid"]) == 32
    assert headers["transactionsrc"] == "landedcost"
    assert body == {
        "currencyCode": "USD",
        "transID": headers["transid"],
        "alversion": 1,
        "allowPartialLandedCostResult": True,
    }
    assert shipment == {
        "id": headers["transid"],
        "importCountryCode": "GB",
        "exportCountryCode": "US",
        "shipDate": "2026-11-25",
        "incoterms": "DDP",
        "shipmentType": "SALE",
        "transportCost": 10.5,
    }
    assert items[0] == {
        "commodityId": "0",
        "priceEach": 25,
        "commodityCurrencyCode": "USD",
        "quantity": 2,
        "UOM": "Each",
        "originCountryCode": "VN",
        "hsCode": "610910",
        "description": "T-shirt",
        "grossWeight": 0.18,
        "grossWeightUnit": "KG",
    }


@respx.mock
@pytest.mark.parametrize("answer", [SAMPLE, as_in_the_schema(SAMPLE)], ids=["sample", "schema"])
def test_both_spellings_are_read_alike(answer: Any) -> None:
    mocked(answer)
    quote = run(ups().landed(basket()))
    assert quote.covers == {"duty", "tax", "fees"}
    assert quote.total == Amount(3712, "USD")
    assert (quote.duty, quote.tax, quote.fees) == (
        Amount(852, "USD"),
        Amount(1710, "USD"),
        Amount(1150, "USD"),
    )
    tee, bag = quote.lines
    assert (tee.id, tee.duty, tee.tax, tee.fees) == (
        "tee",
        Amount(600, "USD"),
        Amount(1250, "USD"),
        Amount(0, "USD"),
    )
    assert tee.hs_code == "6109100010"
    assert bag.duty == Amount(252, "USD")
    assert quote.problems == ()
    assert quote.depth == "lines"


@respx.mock
def test_what_ups_does_not_tell_is_none() -> None:
    answer = changed()
    for name in ("totalVAT", "totalShipmentLevelTaxesAndFees", "grandTotal"):
        del answer["shipment"][name]
    mocked(answer)
    quote = run(ups().landed(basket()))
    assert (quote.tax, quote.fees, quote.total) == (None, None, None)
    assert quote.duty == Amount(852, "USD")
    assert quote.guaranteed is None
    assert quote.expires is None
    assert quote.lines[0].duty_rate is None


@respx.mock
def test_a_line_that_ups_could_not_calculate_leaves_the_whole_untold() -> None:
    answer = deepcopy(SAMPLE)
    answer["shipment"]["shipmentItems"][1] |= {"isCalculable": False, "commodityDuty": 0}
    mocked(answer)
    quote = run(ups().landed(basket()))
    assert codes(quote) == [("not_calculable", "bag")]
    assert quote.lines[1].duty is None
    assert (quote.total, quote.duty, quote.tax, quote.fees) == (None, None, None, None)
    assert quote.lines[0].duty == Amount(600, "USD")


@respx.mock
def test_a_line_that_is_missing_from_the_answer_is_a_problem() -> None:
    answer = deepcopy(SAMPLE)
    del answer["shipment"]["shipmentItems"][1]
    mocked(answer)
    quote = run(ups().landed(basket()))
    assert codes(quote) == [("not_answered", "bag")]
    assert quote.total is None


@respx.mock
def test_a_total_that_is_not_the_sum_of_its_parts_is_told_as_a_problem() -> None:
    mocked(changed(grandTotal=137.12))
    quote = run(ups().landed(basket()))
    assert codes(quote) == [("does_not_add_up", "")]
    assert quote.total == Amount(13712, "USD")


@respx.mock
def test_a_total_that_was_rounded_otherwise_is_no_problem() -> None:
    mocked(changed(grandTotal="37.13"))
    assert run(ups().landed(basket())).problems == ()


@respx.mock
@pytest.mark.parametrize("name", ["error", "errors"])
@pytest.mark.parametrize("fault", [{"code": "9", "message": "no such code"}, "no such code"])
def test_an_error_beside_a_shipment_is_a_problem(name: str, fault: Any) -> None:
    answer = deepcopy(SAMPLE)
    answer[name] = [fault] if name == "errors" else fault
    mocked(answer)
    quote = run(ups().landed(basket()))
    assert codes(quote) == [("refused", "")]
    assert "no such code" in quote.problems[0].text
    assert quote.total == Amount(3712, "USD")


@respx.mock
def test_an_error_instead_of_a_shipment_is_raised() -> None:
    mocked({"shipment": None, "errors": {"code": "105", "description": "INVALID_HS"}})
    with pytest.raises(ProviderError, match="refused: 105: INVALID_HS") as error:
        run(ups().landed(basket()))
    assert error.value.code == "provider_refused"
    assert not error.value.retryable


@respx.mock
@pytest.mark.parametrize(("status", "error"), [(400, ProviderError), (401, Denied), (403, Denied)])
def test_what_ups_says_is_in_the_error_and_no_secret_is(status: int, error: type) -> None:
    respx.post(TOKEN).respond(json={"access_token": "a-token", "expires_in": "14399"})
    said = {"response": {"errors": [{"code": "250003", "message": "Invalid Access a-token"}]}}
    respx.post(QUOTES).respond(status, json=said)
    with pytest.raises(error, match="250003") as found:
        run(ups().landed(basket()))
    assert "a-token" not in f"{found.value!s}{found.value!r}"


@respx.mock
def test_credentials_that_ups_does_not_know_are_denied() -> None:
    respx.post(TOKEN).respond(401, json={"response": {"errors": [{"code": "10401"}]}})
    with pytest.raises(Denied, match="10401") as error:
        run(ups().landed(basket()))
    assert "our-secret" not in f"{error.value!s}{error.value!r}"
    assert "our-secret" not in repr(ups())


@respx.mock
@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"totalDuties": -1}, r"shipment\.totalduties is below zero"),
        ({"totalDuties": [1]}, r"shipment\.totalduties is no number"),
        ({"currencyCode": "???"}, r"shipment\.currencycode is no currency"),
        ({"shipmentItems": {}}, r"shipment\.shipmentitems is no list"),
        ({"TOTALDUTIES": 1}, "differ in capitals only"),
    ],
)
def test_a_changed_answer_is_named_by_its_path(parts: Any, path: str) -> None:
    mocked(changed(**parts))
    with pytest.raises(BadAnswer, match=path):
        run(ups().landed(basket()))


@respx.mock
def test_a_line_that_nobody_asked_for_is_refused() -> None:
    answer = deepcopy(SAMPLE)
    answer["shipment"]["shipmentItems"][1]["commodityId"] = "7"
    mocked(answer)
    with pytest.raises(BadAnswer, match="no line that was asked for"):
        run(ups().landed(basket()))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"buyer": basket().sender}, "not within US"),
        ({"shipping": Amount(900, "EUR")}, "one currency for the whole basket, not EUR, USD"),
        ({"goods": (TEE, Goods("x", "", 1, Amount(1, "USD")))}, "origin of every line, and 'x'"),
        (
            {"goods": (Goods("x", "", 1, Amount(1, "USD"), origin="CN"),)},
            "an HS code or a title of every line, and 'x'",
        ),
        ({"goods": (TEE,) * 100}, "takes 99 lines, not 100"),
    ],
)
def test_what_ups_would_have_to_guess_is_not_asked(other: Any, said: str) -> None:
    with pytest.raises(NoAnswer, match=said):
        run(ups().landed(basket(**other)))


def test_a_discount_is_shared_out_and_none_of_it_is_lost() -> None:
    asked = basket(discount=Amount(100, "USD"), goods=(TEE, BAG))
    tee, bag = unit_prices(asked)
    assert (str(tee), str(bag)) == ("24.63", "17.74")
    assert tee * 2 + bag == 67
    third = basket(goods=(Goods("x", "", 3, Amount(100, "USD")),), discount=Amount(100, "USD"))
    assert str(unit_prices(third)[0]) == "0.666667"


def test_the_same_question_has_the_same_id() -> None:
    one, two = quote_request(basket(), "Each"), quote_request(basket(), "Each")
    other = quote_request(basket(shipping=Amount(901, "USD")), "Each")
    assert one == two
    assert one["transID"] != other["transID"]
