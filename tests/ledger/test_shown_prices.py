"""Displayed prices are kept, and a reduction is computed from the lowest of the last 30 days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import RequestError, RuleFileError
from landedcost.ledger import rules
from landedcost.ledger.reduction import Displayed, lowest
from landedcost.ledger.shown import PriceLedger
from landedcost.lines import Amount

START = datetime(2026, 9, 1, tzinfo=UTC)


def day(number: int, hour: int = 0) -> datetime:
    return START + timedelta(days=number, hours=hour)


def euro(minor: int) -> Amount:
    return Amount(minor, "EUR")


@pytest.fixture
def ledger() -> Iterator[PriceLedger]:
    made = PriceLedger("sqlite://")
    yield made
    made.close()


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(RequestError) as caught:
        work()
    return caught.value.code


def test_the_history_is_what_was_shown(ledger: PriceLedger) -> None:
    assert ledger.show("tee", "de-DE", "59.00 EUR", day(0))
    assert not ledger.show("tee", "DE", "59.00 EUR", day(1))
    assert ledger.show("tee", "DE", "49.00 EUR", day(2))
    assert ledger.withdraw("tee", "DE", day(3))
    assert not ledger.withdraw("tee", "DE", day(4))
    assert ledger.show("tee", "DE", "49.00 EUR", day(5))
    assert ledger.history("tee", "DE") == (
        Displayed(euro(5900), day(0), day(2)),
        Displayed(euro(4900), day(2), day(3)),
        Displayed(euro(4900), day(5), None),
    )
    assert ledger.history("tee", "FR") == ledger.history("mug", "DE") == ()


def test_the_lowest_price_of_the_last_thirty_days(ledger: PriceLedger) -> None:
    for at, price in ((0, "59.00 EUR"), (10, "49.00 EUR"), (12, "54.00 EUR"), (41, "60.00 EUR")):
        ledger.show("tee", "DE", price, day(at))
    found = ledger.reference_price("tee", "DE", day(41, 12))
    assert (found.price, found.start, found.end) == (euro(4900), day(11, 12), day(41, 12))
    assert found.rule is not None
    assert found.rule.sources[0].key == "pangv"
    assert found.shown_for == timedelta(days=30)
    assert found.notes == ()
    # The price of day 10 was taken off at the very moment the time that counts begins.
    assert ledger.reference_price("tee", "DE", day(42)).price == euro(5400)


def test_a_price_of_long_before_counts_while_it_is_displayed(ledger: PriceLedger) -> None:
    ledger.show("tee", "FR", "59.00 EUR", day(0))
    assert ledger.reference_price("tee", "FR", day(400)).price == euro(5900)


def test_gaps(ledger: PriceLedger) -> None:
    ledger.show("tee", "FR", "39.00 EUR", day(0))
    ledger.withdraw("tee", "FR", day(5))
    assert code_of(lambda: ledger.reference_price("tee", "FR", day(40))) == "no_reference"
    ledger.show("tee", "FR", "59.00 EUR", day(30))
    found = ledger.reference_price("tee", "FR", day(34))
    assert (found.price, found.shown_for) == (euro(3900), timedelta(days=5))
    assert ledger.reference_price("tee", "FR", day(36)).price == euro(5900)


def test_new_goods_say_that_a_state_may_set_a_shorter_time(ledger: PriceLedger) -> None:
    ledger.show("tee", "FR", "59.00 EUR", day(0))
    found = ledger.reference_price("tee", "FR", day(12))
    assert found.price == euro(5900)
    assert found.notes[0].startswith("on sale for 12 days, less than 30: the lowest price")
    assert "Member states" in found.notes[0]


def test_an_announced_reduction_is_computed_from_it(ledger: PriceLedger) -> None:
    ledger.show("tee", "DE", "59.00 EUR", day(0))
    ledger.show("tee", "DE", "49.00 EUR", day(10))
    ledger.show("tee", "DE", "59.00 EUR", day(12))
    with pytest.raises(RequestError) as caught:
        ledger.announce("tee", "DE", "39.00 EUR", percent=33, at=day(30))
    assert caught.value.code == "wrong_percent"
    assert caught.value.hint == "announce 20 %"
    assert ledger.history("tee", "DE")[-1].price == euro(5900)
    made = ledger.announce("tee", "DE", "39.00 EUR", percent="20", at=day(30))
    assert (made.price, made.percent, made.reference.price) == (euro(3900), "20", euro(4900))
    assert ledger.history("tee", "DE")[-1] == Displayed(euro(3900), day(30), None, reduced=True)
    # While it runs its reference stays, though 30 days pass.
    assert ledger.reference_price("tee", "DE", day(75)).price == euro(4900)
    ledger.show("tee", "DE", "59.00 EUR", day(80))
    assert ledger.reference_price("tee", "DE", day(81)).price == euro(3900)


@pytest.mark.parametrize("percent", [20, "20", "20 %", "20.4", "20.40%"])
def test_ways_to_say_the_percentage(ledger: PriceLedger, percent: str | int) -> None:
    ledger.show("tee", "DE", "49.00 EUR", day(0))
    assert ledger.announce("tee", "DE", "39.00 EUR", percent=percent, at=day(40))


@pytest.mark.parametrize(
    ("percent", "code"),
    [
        (21, "wrong_percent"),
        (10, "wrong_percent"),
        ("20.5", "wrong_percent"),
        (0, "bad_percent"),
        (100, "bad_percent"),
        ("-20", "bad_percent"),
        ("1e1", "bad_percent"),
        ("２０", "bad_percent"),
        (True, "bad_percent"),
        ("", "bad_percent"),
    ],
)
def test_a_wrong_percentage(ledger: PriceLedger, percent: str | int, code: str) -> None:
    ledger.show("tee", "DE", "49.00 EUR", day(0))
    announce = lambda: ledger.announce("tee", "DE", "39.00 EUR", percent=percent, at=day(40))  # noqa: E731
    assert code_of(announce) == code
    assert len(ledger.history("tee", "DE")) == 1


def test_a_percentage_alone_makes_the_price(ledger: PriceLedger) -> None:
    ledger.show("tee", "DE", "49.99 EUR", day(0))
    made = ledger.announce("tee", "DE", percent="12.5", at=day(40))
    assert (made.price, made.percent) == (euro(4374), "12.5")


@pytest.mark.parametrize(
    ("price", "code"),
    [
        (None, "missing_field"),
        ("49.00 EUR", "no_reduction"),
        ("52.00 EUR", "no_reduction"),
        ("39.00 USD", "mixed_currencies"),
        ("0 EUR", "bad_amount"),
        ("-1.00 EUR", "bad_amount"),
    ],
)
def test_what_is_no_reduction(ledger: PriceLedger, price: str | None, code: str) -> None:
    ledger.show("tee", "DE", "49.00 EUR", day(0))
    ledger.show("tee", "DE", "59.00 EUR", day(20))
    assert code_of(lambda: ledger.announce("tee", "DE", price, at=day(40))) == code


def test_a_growing_reduction_where_the_law_allows_it(ledger: PriceLedger) -> None:
    for market in ("DE", "FR"):
        ledger.show("tee", market, "50.00 EUR", day(0))
        ledger.announce("tee", market, "40.00 EUR", percent=20, at=day(40), progressive=True)
    made = ledger.announce("tee", "DE", "30.00 EUR", percent=40, at=day(45), progressive=True)
    assert made.reference.price == euro(5000)
    again = ledger.announce("tee", "DE", "25.00 EUR", percent=50, at=day(90), progressive=True)
    assert again.reference.price == euro(5000)
    assert again.reference.end == day(40)
    grow = lambda: ledger.announce("tee", "DE", "28.00 EUR", at=day(91), progressive=True)  # noqa: E731
    assert code_of(grow) == "not_growing"
    unknown = lambda: ledger.announce("tee", "FR", "30.00 EUR", at=day(45), progressive=True)  # noqa: E731
    assert code_of(unknown) == "progressive_not_allowed"
    plain = ledger.announce("tee", "FR", "30.00 EUR", percent=25, at=day(45))
    assert plain.reference.price == euro(4000)


def test_an_interrupted_reduction_does_not_grow(ledger: PriceLedger) -> None:
    ledger.show("tee", "DE", "50.00 EUR", day(0))
    ledger.announce("tee", "DE", "40.00 EUR", at=day(40))
    ledger.show("tee", "DE", "50.00 EUR", day(41))
    made = ledger.announce("tee", "DE", "30.00 EUR", at=day(45), progressive=True)
    assert (made.reference.price, made.percent) == (euro(4000), "25")


def test_a_market_without_a_known_law(ledger: PriceLedger) -> None:
    ledger.show("tee", "US", "50.00 USD", day(0))
    ledger.show("tee", "US", "60.00 USD", day(20))
    made = ledger.announce("tee", "US", "45.00 USD", percent=25, at=day(40))
    assert made.reference.rule is None
    assert "no law of announced reductions is known here for US" in made.reference.notes[0]
    assert code_of(lambda: ledger.announce("mug", "US", "1.00 USD", at=day(1))) == "no_reference"


def test_before_the_law_there_was_none(ledger: PriceLedger) -> None:
    old = datetime(2022, 5, 27, tzinfo=UTC)
    ledger.show("tee", "DE", "50.00 EUR", old - timedelta(days=3))
    assert ledger.reference_price("tee", "DE", old).rule is None
    assert ledger.reference_price("tee", "DE", old + timedelta(days=1)).rule is not None


def test_two_currencies_cannot_be_compared(ledger: PriceLedger) -> None:
    ledger.show("tee", "BG", "99.00 BGN", datetime(2025, 12, 1, tzinfo=UTC))
    ledger.show("tee", "BG", "50.00 EUR", datetime(2026, 1, 1, tzinfo=UTC))
    look = lambda at: ledger.reference_price("tee", "BG", at)  # noqa: E731
    assert code_of(lambda: look(datetime(2026, 1, 20, tzinfo=UTC))) == "mixed_currencies"
    assert look(datetime(2026, 2, 1, tzinfo=UTC)).price == euro(5000)


def test_a_clock_that_went_back_is_refused(ledger: PriceLedger) -> None:
    ledger.show("tee", "DE", "50.00 EUR", day(10))
    for work in (
        lambda: ledger.show("tee", "DE", "40.00 EUR", day(9)),
        lambda: ledger.show("tee", "DE", "40.00 EUR", day(10)),
        lambda: ledger.show("tee", "DE", "50.00 EUR", day(9)),
        lambda: ledger.withdraw("tee", "DE", day(10)),
        lambda: ledger.announce("tee", "DE", "40.00 EUR", at=day(9)),
    ):
        assert code_of(work) in ("clock_went_back", "no_reference")
    with pytest.raises(RequestError, match="not after the last entry, of 2026-09-11"):
        ledger.show("tee", "DE", "40.00 EUR", day(9))
    assert code_of(lambda: ledger.show("tee", "DE", "1.00 EUR", datetime(2027, 1, 1))) == (  # noqa: DTZ001
        "naive_time"
    )
    assert len(ledger.history("tee", "DE")) == 1


def test_times_of_any_zone_are_one_time(ledger: PriceLedger) -> None:
    east = datetime.fromisoformat("2026-09-11T02:00:00+02:00")
    ledger.show("tee", "DE", "50.00 EUR", east)
    assert ledger.history("tee", "DE")[0].since == day(10)
    assert code_of(lambda: ledger.show("tee", "DE", "40.00 EUR", day(10))) == "clock_went_back"


EVENTS = st.lists(
    st.tuples(
        st.integers(min_value=1, max_value=200),
        st.none() | st.integers(min_value=1, max_value=60),
    ),
    min_size=1,
    max_size=14,
)


@given(EVENTS, st.integers(min_value=0, max_value=2_000))
def test_the_reference_is_that_of_a_look_at_every_hour(
    events: list[tuple[int, int | None]], asked: int
) -> None:
    """The lowest of the prices displayed at any hour of the 720 before, or nothing."""
    ledger = PriceLedger("sqlite://")
    shown: dict[int, int | None] = {}
    hour = 0
    for step, price in events:
        hour += step
        at = START + timedelta(hours=hour)
        if price is None:
            ledger.withdraw("tee", "FR", at)
        else:
            ledger.show("tee", "FR", euro(price), at)
        shown[hour] = price
    now: int | None = None
    seen: list[int | None] = []
    for at_hour in range(asked):
        now = shown.get(at_hour, now)
        seen.append(now)
    brute = min((price for price in seen[-720:] if price is not None), default=None)
    when = START + timedelta(hours=asked)
    if brute is None:
        assert code_of(lambda: ledger.reference_price("tee", "FR", when)) == "no_reference"
    else:
        assert ledger.reference_price("tee", "FR", when).price == euro(brute)
    ledger.close()


@given(
    st.integers(min_value=2, max_value=10**7),
    st.integers(min_value=1, max_value=10**7),
    st.integers(min_value=0, max_value=3),
)
def test_a_percentage_is_never_more_than_the_truth(full: int, price: int, decimals: int) -> None:
    if price >= full:
        full, price = price + 1, full
    ledger = PriceLedger("sqlite://")
    ledger.show("tee", "FR", euro(full), day(0))
    true = Fraction(100 * (full - price), full)
    claim = int(true * 10**decimals)
    text = f"{claim // 10**decimals}" + (f".{claim % 10**decimals:0{decimals}}" if decimals else "")
    for wrong in (claim + 1, claim - 1):
        if 0 < wrong < 100 * 10**decimals:
            said = f"{wrong // 10**decimals}" + (
                f".{wrong % 10**decimals:0{decimals}}" if decimals else ""
            )
            assert (
                code_of(
                    lambda said=said: ledger.announce(
                        "tee", "FR", euro(price), percent=said, at=day(40)
                    )
                )
                == "wrong_percent"
            )
    if claim:
        made = ledger.announce("tee", "FR", euro(price), percent=text, at=day(40))
        assert Fraction(made.percent) <= true < Fraction(made.percent) + Fraction(1, 10**decimals)
    ledger.close()


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=8),
    st.integers(0, 60),
    st.integers(1, 40),
)
def test_lowest_by_hand(spans: list[tuple[int, int]], start: int, width: int) -> None:
    history = [
        Displayed(euro(100 + (7 * k) % 5), day(since), day(since + length))
        for k, (since, length) in enumerate(sorted(spans))
    ]
    found = lowest(history, day(start), day(start + width))
    seen = [
        one
        for one in history
        if any(one.since <= day(d) < (one.until or day(999)) for d in range(start, start + width))
    ]
    assert (found.price.minor if found else None) == min(
        (o.price.minor for o in seen), default=None
    )


def entry(**changes: object) -> dict[str, object]:
    full = {
        "from": START.date(),
        "days": 30,
        "progressive": "unknown",
        "text": "…",
        "source": "law",
    }
    return {k: v for k, v in {**full, **changes}.items() if v is not None}


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([entry(days=0)], "bad_value"),
        ([entry(days="30")], "bad_type"),
        ([entry(progressive="maybe")], "bad_type"),
        ([entry(source=None)], "no_source"),
        ([entry(source="other")], "unknown_source"),
        ([entry(text=None)], "missing_key"),
        ([entry(window=30)], "unknown_key"),
        ({}, "bad_type"),
    ],
)
def test_a_broken_file_of_reductions(entries: object, code: str) -> None:
    with pytest.raises(RuleFileError) as caught:
        rules.read({"source": {"law": {"title": "Law"}}, "market": {"DE": entries}})
    assert caught.value.code == code
