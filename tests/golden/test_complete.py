"""No case of the collections beside the checkout is left out, and none is changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from landedcost import RuleBook

from .cases import HERE, SHARED, STANDINGS, Case, read_cases, read_differences
from .measures import number

ELSEWHERE = re.compile(r"^\| (?!Case|-)(.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(\w+/\w+\.py)::(\w+)`")
CASES = {case.id: case for case in read_cases()}
COLLECTIONS = sorted({case.facts for case in CASES.values() if case.facts})


def collection(name: str) -> list[dict[str, Any]]:
    """The cases of a collection; the test is skipped where the collections are not at hand."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"the collection {name} is not beside this checkout")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def figures(value: Any) -> Iterator[Fraction | bool]:
    """Every number and every yes or no in what a case expects."""
    if isinstance(value, dict):
        for part in value.values():
            yield from figures(part)
    elif isinstance(value, list):
        for part in value:
            yield from figures(part)
    elif isinstance(value, bool):
        yield value
    elif isinstance(value, int | float):
        yield Fraction(str(value))
    elif isinstance(value, str) and value[:1].isdigit():
        yield number(value)


def elsewhere() -> dict[str, dict[str, str]]:
    """The cases that are no quote of a real place, by collection, and where they are tested."""
    text = (HERE / "elsewhere.md").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name = section.partition("\n")[0]
        rows = ELSEWHERE.findall(section)
        ids = [(one, where) for cell, where in rows for one in cell.split(", ")]
        found[name] = dict(ids)
        assert len(found[name]) == len(ids), f"{name} lists a case twice"
    return found


def test_there_is_a_collection() -> None:
    assert "golden.jsonl" in COLLECTIONS


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_case_for_a_territory_with_rules_is_here_once(name: str) -> None:
    """A case is a test that holds or a difference, never both and never neither."""
    codes = RuleBook().codes
    wanted = {row["id"] for row in collection(name) if row.get("destination", codes[0]) in codes}
    differences = set(read_differences())
    here = {case.id for case in CASES.values() if case.facts == name}
    holds, differs = here - differences, here & differences
    others = set(elsewhere().get(name, ()))
    assert wanted
    assert holds | differs | others == wanted
    assert not holds & differs
    assert not (holds | differs) & others


def test_the_tests_of_other_cases_are_there() -> None:
    """Each is named with its file, and its file names the case; else there is a reason."""
    for name, cases in elsewhere().items():
        assert name in COLLECTIONS
        for case, where in cases.items():
            test = TEST.fullmatch(where)
            if test is None:
                assert len(where) > 60, case
                continue
            text = (HERE.parent / test[1]).read_text(encoding="utf-8")
            assert f"def {test[2]}(" in text, case
            assert case in text or f"def test_{case.lower()}_" in text, case


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_case_is_carried_over_as_it_stands(name: str) -> None:
    """The day, the place, the standing of the source and every figure that is expected."""
    for row in collection(name):
        case = CASES.get(row["id"])
        if case is None or "destination" not in row:
            continue
        assert case.as_of.isoformat() == row["date"], case.id
        assert destination(case) == row["destination"], case.id
        assert case.standing == STANDINGS[row["source_kind"]], case.id
        assert set(figures(row["expected"])) <= set(figures(case.expect)), case.id


def destination(case: Case) -> str:
    """The buyer's country, Northern Ireland apart."""
    buyer = case.request["buyer"]
    return "XI" if buyer.get("region") == "NIR" else str(buyer["country"])
