"""Shippo, in the shape of its answers, with figures of our own."""

from __future__ import annotations

from typing import Any

from ..case import Case, Reply, Seen
from .baskets import LOST, NOWHERE, PARCEL, UNPAID


def upstream(seen: Seen) -> Reply:
    """The service: two rates and a carrier without one; a word and no rate where nothing goes."""
    nowhere = seen.json["address_to"]["country"] == NOWHERE
    rates = [] if nowhere else [_rate("express", "44.00", 2), _rate("saver", "31.90", 6)]
    return Reply(
        201,
        json={
            "object_id": "s1",
            "status": "SUCCESS",
            "rates": rates,
            "messages": [{"source": "UPS", "code": "", "text": "Does not go there"}],
        },
    )


def _rate(token: str, label: str, days: int) -> dict[str, Any]:
    return {
        "object_id": f"r-{token}",
        "amount": label,
        "currency": "USD",
        "amount_local": "27.81",
        "currency_local": "EUR",
        "provider": "DHL Express",
        "servicelevel": {"name": token.title(), "token": token, "terms": ""},
        "estimated_days": days,
        "included_insurance_price": "1.05",
        "attributes": [],
        "messages": [],
        "test": True,
    }


CASE = Case(
    settings={"api_key": "shippo_test_0123", "signer": "A. Seller"},
    asks=[PARCEL, UNPAID],
    upstream=upstream,
    unknown=LOST,
    excused={"retry_after_is_obeyed": "a shipment is stored, so it is not sent twice"},
)
