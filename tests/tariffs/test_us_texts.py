"""Rate texts of the American schedule: what can be computed, what is only understood."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter

import pytest

from landedcost.errors import RequestError
from landedcost.tariffs.beyond import Conditional, Degrees, Elsewhere, OnPart
from landedcost.tariffs.grammar import parse_duty, read_special, read_us
from landedcost.tariffs.rates import Duty, Free, Percent, Specific, Sum

from .samples import real


def cents(num: int, den: int, unit: str) -> Specific:
    return Specific(num, den, "USD", unit)


EXAMPLES: dict[str, Duty] = {
    "Free": Free(),
    "16.5%": Percent(33, 200),
    "33 1/3%": Percent(1, 3),
    "20%<il></il>": Percent(1, 5),
    "18.8¢/kg + 6.8%": Sum((cents(47, 250, "kg"), Percent(17, 250))),
    "$1.10/kg +50%": Sum((cents(11, 10, "kg"), Percent(1, 2))),
    "$1.13/m<sup>3</sup>": cents(113, 100, "m3"),
    "14.27¢/ liter": cents(1427, 10000, "litre"),
    "1.9¢ each": cents(19, 1000, "item"),
    "90¢/pr. + 20%": Sum((cents(9, 10, "pair"), Percent(1, 5))),
    "38.4¢/1000": cents(48, 125, "1000items"),
    "$2.50/thou- sand + 40%": Sum((cents(5, 2, "1000items"), Percent(2, 5))),
    "3.3¢/lin. m": cents(33, 1000, "m"),
    "68¢/head": cents(17, 25, "item"),
    # understood, and refused with the fact that is missing
    "10.5¢/bbl": cents(21, 200, "bbl"),
    "10¢/1,000 pins + 3.5%": Sum((cents(1, 10, "1000 pins"), Percent(7, 200))),
    "6.5% on the entire set": OnPart(Percent(13, 200), "on the entire set"),
    "1.5 percent of the fair retail value": OnPart(Percent(3, 200), "of the fair retail value"),
    "1.7¢/kg on lead content": OnPart(cents(17, 1000, "kg"), "on lead content"),
    "$1.32/t, including weight of container": OnPart(
        cents(33, 25, "t"), "including weight of container"
    ),
    "86.1¢/m2of recording surface": OnPart(cents(861, 1000, "m2"), "of recording surface"),
    "Free, under bond": Conditional(Free(), "under bond"),
    "See 9823.03.01": Elsewhere("See 9823.03.01", ("9823.03.01",)),
    "No change": Elsewhere("No change"),
    "The duty provided in the applicable subheading +25%": Elsewhere(
        "The duty provided in the applicable subheading +25%", plus=Percent(1, 4)
    ),
    "The duty rate provided in such subheading minus 0.5%": Elsewhere(
        "The duty rate provided in such subheading minus 0.5%", minus=Percent(1, 200)
    ),
    "4.3817¢/kg less 0.0622005¢ /kg for each degree under 100 degrees (and fractions of a degree "
    "in proportion) but not less than 2.831562¢ /kg": Degrees(
        cents(43817, 1000000, "kg"),
        cents(124401, 200000000, "kg"),
        cents(1415781, 50000000, "kg"),
    ),
}


@pytest.mark.parametrize(("text", "duty"), EXAMPLES.items())
def test_examples(text: str, duty: Duty) -> None:
    assert read_us(text).duty == duty


FACTS = {
    "51¢ each + 6.25% on the case and strap, band or bracelet + 5.3% on the battery": (
        "the value of the case and strap, band or bracelet",
        "the value of the battery",
    ),
    "2.5% on the value of the lead content": ("the value of the lead content",),
    "1.7¢/kg on lead content": ("the quantity in kg on lead content",),
    "23.7¢/pf.liter": ("the proof litres",),
    "43¢ each + 2.8¢/jewel over 7": ("the number of jewels in the movement over seven",),
    "Free, under bond": ("whether the goods are entered under bond",),
    "See 9823.03.01": ("the duty of 9823.03.01",),
    "No change": ("the line of the tariff it refers to",),
}


@pytest.mark.parametrize(("text", "facts"), FACTS.items())
def test_what_is_missing_is_named(text: str, facts: tuple[str, ...]) -> None:
    assert read_us(text).duty.beyond() == facts


@pytest.mark.parametrize(
    "text",
    ["", ":", "37% /", "12%%", "5¢", "5¢/furlong", "1.7¢/jewel + 0.2¢ for each other part", "<b>",
     "-5%", "1e3%", "Infinity%", "12% + ", "Free + 5%", "5% on\x00the case", "x" * 2000],
)  # fmt: skip
def test_what_is_not_understood_says_so(text: str) -> None:
    with pytest.raises(RequestError, match="not understood") as caught:
        read_us(text)
    assert caught.value.code == "bad_duty_text"


def test_programmes_of_the_special_column() -> None:
    found = read_special("Free (A+,AU, D,E ,IL)2.9% (JP) See 9822.05.20, 9822.05.25 (P+)")
    assert [(r.text, r.symbols) for r in found] == [
        ("Free", ("A+", "AU", "D", "E", "IL")),
        ("2.9%", ("JP",)),
        ("See 9822.05.20, 9822.05.25", ("P+",)),
    ]
    assert found[1].duty == Percent(29, 1000)
    assert read_special("Free")[0].symbols == ()
    assert read_special("1.3¢/liter + 9.8¢/pf. liter on ethyl alcohol content (JO)")[0].symbols == (
        "JO",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Free (A,AU) 2%",
        "Free (A AU)",
        "Free (MA,.OM)",
        "(AU)",
        "See 99.19.04.14 (PA)",
        "Free (see)",
    ],
)
def test_a_special_column_is_read_whole_or_not_at_all(text: str) -> None:
    with pytest.raises(RequestError, match="not understood"):
        read_special(text)


def test_every_text_of_44_revisions() -> None:
    raw = gzip.decompress(real("rate_strings_us.csv.gz").read_bytes()).decode()
    rows = list(csv.DictReader(io.StringIO(raw)))
    seen: Counter[tuple[str, bool]] = Counter()
    for entry in rows:
        column, text = entry["column"], entry["text"]
        try:
            if column == "special":
                duties = [rate.duty for rate in read_special(text)]
            else:
                duties = [read_us(text).duty]
        except RequestError:
            seen[column, False] += int(entry["rows_in_2026_rev_10"])
            continue
        seen[column, True] += int(entry["rows_in_2026_rev_10"])
        if "on component" in entry["class"] and column != "special":
            assert duties[0].beyond(), text
        if entry["class"] in ("ad_valorem", "free") and column == "general":
            assert not duties[0].beyond(), text
        for duty in duties:
            if column == "general" and not duty.beyond():
                assert parse_duty(str(duty)) == duty
    for column in ("general", "other", "special", "additionalDuties"):
        understood = seen[column, True]
        assert understood * 1000 >= 994 * (understood + seen[column, False]), column
