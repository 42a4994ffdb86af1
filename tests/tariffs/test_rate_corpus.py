"""Every duty text of two real tariffs: what is read is right, what is not read is an error.

The corpora lie beside a checkout, not in it. They hold each distinct text with the number of tariff
lines it stands on and one independent reading of it; here that reading is computed for some goods
and compared with ours, so that only the amounts count and not how they are written.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from landedcost.errors import RequestError
from landedcost.tariffs.grammar import parse_duty
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

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

# Goods worth 1,000, sold for 1,700, with as many of each unit; the numbers share no factor, so that
# no unit can be taken for another.
VALUE, RETAIL = Fraction(1000), Fraction(1700)
MEASURES = {
    "kg": Fraction(7),
    "litre": Fraction(11),
    "item": Fraction(13),
    "pair": Fraction(17),
    "m2": Fraction(19),
    "m": Fraction(23),
    "m3": Fraction(29),
}
# A unit of ours, or of the readings: which measure, and how much of it.
UNITS = {
    "kg": ("kg", 1), "g": ("kg", Fraction(1, 1000)), "100kg": ("kg", 100), "t": ("kg", 1000),
    "1000kg": ("kg", 1000), "tonne": ("kg", 1000), "100kg/net": ("kg", 100),
    "litre": ("litre", 1), "liter": ("litre", 1), "hl": ("litre", 100),
    "item": ("item", 1), "each": ("item", 1), "article": ("item", 1), "head": ("item", 1),
    "dozen": ("item", 12), "doz": ("item", 12), "doz.": ("item", 12), "gross": ("item", 144),
    "1000items": ("item", 1000), "1000p/st": ("item", 1000), "1000": ("item", 1000),
    "thousand": ("item", 1000), "1,000": ("item", 1000), "1,000items": ("item", 1000),
    "pair": ("pair", 1), "pr.": ("pair", 1), "m2": ("m2", 1), "m": ("m", 1), "100m": ("m", 100),
    "m3": ("m3", 1),
}  # fmt: skip
# A rate for the goods cannot say what these say, whatever grammar it is read by.
BEYOND = ("component", "meursing", "seasonal", "entry_price", "see", "base_", "reference", "sugar",
          "special_value_basis", "unparsed")  # fmt: skip


def corpus(name: str) -> list[dict[str, str]]:
    """The rows of a corpus; the test is skipped where it does not lie beside the checkout."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"the corpus {name} is not beside this checkout")
    raw = path.read_bytes()
    text = gzip.decompress(raw) if name.endswith(".gz") else raw
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"))))


def read(text: str) -> Duty | None:
    """Our reading, or None when it is refused; anything else than a refusal by name is a fault."""
    try:
        return parse_duty(text)
    except RequestError as error:
        if error.code != "bad_duty_text" or not error.hint:
            raise
        return None


def amount(number: Fraction, currency: str, unit: str) -> Fraction:
    """An amount per unit for the goods; no two currencies are worth the same."""
    measure, size = UNITS[unit]
    worth = {"USD": 1, "USc": Fraction(1, 100), "GBP": 31, "EUR": 37, "JPY": 41}[currency]
    return number * MEASURES[measure] / size * worth


def ours(duty: Duty) -> Fraction:
    """What a duty of ours comes to for the goods."""
    match duty:
        case Free():
            return Fraction(0)
        case Percent(num, den):
            return VALUE * num / den
        case RetailPercent(num, den):
            return RETAIL * num / den
        case Specific(num, den, currency, unit):
            return amount(Fraction(num, den), currency, unit)
        case Sum(terms):
            return sum((ours(term) for term in terms), Fraction(0))
        case Minus(left, right):
            return ours(left) - ours(right)
        case AtLeast(left, right):
            return max(ours(left), ours(right))
        case AtMost(left, right):
            return min(ours(left), ours(right))
    raise AssertionError(duty)


def theirs(reading: dict[str, Any]) -> Fraction:
    """What the independent reading comes to for the goods."""
    kind = reading["k"]
    if kind == "free":
        return Fraction(0)
    if kind == "ad_valorem":
        return VALUE * Fraction(reading["pct"]) / 100
    if kind == "retail_price":
        return RETAIL * Fraction(reading["pct"]) / 100
    if kind == "specific":
        return amount(Fraction(reading["amount"].replace(",", "")), reading["cur"], reading["unit"])
    if kind == "sum":
        return sum((theirs(term) for term in reading["terms"]), Fraction(0))
    assert kind == "expr", kind
    return joined(reading["segments"])


def joined(segments: list[Any]) -> Fraction:
    """Sums with MIN and MAX between them: the last of these splits first."""
    *before, last = segments
    sign = {"+": 1, "-": -1}
    right = sum((sign[mark] * theirs(term) for mark, term in last), Fraction(0))
    if not before:
        return right
    *before, join = before
    return {"MIN": max, "MAX": min}[join](joined(before), right)


def understood(rows: list[dict[str, str]], count: str) -> Iterator[tuple[int, bool]]:
    """How many tariff lines each text stands on, and whether it is read."""
    for row in rows:
        yield int(row[count] or 0), read(row["text"]) is not None


def share(rows: list[dict[str, str]], count: str) -> Fraction:
    """The share of tariff lines whose text is read."""
    lines = list(understood(rows, count))
    return Fraction(sum(n for n, known in lines if known), sum(n for n, _ in lines))


def check(rows: list[dict[str, str]]) -> int:
    """Compare every text that both read; those that go beyond a rate are errors."""
    compared = 0
    for row in rows:
        duty, reading = read(row["text"]), json.loads(row["research_parse"])
        if any(word in row["class"] for word in BEYOND):
            assert duty is None, f"{row['text']!r} is taken for {duty}"
        elif duty is not None and reading["k"] not in ("unit_only", "no_additional_duty"):
            # The readings have a third of a percent as decimals.
            apart = abs(ours(duty) - theirs(reading))
            assert apart < Fraction(1, 10**6), f"{row['text']!r} is taken for {duty}"
            compared += 1
    return compared


def test_the_british_and_the_european_tariff() -> None:
    rows = corpus("rate_strings_uk.csv")
    assert check(rows) > 700
    for source, least in (("cet_duty_rate", "0.97"), ("ukgt_duty_rate", "0.98")):
        mine = [row for row in rows if source in row["source"]]
        assert mine
        assert share(mine, "count") > Fraction(least), source


def test_the_american_tariff() -> None:
    rows = [row for row in corpus("rate_strings_us.csv.gz") if row["column"] != "special"]
    assert check(rows) > 1500
    for column, least in (("general", "0.97"), ("other", "0.96")):
        mine = [row for row in rows if row["column"] == column and "01-97" in row["chapters"]]
        assert mine
        assert share(mine, "rows_in_2026_rev_10") > Fraction(least), column


def test_the_special_column_is_no_rate_of_its_own() -> None:
    """It names programs with their rates: read alone, it is refused unless it is one plain rate."""
    for row in corpus("rate_strings_us.csv.gz"):
        if row["column"] == "special" and "(" in row["text"]:
            assert read(row["text"]) is None, row["text"]
