"""Easyship's duty and tax: one currency, rates in the reading that fits, zeros with a doubt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import respx

from landedcost.ports import (
    Address,
    Amount,
    BadAnswer,
    Denied,
    Goods,
    LandedAnswer,
    LandedAsk,
    NoAnswer,
)
from landedcost.providers.easyship_api import EasyshipSettings
from landedcost.providers.easyship_taxes import EasyshipTaxes
from landedcost.transport import Transport

URL = "https://public-api.easyship.com/2024-09/taxes_and_duties"
SHIRT = Goods("tee", "T-shirt", 2, Amount(5000, "SGD"), "6109100010", "VN", 180)
MUG = Goods("mug", "Mug", 1, Amount(2000, "SGD"), "691200", "CN", 350)
ASK = LandedAsk(
    sender=Address("SG"),
    buyer=Address("DE"),
    goods=(SHIRT, MUG),
    day=date(2026, 10, 1),
    channel="courier",
    terms="DDP",
    currency="EUR",
    shipping=Amount(1500, "SGD"),
)


def detail(code: str, value: object, duty: object, **changes: Any) -> dict[str, Any]:
    return {
        "hs_code_provided": code,
        "hs_code_applied": code,
        "subheading": False,
        "duty_calculation_method": "CIF",
        "line_item_shipment_value": value,
        "applied_rate_type": "general",
        "additional_rates": [],
        "line_item_total_duty": duty,
    } | changes


TEE = detail(
    "61091000",
    112.5,
    16.88,
    base_duty_rate=12,
    base_duty_amount=13.5,
    additional_rates=[{"description": "extra", "rate": 3, "amount": 3.38}],
)
CUP = detail("691200", 22.5, 1.13, base_duty_rate=5, base_duty_amount=1.13)


def answer(*details: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {"currency": "SGD", "duty": 18.01, "tax": 29.07, "import_duty_details": list(details)}
    return {"tax_and_duty": told | changes}


def ask(question: LandedAsk = ASK) -> LandedAnswer:
    source = EasyshipTaxes(EasyshipSettings(token="sand_1234567890"))
    return Transport().run(source.landed(question))


@respx.mock
def test_the_basket_is_told_line_by_line() -> None:
    route = respx.post(URL).respond(json=answer(TEE, CUP))
    ask(replace(ASK, discount=Amount(1200, "SGD"), insurance=Amount(300, "SGD")))
    sent = json.loads(route.calls.last.request.content, parse_float=Decimal)
    assert sent == {
        "origin_country_alpha2": "SG",
        "destination_country_alpha2": "DE",
        "shipment_charge": Decimal("15.00"),
        "insurance_fee": Decimal("3.00"),
        "items": [
            {
                "duty_origin_country_alpha2": "VN",
                "hs_code": "61091000",
                "customs_value": Decimal("90.00"),
            },
            {
                "duty_origin_country_alpha2": "CN",
                "hs_code": "691200",
                "customs_value": Decimal("18.00"),
            },
        ],
    }


@respx.mock
def test_duty_and_tax_are_read_with_the_rate_of_each_line() -> None:
    route = respx.post(URL).respond(json=answer(TEE, CUP))
    found = ask()
    assert "insurance_fee" not in json.loads(route.calls.last.request.content)
    assert (found.duty, found.tax) == (Amount(1801, "SGD"), Amount(2907, "SGD"))
    assert found.total is found.fees is found.guaranteed is found.expires is None
    assert found.covers == frozenset()
    tee, mug = found.lines
    assert (tee.id, tee.duty, tee.duty_rate) == ("tee", Amount(1688, "SGD"), "15%")
    assert (mug.id, mug.duty, mug.duty_rate) == ("mug", Amount(113, "SGD"), "5%")
    assert (tee.hs_code, tee.tax, tee.tax_rate, tee.formula) == ("61091000", None, None, None)
    assert found.depth == "rates"
    assert found.problems == ()


@respx.mock
@pytest.mark.parametrize(
    ("rate", "amount", "told"),
    [
        ("6.5", "7.31", "6.5%"),
        (0.065, 7.31, "6.5%"),
        ("0.12", 13.5, "12%"),
        (12, 13.5, "12%"),
        (0, 0, "0%"),
        (12, 99, None),
        (None, 13.5, None),
    ],
)
def test_a_rate_is_told_in_the_reading_that_gives_the_amount(
    rate: object, amount: object, told: str | None
) -> None:
    line = detail("691200", 112.5, amount, base_duty_rate=rate, base_duty_amount=amount)
    respx.post(URL).respond(json=answer(line))
    (found,) = ask(replace(ASK, goods=(MUG,))).lines
    assert found.duty_rate == told


@respx.mock
def test_a_rate_that_two_readings_give_is_not_told() -> None:
    line = detail("691200", "0.01", "0.01", base_duty_rate="0.5", base_duty_amount="0.01")
    respx.post(URL).respond(json=answer(line))
    (found,) = ask(replace(ASK, goods=(MUG,))).lines
    assert found.duty_rate is None


@respx.mock
def test_a_duty_of_nothing_comes_with_a_doubt() -> None:
    respx.post(URL).respond(
        json=answer(detail("691200", 22.5, 0, base_duty_rate=0, base_duty_amount=0), duty=0)
    )
    found = ask(replace(ASK, goods=(MUG,)))
    assert found.duty == Amount(0, "SGD")
    (problem,) = found.problems
    assert (problem.code, problem.line) == ("zero_duty", "mug")
    assert "by weight or piece" in problem.text


@respx.mock
def test_what_is_not_told_is_none() -> None:
    respx.post(URL).respond(json=answer(detail("691200", None, None), duty=None, tax=None))
    found = ask(replace(ASK, goods=(MUG,)))
    assert found.duty is found.tax is None
    assert found.lines[0].duty is found.lines[0].duty_rate is None


@respx.mock
@pytest.mark.parametrize("details", [(CUP, TEE), (TEE,), (TEE, CUP, CUP), ()])
def test_lines_that_were_not_asked_for_are_left_out(details: tuple[Any, ...]) -> None:
    respx.post(URL).respond(json=answer(*details))
    found = ask()
    assert found.lines == ()
    assert found.duty == Amount(1801, "SGD")
    assert [problem.code for problem in found.problems] == ["lines_unmatched"]


@respx.mock
def test_an_answer_in_other_money_is_refused() -> None:
    respx.post(URL).respond(json=answer(TEE, CUP, currency="HKD"))
    with pytest.raises(NoAnswer, match="answers in HKD, and was asked about amounts in SGD"):
        ask()


@respx.mock
@pytest.mark.parametrize(
    ("question", "match"),
    [
        (replace(ASK, shipping=Amount(1500, "EUR")), "one currency, not in EUR, SGD"),
        (replace(ASK, shipping=None), "price of shipping"),
        (replace(ASK, goods=(replace(MUG, hs_code=""),)), "HS code and the origin of mug"),
        (replace(ASK, goods=(replace(MUG, origin=""),)), "HS code and the origin of mug"),
    ],
)
def test_what_it_needs_is_asked_for_before_easyship_is(question: LandedAsk, match: str) -> None:
    route = respx.post(URL)
    with pytest.raises(NoAnswer, match=match):
        ask(question)
    assert not route.called


@respx.mock
@pytest.mark.parametrize(("status", "kind"), [(402, Denied), (422, NoAnswer)])
def test_refusals_are_told_in_its_words(status: int, kind: type[Exception]) -> None:
    said = {"code": "invalid_content", "message": "No.", "details": ["No import tax record"]}
    respx.post(URL).respond(status, json={"error": said})
    with pytest.raises(kind, match=f"answered {status}: invalid_content; No"):
        ask()


@respx.mock
@pytest.mark.parametrize(
    "changes", [{"duty": -1}, {"tax": "lots"}, {"currency": None}, {"import_duty_details": {}}]
)
def test_what_is_no_answer_is_refused(changes: dict[str, Any]) -> None:
    respx.post(URL).respond(json=answer(TEE, CUP, **changes))
    with pytest.raises(BadAnswer, match="tax_and_duty"):
        ask()
