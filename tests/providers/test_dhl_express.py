"""DHL Express: prices counted once, and a landed cost whose total is told when it is explained."""

from __future__ import annotations

import base64
from copy import deepcopy
from typing import Any

import pytest
import respx
from asks import as_json, codes, run, sent, source

from landedcost.ports import Address, Amount, BadAnswer, Goods, NoAnswer, ProviderError
from landedcost.testing.cases.baskets import TEE, basket, parcel
from landedcost.testing.cases.dhl_express import landed_product, prices, product

RATES = "https://express.api.dhl.com/mydhlapi/rates"
LANDED = "https://express.api.dhl.com/mydhlapi/landed-cost"


def dhl(kind: str = "carrier") -> Any:
    return source(f"{kind}.dhl-express", user="a-user", password="a-password", account="123456789")


def rates(*products: Any, **other: Any) -> respx.Route:
    return respx.post(RATES).respond(content=as_json({"products": list(products)} | other))


def landed(*products: Any, **other: Any) -> respx.Route:
    return respx.post(LANDED).respond(
        content=as_json({"products": list(products)} | other), headers={"Quotation-Id": "Q-1"}
    )


@respx.mock
def test_the_question_has_the_parcel_in_metric_and_the_account() -> None:
    route = rates(product())
    run(dhl().shipping(parcel(size_mm=(300, 205, 100))))
    pair = base64.b64encode(b"a-user:a-password").decode()
    assert route.calls[0].request.headers["authorization"] == f"Basic {pair}"
    assert sent(route) == {
        "customerDetails": {
            "shipperDetails": {
                "postalCode": "94103",
                "cityName": "San Francisco",
                "countryCode": "US",
            },
            "receiverDetails": {
                "postalCode": "SW1W 0NY",
                "cityName": "London",
                "countryCode": "GB",
            },
        },
        "accounts": [{"typeCode": "shipper", "number": "123456789"}],
        "plannedShippingDateAndTime": "2026-11-25T12:00:00GMT+00:00",
        "unitOfMeasurement": "metric",
        "isCustomsDeclarable": True,
        "packages": [
            {"weight": 0.6, "dimensions": {"length": 30, "width": 20.5, "height": 10}},
        ],
    }


@respx.mock
def test_only_the_billed_price_counts() -> None:
    rates(product())
    answer = run(dhl().shipping(parcel()))
    (offer,) = answer.offers
    assert offer.price == Amount(7125, "EUR")
    assert offer.covers == {"transport", "surcharges", "fuel", "tax"}
    assert (offer.least_days, offer.most_days) == (3, 3)
    assert (offer.import_duty, offer.import_tax) == (None, None)
    assert (offer.service, offer.reference) == ("EXPRESS WORLDWIDE", "P")


@respx.mock
def test_what_the_breakdown_does_not_name_is_not_covered() -> None:
    rates(product(totalPriceBreakdown=None, deliveryCapabilities=None))
    (offer,) = run(dhl().shipping(parcel())).offers
    assert offer.covers == {"transport", "surcharges"}
    assert offer.least_days is None


@respx.mock
@pytest.mark.parametrize("price", [0, "0.00"])
def test_a_product_with_the_price_zero_is_not_free_but_not_priced(price: Any) -> None:
    rates(product(), product("EXPRESS 9:00", price))
    answer = run(dhl().shipping(parcel()))
    assert [offer.service for offer in answer.offers] == ["EXPRESS WORLDWIDE"]
    assert codes(answer) == [("not_priced", "")]


@respx.mock
def test_a_product_without_a_billed_price_is_not_priced() -> None:
    other = [{"currencyType": "BASEC", "priceCurrency": "USD", "price": 80}]
    rates(product(totalPrice=other), warnings=["Price can't be calculated"])
    answer = run(dhl().shipping(parcel()))
    assert answer.offers == ()
    assert codes(answer) == [("warning", ""), ("not_priced", "")]


@respx.mock
def test_no_product_at_all_is_no_answer() -> None:
    rates()
    with pytest.raises(NoAnswer, match="no product"):
        run(dhl().shipping(parcel()))


@respx.mock
def test_the_status_in_the_body_is_not_the_status_of_the_answer() -> None:
    said = {
        "instance": "/expressapi/rates",
        "detail": "#/customerDetails/shipperDetails: required key [countryCode] not found",
        "title": "Validation error",
        "message": "Unprocessable Entity",
        "status": "998",
    }
    respx.post(RATES).respond(422, json=said)
    with pytest.raises(ProviderError, match="answered 422") as error:
        run(dhl().shipping(parcel()))
    assert "required key [countryCode]" in error.value.message
    assert not error.value.retryable
    assert "a-password" not in f"{error.value!r}{dhl()!r}"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"channel": "sea"}, "not by sea"),
        ({"buyer": Address("GB", postcode="SW1W 0NY")}, "needs the city"),
    ],
)
def test_parcels_that_dhl_cannot_be_asked_about(other: Any, said: str) -> None:
    with pytest.raises(NoAnswer, match=said):
        run(dhl().shipping(parcel(**other)))


@respx.mock
@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"totalPrice": prices(-1)}, r"products\[0\]\.totalPrice\[1\]\.price is below zero"),
        ({"totalPrice": prices("n/a")}, "price is no number"),
        ({"totalPrice": None}, "totalPrice is not in the answer"),
    ],
)
def test_a_changed_price_is_named_by_its_path(parts: Any, said: str) -> None:
    rates(product(**parts))
    with pytest.raises(BadAnswer, match=said):
        run(dhl().shipping(parcel()))


