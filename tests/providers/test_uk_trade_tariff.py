"""The UK Trade Tariff: the question, each kind of measure, unknown codes, real answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import respx
from asks import codes, recorded, run, source

from landedcost.ports import BadAnswer, Measure, NoAnswer, ProviderDown, TariffAnswer, TariffAsk
from landedcost.testing.cases.uk_documents import condition, document, heading, measure

HOST = "https://www.trade-tariff.service.gov.uk"
TEE = f"{HOST}/uk/api/commodities/6109100010"
DAY = date(2026, 11, 25)
DUTY = measure("103", "12.00 %")
VAT = measure("305", "20.00 %", "1400")


def ask(code: str = "6109100010", territory: str = "GB", origin: str = "VN", **facts: str) -> Any:
    return TariffAsk(territory, code, origin, DAY, tuple(sorted(facts.items())))


def tariff(question: TariffAsk, **settings: str) -> TariffAnswer:
    answer: TariffAnswer = run(source("tariff.uk-trade-tariff", **settings).tariff(question))
    return answer


def answered(*measures: Any, question: TariffAsk | None = None, **other: Any) -> TariffAnswer:
    with respx.mock:
        respx.get(TEE).respond(json=document(*measures, **other))
        return tariff(question or ask())


def only(answer: TariffAnswer, kind: str) -> Measure:
    (found,) = [one for one in answer.measures if one.kind == kind]
    return found


@respx.mock
def test_the_question_names_day_origin_and_version() -> None:
    route = respx.get(TEE).respond(json=document(DUTY))
    answer = tariff(ask(meursing="000"))
    request = route.calls[0].request
    assert dict(request.url.params) == {
        "as_of": "2026-11-25",
        "filter[geographical_area_id]": "VN",
        "filter[meursing_additional_code_id]": "000",
    }
    assert request.headers["accept"] == "application/vnd.hmrc.2.0+json"
    assert "authorization" not in request.headers
    assert (answer.on, answer.currency, answer.source) == (DAY, "GBP", "UK Trade Tariff")
    assert answer.url == f"{HOST}/commodities/6109100010"


@respx.mock
def test_without_an_origin_no_origin_is_asked_for() -> None:
    route = respx.get(TEE).respond(json=document(DUTY))
    tariff(ask(origin=""))
    assert dict(route.calls[0].request.url.params) == {"as_of": "2026-11-25"}


@respx.mock
def test_the_portal_has_another_host_path_and_a_token() -> None:
    token = respx.post("https://auth.id.trade-tariff.service.gov.uk/oauth2/token").respond(
        json={"access_token": "a-token", "expires_in": 86400}
    )
    route = respx.get(
        "https://api.trade-tariff.service.gov.uk/uk/api/v2/commodities/6109100010"
    ).respond(json=document(DUTY))
    tariff(
        ask(),
        base_url="https://api.trade-tariff.service.gov.uk",
        path="api/v2",
        client_id="our-id",
        client_secret="our-secret",
    )
    assert token.call_count == 1
    assert route.calls[0].request.headers["authorization"] == "Bearer a-token"


@pytest.mark.parametrize(
    ("type", "kind"),
    [
        ("103", "third_country"),
        ("105", "third_country"),
        ("106", "preference"),
        ("142", "preference"),
        ("112", "suspension"),
        ("122", "quota"),
        ("143", "quota"),
        ("552", "remedy"),
        ("554", "remedy"),
        ("696", "remedy"),
        ("695", "additional"),
        ("306", "excise"),
        ("305", "tax"),
    ],
)
def test_each_type_of_measure_is_of_a_kind(type: str, kind: str) -> None:
    answer = answered(measure(type, "5.00 %"), measure("410", ""), measure("109", "p/st"))
    (found,) = answer.measures
    assert (found.kind, found.rate, found.title) == (kind, "5%", f"Type {type}")


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("0.00 %", "Free"),
        ("12.80 % + 176.80 GBP / 100 kg", "12.8% + 176.8 GBP/100kg"),
        ("6.40 % MIN 1.10 GBP / 100 kg MAX 2.00 GBP / 100 kg", None),
        ("12.00 GBP / 1000 p/st", "12 GBP/1000items"),
    ],
)
def test_full_duty_expressions_are_kept(text: str, rate: str | None) -> None:
    found = only(answered(measure("103", text)), "third_country")
    expected = rate or "6.4% MIN 1.1 GBP/100kg MAX 2 GBP/100kg"
    assert found.rate == expected
    assert found.note == ""


def test_what_measures_ask_for_is_told() -> None:
    answer = answered(measure("103", "8.00 % + 26.00 GBP / 100 kg"), measure("112", "1.00 GBP / l"))
    assert answer.needs == ("litres", "weight_g")


@pytest.mark.parametrize(
    "text", ["28.74 GBP / l alc. 100%", "9.00 % + EA MAX 24.20 % + ADSZ", "words of a lawyer"]
)
def test_a_rate_that_cannot_be_computed_is_none_with_its_text(text: str) -> None:
    found = only(answered(DUTY, measure("306", text)), "excise")
    assert found.rate is None
    assert found.note.startswith(text)


def test_a_duty_that_names_no_rate_is_none() -> None:
    bands = [condition("", "01", condition_code="V", condition_duty_amount="52.6")]
    answer = answered(measure("103", "", conditions=bands), measure("142", "", "KR"))
    assert only(answer, "third_country").rate is None
    assert only(answer, "third_country").note == "depends on its conditions"
    assert only(answer, "preference").note == "the tariff names no rate"


def test_the_rate_of_a_season_is_that_of_the_day_and_ends_with_the_season() -> None:
    text = "14.00% (01 JUL - 31 JAN), 0.00% (01 FEB - 30 JUN)"
    found = only(answered(measure("103", text)), "third_country")
    assert (found.rate, found.until, found.note) == ("14%", date(2027, 2, 1), text)


def test_the_last_day_of_a_measure_is_included() -> None:
    last = measure("103", "12.00 %", end="2026-11-25T23:59:59.000Z")
    over = measure("112", "0.00 %", end="2026-11-24T00:00:00.000Z")
    answer = answered(last, over)
    assert only(answer, "third_country").until == date(2026, 11, 26)
    assert answer.of("third_country")
    assert answer.of("suspension") == ()


def test_a_preference_names_its_area_and_what_must_be_shown() -> None:
    papers = [condition("U110"), condition("U111"), condition("", "07")]
    answer = answered(DUTY, measure("142", "0.00 %", "2020", conditions=papers))
    found = only(answer, "preference")
    assert (found.area, found.agreement, found.rate) == ("2020", "Area 2020", "Free")
    assert found.conditions == ("document U110 or U111",)


def test_a_duty_that_a_document_lifts_needs_no_document() -> None:
    lifted = [condition("9014", "07"), condition("", "27")]
    found = only(answered(DUTY, measure("695", "35.00 %", "RU", conditions=lifted)), "additional")
    assert found.conditions == ()


def test_end_use_beside_a_duty_for_everybody_is_a_suspension() -> None:
    answer = answered(DUTY, measure("105", "0.00 %"))
    assert only(answer, "third_country").rate == "12%"
    found = only(answer, "suspension")
    assert (found.rate, found.conditions) == ("Free", ("authorised use",))


@pytest.mark.parametrize(
    ("type", "word"), [("117", "ships"), ("119", "aircraft"), ("141", "origin")]
)
def test_a_suspension_that_is_not_for_all_says_for_whom(type: str, word: str) -> None:
    found = only(answered(DUTY, measure(type, "0.00 %")), "suspension")
    assert word in found.conditions[0]
    assert only(answered(DUTY, measure("112", "0.00 %")), "suspension").conditions == ()


def test_a_suspension_up_to_an_amount_is_not_for_all() -> None:
    limit = [condition("", "01", condition_code="M", condition_duty_amount="4.00")]
    found = only(answered(DUTY, measure("112", "0.00 %", conditions=limit)), "suspension")
    assert found.conditions == ("by price or quantity",)


def test_a_duty_for_some_origins_is_not_that_of_an_unknown_origin() -> None:
    measures = (DUTY, measure("103", "0.00 %", "1080"))
    assert only(answered(*measures, question=ask(origin="")), "third_country").rate == "12%"
    assert len(answered(*measures, question=ask(origin="JE")).of("third_country")) == 2


def test_additional_codes_decide_between_measures_of_their_type() -> None:
    measures = (
        DUTY,
        measure("552", "36.10 %", "CN", additional_code="C490"),
        measure("552", "69.70 %", "CN", additional_code="C999"),
        measure("306", "2.00 GBP / l", additional_code="X411"),
    )
    answer = answered(*measures)
    rates = {m.conditions: m.rate for m in answer.measures if m.kind == "remedy"}
    assert rates == {("additional code C490",): "36.1%", ("additional code C999",): "69.7%"}
    assert "additional_code" in answer.needs
    decided = answered(*measures, question=ask(additional_code="C490"))
    assert only(decided, "remedy").rate == "36.1%"
    assert only(decided, "excise").rate == "2 GBP/litre"
    assert "additional_code" not in decided.needs


def test_a_quota_has_its_order_number() -> None:
    found = only(answered(DUTY, measure("143", "2.00 %", "2020", order="051234")), "quota")
    assert (found.order_number, found.area) == ("051234", "2020")


def test_an_excluded_origin_has_no_measure_and_others_are_told() -> None:
    remedy = measure("551", "10.00 %", excluded=("VN", "KR"))
    assert answered(DUTY, remedy).of("remedy") == ()
    found = only(answered(DUTY, remedy, question=ask(origin="CN")), "remedy")
    assert found.note == "not for KR, VN"


def test_resolved_parts_of_the_meursing_table_are_the_rate() -> None:
    parts = [
        {"duty_expression_id": "01", "duty_amount": 8},
        {
            "duty_expression_id": "04",
            "duty_amount": 12.5,
            "monetary_unit_code": "EUR",
            "measurement_unit_code": "DTN",
        },
    ]
    components = [{"duty_expression_id": "12"}]
    told = measure("103", "8.00 % + EA", resolved=parts, components=components)
    found = only(answered(told, question=ask(meursing="000")), "third_country")
    assert found.rate == "8% + 12.5 EUR/100kg"
    unresolved = answered(measure("103", "8.00 % + EA", components=components))
    assert unresolved.needs == ("meursing",)


def test_no_duty_for_everybody_is_a_problem_and_not_zero() -> None:
    answer = answered(measure("106", "0.00 %", "SM"))
    assert codes(answer) == [("no_third_country", "")]


@respx.mock
def test_northern_ireland_has_the_measures_of_the_union_and_british_vat() -> None:
    xi = respx.get(f"{HOST}/xi/api/commodities/6109100010").respond(
        json=document(measure("103", "12.00 % + 1.00 EUR / kg"), service="xi")
    )
    uk = respx.get(TEE).respond(json=document(measure("103", "10.00 %"), VAT))
    answer = tariff(ask(territory="XI"))
    assert only(answer, "third_country").rate == "12% + 1 EUR/kg"
    assert only(answer, "tax").rate == "20%"
    assert (xi.call_count, uk.call_count, answer.currency) == (1, 1, "EUR")
    assert answer.url == f"{HOST}/xi/commodities/6109100010"


@respx.mock
def test_northern_ireland_without_british_vat_says_so() -> None:
    respx.get(f"{HOST}/xi/api/commodities/6109100010").respond(json=document(DUTY, service="xi"))
    respx.get(TEE).respond(404)
    answer = tariff(ask(territory="XI"))
    assert codes(answer) == [("no_taxes", "")]
    assert answer.of("tax") == ()


@respx.mock
def test_the_tariff_of_the_union_is_that_of_northern_ireland_without_tax() -> None:
    respx.get(f"{HOST}/xi/api/commodities/6109100010").respond(json=document(DUTY, service="xi"))
    assert tariff(ask(territory="EU")).measures[0].rate == "12%"


LINES = (
    ("6109100000", False, [VAT]),
    ("6109100010", True, [DUTY, VAT]),
    ("6109100090", True, [measure("103", "10.00 %"), measure("109", "p/st"), VAT]),
    ("6109900000", False, [VAT]),
    (
        "6109900000",
        True,
        [measure("103", "8.00 %"), measure("305", "0.00 %", additional_code="VATZ")],
    ),
)


@respx.mock
def test_a_code_of_twelve_digits_is_asked_with_ten() -> None:
    respx.get(TEE).respond(json=document(DUTY))
    assert tariff(ask("610910001099")).measures[0].code == "6109100010"


@respx.mock
@pytest.mark.parametrize("code", ["610910", "61091000"])
def test_a_short_code_has_the_duties_of_every_line_it_may_be(code: str) -> None:
    route = respx.get(f"{HOST}/uk/api/headings/6109").respond(json=heading("6109000000", *LINES))
    answer = tariff(ask(code))
    assert dict(route.calls[0].request.url.params)["as_of"] == "2026-11-25"
    rates = [(m.code, m.kind, m.rate) for m in answer.measures]
    assert rates == [
        ("6109100010", "third_country", "12%"),
        ("6109100010", "tax", "20%"),
        ("6109100090", "third_country", "10%"),
        ("6109100090", "tax", "20%"),
    ]
    assert codes(answer) == [("several_lines", "")]
    assert answer.url == f"{HOST}/headings/6109"


@respx.mock
def test_a_short_code_of_one_line_has_all_its_measures() -> None:
    respx.get(f"{HOST}/uk/api/headings/6109").respond(json=heading("6109000000", *LINES))
    line = respx.get(f"{HOST}/uk/api/commodities/6109900000").respond(
        json=document(DUTY, measure("142", "0.00 %", "2020"), code="6109900000")
    )
    answer = tariff(ask("610990"))
    assert line.called
    assert only(answer, "preference").code == "6109900000"
    assert answer.problems == ()


@respx.mock
def test_a_short_code_for_northern_ireland_has_british_vat() -> None:
    union = [(code, told, [measure("103", "12.00 %")]) for code, told, _ in LINES]
    respx.get(f"{HOST}/xi/api/headings/6109").respond(json=heading("6109000000", *union))
    respx.get(f"{HOST}/uk/api/headings/6109").respond(json=heading("6109000000", *LINES))
    answer = tariff(ask("610910", "XI"))
    assert {m.rate for m in answer.of("third_country")} == {"12%"}
    assert {m.rate for m in answer.of("tax")} == {"20%"}


@respx.mock
@pytest.mark.parametrize("code", ["050100", "0501000000"])
def test_a_heading_that_can_be_declared_is_asked_as_a_heading(code: str) -> None:
    respx.get(f"{HOST}/uk/api/headings/0501").respond(json=document(DUTY, code="0501000000"))
    assert tariff(ask(code)).measures[0].code == "0501000000"


@respx.mock
@pytest.mark.parametrize("code", ["610920", "6109000000"])
def test_a_code_that_no_line_begins_with_is_no_answer(code: str) -> None:
    respx.get(f"{HOST}/uk/api/headings/6109").respond(json=heading("6109000000", *LINES))
    with pytest.raises(NoAnswer, match=f"{code} is no code"):
        tariff(ask(code))


@respx.mock
def test_a_line_that_is_answered_without_measures_is_no_answer() -> None:
    respx.get(TEE).respond(json=heading("6109000000"))
    with pytest.raises(NoAnswer):
        tariff(ask())


@respx.mock
def test_a_heading_that_refers_to_nothing_is_a_bad_answer() -> None:
    told = heading("6109000000", *LINES)
    told["included"] = told["included"][-1:]
    respx.get(f"{HOST}/uk/api/headings/6109").respond(json=told)
    with pytest.raises(BadAnswer, match="refers to what is not in the answer"):
        tariff(ask("610910"))


@respx.mock
def test_an_unknown_code_is_no_answer() -> None:
    respx.get(TEE).respond(404, json={"errors": [{"detail": "not found"}]})
    with pytest.raises(NoAnswer, match="6109100010 is no code that can be declared on 2026-11-25"):
        tariff(ask())


def test_other_territories_are_not_its_business() -> None:
    with pytest.raises(NoAnswer, match="not of US"):
        tariff(ask(territory="US"))


@respx.mock
def test_a_failing_service_is_a_failing_service() -> None:
    respx.get(TEE).respond(503)
    with pytest.raises(ProviderDown):
        tariff(ask())


@pytest.mark.parametrize(
    "broken",
    [
        {"data": []},
        {"data": None},
        {"included": None},
        {"included": ["x"]},
        {"included": []},
    ],
)
def test_an_answer_of_another_shape_is_a_bad_answer(broken: Any) -> None:
    with pytest.raises(BadAnswer):
        answered(DUTY, **broken)


@respx.mock
@pytest.mark.parametrize(
    "meta",
    [
        "x",
        [1],
        {"duty_calculator": "x"},
        {"duty_calculator": {"applicable_additional_codes": ["x"]}},
    ],
)
def test_a_broken_calculator_is_a_bad_answer(meta: Any) -> None:
    answer = document(DUTY)
    answer["data"]["meta"] = meta
    respx.get(TEE).respond(json=answer)
    with pytest.raises(BadAnswer):
        tariff(ask())


@respx.mock
@pytest.mark.parametrize(
    ("file", "territory", "code", "day", "rate"),
    [
        ("uk_commodities_6911100090_asof_2025-07-14_geo_AD", "GB", "6911100090", None, "12%"),
        ("uk_commodities_0201100021", "GB", "0201100021", "2025-02-11", "12% + 147 GBP/100kg"),
        ("xi_commodities_0201100021", "EU", "0201100021", "2025-02-11", "12.8% + 176.8 EUR/100kg"),
        ("uk_headings_0501", "GB", "0501000000", "2025-07-14", "Free"),
        ("uk_commodities_0702000007", "GB", "0702000007", "2020-07-22", None),
        ("uk_commodities_2924297099", "GB", "2924297099", "2025-07-14", "6%"),
        ("xi_commodities_0101300000", "EU", "0101300000", "2025-07-14", "7.7%"),
    ],
)
def test_real_answers_are_read(
    file: str, territory: str, code: str, day: str | None, rate: str | None
) -> None:
    suffix = "" if day is None else f"_asof_{day}"
    body = recorded(f"uk/trade-tariff-v2/{file}{suffix}.json.gz")
    respx.get(url__startswith=HOST).respond(content=body)
    on = date.fromisoformat(day or "2025-07-14")
    answer = tariff(TariffAsk(territory, code, "", on, (("additional_code", "2501"),)))
    everybody = {m.rate for m in answer.of("third_country") if not m.area}
    assert everybody == {rate}
    assert answer.of("preference", "quota", "suspension")
    assert all(m.code == code for m in answer.measures)
    assert all(m.rate is not None or m.note for m in answer.measures)


@respx.mock
@pytest.mark.parametrize(
    ("service", "heading_code", "code", "count", "rates"),
    [
        ("uk", "8501", "850110", 25, {"Free"}),
        ("uk", "0101", "010129", 2, {"Free", "10%"}),
        ("xi", "0101", "010129", 2, {"Free", "11.5%"}),
    ],
)
def test_real_headings_are_read(
    service: str, heading_code: str, code: str, count: int, rates: set[str]
) -> None:
    body = recorded(f"uk/trade-tariff-v2/{service}_headings_{heading_code}_asof_2025-07-14.json.gz")
    respx.get(url__startswith=HOST).respond(content=body)
    territory = {"uk": "GB", "xi": "EU"}[service]
    answer = tariff(TariffAsk(territory, code, "", date(2025, 7, 14)))
    duties = answer.of("third_country")
    assert len(duties) == count
    assert {duty.rate for duty in duties} == rates
    assert bool(answer.of("tax")) is (service == "uk")
