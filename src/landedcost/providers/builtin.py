"""The sources that come with the package: one line each, none of them imported here."""

from __future__ import annotations

BUILTIN = {
    "carrier.easypost": "landedcost.providers.easypost:SPEC",
    "carrier.easyship": "landedcost.providers.easyship:SPEC",
    "carrier.karrio": "landedcost.providers.karrio:SPEC",
    "carrier.shippo": "landedcost.providers.shippo:SPEC",
    "landed.easyship": "landedcost.providers.easyship_taxes:SPEC",
    "rates.bundled": "landedcost.providers.bundled:RATES",
    "rates.ecb": "landedcost.providers.ecb:SPEC",
    "rates.frankfurter": "landedcost.providers.frankfurter:SPEC",
    "rates.hmrc": "landedcost.providers.hmrc:SPEC",
    "rates.open-exchange-rates": "landedcost.providers.open_exchange_rates:SPEC",
    "tariff.bundled": "landedcost.providers.bundled:TARIFF",
}
"""Kind and name, and where the spec is."""
