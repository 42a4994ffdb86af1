"""A held price is honoured unchanged, or refused with a reason that is its own."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landedcost import Bundle, Buyer, LandedCost, Line, Quote, RequestError
from landedcost.errors import HeldError
from landedcost.held import HeldQuote, Keys, Scope, hold, verify
from landedcost.held.canonical import MAX_DEPTH, b64, canonical
from landedcost.held.quote import MARK
from landedcost.lines import Amount

from .conftest import NOON, QUARTER

HERE = Scope("demo")
REASONS = {"malformed", "unknown_key", "retired_key", "wrong_key", "tampered", "re_scoped"}


def refused(
    held: object, keys: Keys, *, at: datetime = NOON, scope: Scope = HERE, **more: Any
) -> str:
    with pytest.raises(HeldError) as caught:
        verify(held, keys, at=at, scope=scope, **more)  # type: ignore[arg-type]
    assert caught.value.exit_code == 3
    assert caught.value.hint
    return caught.value.code


def token_of(claims: Mapping[str, Any], signature: str) -> str:
    payload = json.dumps(claims, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{MARK}.{b64(payload.encode())}.{signature}"


def test_a_token_and_a_document_say_what_was_held(
    held: HeldQuote, quote: Quote, keys: Keys
) -> None:
    for form in (held.token, held.token.encode(), json.dumps(held.as_dict()), held.as_dict()):
        found = verify(form, keys, at=NOON, scope=Scope("demo", "DE", "EUR", "DDP", "de-DE"))  # type: ignore[arg-type]
        assert found.total == Amount(quote.total_minor, "EUR")
        assert found.due_at_checkout == Amount(quote.checkout_minor, "EUR")
        assert found.headline == Amount.of(quote.headline)
        assert (found.id, found.key_id) == (quote.id, keys.current.id)
        assert found.issued_at == NOON
        assert found.valid_until == NOON + QUARTER
        assert found.token == held.token
    assert found.answer == quote.as_dict()
    commercial = next(e for e in found.exchange if e["use"] == "commercial")
    assert commercial["margin"] == "1.5%"
    assert commercial["market"] != commercial["net"]


def test_a_token_is_short_enough_for_the_metadata_of_a_payment(
    shop: LandedCost, keys: Keys
) -> None:
    dear = Bundle([Line("x", "99999.99 USD", quantity=40, duty="10%", hs_code="9503.00")])
    buyer = Buyer("CA", region="ON", locale="zh-Hant-CA")
    quote = shop.price_for(dear, buyer, as_of=NOON.date())
    made = hold(quote, keys, at=NOON, lasts=QUARTER, shop="s" * 32)
    assert made.scope.to == "CA-ON"
    assert len(made.token) <= 500
    with pytest.raises(RequestError) as caught:
        verify(made.token, keys, at=NOON, scope=Scope("s" * 33))
    assert caught.value.code == "bad_scope"


def test_a_token_has_no_document(held: HeldQuote, keys: Keys) -> None:
    found = verify(held.token, keys, at=NOON, scope=HERE)
    assert found.request is None
    assert found.exchange == ()
    with pytest.raises(RequestError) as caught:
        found.as_dict()
    assert caught.value.code == "token_only"


def test_the_same_quote_held_twice_is_the_same_bytes(
    held: HeldQuote, quote: Quote, keys: Keys
) -> None:
    again = hold(quote, keys, at=NOON, lasts=QUARTER, shop="demo")
    assert canonical(again.as_dict()) == canonical(held.as_dict())


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (NOON - timedelta(days=1), "not_yet_valid"),
        (NOON - timedelta(seconds=31), "not_yet_valid"),
        (NOON - timedelta(seconds=30), None),
        (NOON, None),
        (NOON + QUARTER - timedelta(seconds=1), None),
        (NOON + QUARTER - timedelta(microseconds=1), None),
        (NOON + QUARTER, "expired"),
        (NOON + timedelta(days=400), "expired"),
    ],
)
def test_it_holds_from_its_issue_to_its_end(
    held: HeldQuote, keys: Keys, at: datetime, reason: str | None
) -> None:
    for form in (held.token, held.as_dict()):
        if reason is None:
            assert verify(form, keys, at=at, scope=HERE).total == held.total
        else:
            assert refused(form, keys, at=at) == reason


def test_the_leeway_is_the_callers(held: HeldQuote, keys: Keys) -> None:
    early = NOON - timedelta(seconds=1)
    assert refused(held.token, keys, at=early, leeway=timedelta()) == "not_yet_valid"
    verify(held.token, keys, at=NOON - timedelta(days=2), scope=HERE, leeway=timedelta(days=2))


def test_an_instant_has_a_zone(held: HeldQuote, quote: Quote, keys: Keys) -> None:
    bare = NOON.replace(tzinfo=None)
    with pytest.raises(RequestError, match="zone") as caught:
        verify(held.token, keys, at=bare, scope=HERE)
    assert caught.value.code == "naive_time"
    with pytest.raises(RequestError, match="zone"):
        hold(quote, keys, at=bare, lasts=QUARTER, shop="demo")
    tokyo = NOON.astimezone(timezone_of(9))
    assert hold(quote, keys, at=tokyo, lasts=QUARTER, shop="demo") == held


def timezone_of(hours: int) -> Any:
    from datetime import timezone

    return timezone(timedelta(hours=hours))


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        (Scope("other"), "shop"),
        (Scope(""), "shop"),
        (Scope("demo", to="FR"), "to"),
        (Scope("demo", to="DE-BY"), "to"),
        (Scope("demo", currency="USD"), "currency"),
        (Scope("demo", terms="DAP"), "terms"),
        (Scope("demo", "DE", "EUR", "DDP", "en-DE"), "locale"),
    ],
)
def test_another_market_or_shop_is_refused(
    held: HeldQuote, keys: Keys, scope: Scope, field: str
) -> None:
    with pytest.raises(HeldError) as caught:
        verify(held.token, keys, at=NOON, scope=scope)
    assert (caught.value.code, caught.value.where) == ("re_scoped", f"scope.{field}")


def test_a_region_is_part_of_the_market(shop: LandedCost, bundle: Bundle, keys: Keys) -> None:
    ontario = shop.price_for(bundle, Buyer.of("CA-ON"), as_of=NOON.date())
    made = hold(ontario, keys, at=NOON, lasts=QUARTER, shop="demo")
    assert refused(made.token, keys, scope=Scope("demo", to="CA")) == "re_scoped"
    assert refused(made.token, keys, scope=Scope("demo", to="CA-AB")) == "re_scoped"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        f"{MARK}.",
        f"{MARK}..",
        f"{MARK}.e30.",
        f"{MARK}.e30.e30",
        f"{MARK}.W10.AA",
        f"{MARK}.é.AA",
        f"{MARK}.e30.AA.AA",
        "lcq2.e30.AA",
        "{}",
        "[]",
        "null",
        "{" * 40,
        '{"claims": ' + "[" * 60 + "]" * 60 + "}",
        '{"claims": 1.5}',
        '{"claims": NaN}',
        '{"a": 1, "a": 2}',
        '{"a": "\\ud800"}',
        "a" * 5_000,
        b"\xff\xfe{",
        b"{\xff}",
    ],
)
def test_what_is_no_held_quote_is_malformed(keys: Keys, text: str | bytes) -> None:
    assert refused(text, keys) == "malformed"


def test_a_huge_document_is_refused(held: HeldQuote, keys: Keys) -> None:
    text = json.dumps(held.as_dict())
    assert refused(text + " " * 10_000_001, keys) == "malformed"
    deep: Any = "x"
    for _ in range(MAX_DEPTH + 5):
        deep = [deep]
    assert refused(held.as_dict() | {"request": {"a": deep}}, keys) == "malformed"


@pytest.mark.parametrize("bad", [1.0, float("nan"), ("a",), b"x", date(2026, 1, 1), {1: 2}, {3}])
def test_data_that_json_cannot_hold_is_malformed(held: HeldQuote, keys: Keys, bad: object) -> None:
    document = held.as_dict()
    assert refused(document | {"answer": {**document["answer"], "total": bad}}, keys) == "malformed"


def test_a_key_given_twice_is_refused(held: HeldQuote, keys: Keys) -> None:
    text = json.dumps(held.as_dict())
    assert refused(text.replace('"total": ', '"total": 1, "total": ', 1), keys) == "malformed"
    payload = canonical(held.claims.as_dict()).replace(b'"v":1', b'"v":1,"v":1')
    assert refused(f"{MARK}.{b64(payload)}.{held.signature}", keys) == "malformed"


def test_claims_are_written_in_one_way_only(held: HeldQuote, keys: Keys) -> None:
    payload = json.dumps(held.claims.as_dict()).encode()
    assert refused(f"{MARK}.{b64(payload)}.{held.signature}", keys) == "malformed"
    assert refused(f"{held.token}=", keys) == "malformed"
    assert refused(held.token.replace(".", ".\n", 1), keys) == "malformed"
    assert verify(f"\n{held.token}\n", keys, at=NOON, scope=HERE) == verify(
        held.token, keys, at=NOON, scope=HERE
    )


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("v", 2, "malformed"),
        ("v", "1", "malformed"),
        ("v", True, "malformed"),
        ("kid", "", "unknown_key"),
        ("kid", "another", "unknown_key"),
        ("kid", 5, "malformed"),
        ("id", "0" * 16, "tampered"),
        ("shop", "other", "tampered"),
        ("shop", "x" * 33, "malformed"),
        ("to", "FR", "tampered"),
        ("to", None, "malformed"),
        ("loc", "fr-FR", "tampered"),
        ("terms", "DAP", "tampered"),
        ("cur", "USD", "tampered"),
        ("cur", "EURO", "malformed"),
        ("total", 1, "tampered"),
        ("total", -1, "malformed"),
        ("total", True, "malformed"),
        ("total", "6576", "malformed"),
        ("total", 10**20, "malformed"),
        ("head", 1, "tampered"),
        ("due", 1, "tampered"),
        ("iat", 0, "tampered"),
        ("exp", 2_000_000_000, "tampered"),
        ("exp", 10**15, "malformed"),
        ("body", "A" * 43, "tampered"),
        ("more", 1, "malformed"),
        ("total", ..., "malformed"),
    ],
)
def test_a_claim_that_was_changed_is_refused(
    held: HeldQuote, keys: Keys, name: str, value: object, reason: str
) -> None:
    claims = held.claims.as_dict() | {name: value}
    if value is ...:
        del claims[name]
    assert refused(token_of(claims, held.signature), keys) == reason
    assert refused(held.as_dict() | {"claims": claims}, keys) == reason


@given(data=st.data())
def test_any_bit_of_a_token_that_is_another_is_noticed(
    held: HeldQuote, keys: Keys, data: st.DataObject
) -> None:
    raw = bytearray(held.token.encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    assert refused(bytes(raw), keys) in REASONS
    cut = data.draw(st.integers(0, len(raw) - 1))
    assert refused(held.token[:cut], keys) in REASONS


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a document at which a value stands."""
    yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from places(part, (*path, index))


