"""Duty text: read whole or refused by name, on every text of two real tariffs."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

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

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

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


def corpus(name: str) -> list[dict[str, str]]:
    """The rows of a corpus that lies beside a checkout, if it does."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} lies beside the project where it is developed, not in it")
    raw = path.read_bytes()
    text = gzip.decompress(raw) if name.endswith(".gz") else raw
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"))))


COMPUTED = {"ad_valorem", "specific", "sum:ad_valorem+specific", "sum:specific", "free"}


def outcome(text: str) -> Duty | str:
    try:
        return parse_duty(text)
    except RequestError as error:
        return error.message


def test_the_british_and_european_corpus() -> None:
    rows = corpus("rate_strings_uk.csv")
    weight = Counter({True: 0, False: 0})
    for row in rows:
        found = outcome(row["text"])
        weight[not isinstance(found, str)] += int(row["count"])
        reading = json.loads(row["research_parse"])
        if reading["k"] == "ad_valorem":
            share = Fraction(reading["pct"]) / 100
            assert found == (Percent(share.numerator, share.denominator) if share else Free())
    assert weight[True] / (weight[True] + weight[False]) > 0.98


def test_the_american_corpus() -> None:
    rows = [r for r in corpus("rate_strings_us.csv.gz") if r["column"] == "general"]
    plain = [r for r in rows if r["class"] in COMPUTED and "01-97" in r["chapters"]]
    weight = Counter({True: 0, False: 0})
    for row in plain:
        found = outcome(row["text"])
        weight[not isinstance(found, str)] += int(row["rows_in_2026_rev_10"])
    assert weight[True] / (weight[True] + weight[False]) > 0.99
    for row in rows:
        if row["class"] not in COMPUTED and "on component" in row["class"]:
            assert isinstance(outcome(row["text"]), str), row["text"]
