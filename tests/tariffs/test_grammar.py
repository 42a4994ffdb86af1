"""Duty text: read whole or refused by name."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import RequestError
from landedcost.tariffs.grammar import (
    AtLeast,
    AtMost,
    Duty,
    Free,
    Minus,
    Percent,
    Specific,
    Sum,
    parse_duty,
)
from landedcost.tariffs.rates import NEEDS

EXAMPLES = {
    "12%": Percent(3, 25),
    "12.50 %": Percent(1, 8),
    "33 1/3%": Percent(1, 3),
    "Free": Free(),
    "0": Free(),
    "0.00%": Free(),
    "16.5% + 0.30 USD/kg": Sum((Percent(33, 200), Specific(3, 10, "USD", "kg"))),
    "18.8¢/kg + 6.8%": Sum((Specific(47, 250, "USD", "kg"), Percent(17, 250))),
    "$1.035/kg": Specific(207, 200, "USD", "kg"),
    "1.9¢ each": Specific(19, 1000, "USD", "item"),
    "90¢/pr. + 37.5%": Sum((Specific(9, 10, "USD", "pair"), Percent(3, 8))),
    "6¢/gross": Specific(3, 50, "USD", "gross"),
    "$1.80/m<sup>3</sup>": Specific(9, 5, "USD", "m3"),
    "34.00 GBP/100kg": Specific(34, 1, "GBP", "100kg"),
    "147.00 GBP / 100 kg": Specific(147, 1, "GBP", "100kg"),
    "30% MIN 4300 JPY/pair": AtLeast(Percent(3, 10), Specific(4300, 1, "JPY", "pair")),
    "20% - 1 EUR/kg": Minus(Percent(1, 5), Specific(1, 1, "EUR", "kg")),
    # the last conjunction splits first: min(max(13.8 %, 13 q), 15 q - 7 q)
    "13.80% MIN 13.00 EUR/100kg MAX 15.00 EUR/100kg - 7.00 EUR/100kg": AtMost(
        AtLeast(Percent(69, 500), Specific(13, 1, "EUR", "100kg")),
        Minus(Specific(15, 1, "EUR", "100kg"), Specific(7, 1, "EUR", "100kg")),
    ),
}


@pytest.mark.parametrize(("text", "duty"), EXAMPLES.items())
def test_examples(text: str, duty: Duty) -> None:
    assert parse_duty(text) == duty
    assert parse_duty(str(duty)) == duty


REFUSED = {
    "9.00% + EA MAX 24.20% + ADSZ": "Meursing",
    "Entry Price": "entry price",
    "8.50% (01 JAN-31 MAY), 12.00% (01 JUN-31 DEC)": "a season",
    "$1.53 each + 4.2% on the case": "only part of the goods",
    "1.00 EUR / % vol / hl": "does not carry",
    "See 9823.03.01": "another heading",
    "The duty provided in the applicable subheading + 25%": "another heading",
    "3.66¢/kg less 0.02¢/kg for each degree under 100 degrees": "by degrees",
    "Free, under bond": "no rate",
    "12": "expected % or a unit",
    "12% 5%": "expected +, -, MIN or MAX",
    "12% +": "it ends where a rate is expected",
    "+ 12%": "expected a rate before it",
    "0.30 USX/kg": "no currency of ISO 4217",
    "0.30/kg": "an amount needs a currency",
    "5 USD/furlong": "the unit 'furlong' is not known",
    "": "it is empty",
    "12%" * 200: "it is too long",
    "<script>": "expected a rate",
    "12%/kg": "a percentage per kg",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items())
def test_what_is_no_formula_is_refused_by_name(text: str, words: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_duty(text, where="lines[0].duty")
    assert words in caught.value.message
    assert (caught.value.code, caught.value.where) == ("bad_duty_text", "lines[0].duty")


LEAVES = st.one_of(
    st.just(Free()),
    st.builds(
        lambda f: Percent(f.numerator, f.denominator),
        st.fractions(Fraction(1, 10**6), 9, max_denominator=10**6),
    ),
    st.builds(
        lambda n, u: Specific(n.numerator, n.denominator, "EUR", u),
        st.integers(1, 10**6).map(lambda n: Fraction(n, 1000)),
        st.sampled_from(sorted({*NEEDS, "item", "dozen", "1000items"})),
    ),
)
SEGMENTS = st.one_of(
    LEAVES, st.builds(lambda a: Sum(tuple(a)), st.lists(LEAVES, min_size=2, max_size=3))
)
DUTIES = st.one_of(
    SEGMENTS, st.builds(AtLeast, SEGMENTS, LEAVES), st.builds(AtMost, SEGMENTS, LEAVES)
)


@given(DUTIES)
def test_what_is_written_reads_back(duty: Duty) -> None:
    assert parse_duty(str(duty)) == duty
