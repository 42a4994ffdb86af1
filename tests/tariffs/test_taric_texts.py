"""Duty expressions of the British and European tariffs, their seasons and their slips."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from fractions import Fraction

import pytest

from landedcost.errors import NotInForce, RequestError
from landedcost.tariffs.beyond import EntryPrice, Meursing, Season, Seasonal, SupplementaryUnit
from landedcost.tariffs.grammar import read_taric
from landedcost.tariffs.rates import (
    AtLeast,
    AtMost,
    Duty,
    Free,
    Minus,
    Percent,
    RetailPercent,
    Specific,
    Sum,
)
from landedcost.tariffs.rows import Row
from landedcost.tariffs.table import sources

from .samples import real


def per(amount: str, currency: str, unit: str) -> Specific:
    found = Fraction(amount)
    return Specific(found.numerator, found.denominator, currency, unit)


EXAMPLES: dict[str, Duty] = {
    "0.00 %": Free(),
    "12.50%": Percent(1, 8),
    "34.00 GBP/100kg": per("34", "GBP", "100kg"),
    "147.00 GBP / 100 kg": per("147", "GBP", "100kg"),
    "2,765.00 EUR / tonne": per("2765", "EUR", "t"),
    "1.00 EUR / % vol/hl + 6.40 EUR / hl": Sum(
        (per("1", "EUR", "% vol/hl"), per("6.4", "EUR", "hl"))
    ),
    "0.30 GBP/100kg/net/%sacchar.": per("0.3", "GBP", "100kg/% sucrose"),
    "5.10% + 9.40 EUR / 100 kg / net drained wt": Sum(
        (Percent(51, 1000), per("9.4", "EUR", "100kg drained"))
    ),
    "5.40% MAX 3.50 EUR / 100 m": AtMost(Percent(27, 500), per("3.5", "EUR", "100m")),
    "16.50 % / Retail Price + 244.78 GBP / 1000 p/st MIN 320.90 GBP / 1000 p/st": AtLeast(
        Sum((RetailPercent(33, 200), per("244.78", "GBP", "1000items"))),
        per("320.9", "GBP", "1000items"),
    ),
    # the last conjunction splits first, and a minus stays in its own part
    "13.80 % MIN 13.00 EUR / 100 kg MAX 15.00 EUR / 100 kg - 7.00 EUR / 100 kg": AtMost(
        AtLeast(Percent(69, 500), per("13", "EUR", "100kg")),
        Minus(per("15", "EUR", "100kg"), per("7", "EUR", "100kg")),
    ),
    "9.00% +  EA MAX 24.20%  + ADSZ": AtMost(
        Sum((Percent(9, 100), Meursing("EA"))), Sum((Percent(121, 500), Meursing("ADSZ")))
    ),
    "Entry Price": EntryPrice(),
    "p/st": SupplementaryUnit("item"),
}


@pytest.mark.parametrize(("text", "duty"), EXAMPLES.items())
def test_examples(text: str, duty: Duty) -> None:
    assert read_taric(text) == read_taric(str(duty))
    assert read_taric(text).duty == duty
    assert read_taric(text).repairs == ()


SLIPS = {
    "24 + 4.2 EUR/100 kg": "24% + 4.2 EUR/100kg",
    "7.2 MIN 0.36 EUR/100 kg": "7.2% MIN 0.36 EUR/100kg",
    "11.20% (01 JAN-31 APR), 12% (01 MAY-31 DEC)": (
        "11.2% (01 JAN - 30 APR), 12% (01 MAY - 31 DEC)"
    ),
    "9.60% MIN 1.1\xa0€/100\xa0kg/net (01 JAN-14 APR, 1 DEC-31 DEC), 13.60% MIN 1.6€/100kg/net": (
        "9.6% MIN 1.1 EUR/100kg (01 JAN - 14 APR, 01 DEC - 31 DEC), 13.6% MIN 1.6 EUR/100kg"
    ),
}


@pytest.mark.parametrize(("text", "meant"), SLIPS.items())
def test_slips_are_put_right_and_named(text: str, meant: str) -> None:
    found = read_taric(text)
    assert str(found.duty) == meant
    assert len(found.repairs) == 1


@pytest.mark.parametrize(
    "text",
    ["", "12 % 5 %", "12% +", "MIN 5%", "12% MIN", "5 EUR / furlong", "5 / kg", "5 EUR",
     "12% (JAN)", "12% (01 JAN - 31 FOO)", "12% (01 JAN - 31 DEC", "12%) (", "nothing", "EA/SZ"],
)  # fmt: skip
def test_what_is_not_understood_says_so(text: str) -> None:
    with pytest.raises(RequestError, match=r"not understood|no currency"):
        read_taric(text)


def seasonal(text: str) -> Row:
    source = sources()["ukgt"]
    return Row("07070005", text, date(2021, 1, 1), None, source, True, "", "taric")


CUCUMBERS = seasonal("16.00% (16 MAR - 31 OCT), 6.00% (01 NOV - 15 MAR)")


@pytest.mark.parametrize(
    ("day", "rate", "until"),
    [
        (date(2026, 3, 15), "6%", date(2026, 3, 16)),
        (date(2026, 3, 16), "16%", date(2026, 11, 1)),
        (date(2026, 10, 31), "16%", date(2026, 11, 1)),
        (date(2026, 11, 1), "6%", date(2027, 3, 16)),
        (date(2027, 1, 1), "6%", date(2027, 3, 16)),
    ],
)
def test_a_season_may_run_over_the_new_year(day: date, rate: str, until: date) -> None:
    assert str(CUCUMBERS.duty_on(day)) == rate
    assert CUCUMBERS.until_on(day) == until


def test_a_day_no_season_names_is_refused() -> None:
    row = seasonal("4.00% (01 JAN-31 MAR, 01-31 DEC), 5.10% (01 JUN-30 NOV)")
    assert str(row.duty_on(date(2026, 12, 1))) == "4%"
    with pytest.raises(NotInForce, match="names no rate for 2026-05-01"):
        row.duty_on(date(2026, 5, 1))


def test_every_day_of_a_year_has_one_season() -> None:
    found = read_taric("8.00% (01 NOV - 14 MAY), 14.00% (15 MAY - 31 OCT)").duty
    assert isinstance(found, Seasonal)
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    assert sum(found.on(day) == Percent(2, 25) for day in days) == 31 + 29 + 31 + 30 + 14 + 30 + 31
    assert Season((2, 29), (2, 29)).holds(date(2024, 2, 29))


def test_every_text_of_the_real_tables() -> None:
    rows = csv.DictReader(io.StringIO(real("rate_strings_uk.csv").read_text(encoding="utf-8")))
    for entry in rows:
        duty = read_taric(entry["text"]).duty
        assert read_taric(str(duty)).duty == duty, entry["text"]
