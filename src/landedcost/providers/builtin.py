"""The sources that come with the package: one line each, none of them imported here."""

from __future__ import annotations

BUILTIN = {
    "rates.ecb": "landedcost.providers.ecb:SPEC",
    "rates.frankfurter": "landedcost.providers.frankfurter:SPEC",
    "rates.hmrc": "landedcost.providers.hmrc:SPEC",
    "rates.open-exchange-rates": "landedcost.providers.open_exchange_rates:SPEC",
}
"""Kind and name, and where the spec is."""
