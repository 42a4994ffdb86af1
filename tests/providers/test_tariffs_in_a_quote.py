"""Live tariffs and landed costs behind a whole price."""

from __future__ import annotations

from typing import Any

import respx
from asks import as_json, run, source

from landedcost import Amount, Bundle, LandedCost, Line, Providers
from landedcost.quote import Quote
from landedcost.testing.cases.baskets import basket
from landedcost.testing.cases.dhl_express import landed_product
from landedcost.testing.cases.uk_documents import document, heading, measure
from landedcost.testing.cases.usitc_hts import ROWS
from landedcost.testing.cases.zonos import answered

UK = "https://www.trade-tariff.service.gov.uk/uk/api"
HTS = "https://hts.usitc.gov/reststop/exportList"
DUTY, VAT = measure("103", "12.00 %"), measure("305", "20.00 %", "1400")


def priced(providers: Providers, buyer: str, hs: str = "6109100010", **line: Any) -> Quote:
    shop = LandedCost("FR", channel="courier", providers=providers)
    goods = Line("tee", "200.00 EUR", hs_code=hs, origin="VN", weight_g=180, **line)
    return shop.price_for(Bundle([goods], shipping="9.00 EUR"), buyer, as_of="2026-09-30")


def told(quote: Quote) -> list[str]:
    return [note.code for note in quote.notes]


@respx.mock
def test_the_british_tariff_is_the_duty_of_a_price() -> None:
    respx.get(f"{UK}/commodities/6109100010").respond(
        json=document(DUTY, measure("117", "0.00 %"), measure("142", "0.00 %", "2020"), VAT)
    )
    quote = priced(Providers(tariff={"GB": "uk-trade-tariff"}), "en-GB")
    duty = next(charge for charge in quote.charges if charge.kind == "duty")
    assert duty.why.rate == "12%"
    assert duty.why.source.startswith("UK Trade Tariff")
    assert "tariff_suspension" in told(quote)
    assert [p.provider for p in quote.provenance if p.kind == "tariff"] == ["uk-trade-tariff"]


@respx.mock
def test_a_short_code_whose_lines_bear_one_duty_is_priced() -> None:
    lines = [(code, True, [DUTY, VAT]) for code in ("6109100010", "6109100090")]
    respx.get(f"{UK}/headings/6109").respond(json=heading("6109000000", *lines))
    quote = priced(Providers(tariff={"GB": "uk-trade-tariff"}), "en-GB", "6109.10")
    assert quote.certainty == "estimated"
    assert next(c for c in quote.charges if c.kind == "duty").why.rate == "12%"


@respx.mock
def test_a_code_that_the_source_does_not_have_is_looked_up_in_the_next() -> None:
    respx.get(f"{UK}/commodities/6109100010").respond(404)
    providers = Providers(tariff=["uk-trade-tariff", "bundled"])
    quote = priced(providers, "en-GB")
    assert [p.provider for p in quote.provenance if p.kind == "tariff"] == ["bundled"]


@respx.mock
def test_the_american_schedule_is_the_duty_of_a_price() -> None:
    served = {"date": "Wed, 30 Sep 2026 10:00:00 GMT"}
    respx.get(HTS).respond(json=ROWS, headers=served)
    quote = priced(Providers(tariff={"US": "usitc-hts"}), "en-US", "6109.10")
    assert next(c for c in quote.charges if c.kind == "duty").why.rate == "16.5%"


@respx.mock
def test_the_landed_cost_of_another_is_shown_beside_ours() -> None:
    respx.post("https://api.zonos.com/graphql").respond(content=as_json(answered()))
    providers = Providers(
        landed="zonos", settings={"zonos": {"credential_token": "made-up-credential"}}
    )
    goods = [
        Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180),
        Line("bag", "18.00 USD", hs_code="4202.92", origin="IN", weight_g=150),
    ]
    shop = LandedCost("US", channel="courier", providers=providers)
    quote = shop.price_for(Bundle(goods, shipping="9.00 USD"), "en-GB", as_of="2026-09-30")
    (beside,) = quote.beside
    assert (beside.provider, beside.covers) == ("zonos", {"duty", "tax", "fees"})
    assert beside.answer.total == Amount(2862, "USD")
    assert beside.theirs.currency == "GBP"
    assert "landed_source" in told(quote)
    assert "problem" not in " ".join(note.text for note in quote.notes)


@respx.mock
def test_a_line_that_another_does_not_tell_is_not_compared_as_nothing() -> None:
    product = landed_product()
    del product["items"][1], product["detailedPriceBreakdown"]
    respx.post("https://express.api.dhl.com/mydhlapi/landed-cost").respond(
        content=as_json({"products": [product]})
    )
    settings = {"user": "made-up-user", "password": "made-up-password", "account": "123456789"}
    answer = run(source("landed.dhl-express", **settings).landed(basket()))
    assert [line.id for line in answer.lines] == ["tee", "bag"]
    assert answer.lines[1].duty is None
    assert answer.duty is None
