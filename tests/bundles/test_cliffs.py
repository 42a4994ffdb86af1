"""Cliffs are those of a scan in steps of one cent; their words advise nothing unlawful."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from scanned import GIVEN, REFUSING, TERRITORIES, Scan, bundle, market_of, signature

from landedcost import (
    Amount,
    Buyer,
    LandedCost,
    LandedCostError,
    Line,
    Quote,
    RefusedError,
    RequestError,
)
from landedcost.bundles import adding as adding_
from landedcost.bundles import cliffs as cliffs_
from landedcost.bundles import turning
from landedcost.bundles.adding import adding
from landedcost.bundles.cliffs import Cliff, cliffs, goods_minor
from landedcost.cli import cliffs as command
from landedcost.market import Market
from landedcost.request import Bundle

OWN = ["AU", "CA", "CH", "DE", "GB", "JP", "NO", "NZ", "US", "SG", "IS"]
TOP = 400_00
SPLITTING = re.compile(
    r"\bsplit|separate|(several|two) (orders|parcels)|divide|avoid|\bsave",
    re.IGNORECASE,
)


def equal(market: Market, sold: Bundle, scan: Scan) -> list[Cliff]:
    unit = market.terms.shown
    top = len(scan.total)
    found = list(cliffs(market, sold, start=Amount(1, unit), end=Amount(top, unit)))
    assert [cliff.below.minor for cliff in found] == scan.cliffs()
    for cliff in found:
        at = cliff.below.minor - 1
        assert cliff.above == Amount(cliff.below.minor + 1, unit)
        totals = (cliff.total_below, cliff.total_above)
        for total, k in zip(totals, (at, at + 1), strict=True):
            assert total == (None if scan.barred[k] else scan.total[k])
        if None in totals:
            assert cliff.barred is not None
        else:
            assert cliff.jump_minor == scan.total[at + 1] - scan.total[at]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("count", "registered"), [(1, True), (3, False)])
@pytest.mark.parametrize("code", [c for c in TERRITORIES if c not in REFUSING])
def test_cliffs_are_those_of_a_scan_on_every_territory(
    code: str, count: int, registered: bool
) -> None:
    sold = bundle(count, "4%" if code in GIVEN else None)
    market = market_of(code, registered=registered)
    equal(market, sold, Scan(market, sold, TOP))


@pytest.mark.parametrize("terms", ["DDP", "DAP"])
@pytest.mark.parametrize("code", OWN)
def test_cliffs_in_the_currency_of_the_place(code: str, terms: str) -> None:
    sold = bundle(2)
    market = market_of(code, None, terms=terms)
    equal(market, sold, Scan(market, sold, 400_000 if code in ("NO", "IS") else TOP))


@pytest.mark.slow
@pytest.mark.parametrize(("code", "top"), [("GB", 140_00), ("CA", 30_00), ("CH", 80_00)])
def test_between_cliffs_every_quote_says_the_same(code: str, top: int) -> None:
    """Nothing of the program is used here: the quotes are read as a buyer reads them."""
    sold = bundle(1)
    market = market_of(code, None)
    unit = market.terms.shown
    quotes = [_priced(market, sold.at(Amount(g, unit))) for g in range(1, top + 1)]
    told = [signature(quote) if quote is not None else () for quote in quotes]
    turns = [k for k in range(1, top) if told[k - 1] != told[k]]
    found = cliffs(market, sold, end=Amount(top, unit))
    assert found
    assert [cliff.below.minor for cliff in found] == [k for k in turns if not _idle(told, k)]


def _idle(told: list[Sequence[Any]], at: int) -> bool:
    """Whether no more turns than that a sum is above nothing now, and too small to be collected."""
    changed = {now[2] for was, now in zip(told[at - 1], told[at], strict=True) if was != now}
    return changed == {"not_collected"}


def _priced(market: Market, sold: Bundle) -> Quote | None:
    try:
        return market.price(sold)
    except LandedCostError:
        return None


def test_what_a_cliff_says() -> None:
    shop = LandedCost("US", registrations=("GB-VAT",))
    (cliff,) = shop.cliffs(bundle(1), "en-GB", as_of="2026-10-01")
    assert (cliff.below, cliff.above) == (Amount(135_00, "GBP"), Amount(135_01, "GBP"))
    assert cliff.rules == ("GB.threshold.low_value", "GB.scheme.supply_vat")
    duty, tax = cliff.turns
    assert (duty.kind, duty.line, duty.bound) == ("duty", "tee", "135 GBP")
    assert (duty.below, duty.above) == ("No duty: Consignments up to 135 pounds", "Customs duty")
    assert tax.kind == "tax"
    assert "HMRC" in duty.source
    assert cliff.jump_minor is not None
    assert cliff.jump_minor > 15_00


def test_a_refusal_is_a_cliff_with_no_price_above() -> None:
    found = [
        (market, cliff)
        for code in TERRITORIES
        if code not in REFUSING | GIVEN
        for market in [market_of(code)]
        for cliff in cliffs(market, bundle(1), end="100000.00 EUR")
        if cliff.barred is not None
    ]
    assert found
    for market, cliff in found:
        assert cliff.jump_minor is None
        assert cliff.total_below is not None
        assert any(turn.kind == "refusal" and turn.rule for turn in cliff.turns)
        with pytest.raises(RefusedError):
            market.price(bundle(1).at(cliff.above))


def test_a_duty_that_is_not_known_is_a_cliff_too() -> None:
    sold = Bundle([Line("thing", "9.00 USD", hs_code="8714.99", origin="VN")])
    first, *_ = LandedCost("US").cliffs(sold, "en-CA", as_of="2026-10-01")
    assert [turn.kind for turn in first.turns][-1] == "unknown"
    assert isinstance(first.barred, RequestError)


@pytest.mark.parametrize(
    ("span", "code", "where"),
    [
        ({"end": "400 USD"}, "bad_range", "end"),
        ({"start": "0 EUR"}, "bad_range", "start"),
        ({"start": "400 EUR", "end": "100 EUR"}, "empty_range", "end"),
    ],
)
def test_a_range_that_is_none(span: dict[str, str], code: str, where: str) -> None:
    with pytest.raises(RequestError) as caught:
        cliffs(market_of("DE"), bundle(1), **span)
    assert (caught.value.code, caught.value.where) == (code, where)


@pytest.mark.parametrize("code", ["GB", "DE", "CH", "CA", "JP", "AU", "US", "BR"])
@pytest.mark.parametrize("item", ["tee", "mug", "new"])
def test_what_one_more_item_costs(code: str, item: str) -> None:
    market, sold = market_of(code), bundle(2)
    new = Line("new", "95.00 USD", hs_code="6109.10", origin="VN", weight_g=200, duty="12%")
    one = adding(market, sold, new if item == "new" else item)
    more = [*sold.lines, new]
    if item != "new":
        more = [
            Line(
                line.id,
                line.unit_price,
                quantity=line.quantity + (line.id == item),
                hs_code=line.hs_code,
                origin=line.origin,
                weight_g=line.weight_g,
                duty=line.duty,
            )
            for line in sold.lines
        ]
    larger = Bundle(more, shipping=sold.shipping, insurance=sold.insurance)
    before, after = market.price(sold), market.price(larger)
    assert one.cost_minor == after.total_minor - before.total_minor
    assert one.after.total_minor == after.total_minor
    assert one.goods_minor == goods_minor(after) - goods_minor(before)
    assert one.beside_minor == one.cost_minor - one.goods_minor
    for cliff in one.crossed:
        assert cliff.above.minor <= goods_minor(after)


def test_the_item_that_takes_a_parcel_over_a_cliff() -> None:
    market = market_of("GB", "GBP")
    sold = Bundle(
        [Line("tee", "80.00 USD", quantity=2, hs_code="6109.10", duty="12%", origin="VN")]
    )
    one = adding(market, sold, "tee")
    (cliff,) = one.crossed
    assert cliff.above == Amount(135_01, "GBP")
    assert "GB.threshold.low_value" in cliff.rules
    assert one.beside_minor > (cliff.jump_minor or 0) > 0
    assert not adding(market, sold, Line("pin", "1.00 USD", hs_code="7117.19")).crossed


def test_a_fixed_price_bundle_needs_the_price_of_the_larger_one() -> None:
    market, sold = market_of("DE"), bundle(2).at("59.00 EUR")
    with pytest.raises(RequestError, match="fixed price"):
        adding(market, sold, "tee")
    one = adding(market, sold, "tee", price="79.00 EUR")
    assert one.goods_minor == 20_00


def test_an_item_that_the_bundle_does_not_have() -> None:
    with pytest.raises(RequestError, match="no line 'cap'"):
        adding(market_of("DE"), bundle(2), "cap")


def test_no_word_advises_to_split_an_order() -> None:
    """Artificial splitting is unlawful (19 CFR 10.151; the consignment rule of the Union)."""
    texts = []
    for code in TERRITORIES:
        if code in REFUSING | GIVEN:
            continue
        for cliff in cliffs(market_of(code), bundle(3), end="2000.00 EUR"):
            for turn in cliff.turns:
                texts += (turn.below, turn.above, turn.rule)
    assert len(texts) > 100
    for module in (adding_, cliffs_, turning, command):
        texts.append(Path(str(module.__file__)).read_text("utf-8"))
    assert not [found[0] for text in texts if (found := SPLITTING.search(text))]


def test_a_buyer_with_a_currency_of_their_own() -> None:
    shop = LandedCost("US", registrations=("IOSS",))
    (cliff, *_) = shop.cliffs(bundle(1), Buyer("DE", currency="USD"), as_of="2026-10-01")
    assert cliff.above.currency == "USD"
