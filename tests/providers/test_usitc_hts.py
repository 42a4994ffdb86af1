"""The schedule of the United States: rates inherited by indent, programmes, footnotes, editions."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import respx
from asks import codes, recorded, run, source

from landedcost.ports import BadAnswer, Measure, NoAnswer, Node, TariffAnswer, TariffAsk
from landedcost.providers.hts_lines import lines_for, measures, read_lines
from landedcost.testing.cases.usitc_hts import ROWS, note, row

URL = "https://hts.usitc.gov/reststop/exportList"
DAY = date(2026, 11, 25)
SERVED = "Wed, 25 Nov 2026 10:00:00 GMT"


def ask(
    code: str = "6109100004", origin: str = "VN", territory: str = "US", day: date = DAY
) -> Any:
    return TariffAsk(territory, code, origin, day)


def tariff(question: TariffAsk) -> TariffAnswer:
    answer: TariffAnswer = run(source("tariff.usitc-hts").tariff(question))
    return answer


def answered(rows: Any = ROWS, question: TariffAsk | None = None, served: str = SERVED) -> Any:
    with respx.mock:
        respx.get(URL).respond(json=rows, headers={"date": served} if served else {})
        return tariff(question or ask())


def of(answer: TariffAnswer, kind: str) -> list[Measure]:
    return [measure for measure in answer.measures if measure.kind == kind]


@respx.mock
def test_the_heading_is_asked_for_up_to_the_next() -> None:
    route = respx.get(URL).respond(json=ROWS)
    answer = tariff(ask())
    assert dict(route.calls[0].request.url.params) == {
        "from": "6109",
        "to": "6110",
        "format": "JSON",
        "styles": "false",
    }
    assert (answer.currency, answer.on) == ("USD", DAY)
    assert answer.source == "Harmonized Tariff Schedule of the United States"


@pytest.mark.parametrize(
    ("code", "line", "rate"),
    [
        ("6109100004", "6109100004", "16.5%"),
        ("6109100012", "6109100012", "16.5%"),
        ("61091000", "61091000", "16.5%"),
        ("6109901007", "6109901007", "32%"),
        ("610990150099", "61099015", "0.056 USD/kg + 3%"),
        ("6109100099", "61091000", "16.5%"),
    ],
)
def test_an_empty_rate_is_that_of_the_line_above(code: str, line: str, rate: str) -> None:
    (duty,) = of(answered(question=ask(code)), "third_country")
    assert (duty.code, duty.rate, duty.area) == (line, rate, "")


def test_a_short_code_has_the_duties_of_every_line_below() -> None:
    answer = answered(question=ask("610990"))
    rates = {duty.code: duty.rate for duty in of(answer, "third_country")}
    assert rates == {"61099010": "32%", "61099015": "0.056 USD/kg + 3%"}
    assert answer.needs == ("weight_g",)


def test_a_rate_is_not_inherited_from_a_line_that_is_not_above() -> None:
    rows = [row("0101", 0), row("0101.21.00", 1, "Free"), row("0101.30.00", 1), row("0102", 0)]
    with pytest.raises(NoAnswer):
        answered(rows, ask("010130"))


def test_programmes_are_preferences_of_their_countries() -> None:
    told = of(answered(question=ask(origin="")), "preference")
    assert [(p.rate, p.area, p.title) for p in told] == [
        ("Free", "AU", "special column, AU"),
        ("Free", "KR", "special column, KR"),
        ("Free", "CA,MX", "special column, S"),
        ("2.9%", "JP", "special column, JP"),
    ]
    (japan,) = of(answered(question=ask(origin="JP")), "preference")
    assert japan.agreement == "Agreement with Japan"
    assert of(answered(question=ask(origin="VN")), "preference") == []


def test_a_programme_that_has_lapsed_is_told_with_a_doubt() -> None:
    rows = [row("6109.10.00", 1, "16.5%", special="Free (A*,AU)")]
    (gsp,) = of(answered(rows), "preference")
    assert (gsp.area, gsp.verified) == ("A*", False)
    assert "lapsed" in gsp.note
    assert gsp.conditions


@pytest.mark.parametrize("special", ["See 9823.01.02 (S)", "words (nobody knows"])
def test_a_special_rate_that_cannot_be_computed_is_none_with_its_text(special: str) -> None:
    rows = [row("6109.10.00", 1, "16.5%", special=special)]
    (told,) = of(answered(rows, ask(origin="")), "preference")
    assert told.rate is None
    assert special.split(" (")[0] in told.note


def test_goods_of_column_2_have_its_rate_and_no_programme() -> None:
    answer = answered(question=ask(origin="RU"))
    (duty,) = of(answer, "third_country")
    assert (duty.rate, duty.area, duty.note) == ("90%", "RU", "column 2")
    assert of(answer, "preference") == []
    assert [extra.title for extra in of(answer, "additional")] == ["see 9903.90.08"]


@pytest.mark.parametrize(("origin", "count"), [("CN", 1), ("", 1), ("VN", 0)])
def test_duties_on_china_are_hinted_at_for_china_alone(origin: str, count: int) -> None:
    told = of(answered(question=ask(origin=origin)), "additional")
    assert len(told) == count
    for one in told:
        assert (one.rate, one.verified, one.title) == (None, False, "see 9903.88.15")
        assert one.note == "See 9903.88.15."
        assert one.code == "6109100004"


def test_other_footnotes_are_no_duties() -> None:
    told = [
        note("See chapter 99 statistical note 1.", "stat", "units"),
        note("See 9817.84.01 and 9903.45.05. ", "general"),
        note("See 9903.45.05.", "desc"),
    ]
    rows = [row("6109.10.00", 1, "16.5%", footnotes=told)]
    assert [extra.title for extra in of(answered(rows), "additional")] == ["see 9903.45.05"]


@pytest.mark.parametrize("name", ["additionalDuties", "addiitionalDuties"])
def test_additional_duties_are_read_by_either_spelling(name: str) -> None:
    rows = [row("6109.10.00", 1, "16.5%", **{name: "3.7%"})]
    (extra,) = of(answered(rows), "additional")
    assert extra.rate == "3.7%"
    blank = [row("6109.10.00", 1, "16.5%", **{name: " "})]
    assert of(answered(blank), "additional") == []


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("Free", "Free"),
        ("33 1/3%", "33 1/3%"),
        ("37.5¢/kg + 8.5%", "0.375 USD/kg + 8.5%"),
        ("$1.035/kg", "1.035 USD/kg"),
        ("6.25% on the case and strap", None),
        ("The rate applicable to each garment in the ensemble if separately entered", None),
        ("words of a lawyer", None),
    ],
)
def test_rates_are_text_and_read_exactly_or_not_at_all(text: str, rate: str | None) -> None:
    (duty,) = of(answered([row("6109.10.00", 1, text)]), "third_country")
    assert duty.rate == rate
    assert duty.note.startswith("" if rate else text)


@pytest.mark.parametrize("code", ["620101", "610920", "6201010000"])
def test_an_unknown_code_is_no_answer(code: str) -> None:
    with pytest.raises(NoAnswer, match=f"{code} is no code of the schedule"):
        answered(question=ask(code))


def test_no_lines_at_all_are_no_answer() -> None:
    with pytest.raises(NoAnswer):
        answered([])


def test_other_territories_are_not_its_business() -> None:
    with pytest.raises(NoAnswer, match="not of GB"):
        tariff(ask(territory="GB"))


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 11, 26)])
def test_the_edition_of_the_day_is_that_of_the_day_before_and_after(day: date) -> None:
    answer = answered(question=ask(day=day))
    assert (answer.on, answer.problems) == (day, ())


def test_a_coming_day_has_the_edition_of_today_and_says_so() -> None:
    answer = answered(question=ask(day=date(2027, 3, 1)))
    assert codes(answer) == [("other_day", "")]
    assert answer.on == DAY


def test_a_past_day_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="has the edition of 2026-11-25 only"):
        answered(question=ask(day=date(2025, 3, 1)))


def test_without_a_date_the_edition_is_taken_for_that_of_the_day() -> None:
    answer = answered(question=ask(day=date(2025, 3, 1)), served="")
    assert answer.on == date(2025, 3, 1)


@respx.mock
def test_a_page_instead_of_data_is_a_bad_answer() -> None:
    respx.get(URL).respond(html="<!doctype html><html><body>HTS</body></html>")
    with pytest.raises(BadAnswer, match="text/html"):
        tariff(ask())


@pytest.mark.parametrize(
    "rows",
    [
        {"HTSDataSet": []},
        [1],
        [row("6109.10.00", 1, "16.5%") | {"indent": "x"}],
        [row("6109.10.00", 1) | {"general": 16.5}],
        [row("6109.10.00", 1, "16.5%") | {"footnotes": ["x"]}],
    ],
)
def test_an_answer_of_another_shape_is_a_bad_answer(rows: Any) -> None:
    with pytest.raises(BadAnswer):
        answered(rows)


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["2025_basic", "2026_rev_10"])
def test_every_line_of_a_real_edition_has_its_duty(edition: str) -> None:
    rows = json.loads(recorded(f"us-hts/hts_{edition}.json.gz"))
    lines = [one for one in read_lines(Node(rows)) if one.code[:2] < "98"]
    told = [one for one in lines if len(one.code) >= 8]
    assert len(told) > 20_000
    assert all(one.rates["general"] for one in told)
    inherited = [one for one in told if len(one.code) == 10 and not one.own]
    assert len(inherited) > 10_000
    unread = 0
    for line in told:
        if line.own:
            for measure in measures(line, TariffAsk("US", line.code, "", DAY)):
                assert measure.rate is not None or measure.note
                unread += measure.kind == "third_country" and measure.rate is None
    assert unread < 400


def test_a_real_heading_is_read() -> None:
    rows = json.loads(recorded("us-hts/hts_2026_rev_10.json.gz"))
    heading = [one for one in rows if one["htsno"].startswith("6109")]
    lines = read_lines(Node(heading))
    (line,) = lines_for(lines, "6109100012")
    duty, *others = measures(line, TariffAsk("US", "6109100012", "KR", DAY))
    assert (duty.code, duty.rate) == ("6109100012", "16.5%")
    assert [one.agreement for one in others] == ["Agreement with Korea"]
    assert len(lines_for(lines, "610990")) == 4
