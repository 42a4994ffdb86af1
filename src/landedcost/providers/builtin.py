"""The sources that come with the package: one line each, none of them imported here."""

from __future__ import annotations

BUILTIN = {
    "rates.bundled": "landedcost.providers.bundled:RATES",
    "rates.frankfurter": "landedcost.providers.frankfurter:SPEC",
    "tariff.bundled": "landedcost.providers.bundled:TARIFF",
}
"""Kind and name, and where the spec is."""