@respx.mock
def test_the_landed_question_has_goods_charges_and_terms() -> None:
    route = landed(landed_product())
    run(dhl("landed").landed(basket(insurance=Amount(150, "USD"))))
    body = sent(route)
    assert body["currencyCode"] == "USD"
    assert body["isDTPRequested"] is True
    assert body["charges"] == [
        {"typeCode": "freight", "amount": 9, "currencyCode": "USD"},
        {"typeCode": "insurance", "amount": 1.5, "currencyCode": "USD"},
    ]
    assert body["packages"] == [{"weight": 0.51}]
    assert body["items"][0] == {
        "number": 1,
        "name": "T-shirt",
        "quantity": 2,
        "unitPrice": 25,
        "unitPriceCurrencyCode": "USD",
        "commodityCode": "610910",
        "estimatedTariffRateType": "default_rate",
        "manufacturerCountry": "VN",
    }
    assert (body["getCostBreakdown"], body["getTariffFormula"]) == (True, True)


@respx.mock
def test_charges_are_summed_by_line_and_for_the_whole() -> None:
    landed(landed_product())
    quote = run(dhl("landed").landed(basket()))
    tee, bag = quote.lines
    assert (tee.duty, tee.tax, tee.fees) == (Amount(600, "USD"), Amount(1250, "USD"), None)
    assert tee.formula == "duty: (12 % COST)"
    assert bag.formula is None
    assert (quote.duty, quote.tax) == (Amount(852, "USD"), Amount(1710, "USD"))
    assert quote.fees == Amount(250, "USD")
    assert quote.reference == "Q-1"


@respx.mock
@pytest.mark.parametrize(
    ("price", "covers"),
    [
        (28.12, {"duty", "tax", "fees"}),
        (37.12, {"duty", "tax", "fees", "shipping"}),
        (105.12, {"duty", "tax", "fees", "shipping", "goods"}),
    ],
)
def test_the_total_covers_the_parts_that_it_is_the_sum_of(price: Any, covers: set[str]) -> None:
    told = [{"currencyType": "BILLC", "priceCurrency": "USD", "price": price}]
    landed(landed_product(totalPrice=told))
    quote = run(dhl("landed").landed(basket()))
    assert quote.covers == covers
    assert quote.total is not None
    assert quote.problems == ()


@respx.mock
@pytest.mark.parametrize(
    ("told", "code"),
    [
        ([{"currencyType": "BILLC", "priceCurrency": "USD", "price": 55}], "total_unexplained"),
        ([{"currencyType": "BILLC", "priceCurrency": "USD", "price": 0}], "not_priced"),
        ([{"currencyType": "BASEC", "priceCurrency": "USD", "price": 37.12}], "not_priced"),
    ],
)
def test_a_total_that_is_not_explained_is_not_told(told: Any, code: str) -> None:
    landed(landed_product(totalPrice=told))
    quote = run(dhl("landed").landed(basket()))
    assert quote.total is None
    assert quote.covers == frozenset()
    assert codes(quote) == [(code, "")]
    assert quote.duty == Amount(852, "USD")


@respx.mock
def test_a_line_without_charges_leaves_the_whole_untold() -> None:
    told = landed_product()
    del told["items"][1]
    landed(told)
    quote = run(dhl("landed").landed(basket()))
    assert (quote.duty, quote.tax) == (None, None)
    assert codes(quote) == [("not_answered", "bag"), ("total_unexplained", "")]


@respx.mock
def test_a_sum_that_the_lines_contradict_is_a_problem() -> None:
    told = landed_product()
    told["detailedPriceBreakdown"][0]["breakdown"].append({"name": "DUTY", "price": 9})
    landed(told)
    quote = run(dhl("landed").landed(basket()))
    assert quote.duty is None
    assert ("does_not_add_up", "") in codes(quote)


@respx.mock
def test_charges_are_rounded_once_not_one_by_one() -> None:
    told = landed_product()
    for item in told["items"]:
        item["breakdown"] = [
            {"typeCode": "DUTY", "price": "1.004", "priceCurrency": "USD"} for _ in range(3)
        ]
    landed(told)
    quote = run(dhl("landed").landed(basket()))
    assert [line.duty for line in quote.lines] == [Amount(301, "USD")] * 2
    assert quote.duty == Amount(602, "USD")


@respx.mock
def test_days_below_zero_are_a_bad_answer() -> None:
    rates(product(deliveryCapabilities={"totalTransitDays": -1}))
    with pytest.raises(BadAnswer, match="totalTransitDays is below zero"):
        run(dhl().shipping(parcel()))


@respx.mock
def test_of_several_products_the_first_is_taken_and_it_is_said() -> None:
    other = deepcopy(landed_product()) | {"productName": "ECONOMY SELECT"}
    landed(landed_product(), other, warnings=["a warning"])
    quote = run(dhl("landed").landed(basket()))
    assert codes(quote) == [("warning", ""), ("several_products", "")]


@respx.mock
def test_no_product_says_why() -> None:
    landed(warnings=["Price can't be calculated"])
    with pytest.raises(NoAnswer, match="no product for this basket: Price can't"):
        run(dhl("landed").landed(basket()))


@pytest.mark.parametrize(
    ("goods", "said"),
    [
        ((Goods("x", "", 1, Amount(1, "USD"), weight_g=1),), "HS code of every line, and 'x'"),
        ((TEE, Goods("x", "", 1, Amount(1, "USD"), "610910")), "weight of every line, and 'x'"),
    ],
)
def test_goods_that_dhl_cannot_be_asked_about(goods: Any, said: str) -> None:
    with pytest.raises(NoAnswer, match=said):
        run(dhl("landed").landed(basket(goods=goods)))
