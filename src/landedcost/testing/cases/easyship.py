"""Easyship's rates and its duty and tax, in the shape of its answers, figures of our own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..case import Case, Reply, Seen
from .baskets import BASKET, LOST, LOST_BASKET, NOWHERE, PARCEL, UNPAID

_SETTINGS = {"token": "sand_0123456789"}
_NO_RECORD = {
    "error": {
        "code": "invalid_content",
        "type": "invalid_request_error",
        "message": "The request body content is not valid.",
        "details": ["No import tax record was found"],
        "request_id": "r-1",
    }
}


def rates(seen: Seen) -> Reply:
    """Offers: paid or unpaid as asked; 422 where nothing goes."""
    asked = seen.json
    if asked["destination_address"]["country_alpha2"] == NOWHERE:
        return Reply(422, json=_NO_RECORD)
    paid = asked["incoterms"] == "DDP"
    offers = [_rate("Fast", "36.5", paid, 2, 4), _rate("Slow", "21", paid, 8, 14)]
    return Reply(json={"rates": offers, "meta": {"request_id": "r-1", "pagination": None}})


def _rate(name: str, transport: str, paid: bool, least: int, most: int) -> dict[str, Any]:
    duty, tax, fee = (Decimal(n) for n in (("7.5", "13.2", "5") if paid else ("0", "0", "0")))
    return {
        "courier_service": {"id": f"cs-{name}", "name": name, "umbrella_name": "Acme Air"},
        "currency": "USD",
        "incoterms": "DDP" if paid else "DDU",
        "shipment_charge": Decimal(transport) - 2,
        "fuel_surcharge": 2,
        "remote_area_surcharge": 0,
        "insurance_fee": 0,
        "shipment_charge_total": Decimal(transport),
        "ddp_handling_fee": fee,
        "import_duty_charge": duty,
        "import_tax_charge": tax,
        "is_above_threshold": True,
        "total_charge": Decimal(transport) + duty + tax + fee,
        "min_delivery_time": least,
        "max_delivery_time": most,
    }


def taxes(seen: Seen) -> Reply:
    """Duty of 12 % and tax of 20 % on each line; 422 where there is no record."""
    asked = seen.json
    if asked["destination_country_alpha2"] == NOWHERE:
        return Reply(422, json=_NO_RECORD)
    details = [
        _detail(item["hs_code"], Decimal(str(item["customs_value"]))) for item in asked["items"]
    ]
    return Reply(
        json={
            "tax_and_duty": {
                "currency": "USD",
                "duty": sum(one["line_item_total_duty"] for one in details),
                "tax": Decimal("14.00"),
                "import_duty_details": details,
            }
        }
    )


def _detail(code: str, value: Decimal) -> dict[str, Any]:
    duty = value * 12 * Decimal("0.01")
    return {
        "hs_code_provided": code,
        "hs_code_applied": code,
        "subheading": False,
        "duty_calculation_method": "FOB",
        "line_item_shipment_value": value,
        "applied_rate_type": "general",
        "base_duty_rate": 12,
        "base_duty_amount": duty,
        "additional_rates": [],
        "line_item_total_duty": duty,
    }


CASE = Case(settings=_SETTINGS, asks=[PARCEL, UNPAID], upstream=rates, unknown=LOST)
TAXES = Case(settings=_SETTINGS, asks=[BASKET], upstream=taxes, unknown=LOST_BASKET)
