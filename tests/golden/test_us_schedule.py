"""The duties of the United States, compared with the schedule as it is printed."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date
from operator import itemgetter
from typing import Any

import pytest

from landedcost import RuleBook
from landedcost.regimes.schema import Rule

from .cases import SHARED
from .headings import added, ends, starts

SCHEDULES = SHARED.parent / "data" / "us-hts"
REVISIONS = SHARED.parent / "data" / "us-extra" / "hts_revision_dates.csv"


def rules() -> dict[str, list[Rule]]:
    """The additional duties and exemptions of our rules by heading."""
    found: dict[str, list[Rule]] = {}
    regime = RuleBook().regime("US")
    for rule in (*regime.of("additional"), *regime.of("exemption")):
        settings = rule.settings
        for code in {settings.get("code"), *settings.get("headings", {}).values()} - {None}:
            found.setdefault(str(code), []).append(rule)
    return found


RULES = rules()


Printed = list[tuple[date, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def schedules() -> Printed:
    """Each revision's headings that our rules know, with the day its policy started."""
    if not SCHEDULES.is_dir() or not REVISIONS.is_file():
        pytest.skip("the schedules are not beside this checkout")
    with REVISIONS.open(encoding="utf-8") as file:
        days = {row["revision"]: row for row in csv.DictReader(file)}
    found = []
    for path in sorted(SCHEDULES.glob("*.json.gz")):
        name = path.name.removeprefix("hts_").removesuffix(".json.gz")
        row = days.get(name) or days[name.removeprefix("2025_")]
        day = row["policy_effective_date"]
        with gzip.open(path, "rt", encoding="utf-8") as file:
            printed = [h for h in json.load(file) if h.get("htsno") in RULES]
        found.append((date.fromisoformat(row["effective_date"] if day == "NA" else day), printed))
    return sorted(found, key=itemgetter(0))


def test_rates_are_those_that_are_printed(schedules: Printed) -> None:
    compared = set()
    for day, printed in schedules:
        for row in printed:
            duties = [r for r in RULES[row["htsno"]] if r.kind == "additional"]
            rates = {v.value for r in duties if (v := r.value("rate", day)) is not None}
            flat = {r.settings["method"] for r in duties} == {"flat"}
            text = added(row["general"] or "")
            if rates and flat and text is not None:
                assert rates == {text}, (row["htsno"], day)
                compared.add(row["htsno"])
    assert len(compared) > 120


def test_days_are_those_that_are_printed(schedules: Printed) -> None:
    """Few headings name their first day; where one does, it is ours."""
    compared = set()
    for _, printed in schedules:
        for row in printed:
            first = starts(row["description"] or "")
            if first is not None:
                values = (v for r in RULES[row["htsno"]] for vs in r.values.values() for v in vs)
                assert min(v.start for v in values) == first, row["htsno"]
                compared.add(row["htsno"])
    assert len(compared) > 10


TODAY = date(2026, 10, 2)


def test_what_is_printed_need_not_be_in_force(schedules: Printed) -> None:
    """Headings stay in the schedule when their duty has ended."""
    _, last = schedules[-1]
    dead = [row["htsno"] for row in last if all(r.on(TODAY) is None for r in RULES[row["htsno"]])]
    assert "9903.01.25" in dead
    assert len(dead) > 50


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        pytest.param(
            "... effective with respect to entries on or after April 3, 2025, passenger vehicles",
            date(2025, 4, 3),
            None,
            id="ch99-date-1",
        ),
        pytest.param(
            "phase-in on or after May 3, 2025, then full rate on or after April 3, 2025",
            date(2025, 4, 3),
            None,
            id="ch99-date-2",
        ),
        pytest.param(
            "on or after June 1, 2023, and before June 15, 2024",
            date(2023, 6, 1),
            date(2024, 6, 14),
            id="ch99-date-4",
        ),
        pytest.param(
            "entered on or before March 1, 2025, goods", None, date(2025, 3, 1), id="ch99-date-5"
        ),
    ],
)
def test_the_days_of_a_sentence(text: str, first: date | None, last: date | None) -> None:
    assert (starts(text), ends(text)) == (first, last)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        pytest.param(
            "The duty provided in the applicable subheading plus 7.5%", "7.5%", id="parse99-2"
        ),
        ("The duty provided in the applicable subheading + 25%", "25%"),
        ("The duty provided in the applicable subheading", "0%"),
        ("No change", None),
    ],
)
def test_the_rate_of_a_sentence(text: str, rate: str | None) -> None:
    assert added(text) == rate
