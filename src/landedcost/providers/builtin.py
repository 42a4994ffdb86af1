"""The sources that come with the package: one line each, none of them imported here."""

from __future__ import annotations

BUILTIN = {
    "rates.frankfurter": "landedcost.providers.frankfurter:SPEC",
}
"""Kind and name, and where the spec is."""
