"""A rule file is read whole or refused, with the line that is at fault."""

from __future__ import annotations

from importlib import resources

import pytest

from landedcost.errors import RuleFileError
from landedcost.regimes.parse import parse

GOOD = """\
[territory]
code = "CL"
name = "Testland"
currency = "CLP"
country = "CL"
customs_territory = "CL"
vat_area = "CL"
verified_through = 2026-12-31
[source.law]
title = "The law"
citation = "Act 1"
read = 2026-01-01
[source.unread]
title = "Not looked up"
citation = "nowhere"
[threshold.low]
compares = "goods"
waives = ["duty"]
when = { origin = ["EU"], hs_not = ["24"] }
except = { hs = ["3303"] }
[[threshold.low.amount]]
from = 2020-01-01
until = 2024-01-01
value = "100"
status = "in_force"
source = "law"
[[threshold.low.amount]]
from = 2024-01-01
value = "50"
status = "in_force"
source = "law"
"""


def test_a_good_file_is_read_with_its_addresses() -> None:
    rule = parse(GOOD, "CL.toml").rules["threshold.low"]
    assert rule.address == "CL.threshold.low"
    assert [e.address for e in rule.values["amount"]] == ["CL.threshold.low.amount"] * 2
    assert rule.values["amount"][0].currency == "CLP"
    origins = rule.when.tests["origin"]
    assert not isinstance(origins, bool)
    assert "DE" in origins
    assert "EU" not in origins


FAULTS = [
    ('waives = ["duty"]', 'waive = ["duty"]', 18, "unknown key 'waive'"),
    ('waives = ["duty"]', 'waives = ["vat"]', 18, "waives 'vat'"),
    ('compares = "goods"', 'compares = "price"', 17, "compares 'price'; known: goods"),
    ('value = "50"', "value = 50", 29, "value must be a str"),
    ('value = "50"', 'value = "fifty"', 29, "not a number or a percentage"),
    ('value = "50"', 'value = "-50"', 29, "not a number or a percentage"),
    ("until = 2024-01-01", "until = 2019-01-01", 23, "is not after from"),
    ("until = 2024-01-01", "until = 2024-06-01", 27, "overlaps"),
    ('value = "100"\nstatus = "in_force"', 'value = "100"\nstatus = "maybe"', 25, "status 'maybe'"),
    ("origin = [", "origins = [", 19, "unknown condition 'origins'"),
    ("[threshold.low]\n", "[treshold.low]\n", 16, "unknown table 'treshold'"),
    ("except = { hs", "except = { chapter", 20, "unknown key 'chapter' in except"),
    ('title = "The law"\n', "", 9, "has no title"),
    ('citation = "Act 1"\n', "", 9, "neither url nor citation"),
    ('currency = "CLP"\n', "", 1, "lacks 'currency'"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), FAULTS)
def test_a_fault_names_file_and_line(old: str, new: str, line: int, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleFileError) as caught:
        parse(GOOD.replace(old, new, 1), "CL.toml")
    assert message in caught.value.message
    assert caught.value.file == "CL.toml"
    assert caught.value.line == line
    assert caught.value.exit_code == 2


def test_an_unread_source_cannot_verify_a_value() -> None:
    text = GOOD[::-1].replace('source = "law"'[::-1], 'source = "unread"'[::-1], 1)[::-1]
    with pytest.raises(RuleFileError, match="was not read"):
        parse(text, "CL.toml")


def test_a_source_that_is_not_in_the_file() -> None:
    with pytest.raises(RuleFileError, match=r"no \[source.gazette\]"):
        parse(GOOD.replace('source = "law"', 'source = "gazette"', 1), "CL.toml")


def test_broken_toml_names_the_line() -> None:
    with pytest.raises(RuleFileError) as caught:
        parse(GOOD.replace('code = "CL"', "code = "), "CL.toml")
    assert (caught.value.file, caught.value.line, caught.value.code) == ("CL.toml", 2, "bad_toml")


def test_every_half_of_every_bundled_file_is_refused_or_whole() -> None:
    """A half-written file must not pass for a shorter one."""
    folder = resources.files("landedcost.regimes").joinpath("data")
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        cut = text[: text.rindex("source =") + len("source =")]
        with pytest.raises(RuleFileError):
            parse(cut, file.name)
