"""Cards of real quotes, and their words."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest

from landedcost import Bundle, Buyer, LandedCost, Line
from landedcost.live.quoted import card_of
from landedcost.live.words import page_text, word, words
from landedcost.present.headline import charges_inside, headline
from landedcost.present.names import code_beside, direction, language_of, market_name

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 1)
MARKETS = ("US", "GB", "DE", "JP", "AU", "CA-ON", "NO", "CH", "fr-FR", "he-IL", "NZ", "SG")


@pytest.fixture(scope="module")
def shop() -> LandedCost:
    return LandedCost("US", registrations=["IOSS", "GB-VAT"], clock=lambda: DAY)


def bundle(discount: str | None = "6.00 USD", shipping: str | None = "12.00 USD") -> Bundle:
    return Bundle(
        [
            Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180),
            Line("mug", "16.00 USD", hs_code="6912.00", origin="PT", weight_g=350, title="Mug"),
        ],
        discount=discount,
        shipping=shipping,
    )


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("shipping", ["12.00 USD", None])
def test_parts_less_the_saving_are_the_price(
    shop: LandedCost, market: str, shipping: str | None
) -> None:
    buyer = Buyer.of(market)
    quote = shop.price_for(bundle(shipping=shipping), buyer)
    listed = shop.price_for(bundle(None, shipping), buyer)
    card = card_of("b", "B", market, quote, valid_until=AT, listed=listed)
    assert card.price is not None
    shown = headline(quote).amount.minor
    assert card.price.amount.minor == shown
    assert card.price.saving is not None
    saved = headline(listed).amount.minor - shown
    assert card.price.saving.amount.minor == saved
    assert sum(part.amount.minor for part in card.price.parts) - saved == shown
    assert card.price.quote == quote.id
    alone = card_of("b", "B", market, listed, valid_until=AT).price
    assert alone is not None
    assert alone.saving is None
    assert sum(part.amount.minor for part in alone.parts) == headline(listed).amount.minor


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("terms", ["DDP", "DAP"])
def test_the_label_and_the_amount_are_the_headlines(
    shop: LandedCost, market: str, terms: str
) -> None:
    quote = shop.price_for(bundle(), Buyer.of(market), terms=terms)
    price = card_of("b", "B", market, quote, valid_until=AT).price
    assert price is not None
    assert (price.label, price.text) == (headline(quote).label, headline(quote).text)
    inside = charges_inside(quote)
    assert sum(charge.amount_minor for charge in inside) == price.amount.minor


def test_names_and_directions() -> None:
    assert market_name("DE", "und-DE") == "Deutschland"
    assert (language_of("und-JP"), language_of("zh-Hant-TW")) == ("ja-JP", "zh-Hant-TW")
    assert [direction(tag) for tag in ("ar-AE", "he-IL", "en-US")] == ["rtl", "rtl", "ltr"]


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("$1,234.56", "AUD", "AUD"),
        ("1\u00a0234,56\u00a0kr", "NOK", "NOK"),
        ("\uffe5123,456", "JPY", "JPY"),
        ("£12.00", "GBP", "GBP"),
        ("1.234,56\u00a0€", "EUR", None),
        ("CHF\u00a01’234.56", "CHF", None),
        ("US$12.00", "USD", None),
        ("\u200f1,234.56\u00a0\u200f₪", "ILS", None),
    ],
)
def test_a_symbol_that_others_use_gets_its_code(text: str, currency: str, code: str | None) -> None:
    assert code_beside(text, currency) == code


def test_every_language_has_every_word() -> None:
    keys = set(words()["en"])
    scripts = "".join(page_text(name) for name in ("cards.js", "overlay.js"))
    assert set(re.findall(r'word\("(\w+)"', scripts)) <= keys
    for language, found in words().items():
        assert set(found) == keys, language
        assert "{amount}" in found["saves"], language
        assert "{n}" in found["left"], language
    assert word("left", "zh-Hant-TW") == "僅剩 {n} 件"
    assert word("left", "zh-Hans-CN") == "仅剩 {n} 件"
    assert word("left", "fi-FI") == "{n} left"


def test_the_marked_examples_are_marked_and_add_up() -> None:
    samples = json.loads(page_text("samples.json"))
    assert len(samples["cards"]) >= 12
    for card in samples["cards"]:
        price = card["price"]
        assert price["quote"] == f"TEST-{card['market']}"
        cents = [int(p["amount"]["amount"].replace(".", "")) for p in price["parts"]]
        total, saving = (
            int(one["amount"]["amount"].replace(".", "")) for one in (price, price["saving"])
        )
        assert sum(cents) - saving == total
