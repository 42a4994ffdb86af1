"""The feed: numbered events, exact replay, snapshots."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.errors import RequestError
from landedcost.lines import Amount
from landedcost.live.card import Card, Gone, Part, Price, Sale, Stock
from landedcost.live.feed import Event, Feed, Subscription
from landedcost.quote import money_dict

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


def card(market: str = "DE", minor: int = 5900, **fields: Any) -> Card:
    price = Price(
        quote=f"q-{minor}",
        amount=Amount(minor, "EUR"),
        text=f"{minor}",
        label="all in",
        valid_until=AT + timedelta(minutes=5),
    )
    return Card("bundle", market, "Tee", market, "de-DE", price=price, **fields)


def folded(events: list[Event], known: dict[Any, Any]) -> dict[Any, Any]:
    """What a client knows after some documents, read as any client would."""
    for event in events:
        told = json.loads(event.json(AT))
        if told["kind"] == "snapshot":
            known = {}
        known |= {(one["bundle"], one["market"]): one for one in told["cards"]}
        for key in told["gone"]:
            del known[tuple(key)]
    return known


CHANGES = st.lists(
    st.lists(
        st.builds(card, st.sampled_from("ABCD"), st.integers(1, 4))
        | st.builds(Gone, st.just("bundle"), st.sampled_from("ABCD")),
        max_size=4,
    ),
    max_size=12,
)


@given(CHANGES, st.integers(1, 6))
def test_a_client_that_comes_back_knows_the_same_as_a_new_one(
    batches: list[list[Any]], kept: int
) -> None:
    feed = Feed("e", AT, kept=kept)
    states: dict[str, dict[Any, Any]] = {feed.last_id: folded(feed.after(None), {})}
    for batch in batches:
        feed.publish(batch, AT)
        states[feed.last_id] = folded([feed.snapshot()], {})
    for last, known in states.items():
        events = feed.after(last)
        missed = feed.number - int(last.split("-")[1])
        if missed <= kept:
            assert [event.number for event in events] == list(
                range(feed.number - missed + 1, feed.number + 1)
            )
            assert all(event.kind == "change" for event in events)
        else:
            assert [event.kind for event in events] == ["snapshot"]
        assert folded(events, dict(known)) == states[feed.last_id]


@given(CHANGES)
def test_the_same_calls_make_the_same_texts(batches: list[list[Any]]) -> None:
    texts = []
    for _ in range(2):
        feed = Feed("e", AT)
        events = [event for batch in batches if (event := feed.publish(batch, AT))]
        texts.append([event.json(AT) for event in (*events, feed.snapshot())])
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "last", [None, "", "e", "e-", "e-x", "e--1", "e-99", "other-1", "-1", "e-1-1", "e-" + "9" * 40]
)
def test_an_id_that_says_nothing_gets_a_snapshot(last: str | None) -> None:
    feed = Feed("e", AT)
    feed.publish([card()], AT)
    feed.publish([card(minor=1)], AT)
    assert feed.after(last) == [feed.snapshot()]


def test_what_changes_nothing_is_no_event() -> None:
    feed = Feed("e", AT)
    assert feed.publish([Gone("bundle", "DE")], AT) is None
    first = feed.publish([card(), card(minor=1)], AT)
    assert first is not None
    assert (first.id, first.cards) == ("e-1", (card(minor=1),))
    assert feed.publish([card(minor=1)], AT) is None
    assert feed.after("e-1") == []
    second = feed.publish([Gone("bundle", "DE"), card("FR")], AT)
    assert second is not None
    assert (second.number, second.gone) == (2, (Gone("bundle", "DE"),))
    assert feed.cards == (card("FR"),)


def test_a_listener_is_woken_and_takes_what_came() -> None:
    feed = Feed("e", AT)
    feed.publish([card()], AT)
    woken: list[int] = []
    heard = feed.subscribe(None, lambda: woken.append(1))
    assert [event.kind for event in heard.take()] == ["snapshot"]
    feed.publish([card("FR")], AT)
    feed.publish([card("AT")], AT)
    assert len(woken) == 2
    assert [event.id for event in heard.take()] == ["e-2", "e-3"]
    assert heard.take() == []
    heard.close()
    feed.publish([card("IT")], AT)
    assert heard.take() == []
    assert feed.listeners == 0


def test_a_listener_that_sleeps_is_lost_and_comes_back_to_what_it_missed() -> None:
    feed = Feed("e", AT)
    heard: Subscription = feed.subscribe("e-0", lambda: None, most=3)
    for number in range(4):
        feed.publish([card(minor=number + 1)], AT)
    assert heard.lost
    assert heard.take() == []
    assert feed.listeners == 0
    again = feed.subscribe("e-0", lambda: None)
    assert [event.number for event in again.take()] == [1, 2, 3, 4]


def test_the_document() -> None:
    feed = Feed("e", AT)
    price = Price(
        quote="q",
        amount=Amount(5900, "EUR"),
        text="59,00 €",
        label="all in",
        valid_until=AT + timedelta(seconds=90),
        parts=(Part("Tee", Amount(6500, "EUR"), "65,00 €", 2),),
        saving=Part("saves 6", Amount(600, "EUR"), "6,00 €"),
        changes_after=True,
    )
    made = Card(
        "b",
        "DE",
        'Te"e',
        "Deutschland",
        "de-DE",
        price=price,
        stock=Stock(3, AT),
        sale=Sale("live", ends_at=AT),
    )
    feed.publish([made, Gone("b", "X")], AT)
    assert json.loads(feed.snapshot().json(AT + timedelta(milliseconds=1500))) == {
        "now": "2026-10-01T12:00:01.500Z",
        "v": 1,
        "kind": "snapshot",
        "epoch": "e",
        "n": 1,
        "at": "2026-10-01T12:00:00.000Z",
        "cards": [
            {
                "bundle": "b",
                "market": "DE",
                "title": 'Te"e',
                "name": "Deutschland",
                "language": "de-DE",
                "direction": "ltr",
                "price": {
                    "quote": "q",
                    "amount": {"amount": "59.00", "currency": "EUR"},
                    "text": "59,00 €",
                    "code": None,
                    "label": "all in",
                    "valid_until": "2026-10-01T12:01:30.000Z",
                    "changes_after": True,
                    "parts": [
                        {
                            "title": "Tee",
                            "quantity": 2,
                            "amount": {"amount": "65.00", "currency": "EUR"},
                            "text": "65,00 €",
                        }
                    ],
                    "saving": {
                        "title": "saves 6",
                        "quantity": 1,
                        "amount": {"amount": "6.00", "currency": "EUR"},
                        "text": "6,00 €",
                    },
                },
                "stock": {"left": 3, "read_at": "2026-10-01T12:00:00.000Z"},
                "sale": {
                    "state": "live",
                    "starts_at": None,
                    "ends_at": "2026-10-01T12:00:00.000Z",
                },
            }
        ],
        "gone": [],
    }


def test_what_a_card_refuses() -> None:
    def price(**fields: Any) -> Price:
        given: dict[str, Any] = {
            "quote": "q",
            "amount": Amount(5900, "EUR"),
            "text": "59",
            "label": "",
            "valid_until": AT,
        }
        return Price(**(given | fields))

    def code(make: Any) -> str:
        with pytest.raises(RequestError) as caught:
            make()
        return caught.value.code

    assert code(lambda: price(quote="")) == "no_quote"
    assert code(lambda: price(parts=(Part("a", Amount(5800, "EUR"), ""),))) == "bad_sum"
    assert code(lambda: price(parts=(Part("a", Amount(5900, "USD"), ""),))) == "mixed_currencies"
    assert code(lambda: price(saving=Part("a", Amount(1, "EUR"), ""))) == "bad_sum"
    assert code(lambda: price(valid_until=datetime(2026, 10, 1)).json) == "naive_time"  # noqa: DTZ001
    assert code(lambda: Sale("over")) == "unknown_state"
    assert code(lambda: card(direction="up")) == "unknown_direction"
    assert code(lambda: Feed("e-1", AT)) == "bad_epoch"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
amounts = st.builds(Amount, st.integers(-(10**9), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
instants = st.datetimes(timezones=st.just(UTC)) | st.just(AT)


@st.composite
def any_cards(draw: Any) -> Card:
    price = None
    if draw(st.booleans()):
        whole = draw(amounts)
        saved = draw(st.integers(1, 10**6) | st.none())
        unit = whole.currency
        parts: tuple[Part, ...] = ()
        saving = None
        if draw(st.booleans()) or saved is not None:
            rest = Amount(whole.minor - 5 + (saved or 0), unit)
            parts = (Part(draw(texts), Amount(5, unit), draw(texts), 3), Part("x", rest, "y"))
            saving = None if saved is None else Part(draw(texts), Amount(saved, unit), draw(texts))
        price = Price(
            quote=draw(texts.filter(bool)),
            amount=whole,
            text=draw(texts),
            label=draw(texts),
            valid_until=draw(instants),
            code=draw(texts | st.none()),
            changes_after=draw(st.booleans()),
            parts=parts,
            saving=saving,
        )
    starts = draw(instants | st.none())
    return Card(
        *[draw(texts) for _ in range(5)],
        direction=draw(st.sampled_from(["ltr", "rtl"])),
        price=price,
        stock=draw(st.none() | st.builds(Stock, st.integers(0, 10**6), instants)),
        sale=draw(st.none() | st.just(Sale("live", starts, draw(instants | st.none())))),
    )


@given(any_cards())
def test_the_text_of_a_card_is_what_an_encoder_makes_of_its_document(one: Card) -> None:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    document = one.as_dict()
    assert encode(document) == one.json
    assert list(document) == [
        *("bundle", "market", "title", "name", "language", "direction", "price", "stock", "sale")
    ]
    assert [document[n] for n in list(document)[:6]] == [
        *(one.bundle, one.market, one.title, one.name, one.language, one.direction)
    ]
    price = document["price"]
    assert (price is None) == (one.price is None)
    if one.price is not None:
        assert (price["quote"], price["text"]) == (one.price.quote, one.price.text)
        assert (price["label"], price["code"]) == (one.price.label, one.price.code)
        assert price["amount"] == money_dict(one.price.amount)
        assert datetime.fromisoformat(price["valid_until"]) == one.price.valid_until.replace(
            microsecond=one.price.valid_until.microsecond // 1_000 * 1_000
        )
        assert [part["title"] for part in price["parts"]] == [p.title for p in one.price.parts]
        assert [part["amount"] for part in price["parts"]] == [
            money_dict(part.amount) for part in one.price.parts
        ]
        assert (price["saving"] is None) == (one.price.saving is None)
    assert (document["stock"] and document["stock"]["left"]) == (one.stock and one.stock.left)
