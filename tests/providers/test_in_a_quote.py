"""The sources behind a whole price: what they say arrives in the quote, and nothing twice."""

from __future__ import annotations

from typing import Any

import pytest
import respx

from landedcost import Amount, Bundle, LandedCost, Line, Providers
from landedcost.quote import Quote

ECB = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
HMRC = "https://www.trade-tariff.service.gov.uk/uk/api/exchange_rates/2026-9"
EASYSHIP = "https://public-api.easyship.com/2024-09/rates"
SHEET = (
    '<Envelope><Cube><Cube time="2026-09-30"><Cube currency="USD" rate="1.25"/>'
    '<Cube currency="GBP" rate="0.8"/></Cube></Cube></Envelope>'
)


def priced(providers: Providers, buyer: str, shipping: str | None = None) -> Quote:
    shop = LandedCost("US", channel="courier", providers=providers)
    line = Line("mug", "400.00 USD", hs_code="6911.10", origin="CN", weight_g=500, duty="12%")
    return shop.price_for(Bundle([line], shipping=shipping), buyer, as_of="2026-09-30")


@respx.mock
def test_customs_values_in_great_britain_go_by_the_rate_of_hmrc() -> None:
    respx.get(ECB).respond(text=SHEET)
    about = {"year": "2026", "month": "9", "type": "monthly"}
    row = {
        "currency_code": "USD",
        "rate": "1.6",
        "validity_start_date": "2026-09-01",
        "validity_end_date": "2026-09-30",
    }
    respx.get(HMRC).respond(
        json={
            "data": {"attributes": about},
            "included": [{"type": "exchange_rate", "attributes": row}],
        }
    )
    quote = priced(Providers(rates=["ecb", "hmrc"]), "en-GB", shipping="0.00 USD")
    assert quote.customs["customs_value"] == "250.00"  # 400 / 1.6
    assert quote.customs["duty"] == "30.00"
    goods = next(charge for charge in quote.charges if charge.kind == "goods")
    assert goods.amount == Amount(25_600, "GBP")  # 400 / 1.25 * 0.8
    told = [one.provider.split()[0] for one in quote.provenance if one.kind == "rates"]
    assert {"ecb", "hmrc"} <= set(told)


@pytest.fixture
def rate() -> dict[str, Any]:
    return {
        "courier_service": {"id": "c", "name": "Fast", "umbrella_name": "Fast"},
        "currency": "EUR",
        "incoterms": "DDP",
        "shipment_charge_total": 20,
        "ddp_handling_fee": 5,
        "import_duty_charge": 40,
        "import_tax_charge": 70,
        "is_above_threshold": True,
        "total_charge": 135,
        "min_delivery_time": 2,
        "max_delivery_time": 4,
    }


@respx.mock
@pytest.mark.parametrize("incoterms", ["DDP", "DDU"])
def test_import_charges_in_a_price_of_shipping_are_not_charged_twice(
    rate: dict[str, Any], incoterms: str
) -> None:
    respx.get(ECB).respond(text=SHEET)
    if incoterms == "DDU":
        rate |= {"incoterms": "DDU", "import_duty_charge": 0, "import_tax_charge": 0}
        rate |= {"total_charge": 25}
    respx.post(EASYSHIP).respond(json={"rates": [rate]})
    providers = Providers(
        rates="ecb",
        carrier="easyship",
        settings={"easyship": {"token": "sand_1234567890", "size_mm": (250, 180, 60)}},
    )
    quote = priced(providers, "de-DE")
    shipping = [c.amount for c in quote.charges if c.kind == "shipping"]
    assert shipping == [Amount(2_500, "EUR")]
    assert quote.total_minor == sum(c.amount_minor for c in quote.charges)
    noted = {note.code for note in quote.notes}
    assert ("import_charges_taken_out" in noted) == (incoterms == "DDP")
