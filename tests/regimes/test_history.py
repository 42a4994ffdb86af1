"""What changed and what will: each change on the day before, the day itself and the day after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from landedcost import (
    Bundle,
    Buyer,
    LandedCost,
    LandedCostError,
    Line,
    Quote,
    RefusedError,
    RequestError,
    RuleBook,
)
from landedcost.regimes.schema import APPLIES, Dated, Regime, Rule

BOOK = RuleBook()
TERRITORIES = [code for code in BOOK.codes if code != "EU"]
FIRST, LAST = date(2024, 1, 1), date(2029, 12, 31)
DAY = timedelta(days=1)
SHOP = LandedCost("US", rules=BOOK)
# One unit of each currency that the bundled exchange rates lack, in dollars and euro.
WORTH = {"AED": "3.6725", "ARS": "1400", "CLP": "950", "COP": "4000", "SAR": "3.75", "TWD": "32",
         "VND": "26000"}  # fmt: skip


def values(regime: Regime) -> Iterator[tuple[Rule, str, Dated]]:
    for rule in regime.rules.values():
        for name, entries in rule.values.items():
            for entry in entries:
                yield rule, name, entry


def own(code: str) -> Iterator[tuple[Rule, str, Dated]]:
    """The values of the file itself: what is inherited is tested where it stands."""
    for rule, name, entry in values(BOOK.regime(code)):
        if rule.file == f"{code}.toml":
            yield rule, name, entry


CHANGES = [
    pytest.param(rule, name, entry, id=f"{entry.address} {entry.start}")
    for code in BOOK.codes
    for rule, name, entry in own(code)
    if entry.status in APPLIES and entry.start > FIRST
]
SCHEDULED = [
    pytest.param(code, rule, name, entry, id=f"{entry.address} {entry.start}")
    for code in BOOK.codes
    for rule, name, entry in own(code)
    if entry.status == "scheduled"
]
NEVER = [
    pytest.param(rule, name, entry, id=f"{entry.address} {entry.status} {entry.value[:20]}")
    for code in BOOK.codes
    for rule, name, entry in own(code)
    if entry.status not in APPLIES
]


@pytest.mark.parametrize(("rule", "name", "entry"), CHANGES)
def test_a_change_on_the_day_before_the_day_and_the_day_after(
    rule: Rule, name: str, entry: Dated
) -> None:
    assert rule.value(name, entry.start - DAY) is not entry
    assert rule.value(name, entry.start) is entry
    short = entry.until is not None and entry.until <= entry.start + DAY
    assert (rule.value(name, entry.start + DAY) is entry) is not short
    if entry.until is not None:
        assert rule.value(name, entry.until - DAY) is entry
        assert rule.value(name, entry.until) is not entry
        assert rule.value(name, entry.until + DAY) is not entry


def test_there_are_changes_behind_and_ahead() -> None:
    assert len(CHANGES) > 100
    assert SCHEDULED
    assert {param.values[2].status for param in NEVER} >= {"annulled", "proposed"}


@pytest.mark.parametrize(("rule", "name", "entry"), NEVER)
def test_what_was_annulled_or_is_only_proposed_never_applies(
    rule: Rule, name: str, entry: Dated
) -> None:
    days = [entry.start, entry.start + DAY, entry.until or LAST, FIRST, LAST]
    assert all(rule.value(name, day) is not entry for day in days)
    if rule.kind != "note" and entry.status == "annulled":
        assert len(entry.note) > 20, "its story is told in the note"


@pytest.mark.parametrize("code", TERRITORIES)
def test_no_gap_and_no_overlap_on_any_day(code: str) -> None:
    """Valuation, exchange rule, roundings and taxes hold on each day of six years."""
    regime = BOOK.regime(code)
    always = [*regime.of("valuation"), *regime.of("fx"), *regime.of("rounding")]
    started = [
        r for r in regime.of("tax") if any(e.start <= FIRST for e in r.values.get("standard", ()))
    ]
    ended = {
        e.until for r in started for e in r.values["standard"] if e.until and not follows(r, e)
    }
    day = FIRST
    while day <= LAST:
        kinds = {rule.kind for rule in always if rule.on(day) is not None}
        assert kinds == {"valuation", "fx", "rounding"}, f"{code} {day}"
        assert len([r for r in regime.of("fx") if r.on(day) is not None]) == 1
        if not ended:
            assert all(r.on(day) is not None for r in started), f"{code} {day}"
        day += DAY
    for rule, name, _ in values(regime):
        edges = sorted({e.start for e in rule.values[name]} | {FIRST, LAST})
        assert all(sum(e.on(d) for e in rule.values[name]) <= 1 for d in edges)


def follows(rule: Rule, entry: Dated) -> bool:
    """Whether another value begins where one ends."""
    return any(e.start == entry.until and e.status in APPLIES for e in rule.values["standard"])


def grid(regime: Regime) -> list[date]:
    """The quarters of six years, and the days around each change in them."""
    edges = {
        edge
        for rule, _, entry in values(regime)
        if rule.kind not in ("note", "preference")
        for edge in (entry.start, entry.until)
        if edge is not None and FIRST < edge <= LAST
    }
    near = {edge + timedelta(days=d) for edge in edges for d in (-1, 0, 1)}
    quarters = {date(year, month, 1) for year in range(2024, 2030) for month in (1, 4, 7, 10)}
    return sorted(day for day in near | quarters if FIRST <= day <= LAST)


def price(code: str, day: date, **more: str) -> Quote:
    regime = BOOK.regime(code)
    rates = (
        {f"{unit}/{regime.currency}": WORTH[regime.currency] for unit in ("USD", "EUR")}
        if (regime.currency in WORTH)
        else None
    )
    tee = Line(
        "tee", "30 USD", hs_code="6109.10", origin="VN", duty="12%", tax_rate=more.get("tax")
    )
    home = Buyer.of(code).place
    buyer = Buyer(home.country, region=home.region, currency=regime.currency)
    bundle = Bundle([tee], shipping="9 USD")
    return SHOP.price_for(
        bundle, buyer, as_of=day, rates=rates, customs_rates=rates, channel=more.get("channel")
    )


GIVEN = {"ES-CE", "ES-ML"}
CLOSED = {"AS", "MP"}


@pytest.mark.parametrize("code", TERRITORIES)
def test_a_parcel_is_priced_or_refused_on_every_day_of_the_grid(code: str) -> None:
    priced = refused = 0
    for day in grid(BOOK.regime(code)):
        try:
            quote = price(code, day, **({"tax": "4%"} if code in GIVEN else {}))
        except RefusedError as error:
            if not error.hint.startswith("rule "):
                raise
            refused += 1
            continue
        assert sum(charge.amount_minor for charge in quote.charges) == quote.total_minor
        priced += 1
    assert bool(priced) is (code not in CLOSED)
    assert bool(refused) is (code in {*CLOSED, "TR"})


def test_sixty_territories_and_more_are_priced() -> None:
    found = 0
    for code in TERRITORIES:
        try:
            price(code, date(2026, 10, 1), tax="4%")
        except RequestError:  # no tax of its own to pin
            price(code, date(2026, 10, 1))
        except LandedCostError:
            assert code in {*CLOSED, "TR"}
            continue
        found += 1
    assert found >= 70


@pytest.mark.parametrize(("code", "rule", "name", "entry"), SCHEDULED)
def test_a_scheduled_change_reaches_the_quote_from_its_day(
    code: str, rule: Rule, name: str, entry: Dated
) -> None:
    member = "DE" if code == "EU" else code
    before, on, after = (price(member, entry.start + n * DAY) for n in (-1, 0, 1))
    lanes = [quote._priced.market.lane for quote in (before, on, after)]
    used = [
        any(
            value is entry
            for found in lane.rules.values()
            for a in found
            for value in a.values.values()
        )
        or any(value is entry for value in lane.valuation.values.values())
        or any(value is entry for note in lane.notes for value in note.values.values())
        for lane in lanes
    ]
    assert not used[0]
    if rule.when.lane(lanes[1].key):
        assert used[1:] == [True, True]
