"""The sources that come with the package: one line each, none of them imported here."""

from __future__ import annotations

BUILTIN = {
    "carrier.dhl-express": "landedcost.providers.dhl_express:SPEC",
    "carrier.easypost": "landedcost.providers.easypost:SPEC",
    "carrier.easyship": "landedcost.providers.easyship:SPEC",
    "carrier.karrio": "landedcost.providers.karrio:SPEC",
    "carrier.shippo": "landedcost.providers.shippo:SPEC",
    "landed.dhl-express": "landedcost.providers.dhl_landed_cost:SPEC",
    "landed.easyship": "landedcost.providers.easyship_taxes:SPEC",
    "landed.ups-landed-cost": "landedcost.providers.ups_landed_cost:SPEC",
    "landed.zonos": "landedcost.providers.zonos:SPEC",
    "rates.bundled": "landedcost.providers.bundled:RATES",
    "rates.ecb": "landedcost.providers.ecb:SPEC",
    "rates.frankfurter": "landedcost.providers.frankfurter:SPEC",
    "rates.hmrc": "landedcost.providers.hmrc:SPEC",
    "rates.open-exchange-rates": "landedcost.providers.open_exchange_rates:SPEC",
    "tariff.bundled": "landedcost.providers.bundled:TARIFF",
    "tariff.uk-trade-tariff": "landedcost.providers.uk_trade_tariff:SPEC",
    "tariff.usitc-hts": "landedcost.providers.usitc_hts:SPEC",
}
"""Kind and name, and where the spec is."""
