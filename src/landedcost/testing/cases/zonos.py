"""Zonos's landed cost in the shape of its published types, with figures of our own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..case import Case, Reply, Seen
from .baskets import basket


def charge(amount: Any, item: str | None, **other: Any) -> dict[str, Any]:
    """One charge, on an item or on the whole."""
    return {
        "amount": amount,
        "currencyCode": "USD",
        "description": "a charge",
        "formula": "",
        "item": None if item is None else {"id": item},
        "exchangeRate": None,
    } | other


def answered(**other: Any) -> dict[str, Any]:
    """The answer to the mutation, with other fields of the landed cost as given."""
    quote: dict[str, Any] = {
        "id": "landed_cost_1",
        "currencyCode": "USD",
        "method": "DDP",
        "landedCostGuaranteeCode": "ZONOS",
        "amountSubtotals": {
            "duties": Decimal("8.52"),
            "taxes": Decimal("17.1"),
            "fees": 3,
            "landedCostTotal": Decimal("28.62"),
        },
        "duties": [
            charge(
                6,
                "item_a",
                formula="12% of the item cost",
                exchangeRate={"expiresAt": "2026-11-25T18:00:00.000Z"},
            ),
            charge("2.52", "item_b", exchangeRate={"expiresAt": "2026-11-25T12:00:00Z"}),
        ],
        "taxes": [charge(Decimal("12.5"), "item_a"), charge(Decimal("4.6"), None)],
        "fees": [charge(3, None)],
    }
    return {
        "data": {
            "partyCreateWorkflow": [{"id": "party_1"}, {"id": "party_2"}],
            "itemCreateWorkflow": [
                {"id": "item_b", "productId": "1"},
                {"id": "item_a", "productId": "0"},
            ],
            "cartonizeWorkflow": [{"id": "carton_1"}],
            "shipmentRatingCreateWorkflow": {"id": "shipment_rating_1"},
            "landedCostCalculateWorkflow": [quote | other],
        }
    }


def upstream(seen: Seen) -> Reply:
    """The service: a quote for the terms that were asked for."""
    asked = seen.json["variables"]["quote"]["calculationMethod"]
    return Reply(json=answered(method=asked))


CASE = Case(
    settings={"credential_token": "made-up-credential"},
    asks=[basket(), basket(terms="DAP")],
    upstream=upstream,
    unknown=basket(shipping=None),
)