JUNK = st.one_of(st.none(), st.booleans(), st.integers(-5, 10**6), st.text(max_size=5), st.just({}))


@settings(max_examples=300)
@given(data=st.data())
def test_any_part_of_a_document_that_is_another_is_noticed(
    held: HeldQuote, keys: Keys, data: st.DataObject
) -> None:
    document = copy.deepcopy(held.as_dict())
    path = data.draw(st.sampled_from([p for p in places(document) if p]))
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    last, before = path[-1], parent[path[-1]]
    how = data.draw(st.sampled_from(["change", "drop", "add"]))
    if how == "drop" or (how == "add" and not isinstance(before, dict | list)):
        del parent[last]
    elif how == "add":
        before.append("x") if isinstance(before, list) else before.__setitem__("x", "y")
    else:
        value = data.draw(JUNK.filter(lambda v: type(v) is not type(before) or v != before))
        parent[last] = value
    assert refused(json.dumps(document), keys) in REASONS


@given(data=st.data())
def test_any_byte_of_a_document_that_is_another_is_noticed_or_says_the_same(
    held: HeldQuote, keys: Keys, data: st.DataObject
) -> None:
    raw = bytearray(json.dumps(held.as_dict(), ensure_ascii=False).encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        same = json.loads(raw) == held.as_dict()
    except ValueError:
        same = False
    if not same:
        assert refused(bytes(raw), keys) in REASONS


def test_parts_of_two_quotes_do_not_go_together(
    held: HeldQuote, shop: LandedCost, bundle: Bundle, keys: Keys
) -> None:
    cheap = Bundle([Line("tee", "1.00 USD", hs_code="6109.10", origin="VN")], shipping="1 USD")
    quote = shop.price_for(cheap, "de-DE", as_of=NOON.date())
    other = hold(quote, keys, at=NOON, lasts=QUARTER, shop="demo")
    mixed = held.as_dict() | {"claims": other.as_dict()["claims"]}
    assert refused(mixed, keys) == "tampered"
    assert refused(mixed | {"signature": other.signature}, keys) == "tampered"
    assert refused(replace(held, signature=other.signature).token, keys) == "tampered"
    head, claims, _ = other.token.split(".")
    assert refused(f"{head}.{claims}.{held.signature}", keys) == "tampered"


def test_a_signature_of_another_length_is_refused(held: HeldQuote, keys: Keys) -> None:
    raw = base64.urlsafe_b64decode(held.signature + "==")
    for other in (b"", raw[:-1], raw + b"\0", b"\0" * len(raw)):
        assert refused(replace(held, signature=b64(other)).token, keys) == "tampered"


@pytest.mark.parametrize("lasts", [timedelta(), timedelta(seconds=-5), timedelta(days=32)])
def test_how_long_is_bounded(quote: Quote, keys: Keys, lasts: timedelta) -> None:
    with pytest.raises(RequestError) as caught:
        hold(quote, keys, at=NOON, lasts=lasts, shop="demo")
    assert caught.value.code == "bad_duration"


def test_a_price_ends_with_its_day_unless_the_seller_holds_it_on(quote: Quote, keys: Keys) -> None:
    assert quote.valid_until == NOON.date()
    late = datetime(2026, 10, 1, 23, 55, tzinfo=UTC)
    midnight = datetime(2026, 10, 2, tzinfo=UTC)
    assert hold(quote, keys, at=late, lasts=QUARTER, shop="demo").valid_until == midnight
    on = hold(quote, keys, at=late, lasts=QUARTER, shop="demo", overnight=True)
    assert on.valid_until == late + QUARTER
    with pytest.raises(RequestError) as caught:
        hold(quote, keys, at=midnight, lasts=QUARTER, shop="demo")
    assert caught.value.code == "quote_expired"
    assert hold(quote, keys, at=midnight, lasts=QUARTER, shop="demo", overnight=True)
