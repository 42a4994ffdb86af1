"""A karrio server, in the shape of its answers, with figures of our own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..case import Case, Reply, Seen
from .baskets import LOST, NOWHERE, PARCEL, UNPAID


def upstream(seen: Seen) -> Reply:
    """The server: two services and a carrier without one; 424 where there is none at all."""
    refused = {
        "code": "no_service",
        "message": "does not go there",
        "carrier_name": "ups",
        "carrier_id": "my-ups",
        "details": {},
    }
    if seen.json["recipient"]["country_code"] == NOWHERE:
        return Reply(424, json={"errors": [refused]})
    return Reply(
        json={
            "rates": [_rate("express", "41.3", 3), _rate("economy", "18.75", 9)],
            "messages": [refused],
        }
    )


def _rate(service: str, total: str, days: int) -> dict[str, Any]:
    part = Decimal("5.2")
    return {
        "id": f"rat_{service}",
        "object_type": "rate",
        "carrier_name": "dhl_express",
        "carrier_id": "my-dhl",
        "service": service,
        "currency": "USD",
        "total_charge": Decimal(total),
        "transit_days": days,
        "extra_charges": [
            {"name": "Base charge", "amount": Decimal(total) - part, "currency": "USD"},
            {"name": "Fuel Surcharge", "amount": part, "currency": "USD"},
        ],
        "estimated_delivery": None,
        "meta": {},
        "test_mode": True,
    }


CASE = Case(
    settings={"base_url": "https://ship.example.org", "api_key": "key_0123456789"},
    asks=[PARCEL, UNPAID],
    upstream=upstream,
    unknown=LOST,
)
