"""The European Central Bank's own files: which one is fetched, and which day is taken."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
import respx

from landedcost.ports import BadAnswer, NoAnswer, RatesAnswer, RatesAsk
from landedcost.providers.ecb import FILES, Ecb, EcbSettings
from landedcost.transport import Transport

BASE = "https://www.ecb.europa.eu/stats/eurofxref"
DAILY, NINETY, ALL = (f"{BASE}/{name}" for name in FILES)


def xml(*days: tuple[str, dict[str, str]]) -> str:
    cubes = "".join(
        f'<Cube time="{day}">'
        + "".join(f'<Cube currency="{code}" rate="{rate}"/>' for code, rate in rates.items())
        + "</Cube>"
        for day, rates in days
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
        "<gesmes:subject>Reference rates</gesmes:subject>"
        f"<Cube>{cubes}</Cube></gesmes:Envelope>"
    )


FRIDAY = xml(("2026-10-02", {"USD": "1.1205", "JPY": "170.3", "GBP": "0.8512"}))
RECENT = xml(
    ("2026-10-02", {"USD": "1.1205"}),
    ("2026-10-01", {"USD": "1.1188"}),
    ("2026-09-30", {"USD": "1.1171"}),
)


def ask(day: date, **settings: object) -> RatesAnswer:
    source = Ecb(EcbSettings(**settings))
    return Transport().run(source.rates(RatesAsk(day)))


@respx.mock
def test_the_latest_day_is_one_small_file() -> None:
    respx.get(DAILY).respond(text=FRIDAY)
    answer = ask(date(2026, 10, 2))
    assert (answer.base, answer.on, answer.until) == ("EUR", date(2026, 10, 2), None)
    assert answer.rates == {
        "USD": Fraction(11205, 10_000),
        "JPY": Fraction(1703, 10),
        "GBP": Fraction(8512, 10_000),
    }


@respx.mock
@pytest.mark.parametrize("day", [date(2026, 10, 3), date(2026, 10, 4), date(2026, 10, 5)])
def test_a_weekend_and_a_morning_have_the_rates_of_the_day_before(day: date) -> None:
    respx.get(DAILY).respond(text=FRIDAY)
    assert ask(day).on == date(2026, 10, 2)


@respx.mock
def test_a_past_day_is_looked_up_in_the_last_ninety() -> None:
    respx.get(DAILY).respond(text=FRIDAY)
    respx.get(NINETY).respond(text=RECENT)
    answer = ask(date(2026, 10, 1))
    assert answer.on == date(2026, 10, 1)
    assert answer.rates == {"USD": Fraction(11188, 10_000)}


@respx.mock
def test_the_order_of_the_days_in_the_file_does_not_matter() -> None:
    respx.get(DAILY).respond(text=FRIDAY)
    respx.get(NINETY).respond(
        text=xml(("2026-09-29", {"USD": "1.2"}), ("2026-09-30", {"USD": "1.1"}))
    )
    assert ask(date(2026, 10, 1)).rates == {"USD": Fraction(11, 10)}


@respx.mock
def test_an_old_day_is_looked_up_in_the_file_of_all_years() -> None:
    respx.get(DAILY).respond(text=FRIDAY)
    respx.get(NINETY).respond(text=RECENT)
    respx.get(ALL).respond(
        text=xml(("2020-01-03", {"USD": "1.1147"}), ("2020-01-02", {"USD": "1"}))
    )
    assert ask(date(2020, 1, 4)).on == date(2020, 1, 3)


@respx.mock
def test_the_large_file_can_be_turned_off() -> None:
    respx.get(DAILY).respond(text=FRIDAY)
    respx.get(NINETY).respond(text=RECENT)
    large = respx.get(ALL)
    with pytest.raises(NoAnswer, match="no rates as old as 2020-01-04"):
        ask(date(2020, 1, 4), all_years=False)
    assert not large.called


@respx.mock
def test_a_day_before_all_rates_has_no_answer() -> None:
    for url in (DAILY, NINETY, ALL):
        respx.get(url).respond(text=RECENT)
    with pytest.raises(NoAnswer, match="1998-12-31"):
        ask(date(1998, 12, 31))


@respx.mock
@pytest.mark.parametrize("rate", ["0", "-1.1", "NaN", "INF", "1e2", "", "1,12"])
def test_a_rate_that_is_none_is_named(rate: str) -> None:
    respx.get(DAILY).respond(text=xml(("2026-10-02", {"USD": rate})))
    with pytest.raises(BadAnswer, match=r"rates\.USD"):
        ask(date(2026, 10, 2))


@respx.mock
def test_a_cube_without_a_rate_is_named() -> None:
    respx.get(DAILY).respond(text=FRIDAY.replace(' rate="1.1205"', ""))
    with pytest.raises(BadAnswer, match=r"rates\.USD"):
        ask(date(2026, 10, 2))


@respx.mock
@pytest.mark.parametrize(
    ("body", "match"),
    [
        (xml(), "eurofxref-daily.xml has no day with rates"),
        (xml(("2. October", {"USD": "1.1"})), "Cube.time is no date: '2. October'"),
        (FRIDAY[:-40], "cut off or not XML"),
        ("<html><body>Maintenance</body>", "cut off or not XML"),
        ("<!DOCTYPE html><html></html>", "document type"),
        (xml(("2026-10-02", {})), "without a single rate"),
    ],
)
def test_what_is_no_sheet_is_refused(body: str, match: str) -> None:
    respx.get(DAILY).respond(text=body)
    with pytest.raises(BadAnswer, match=match):
        ask(date(2026, 10, 2))


@respx.mock
def test_customs_of_the_union_takes_the_second_last_wednesday_of_the_month_before() -> None:
    respx.get(DAILY).respond(text=FRIDAY)
    respx.get(NINETY).respond(
        text=xml(
            ("2026-09-30", {"USD": "1.4"}),
            ("2026-09-23", {"USD": "1.3"}),
            ("2026-09-22", {"USD": "1.2"}),
        )
    )
    answer = Transport().run(
        Ecb(EcbSettings()).rates(RatesAsk(date(2026, 10, 20), "customs", "EU"))
    )
    assert (answer.on, answer.rates["USD"]) == (date(2026, 9, 23), Fraction(13, 10))


@pytest.mark.parametrize("territory", ["GB", "US", ""])
def test_customs_elsewhere_does_not(territory: str) -> None:
    with pytest.raises(NoAnswer, match="customs authority"):
        Transport().run(Ecb(EcbSettings()).rates(RatesAsk(date(2026, 10, 2), "customs", territory)))
