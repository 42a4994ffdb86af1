"""Cards and events as workers tell them each other, and a feed that follows another."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import ProviderDown, RequestError
from landedcost.lines import Amount
from landedcost.live.card import Card, Gone, Part, Price, Sale, Stock
from landedcost.live.feed import Feed
from landedcost.live.wire import (
    answer_of,
    base_text,
    event_of,
    event_text,
    read_base,
    told_error,
)

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
texts = st.text(max_size=12)
instants = st.integers(-(10**14), 10**14).map(lambda us: AT + timedelta(microseconds=us))
Steps = list[tuple[list[Card | Gone], datetime]]
units = st.sampled_from(["EUR", "JPY", "KWD"])


@st.composite
def prices(draw: st.DrawFn) -> Price:
    unit = draw(units)
    minors = draw(st.lists(st.integers(0, 10**9), max_size=3))
    saved = draw(st.integers(0, 10**6))
    parts = tuple(Part(draw(texts), Amount(m, unit), draw(texts), 2) for m in minors)
    saving = Part(draw(texts), Amount(saved, unit), draw(texts)) if parts and saved else None
    total = sum(minors) - (saved if saving else 0) if parts else draw(st.integers(0, 10**9))
    return Price(
        quote=draw(st.text(min_size=1, max_size=8)),
        amount=Amount(total, unit),
        text=draw(texts),
        label=draw(texts),
        valid_until=draw(instants),
        code=draw(st.none() | texts),
        changes_after=draw(st.booleans()),
        parts=parts,
        saving=saving,
    )


sales = st.builds(
    Sale,
    st.sampled_from(["scheduled", "live", "sold_out", "ended"]),
    st.none() | instants,
    st.none() | instants,
)
cards = st.builds(
    Card,
    bundle=st.sampled_from(["a", "b"]),
    market=st.sampled_from(["DE", "JP"]),
    title=texts,
    name=texts,
    language=texts,
    direction=st.sampled_from(["ltr", "rtl"]),
    price=st.none() | prices(),
    stock=st.none() | st.builds(Stock, st.integers(0, 10**6), instants),
    sale=st.none() | sales,
)
gone = st.builds(Gone, st.sampled_from(["a", "b"]), st.sampled_from(["DE", "JP"]))


@given(st.lists(st.tuples(st.lists(cards | gone, max_size=4), instants), max_size=6))
def test_a_feed_that_follows_tells_the_same(
    steps: list[tuple[list[Card | Gone], datetime]],
) -> None:
    one, two = Feed("e", AT), Feed("e", AT)
    for changes, at in steps:
        event = one.draft(changes, at)
        assert one.draft(changes, at) == event  # nothing has changed by it
        if event is None:
            continue
        one.take(event)
        two.take(event_of(json.loads(event_text(event)), "e"))
        assert [e.json(AT) for e in two.after("e-0")] == [e.json(AT) for e in one.after("e-0")]
        assert two.snapshot().json(AT) == one.snapshot().json(AT)
        # What is the same for a page is no change, though its instants were shortened.
        assert two.draft(one.cards, at) is None
        shown, kept = read_base(base_text(one.snapshot(), {"x": [1]}), "e")
        assert kept == {"x": [1]}
        assert [card.json for card in shown.cards] == [card.json for card in one.cards]


def test_an_event_that_does_not_follow_is_refused() -> None:
    one, two = Feed("e", AT), Feed("f", AT)
    event = one.publish([Card("a", "DE", "t", "n", "de")], AT)
    assert event is not None
    for feed in (one, two):
        with pytest.raises(RequestError, match="does not follow"):
            feed.take(event)


def test_a_feed_that_starts_anew_tells_its_listeners_a_snapshot() -> None:
    feed = Feed("e", AT)
    feed.publish([Card("a", "DE", "t", "n", "de")], AT)
    heard = feed.subscribe("e-1", lambda: None)
    assert heard.take() == []
    feed.start_anew("f", 7, [Card("b", "JP", "t", "n", "ja")], AT + timedelta(hours=1))
    (told,) = heard.take()
    assert (told.kind, told.id, [card.bundle for card in told.cards]) == ("snapshot", "f-7", ["b"])
    assert [event.kind for event in feed.after("e-1")] == ["snapshot"]
    assert feed.after("f-7") == []
    with pytest.raises(RequestError, match="not an epoch"):
        feed.start_anew("no epoch", 1, [], AT)


def test_an_error_of_the_leader_is_told_as_it_was() -> None:
    wrong = RequestError("no", code="bad_rate", where="rates", hint="write digits")
    with pytest.raises(RequestError) as caught:
        answer_of(told_error(wrong))
    assert caught.value.as_dict() == wrong.as_dict()
    with pytest.raises(ProviderDown) as down:
        answer_of(told_error(ProviderDown("away", code="database_failed")))
    assert (down.value.code, down.value.retryable) == ("database_failed", True)
    assert answer_of({"done": {"touched": 1}}) == {"touched": 1}
