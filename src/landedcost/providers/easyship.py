"""Shipping prices with duty and tax by Easyship.

``POST https://public-api.easyship.com/2024-09/rates`` (bearer token) with addresses, parcels of
items and ``incoterms`` answers ``{"rates": [{"courier_service": {"id", "name", "umbrella_name"},
"currency", "shipment_charge", "fuel_surcharge", "other_surcharges": {"total_fee"},
"shipment_charge_total", "import_duty_charge", "import_tax_charge", "ddp_handling_fee",
"insurance_fee", "total_charge", "min_delivery_time", "max_delivery_time", "incoterms",
"is_above_threshold", …}]}``. Every item wants an HS code or a category, every parcel a size.

Confirmed from the documentation of 2024-09. Not confirmed, and so not relied on: that
``total_charge`` holds duty and tax when incoterms are DDP (read only where the total has room
for them); whether an item's value and weight are for one piece (each line is sent as one piece,
which is right either way); pages of offers (``meta.pagination``), which are told and not fetched.
A duty of 0 is believed only below the threshold: amounts per kilogram are not supported there,
and merchants report taxes that are always zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..ports import (
    Amount,
    Flow,
    NoAnswer,
    Node,
    Offer,
    Problem,
    ProviderSpec,
    ShippingAnswer,
    ShippingAsk,
)
from .easyship_api import LIMIT, EasyshipSettings, ask_easyship
from .offers import collected, days, price, text, told, unpriced
from .parcel import (
    address,
    centimetres,
    crosses_border,
    customs_gap,
    kilograms,
    line_grams,
    major,
    quotable,
    size,
)

NAMES = {
    "country": "country_alpha2",
    "region": "state",
    "postcode": "postal_code",
    "city": "city",
    "street": "line_1",
    "name": "contact_name",
}
COVERS = {
    "fuel_surcharge": "fuel",
    "remote_area_surcharge": "surcharges",
    "insurance_fee": "insurance",
    "ddp_handling_fee": "fees",
    "sales_tax": "tax",
    "provincial_sales_tax": "tax",
}
"""What a charge above zero says that the total covers."""


@dataclass(frozen=True, slots=True)
class Easyship:
    """The source."""

    settings: EasyshipSettings

    def shipping(self, ask: ShippingAsk) -> Flow[ShippingAnswer]:
        """What the couriers charge for the parcel, with duty and tax where they say so."""
        quotable(ask)
        question = _question(ask, self.settings)
        response = yield from ask_easyship(self.settings, "rates", question)
        answer = response.json()
        problems = _more_pages(answer)
        offers = [_offer(rate, problems) for rate in answer["rates"].list()]
        return collected("Easyship", offers, problems)


def _more_pages(answer: Node) -> list[Problem]:
    meta = answer.get("meta")
    pages = None if meta is None else meta.get("pagination")
    if pages is None or told(pages, "next") is None:
        return []
    return [Problem("more_pages", "there are more offers than were sent")]


def _question(ask: ShippingAsk, settings: EasyshipSettings) -> dict[str, Any]:
    gap = customs_gap(ask) if crosses_border(ask) or not ask.goods else ""
    bare = [goods.id for goods in ask.goods if not (goods.hs_code or settings.category)]
    if gap or bare:
        raise NoAnswer(
            f"needs {gap or 'an HS code or a category for ' + bare[0]}",
            hint="give it with the line, or set `category`",
        )
    length, width, height = map(centimetres, size(ask, settings.size_mm))
    return {
        "origin_address": address(ask.sender, NAMES),
        "destination_address": address(ask.buyer, NAMES),
        "incoterms": "DDP" if ask.terms == "DDP" else "DDU",
        "insurance": {"is_insured": False},
        "calculate_tax_and_duties": True,
        "shipping_settings": {
            "units": {"weight": "kg", "dimensions": "cm"},
            "output_currency": ask.currency,
        },
        "parcels": [
            {
                "box": {"length": length, "width": width, "height": height},
                "items": _items(ask, settings.category),
                "total_actual_weight": kilograms(ask.total_g),
            }
        ],
    }


def _items(ask: ShippingAsk, category: str) -> list[dict[str, Any]]:
    weights = line_grams(ask)
    found = []
    for at, goods in enumerate(ask.goods):
        item: dict[str, Any] = {
            "description": goods.title,
            "quantity": 1,
            "declared_customs_value": major(goods.total),
            "declared_currency": goods.total.currency,
            "origin_country_alpha2": goods.origin,
        }
        item |= {"hs_code": goods.hs_code} if goods.hs_code else {"category": category}
        if weights is not None:
            item["actual_weight"] = kilograms(weights[at])
        found.append({name: value for name, value in item.items() if value != ""})
    return found


def _offer(rate: Node, problems: list[Problem]) -> Offer | Problem:
    code = rate["currency"].currency()
    courier = rate.get("courier_service") or rate
    carrier = text(courier, "umbrella_name", "courier_name", "name") or "Easyship"
    service = text(courier, "name", "courier_name")
    total = price(rate, "total_charge", code)
    if total is None:
        return unpriced(service)
    covers = {"transport"} | {
        part for name, part in COVERS.items() if price(rate, name, code) is not None
    }
    duty = tax = None
    if text(rate, "incoterms").upper() == "DDP":
        duty, tax = _import(rate, code, total)
        covers |= {"import_duty"} if duty is not None else set()
        covers |= {"import_tax"} if tax is not None else set()
        if duty is None or tax is None:
            problems.append(
                Problem("import_not_told", f"{service} is DDP and does not tell its duty or tax")
            )
    return Offer(
        carrier=carrier,
        service=service,
        price=total,
        covers=frozenset(covers),
        import_duty=duty,
        import_tax=tax,
        least_days=days(rate, "min_delivery_time"),
        most_days=days(rate, "max_delivery_time"),
        reference=text(courier, "id", "courier_id"),
    )


def _import(rate: Node, code: str, total: Amount) -> tuple[Amount | None, Amount | None]:
    """Duty and tax within the total; None for each that is not told or does not fit into it."""
    free = told(rate, "is_above_threshold")
    nothing = Amount(0, code) if free is not None and not free.flag() else None
    duty = price(rate, "import_duty_charge", code) or nothing
    tax = price(rate, "import_tax_charge", code) or nothing
    transport = price(rate, "shipment_charge_total", code)
    if transport is None:
        return None, None
    inside = sum(part.minor for part in (duty, tax) if part is not None)
    return (duty, tax) if total.minor - transport.minor >= inside else (None, None)


SPEC = ProviderSpec(
    name="easyship",
    kind="carrier",
    settings=EasyshipSettings,
    factory=Easyship,
    capabilities=frozenset({"days", "ddp", "several_offers"}),
    limit=LIMIT,
    case="landedcost.testing.cases.easyship:CASE",
    summary="prices of couriers with duty and tax, with an Easyship token",
    docs="reference/sources/easyship.md",
)
