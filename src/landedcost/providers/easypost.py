"""Shipping prices of many carriers by EasyPost.

``POST https://api.easypost.com/v2/shipments`` (HTTP Basic, the key as user) stores a shipment
and answers with its ``rates``: ``id``, ``carrier``, ``service``, ``rate`` (text), ``currency``,
``delivery_days`` and more, and ``messages`` of the carriers that had none. ``POST /beta/rates``
answers the same and stores nothing. Parcels are in ounces and inches with one decimal; the
weight and value of a customs item are those of the whole line, the weight in thousandths of an
ounce. ``rate`` is the label; ``list_rate`` and ``retail_rate`` are what others pay.

Confirmed from the documentation and the Python client of 2026-06. Not confirmed: that
``/beta/rates`` reads ``customs_info``; the fields of ``landed_cost``, which needs a contract with
Zonos and is not read. Duty and tax are in no price, whatever the incoterm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    Denied,
    Flow,
    NoAnswer,
    Node,
    Offer,
    Problem,
    ProviderSettings,
    ProviderSpec,
    Request,
    ShippingAnswer,
    ShippingAsk,
    basic,
    fetch,
)
from .offers import collected, complaints, days, each, price, text, unpriced
from .parcel import (
    STREET_NAMES,
    address,
    crosses_border,
    customs_gap,
    inches,
    line_grams,
    major,
    ounces,
    ounces_within,
    quotable,
)
from .refusals import refusal


class EasyPostSettings(ProviderSettings):
    """The key; which carrier accounts to ask; whether the shipment asked about is stored."""

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_EASYPOST_")

    api_key: SecretStr
    base_url: str = "https://api.easypost.com"
    carrier_accounts: tuple[str, ...] = ()
    stored: bool = True


@dataclass(frozen=True, slots=True)
class EasyPost:
    """The source."""

    settings: EasyPostSettings

    def shipping(self, ask: ShippingAsk) -> Flow[ShippingAnswer]:
        """What a label for the parcel costs. A stored shipment is not asked for twice."""
        quotable(ask)
        settings = self.settings
        gap = customs_gap(ask) if crosses_border(ask) else ""
        shipment = _shipment(ask, customs=crosses_border(ask) and not gap)
        if settings.carrier_accounts:
            shipment["carrier_accounts"] = list(settings.carrier_accounts)
        response = yield from fetch(
            Request(
                "POST",
                settings.base_url + ("/v2/shipments" if settings.stored else "/beta/rates"),
                headers={"authorization": basic(settings.api_key)},
                json={"shipment": shipment},
                expect=frozenset({402, 422}),
                safe=not settings.stored,
            )
        )
        if response.status >= 400:
            kind = Denied if response.status == 402 else NoAnswer
            raise refusal(response, kind, "error.code", "error.message", "error.errors")
        answer = response.json()
        said = complaints(
            each(answer, "messages"), lambda node: text(node, "type"), "message", by=("carrier",)
        )
        if gap:
            said.append(Problem("no_customs", f"asked without customs items for want of {gap}"))
        return collected("EasyPost", map(_offer, answer["rates"].list()), said)


def _shipment(ask: ShippingAsk, customs: bool) -> dict[str, Any]:
    box: dict[str, Any] = {"weight": ounces(ask.total_g)}
    if ask.size_mm is not None:
        length, width, height = map(inches, ask.size_mm)
        box |= {"length": length, "width": width, "height": height}
    found: dict[str, Any] = {
        "from_address": address(ask.sender, STREET_NAMES),
        "to_address": address(ask.buyer, STREET_NAMES),
        "parcel": box,
        "options": {"incoterm": ask.terms},
    }
    if customs:
        found["customs_info"] = {"contents_type": "merchandise", "customs_items": _items(ask)}
    return found


def _items(ask: ShippingAsk) -> list[dict[str, Any]]:
    found = []
    for goods, grams in zip(ask.goods, line_grams(ask) or (), strict=True):
        item = {
            "description": goods.title,
            "quantity": goods.quantity,
            "weight": ounces_within(grams),
            "value": major(goods.total),
            "currency": goods.total.currency,
            "origin_country": goods.origin,
        }
        found.append(item | ({"hs_tariff_number": goods.hs_code} if goods.hs_code else {}))
    return found


def _offer(rate: Node) -> Offer | Problem:
    carrier, service = rate["carrier"].text(), rate["service"].text()
    label = price(rate, "rate", rate["currency"].currency())
    if label is None:
        return unpriced(f"{carrier} {service}")
    delivery = days(rate, "delivery_days")
    return Offer(
        carrier=carrier,
        service=service,
        price=label,
        least_days=delivery,
        most_days=delivery,
        reference=text(rate, "id"),
    )


SPEC = ProviderSpec(
    name="easypost",
    kind="carrier",
    settings=EasyPostSettings,
    factory=EasyPost,
    capabilities=frozenset({"days", "several_offers"}),
    without={"ddp": "prices are those of the label; duty and tax are in none of them"},
    case="landedcost.testing.cases.easypost:CASE",
    summary="prices of the carriers of an EasyPost account, with its key",
    docs="reference/sources/easypost.md",
)
