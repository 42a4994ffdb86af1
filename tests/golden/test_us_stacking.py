"""Worked cases of stacking with made-up rates: a territory with those rates, stacked as ours is.

The cases give the rate under Section 232 as an average over the whole value. Here the same average
comes from two metals, 50 of 60 parts at 40% and 10 of 60 at 50%, so that the parts matter.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from fictional import ask, book, dated, line

from landedcost import RuleBook
from landedcost.dates import day as as_day
from landedcost.regimes.schema import Rule

RATES = ("section_232", "reciprocal", "fentanyl", "section_301", "section_122")
SPLIT = {
    "reciprocal": "",
    "fentanyl": 'when = { origin_not = ["CN"] }',
    "section_122": "",
}


def rates(metals: str, *others: str) -> tuple[str, ...]:
    """The duties of a case; that on metals is one rate, or two of two parts."""
    found = []
    if metals == "two metals":
        found += [("steel", "40%", "steel"), ("aluminum", "50%", "aluminum")]
    elif metals != "0":
        found.append(("steel", metals, "steel"))
    text = [
        f'[additional.{name}]\ncode = "{name}"\nmethod = "flat"\nprogram = "section_232"\n'
        f'content = ["{metal}"]\n' + dated(f"additional.{name}", "rate", rate)
        for name, rate, metal in found
    ]
    for name, rate in zip(RATES[1:], others, strict=True):
        if rate != "0":
            head = f'[additional.{name}]\ncode = "{name}"\nmethod = "flat"\n'
            text.append(head + dated(f"additional.{name}", "rate", rate))
    return tuple(text)


def stacking(duties: tuple[str, ...]) -> tuple[str, ...]:
    """What gives way to Section 232 on the part that bears it: all but Section 301."""
    there = {name for name in SPLIT if any(f"[additional.{name}]" in text for text in duties)}
    if not any('program = "section_232"' in text for text in duties):
        return ()
    return tuple(
        f'[exemption.{name}_beside]\nof = ["{name}"]\nbeside = ["section_232"]\n{when}\n'
        + dated(f"exemption.{name}_beside", "effect", "share")
        for name, when in SPLIT.items()
        if name in there
    )


CASES = (
    # id, origin, tariff's duty, Section 232, reciprocal, fentanyl, 301, 122, content, in addition
    ("stack-branch-1", "CN", "0%", "two metals", "10%", "20%", "7.5%", "5%", (50, 10), "0.585"),
    ("stack-branch-2", "CN", "0%", "0", "10%", "20%", "7.5%", "5%", None, "0.425"),
    ("stack-branch-3", "CA", "0%", "two metals", "10%", "20%", "0", "5%", (50, 10), "0.39"),
    ("stack-branch-4", "CA", "0%", "0", "10%", "20%", "0", "5%", None, "0.35"),
    ("invariant-row-1", "CN", "0%", "50%", "0", "20%", "25%", "0", (100, 0), "0.95"),
    ("invariant-row-2", "DE", "0%", "50%", "20%", "0", "0", "0", (100, 0), "0.5"),
    ("invariant-row-3", "CA", "0%", "50%", "10%", "25%", "0", "0", (100, 0), "0.5"),
    ("invariant-row-4", "CN", "2.5%", "0", "34%", "20%", "25%", "10%", None, "0.89"),
    ("invariant-row-6", "CA", "2.5%", "0", "0", "25%", "0", "10%", None, "0.35"),
    ("invariant-row-7", "CN", "4%", "0", "34%", "20%", "25%", "10%", None, "0.89"),
    ("invariant-row-8", "DE", "4%", "0", "20%", "0", "0", "10%", None, "0.3"),
    ("invariant-row-9", "CA", "4%", "0", "0", "25%", "0", "10%", None, "0.35"),
    ("232-fullmetal-germany", "DE", "0%", "50%", "20%", "0", "0", "10%", (100, 0), "0.5"),
    ("non232-germany", "DE", "4%", "0", "15%", "0", "0", "10%", None, "0.25"),
)


def added(
    rules: RuleBook, origin: str, base: str, content: tuple[int, int] | None
) -> tuple[Decimal, Decimal]:
    """The duties on top of the tariff's, and all duties, as parts of the value."""
    metals = dict(zip(("steel", "aluminum"), map(str, content), strict=True)) if content else None
    goods = line(price="10000.00 EUR", origin=origin, duty=base, content=_percent(metals))
    quote = ask(rules, goods, shipping="0.00 EUR")
    own = sum(c.local_minor for c in quote.charges if c.code == "pinned")
    of_all = sum(c.local_minor for c in quote.charges if c.kind == "duty")
    return Decimal(of_all - own) / 1_000_000, Decimal(of_all) / 1_000_000


