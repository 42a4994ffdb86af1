"""Worked cases, most of them other people's: each holds, or is a difference that is explained."""

from __future__ import annotations

import json

import pytest

from landedcost import LandedCost, Reform, RefusedError

from .cases import STANDINGS, Case, read_cases, read_differences
from .measures import compare

CASES = read_cases()
DIFFERENCES = read_differences()
SHOP = LandedCost()
EMPTY = SHOP.with_reforms(Reform({}, name="nothing"))
REFUSED = {"priced": False}


def named(cases: list[Case]) -> list[object]:
    return [pytest.param(case, id=case.id) for case in cases]


@pytest.mark.parametrize("case", named([c for c in CASES if c.id not in DIFFERENCES]))
def test_a_worked_case_holds(case: Case) -> None:
    if case.expect == REFUSED:
        with pytest.raises(RefusedError):
            SHOP.price(case.ask())
        return
    quote = SHOP.price(case.ask())
    assert compare(quote, case.expect) == {}
    assert sum(charge.amount_minor for charge in quote.charges) == quote.total_minor


@pytest.mark.parametrize("case", named([c for c in CASES if c.expect != REFUSED]))
def test_an_empty_reform_changes_no_byte(case: Case) -> None:
    reformed = EMPTY.price(case.ask())
    assert json.dumps(reformed.as_dict()) == json.dumps(SHOP.price(case.ask()).as_dict())


@pytest.mark.parametrize("case", named([c for c in CASES if c.id in DIFFERENCES]))
def test_a_difference_is_as_it_is_told(case: Case) -> None:
    """What differs differs by the figures that ``differences.md`` states for both sides."""
    wrong = compare(SHOP.price(case.ask()), case.expect)
    assert wrong, f"{case.id} holds by now: take it out of differences.md"
    told = DIFFERENCES[case.id]
    for name, (wanted, got) in wrong.items():
        assert f"`{name}` {wanted}" in told.says
        assert f"`{name}` {got}" in told.we_say


def test_official_cases_hold() -> None:
    listed = [case.id for case in CASES if case.id in DIFFERENCES]
    official = {case.id for case in CASES if case.standing.startswith("official")}
    assert official
    assert official.isdisjoint(listed)


def test_every_case_is_told_in_full() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids))
    assert set(DIFFERENCES) <= set(ids)
    for case in CASES:
        assert case.standing in STANDINGS.values(), case.id
        assert case.title, case.id
        assert len(case.source) > 10, case.id
        assert case.expect, case.id
    for entry in DIFFERENCES.values():
        assert min(map(len, (entry.says, entry.we_say, entry.why, entry.right))) > 10, entry.id
