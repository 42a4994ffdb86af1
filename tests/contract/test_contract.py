"""The JSON contract: what is read, what is written, and the schema of both."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost import LandedCost, LandedCostError, Request, RequestError
from landedcost.contract import (
    MAX_DEPTH,
    AnswerDocument,
    RequestDocument,
    answer_schema,
    build_request,
    parse_request,
    read_json,
    request_schema,
)

ASKED: dict[str, Any] = {
    "as_of": "2026-10-01",
    "terms": "DDP",
    "channel": "post",
    "seller": {"country": "US", "registrations": ["IOSS", "GB-VAT"]},
    "ship_from": {"country": "US", "region": "CA"},
    "buyer": {"country": "DE", "region": None, "locale": "de-DE", "kind": "consumer"},
    "currency": "EUR",
    "lines": [
        {
            "id": "boots",
            "quantity": 2,
            "unit_price": {"amount": "25.00", "currency": "USD"},
            "hs_code": "6403.99",
            "origin": "VN",
            "weight_g": 900,
            "goods_class": "standard",
            "duty": "8%",
            "tax_rate": "19%",
            "preference": None,
            "evidence": "statement on origin 7",
            "claims": ["US:9903.82.03"],
            "content": {"steel": "60%", "copper": "2.5%"},
            "customs_value": {"amount": "26.00", "currency": "USD"},
            "retail_price": {"amount": "49.00", "currency": "USD"},
            "pairs": 1,
            "litres": "0.75",
            "square_metres": "1.5",
            "metres": "2",
            "cubic_metres": "0.01",
            "title": "Boots",
        }
    ],
    "discount": {"amount": "1.00", "currency": "USD"},
    "shipping": {"amount": "9.00", "currency": "USD"},
    "insurance": {"amount": "0.50", "currency": "USD"},
    "rates": {"USD/EUR": "0.86"},
    "customs_rates": {"USD/EUR": "0.87"},
}
LEAST: dict[str, Any] = {
    "seller": {"country": "US"},
    "buyer": {"country": "DE"},
    "lines": [{"id": "tee", "unit_price": {"amount": "25", "currency": "USD"}}],
}


def test_every_field_arrives() -> None:
    request = parse_request(json.dumps(ASKED))
    (line,) = request.bundle.lines
    assert (line.id, line.quantity, line.title, line.duty) == ("boots", 2, "Boots", "8%")
    assert (line.unit_price.minor, line.unit_price.currency) == (2500, "USD")
    assert line.measures == {
        "weight_g",
        "pairs",
        "litres",
        "square_metres",
        "metres",
        "cubic_metres",
        "retail_price",
    }
    assert line.evidence == "statement on origin 7"
    assert line.claims == {"US": {"9903.82.03"}}
    assert line.content == {"copper": (1, 40), "steel": (3, 5)}
    assert request.bundle.discount is not None
    assert request.bundle.discount.minor == 100
    assert request.bundle.insurance is not None
    assert request.bundle.insurance.minor == 50
    assert request.seller.registrations == {"IOSS", "GB-VAT"}
    assert (request.ship_from.country, request.ship_from.region) == ("US", "CA")
    assert (request.buyer.country, request.buyer.locale) == ("DE", "de-DE")
    assert (request.as_of, request.currency, request.terms) == (date(2026, 10, 1), "EUR", "DDP")
    assert request.rates == {"USD/EUR": "0.86"}
    assert request.customs_rates == {"USD/EUR": "0.87"}


def test_what_may_be_left_out() -> None:
    request = parse_request(json.dumps(LEAST), as_of="2026-10-01")
    assert (request.terms, request.channel, request.currency) == ("DDP", "post", None)
    assert request.ship_from.country == "US"
    assert request.bundle.shipping is None
    assert request.bundle.lines[0].quantity == 1
    now = date(2026, 11, 5)
    assert parse_request(json.dumps(LEAST), clock=lambda: now).as_of == now
    assert parse_request(json.dumps(ASKED), clock=lambda: now).as_of == date(2026, 10, 1)


def test_null_is_the_same_as_left_out() -> None:
    optional = {k: None for k in ASKED if k not in LEAST}
    least = {**LEAST, "lines": [{**LEAST["lines"][0], "hs_code": "4911.99"}]}
    line = {**dict.fromkeys(ASKED["lines"][0]), **least["lines"][0]}
    buyer = {**dict.fromkeys(ASKED["buyer"]), **LEAST["buyer"]}
    seller = {"country": "US", "registrations": None}
    asked = {**optional, "seller": seller, "buyer": buyer, "lines": [line]}
    jsonschema.Draft202012Validator(request_schema()).validate(asked)
    day = "2026-10-01"
    quotes = [LandedCost().price(build_request(one, as_of=day)) for one in (asked, least)]
    assert quotes[0].id == quotes[1].id


def test_the_day_given_goes_first() -> None:
    day = date(2026, 2, 3)
    assert parse_request(json.dumps(ASKED), as_of=day).as_of == day
    assert build_request(ASKED, as_of="2026-02-03").as_of == day


def test_the_answer_fits_its_model_and_its_schema() -> None:
    validator = jsonschema.Draft202012Validator(answer_schema())
    shop = LandedCost()
    for country in ("DE", "GB", "AU", "CA", "NO", "CH", "JP", "SG", "NZ"):
        for terms in ("DDP", "DAP"):
            asked = {**ASKED, "buyer": {"country": country}, "terms": terms, "currency": None}
            answer = shop.price(build_request(asked)).as_dict()
            AnswerDocument.model_validate(answer)
            validator.validate(json.loads(json.dumps(answer)))
            assert AnswerDocument.model_validate(answer).model_dump() == answer


def test_the_schemas_are_schemas() -> None:
    for made in (request_schema(), answer_schema()):
        jsonschema.Draft202012Validator.check_schema(made)
        assert made["$schema"].endswith("2020-12/schema")
        assert made["title"].startswith("landedcost")
        assert made["additionalProperties"] is False
        assert "$id" not in json.dumps(made)


@pytest.mark.parametrize("asked", [ASKED, LEAST])
def test_the_request_fits_its_schema(asked: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(request_schema()).validate(asked)


@pytest.mark.parametrize(
    "change",
    [
        {"vat": "19%"},
        {"terms": "FOB"},
        {"lines": []},
        {"shipping": {"amount": 9, "currency": "USD"}},
        {"shipping": {"amount": "9,00", "currency": "USD"}},
        {"buyer": {"country": "Germany"}},
        {"lines": [{**LEAST["lines"][0], "quantity": 0}]},
        {"lines": [{**LEAST["lines"][0], "weight_g": 1.5}]},
    ],
)
def test_the_schema_and_the_reader_refuse_the_same(change: dict[str, Any]) -> None:
    asked = {**LEAST, **change}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(request_schema()).validate(asked)
    with pytest.raises(RequestError):
        parse_request(json.dumps(asked))


def test_data_with_a_float_is_refused_without_json_too() -> None:
    asked = {**LEAST, "shipping": {"amount": 9.0, "currency": "USD"}}
    with pytest.raises(RequestError) as caught:
        build_request(asked)
    assert (caught.value.code, caught.value.where) == ("float_amount", "shipping.amount")


def test_the_field_names_are_those_of_the_contract() -> None:
    assert set(RequestDocument.model_fields) == set(ASKED) | {"price"}
    lines = request_schema()["$defs"]["LineDocument"]["properties"]
    assert set(lines) == set(ASKED["lines"][0]) | {"evidence", "claims", "content", "discount"}


@pytest.mark.parametrize("field", ["currency", "as_of"])
def test_an_empty_text_is_not_the_same_as_none(field: str) -> None:
    with pytest.raises(RequestError) as caught:
        build_request({**LEAST, field: ""})
    assert caught.value.where == field


def test_nesting_up_to_the_limit_is_read() -> None:
    inner = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert read_json(inner)
    with pytest.raises(RequestError, match="nested deeper"):
        read_json(f"[{inner}]")


@pytest.mark.parametrize("text", ['"' + '\\"' * 200_000, '["' + "[" * 100_000])
def test_a_text_without_an_end_is_refused_quickly(text: str) -> None:
    with pytest.raises(RequestError, match="not valid JSON"):
        read_json(text)


def read(text: str | bytes) -> Request | LandedCostError:
    """The request, or what is wrong with it."""
    try:
        return parse_request(text)
    except LandedCostError as error:
        return error


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_any_text_is_refused_in_words(text: str | bytes) -> None:
    answer = read(text)
    assert isinstance(answer, RequestError)
    assert answer.message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["USD", "25.00", "DE", "DDP", "6109.10"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ASKED, "amount", "currency", "id"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(ASKED)), JSON)
def test_any_field_is_read_or_refused(field: str, value: Any) -> None:
    answer = read(json.dumps({**ASKED, field: value}))
    assert isinstance(answer, Request) or answer.exit_code == 2


@given(st.sampled_from(sorted(ASKED["lines"][0])), JSON)
def test_any_field_of_a_line_is_read_or_refused(field: str, value: Any) -> None:
    line = {**ASKED["lines"][0], field: value}
    answer = read(json.dumps({**ASKED, "lines": [line]}))
    if not isinstance(answer, Request):
        assert answer.exit_code == 2
        assert answer.where.startswith(("lines", "discount"))
