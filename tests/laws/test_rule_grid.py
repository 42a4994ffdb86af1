"""On any day, in any territory, exactly one rule of each kind answers."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from landedcost import Bundle, Buyer, LandedCost, Line, Request
from landedcost.codes import EU
from landedcost.errors import NotInForce, RefusedError
from landedcost.fx.rates import EcbRates
from landedcost.regimes.load import RuleBook
from landedcost.regimes.schema import Regime
from landedcost.regimes.select import LaneKey, select
from landedcost.territories import Place, parts_of, place

BOOK = RuleBook()
TERRITORIES = [code for code in BOOK.codes if code != "EU"]
EXPECTED = {
    *EU, "GB", "XI", "US", "CA", "AU", "NZ", "NO", "CH", "JP", "SG", "IS", "MX", "BR", "CL", "CO",
    "AR", "KR", "CN", "HK", "TW", "IN", "TH", "MY", "ID", "PH", "VN", "AE", "SA", "IL", "TR", "ZA",
    "JE", "GG", "ES-CN", "ES-CE", "ES-ML", "AX", "SM", "AD", "IT-LIV", "DE-HEL", "GR-69", "GP",
    "MQ", "RE", "GF", "YT", "PR", "VI", "GU", "AS", "MP",
}  # fmt: skip
PROVINCES = {
    code: [None, *sorted({part.region for part in parts_of(code)})]
    for code in ("CA", "BR", "PT", "GR", "AT")
}
SCHEMES = frozenset(
    rule.settings["registration"]
    for code in BOOK.codes
    for rule in BOOK.regime(code).of("scheme")
    if rule.settings.get("registration")
)
LAST = date(2030, 1, 1)
ECB = {"EUR", *EcbRates.load().sheet(date(2026, 10, 1))[1]}


def first_day(regime: Regime) -> date:
    """The first day on which the goods have a value and a tax."""
    starts = [
        [
            entry.start
            for rule in regime.of(kind)
            for entries in rule.values.values()
            for entry in entries
            if entry.on(entry.start)
        ]
        for kind in ("valuation", "tax")
    ]
    return max(min(found) for found in starts if found)


def days(regime: Regime) -> list[date]:
    """From the first day: every day on which anything changes, those around it, and a grid."""
    edges = {
        edge
        for rule in regime.rules.values()
        for entries in rule.values.values()
        for entry in entries
        for edge in (entry.start, entry.until)
        if edge is not None
    }
    first = first_day(regime)
    near = {e + timedelta(days=d) for e in edges | {first} for d in (-1, 0, 1)}
    grid = {date(y, m, 15) for y in range(first.year, LAST.year) for m in (1, 4, 7, 10)}
    return sorted(d for d in near | grid if d >= first)


def home(code: str, region: str | None = None) -> Place:
    return Buyer(code, region=region).place if region else Buyer.of(code).place


def test_every_territory_has_rules() -> None:
    assert set(TERRITORIES) >= EXPECTED


@pytest.mark.parametrize("code", TERRITORIES)
def test_exactly_one_rule_of_each_kind(code: str) -> None:
    regime = BOOK.regime(code)
    senders = [place(c) for c in ("US", "CN", "GB", "DE", "JP")]
    regions = PROVINCES.get(code, [None])
    for day in days(regime):
        lanes = product(
            senders if len(regions) < 6 else senders[:2],
            regions,
            ("consumer", "business"),
            ("post", "courier", "sea"),
            ("DDP", "DAP"),
        )
        for kind in ("rounding", "fx"):
            applied = [rule.name for rule in regime.of(kind) if rule.on(day) is not None]
            assert len(applied) == len(set(applied)), f"{code} {day}: {kind} {applied}"
        assert len([rule for rule in regime.of("fx") if rule.on(day) is not None]) == 1
        for sender, region, kind, channel, terms in lanes:
            key = LaneKey(home(code, region), sender, day, channel, kind, SCHEMES, terms)
            lane = select(regime, key)  # one valuation and one of each rounding, or it raises
            taxes = [rule.label for rule in lane.of("tax")]
            assert len(taxes) == len(set(taxes)), f"{code} {day}: {taxes}"
            if any(rule.values for rule in regime.of("tax")):
                assert taxes, f"{code} {day} {region}: no tax rule"
            assert lane.fx_rule is not None
            free = [r for r in lane.of("duty") if r.settings["method"] == "none"]
            assert len(free) <= 1
            flat = [r for r in lane.of("duty") if r.settings["method"] == "flat_per_line"]
            assert len(flat) <= 1
            collecting = [r for r in lane.of("scheme") if "tax" in r.settings.get("collects", ())]
            assert len(collecting) <= 1, f"{code} {day}: {[r.address for r in collecting]}"


@pytest.mark.parametrize("code", TERRITORIES)
def test_one_value_of_each_list_on_each_day(code: str) -> None:
    regime = BOOK.regime(code)
    for day in days(regime):
        for rule in regime.rules.values():
            for name, entries in rule.values.items():
                holding = [e for e in entries if e.on(day)]
                assert len(holding) <= 1, f"{rule.address}.{name} on {day}"


@pytest.mark.parametrize("code", sorted(EXPECTED))
@pytest.mark.parametrize("hs", ["2204.21", "2402.20"])
def test_alcohol_and_tobacco_are_never_said_to_be_priced_in_full(code: str, hs: str) -> None:
    """No rules of excise are carried: such goods are refused, or the price says what it lacks."""
    start, there = place("VN" if code == "CN" else "CN"), home(code)
    regime = BOOK.regime(code)
    given = any(rule.settings.get("given") for rule in regime.of("tax"))
    line = Line(
        "bottle",
        "900.00 EUR",
        hs_code=hs,
        origin="CN",
        duty="10%",
        tax_rate="10%" if given else None,
    )
    rates = None if regime.currency in ECB else {f"EUR/{regime.currency}": "4"}
    request = Request(
        Bundle([line], shipping="9.00 EUR"),
        Buyer(there.country, region=there.region),
        start.country,
        date(2026, 10, 1),
        ship_from=start,
        currency="EUR",
        rates=rates,
        customs_rates=rates,
    )
    try:
        quote = LandedCost().price(request)
    except RefusedError:
        return
    assert quote.certainty == "partial"
    assert "excise_not_included" in [note.code for note in quote.notes]


@pytest.mark.parametrize("code", TERRITORIES)
def test_before_the_first_day_is_an_error_not_a_guess(code: str) -> None:
    regime = BOOK.regime(code)
    with pytest.raises(NotInForce, match="no import rules for"):
        select(regime, LaneKey(home(code), place("CN"), date(1950, 1, 1)))
