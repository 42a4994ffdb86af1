"""No case of the collections beside the checkout is left out, and none is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from landedcost import RuleBook

from .cases import SHARED, STANDINGS, Case, read_cases, read_differences
from .measures import number

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
    assert wanted
    assert holds | differs == wanted
    assert not holds & differs


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
