"""At checkout: what holds is honoured as it is; what has expired is priced again, and told."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from landedcost import (
    Amount,
    Bundle,
    LandedCost,
    Line,
    Quote,
    Reform,
    RefusedError,
    RequestError,
    Seller,
    ZoneTable,
)
from landedcost.errors import HeldError
from landedcost.fx.rates import RateTable
from landedcost.held import HeldQuote, Keys, Moved, Scope, accept, asked_again, hold, moved

from .conftest import NOON, QUARTER

HERE = Scope("demo", "DE", "EUR", "DDP")
LATER = NOON + timedelta(hours=2)


def document(held: HeldQuote) -> str:
    return json.dumps(held.as_dict())


def test_what_holds_is_honoured_unchanged(held: HeldQuote, shop: LandedCost, keys: Keys) -> None:
    dear = shop.with_reforms(Reform({"DE.tax.vat.standard": {"2026-01-01": "50%"}}))
    for form in (held.token, document(held)):
        found = accept(form, dear, keys, at=NOON + QUARTER / 2, scope=HERE)
        assert found.honoured
        assert found.quote is None
        assert found.moved == ()
        assert (found.total, found.due_at_checkout) == (held.total, held.due_at_checkout)


def test_what_has_expired_and_nothing_moved(
    held: HeldQuote, shop: LandedCost, quote: Quote, keys: Keys
) -> None:
    found = accept(document(held), shop, keys, at=LATER, scope=HERE)
    assert not found.honoured
    assert found.quote is not None
    assert found.quote.as_dict() == quote.as_dict()
    assert found.moved == ()
    assert found.total == held.total
    assert found.due_at_checkout == held.due_at_checkout


def test_an_expired_token_has_no_request_to_price_again(
    held: HeldQuote, shop: LandedCost, keys: Keys
) -> None:
    with pytest.raises(HeldError) as caught:
        accept(held.token, shop, keys, at=LATER, scope=HERE)
    assert caught.value.code == "expired"
    assert "document" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"record": "x"}, "tampered"),
        ({"signature": "AAAA"}, "tampered"),
        ({"more": 1}, "malformed"),
    ],
)
def test_an_expired_quote_that_was_changed_is_refused_not_priced(
    held: HeldQuote, shop: LandedCost, keys: Keys, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(HeldError) as caught:
        accept(held.as_dict() | change, shop, keys, at=LATER, scope=HERE)
    assert caught.value.code == reason
    with pytest.raises(HeldError) as caught:
        accept(held.as_dict(), shop, keys, at=LATER, scope=Scope("elsewhere"))
    assert caught.value.code == "re_scoped"
    with pytest.raises(HeldError) as caught:
        accept(held.as_dict(), shop, keys, at=NOON - timedelta(days=1), scope=HERE)
    assert caught.value.code == "not_yet_valid"


def told(found: tuple[Moved, ...], what: str) -> dict[str, tuple[str, str]]:
    return {one.name: (one.then, one.now) for one in found if one.what == what}


def test_a_rate_that_moved_is_named_from_and_to(bundle: Bundle, keys: Keys) -> None:
    days = {
        date(2026, 9, 23): {"USD": "1.25"},
        date(2026, 10, 1): {"USD": "1.25"},
        date(2026, 10, 2): {"USD": "1.00"},
    }
    shop = LandedCost(Seller.of("US", ["IOSS"]), rates=RateTable(days), fx_margin="2%")
    quote = shop.price_for(bundle, "de-DE", as_of="2026-10-01")
    made = hold(quote, keys, at=NOON, lasts=QUARTER, shop="demo")
    found = accept(made.as_dict(), shop, keys, at=NOON + timedelta(days=1), scope=HERE)
    assert found.quote is not None
    exchange = told(found.moved, "exchange")
    assert exchange["USD/EUR (commercial)"] == (
        "0.8 + 2% = 0.816, 2026-10-01",
        "1 + 2% = 1.02, 2026-10-02",
    )
    charges = told(found.moved, "charge")
    assert charges["goods goods cap"] == (
        "15.50 EUR (19.00 USD) checkout",
        "19.38 EUR (19.00 USD) checkout",
    )
    assert told(found.moved, "total")["total"][1] == f"{found.total.minor / 100:.2f} EUR"
    assert found.total == Amount(found.quote.total_minor, "EUR")
    assert str(found.moved[0]).startswith("total total: ")
    assert {type(v) for one in found.moved for v in one.as_dict().values()} == {str}


def test_a_rule_that_moved_is_named(held: HeldQuote, shop: LandedCost, keys: Keys) -> None:
    dear = shop.with_reforms(Reform({"DE.tax.vat.standard": {"2026-10-01": "25%"}}, name="Dear"))
    found = accept(held.as_dict(), dear, keys, at=LATER, scope=HERE).moved
    rules = told(found, "rule")
    assert ("19%", "25%") in rules.values()
    assert any(name.startswith("rate of tax") for name in rules)
    assert "regime" in told(found, "source")
    assert "reform" in told(found, "note")
    assert told(found, "certainty")


def test_shipping_that_moved_is_named(keys: Keys) -> None:
    def table(price: int) -> ZoneTable:
        return ZoneTable(
            "Post",
            "USD",
            "post",
            None,
            frozenset(),
            {"world": ("*",)},
            {"world": ((5000, price),)},
            {},
        )

    tee = Bundle([Line("tee", "25 USD", hs_code="6109.10", origin="VN", weight_g=180)])
    cheap = LandedCost(Seller.of("US", ["IOSS"]), carrier=table(900))
    made = hold(
        cheap.price_for(tee, "de-DE", as_of=NOON.date()), keys, at=NOON, lasts=QUARTER, shop="demo"
    )
    dear = LandedCost(Seller.of("US", ["IOSS"]), carrier=table(1_900))
    found = accept(made.as_dict(), dear, keys, at=LATER, scope=HERE)
    then, now = told(found.moved, "charge")["shipping shipping"]
    assert "9.00 USD" in then
    assert "19.00 USD" in now


def test_rates_given_with_the_request_can_be_given_anew(
    shop: LandedCost, bundle: Bundle, keys: Keys
) -> None:
    old = {"USD/EUR": "0.80"}
    quote = shop.price_for(bundle, "de-DE", as_of=NOON.date(), rates=old, customs_rates=old)
    made = hold(quote, keys, at=NOON, lasts=QUARTER, shop="demo")
    same = accept(made.as_dict(), shop, keys, at=LATER, scope=HERE)
    assert same.moved == ()
    new = {"USD/EUR": "0.90"}
    found = accept(
        made.as_dict(), shop, keys, at=LATER, scope=HERE, rates=new, customs_rates=new
    ).moved
    assert told(found, "exchange") == {
        "USD/EUR (commercial)": (
            "0.8 + 1.5% = 0.812, 2026-10-01",
            "0.9 + 1.5% = 0.9135, 2026-10-01",
        ),
        "USD/EUR (customs)": ("0.8 + 0% = 0.8, 2026-10-01", "0.9 + 0% = 0.9, 2026-10-01"),
    }


def test_goods_that_may_no_longer_be_sold_are_refused(
    held: HeldQuote, shop: LandedCost, keys: Keys
) -> None:
    ban = {
        "label": "Stopped",
        "reason": [{"from": date(2026, 10, 1), "status": "in_force", "value": "no more"}],
    }
    closed = shop.with_reforms(Reform({}, name="Stop", rules={"DE": {"refusal": {"stop": ban}}}))
    with pytest.raises(RefusedError):
        accept(held.as_dict(), closed, keys, at=LATER, scope=HERE)
    assert accept(held.as_dict(), closed, keys, at=NOON, scope=HERE).honoured


def test_a_shop_that_awaits_prices_in_two_steps(
    held: HeldQuote, shop: LandedCost, keys: Keys
) -> None:
    request = asked_again(held, at=LATER + timedelta(days=2))
    assert request.as_of == date(2026, 10, 3)
    by_hand = moved(held, shop.price(request))
    at_once = accept(held.as_dict(), shop, keys, at=LATER + timedelta(days=2), scope=HERE)
    assert by_hand == at_once.moved
    with pytest.raises(RequestError, match="zone"):
        asked_again(held, at=LATER.replace(tzinfo=None))


def test_what_moved_needs_the_document(held: HeldQuote, quote: Quote, keys: Keys) -> None:
    from landedcost.held import verify

    token = verify(held.token, keys, at=NOON, scope=HERE)
    with pytest.raises(RequestError):
        moved(token, quote)
    assert moved(held, quote) == ()
