"""Reference rates: the last day known, exact crosses, and clear refusals."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import MoneyError, NotInForce, RequestError, RuleFileError
from landedcost.fx.rates import EcbRates, Rate, RateTable, read_table

DAY = date(2026, 9, 23)
TABLE = RateTable(
    {
        date(2026, 8, 31): {"USD": "1.1", "GBP": "0.88", "RUB": "100"},
        DAY: {"USD": "1.25", "GBP": "0.8", "JPY": "175.50"},
    },
    source="test rates",
    provider="test",
)


def value(rate: Rate) -> Fraction:
    return Fraction(rate.num, rate.den)


@pytest.mark.parametrize(
    ("base", "quote", "expected"),
    [
        ("EUR", "USD", "1.25"),
        ("USD", "EUR", "0.8"),
        ("USD", "GBP", "0.64"),
        ("GBP", "JPY", "219.375"),
        ("EUR", "EUR", "1"),
        ("JPY", "JPY", "1"),
    ],
)
def test_a_rate_is_an_exact_ratio(base: str, quote: str, expected: str) -> None:
    rate = TABLE.rate(base, quote, DAY)
    assert (rate.base, rate.quote) == (base, quote)
    assert value(rate) == Fraction(expected)
    assert Fraction(rate.num, rate.den).denominator == rate.den, "reduced"


def test_the_last_day_up_to_the_one_asked_for_counts() -> None:
    assert TABLE.rate("EUR", "USD", date(2026, 9, 22)).on == date(2026, 8, 31)
    assert TABLE.rate("EUR", "USD", DAY).on == DAY
    assert TABLE.rate("EUR", "USD", date(2030, 1, 1)).on == DAY


@pytest.mark.parametrize(("later", "stale"), [(0, False), (4, False), (5, True), (400, True)])
def test_a_rate_goes_stale_after_four_days(later: int, stale: bool) -> None:
    on = DAY + timedelta(days=later)
    assert TABLE.rate("EUR", "USD", on).stale is stale
    assert TABLE.age_days(on) == later


def test_where_a_rate_is_from_is_said() -> None:
    rate = TABLE.rate("EUR", "USD", DAY)
    assert (rate.source, rate.provider) == ("test rates", "test")
    assert TABLE.rate("GBP", "USD", DAY).source == "test rates, through EUR"


def test_a_day_before_the_table_is_not_in_force() -> None:
    with pytest.raises(
        NotInForce, match="2026-08-30: the test rates start on 2026-08-31"
    ) as caught:
        TABLE.rate("EUR", "USD", date(2026, 8, 30))
    assert caught.value.exit_code == 2
    assert "`rates`" in caught.value.hint
    with pytest.raises(NotInForce, match="are empty"):
        RateTable({}).age_days(DAY)


def test_a_currency_without_a_rate_names_the_pair_and_the_way_out() -> None:
    with pytest.raises(RequestError) as caught:
        TABLE.rate("USD", "XCG", DAY, where="currency")
    assert caught.value.code == "no_rate"
    assert caught.value.where == "currency"
    assert "USD/XCG" in caught.value.message
    assert '"rates": {"USD/XCG"' in caught.value.hint


def test_a_currency_that_was_dropped_has_no_rate_any_more() -> None:
    assert TABLE.rate("EUR", "RUB", date(2026, 9, 25)).on == date(2026, 8, 31)
    later = RateTable(
        {**{d: {"USD": "1"} for d in (DAY, date(2026, 10, 2))}, date(2026, 8, 31): {"RUB": "100"}}
    )
    with pytest.raises(RequestError, match="last had it on 2026-08-31") as caught:
        later.rate("EUR", "RUB", date(2026, 10, 2))
    assert caught.value.code == "no_rate"


def test_what_is_no_currency_is_refused() -> None:
    with pytest.raises(MoneyError) as caught:
        TABLE.rate("USD", "US", DAY)
    assert caught.value.code == "unknown_currency"


def test_the_table_keeps_its_own_copy() -> None:
    row = {"USD": "1.25"}
    table = RateTable({DAY: row})
    row["USD"] = "2"
    assert value(table.rate("EUR", "USD", DAY)) == Fraction("1.25")


ECB = EcbRates.load()
CODES = ["EUR", "USD", "JPY", "GBP", "CHF", "KRW", "IDR", "ISK", "TRY", "NOK"]


@given(
    st.sampled_from(CODES),
    st.sampled_from(CODES),
    st.sampled_from(CODES),
    st.dates(date(2019, 11, 20), date(2027, 12, 31)),
)
def test_crosses_are_exact(a: str, b: str, c: str, on: date) -> None:
    there, back = ECB.rate(a, b, on), ECB.rate(b, a, on)
    assert value(there) * value(back) == 1
    assert (there.inverse().num, there.inverse().den) == (back.num, back.den)
    assert there.inverse().inverse() == there
    assert value(there) * value(ECB.rate(b, c, on)) == value(ECB.rate(a, c, on))
    through = there.times(ECB.rate(b, c, on))
    assert (through.base, through.quote, value(through)) == (a, c, value(ECB.rate(a, c, on)))


def test_the_bundled_snapshot() -> None:
    assert EcbRates.load() is ECB
    assert ECB.first == date(2007, 12, 31)
    assert ECB.last == date(2026, 10, 30)
    rate = ECB.rate("EUR", "USD", date(2026, 10, 31))
    assert (rate.num, rate.den, rate.on) == (2793, 2500, date(2026, 10, 30))
    assert (rate.provider, rate.stale) == ("ecb", False)
    assert "European Central Bank" in rate.source
    assert ECB.rate("EUR", "USD", date(2026, 11, 24)).stale


def test_a_currency_that_joined_the_euro_is_known_until_then() -> None:
    assert value(ECB.rate("EUR", "BGN", date(2025, 12, 31))) == Fraction("1.9558")
    with pytest.raises(RequestError, match="last had it on 2025-12-31"):
        ECB.rate("EUR", "BGN", date(2026, 3, 1))
    with pytest.raises(RequestError, match="last had it on 2022-03-01"):
        ECB.rate("RUB", "USD", date(2026, 10, 1))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2026-01-02,USD", "not date,currency,per_eur"),
        ("2026-13-02,USD,1.1", "not date,currency,per_eur"),
        ("2026-01-02,USD,1.1\n2026-01-02,USD,1.2", "twice"),
    ],
)
def test_a_broken_table_names_its_line(line: str, says: str) -> None:
    with pytest.raises(RuleFileError, match=says) as caught:
        read_table(f"date,currency,per_eur\n{line}\n", "own.csv")
    assert caught.value.file == "own.csv"
    assert caught.value.line == 2 + line.count("\n")