def _percent(content: dict[str, str] | None) -> dict[str, str] | None:
    return {name: f"{share}%" for name, share in content.items()} if content else None


@pytest.mark.parametrize("case", [pytest.param(case[1:], id=case[0]) for case in CASES])
def test_made_up_rates_stack_as_the_case_says(tmp_path: Path, case: tuple[object, ...]) -> None:
    origin, base, metals, *others, content, total = case
    duties = rates(str(metals), *map(str, others))
    rules = book(tmp_path, *duties, *stacking(duties))
    wanted = Decimal(str(total))
    own = Decimal(str(base).rstrip("%")) / 100
    got = added(rules, str(origin), str(base), content)  # type: ignore[arg-type]
    assert got == (wanted, wanted + own)


def test_without_stacking_rules_all_add_up(tmp_path: Path) -> None:
    """stack-tpc-additive: no exemption in the file, so every duty falls on the whole value."""
    duties = rates("25%", "10%", "20%", "7.5%", "5%")
    got, _ = added(book(tmp_path, *duties), "CN", "0%", (100, 0))
    assert got == Decimal("0.675")


@pytest.mark.parametrize(
    ("total", "base", "wanted"),
    [
        pytest.param("50%", "10%", "0.4", id="rate-semantics-3"),
        pytest.param("10%", "30%", "0", id="rate-semantics-5"),
        pytest.param("20%", "30%", "0", id="rate-semantics-6"),
    ],
)
def test_a_minimum_total_adds_what_the_tariff_lacks(
    tmp_path: Path, total: str, base: str, wanted: str
) -> None:
    floor = '[additional.floor]\ncode = "floor"\nmethod = "minimum_total"\n'
    rules = book(tmp_path, floor + dated("additional.floor", "rate", total))
    assert added(rules, "CN", base, None)[0] == Decimal(wanted)


def test_a_heading_that_only_passes_through_adds_nothing(tmp_path: Path) -> None:
    """rate-semantics-2: such a heading is an exemption here, whatever the rate of the duty."""
    duty = '[additional.world]\ncode = "world"\nmethod = "flat"\n'
    freed = '[exemption.freed]\ncode = "freed"\nof = ["world"]\nwhen = { origin = ["CN"] }\n'
    rules = book(
        tmp_path,
        duty + dated("additional.world", "rate", "25%"),
        freed + dated("exemption.freed", "effect", "whole"),
    )
    assert added(rules, "CN", "10%", None)[0] == 0
    assert added(rules, "VN", "10%", None)[0] == Decimal("0.25")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [pytest.param("6.8%", "6.8", id="parse-1"), pytest.param("Free", "0", id="parse-3")],
)
def test_a_rate_is_read_as_it_is_written(tmp_path: Path, text: str, wanted: str) -> None:
    assert added(book(tmp_path), "CN", text, None) == (0, Decimal(wanted) / 100)


def rule_of(heading: str) -> Rule:
    """The rule of the United States that charges under a heading."""
    duties = RuleBook().regime("US").of("additional")
    return next(rule for rule in duties if rule.settings.get("code") == heading)


def test_of_a_heading_for_the_duty_plus_a_rate_the_rules_have_the_rate() -> None:
    """parse99-2: "The duty provided in the applicable subheading plus 7.5%"."""
    rule = rule_of("9903.88.15")
    rate = rule.value("rate", as_day("2026-03-01"))
    assert rate is not None
    assert (rule.settings["method"], rate.value) == ("flat", "7.5%")


@pytest.mark.parametrize(
    ("heading", "program"),
    [
        pytest.param("9903.03.01", "section_122", id="authority-1"),
        pytest.param("9903.78.01", "section_232_metals", id="authority-6"),
        pytest.param("9903.88.15", "section_301_china", id="authority-8"),
    ],
)
def test_a_heading_belongs_to_a_program(heading: str, program: str) -> None:
    assert program in rule_of(heading).names


@pytest.mark.parametrize(
    ("day", "active"),
    [
        pytest.param("2025-03-12", False, id="ch99-active-1"),
        pytest.param("2025-04-02", False, id="day before ch99-date-1"),
        pytest.param("2025-04-03", True, id="ch99-date-1"),
        pytest.param("2025-04-03", True, id="ch99-active-2"),
    ],
)
def test_the_duty_on_cars_holds_from_its_day(day: str, active: bool) -> None:
    assert (rule_of("9903.94.01").on(as_day(day)) is not None) is active
