"""EasyPost, in the shape of its answers, with figures of our own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..case import Case, Reply, Seen
from .baskets import LOST, NOWHERE, PARCEL, UNPAID


def upstream(seen: Seen) -> Reply:
    """The service: two rates and a carrier without one; 422 for a country it does not know."""
    if seen.json["shipment"]["to_address"]["country"] == NOWHERE:
        error = {"code": "ADDRESS.COUNTRY.INVALID", "message": "Invalid country", "errors": []}
        return Reply(422, json={"error": error})
    return Reply(
        201,
        json={
            "id": "shp_1",
            "object": "Shipment",
            "rates": [_rate("Express", "43.10", 3), _rate("Economy", "17.35", 11)],
            "messages": [{"carrier": "UPS", "type": "rate_error", "message": "Not set up"}],
        },
    )


def _rate(service: str, label: str, days: int) -> dict[str, Any]:
    return {
        "id": f"rate_{service}",
        "object": "Rate",
        "carrier": "USPS",
        "service": service,
        "rate": label,
        "currency": "USD",
        "list_rate": label,
        "list_currency": "USD",
        "retail_rate": None,
        "retail_currency": None,
        "delivery_days": days,
        "delivery_date": None,
    }


CASE = Case(
    settings={"api_key": "EZTK0123456789"},
    asks=[PARCEL, UNPAID],
    upstream=upstream,
    unknown=LOST,
    excused={"retry_after_is_obeyed": "a shipment is stored, so it is not sent twice"},
)
STATELESS = replace(CASE, settings={**CASE.settings, "stored": False}, excused={})
"""The same, asked without storing a shipment."""
