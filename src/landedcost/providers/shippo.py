"""Shipping prices of many carriers by Shippo.

``POST https://api.goshippo.com/shipments`` with ``async: false`` stores a shipment and answers
with its ``rates``: ``object_id``, ``provider``, ``servicelevel``, ``amount`` (text) and
``currency`` in the sender's money, ``amount_local`` and ``currency_local`` the same converted,
``estimated_days``, ``included_insurance_price``. Weight and value of a customs item are those of
the whole line. It answers 201 also where no carrier had a price, and even where a carrier was
asked too often: what went wrong stands in ``messages``.

Confirmed from the Python client of 2026-02 and the documentation. Not confirmed: whether a rate
without ``included_insurance_price`` is without insurance. There is no duty and no tax in its
models, so they are in no price, whatever the incoterm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    BadAnswer,
    Flow,
    NoAnswer,
    Node,
    Offer,
    Problem,
    ProviderSettings,
    ProviderSpec,
    RateLimited,
    Request,
    Secret,
    ShippingAnswer,
    ShippingAsk,
    fetch,
)
from .offers import collected, complaints, days, each, price, text, unpriced
from .parcel import (
    STREET_NAMES,
    address,
    crosses_border,
    customs_gap,
    line_grams,
    major,
    quotable,
    size,
)
from .refusals import refusal

VERSION = "2018-02-08"


class ShippoSettings(ProviderSettings):
    """The key; which carrier accounts to ask; who signs customs declarations.

    ``size_mm`` is the size of parcels whose own is not known.
    """

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_SHIPPO_")

    api_key: SecretStr
    base_url: str = "https://api.goshippo.com"
    carrier_accounts: tuple[str, ...] = ()
    signer: str = ""
    size_mm: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Shippo:
    """The source."""

    settings: ShippoSettings

    def shipping(self, ask: ShippingAsk) -> Flow[ShippingAnswer]:
        """What a label for the parcel costs. The shipment is stored, so it is sent once."""
        quotable(ask)
        settings = self.settings
        signer = settings.signer or ask.sender.name
        gap = ""
        if crosses_border(ask):
            gap = customs_gap(ask) or ("" if signer else "who signs for them")
        shipment = _shipment(ask, size(ask, settings.size_mm))
        if crosses_border(ask) and not gap:
            shipment["customs_declaration"] = _declaration(ask, signer)
        if settings.carrier_accounts:
            shipment["carrier_accounts"] = list(settings.carrier_accounts)
        token = settings.api_key.get_secret_value()
        response = yield from fetch(
            Request(
                "POST",
                f"{settings.base_url}/shipments",
                headers={
                    "authorization": Secret(f"ShippoToken {token}"),
                    "shippo-api-version": VERSION,
                },
                json=shipment,
                expect=frozenset({422}),
                safe=False,
            )
        )
        if response.status == 422:
            raise refusal(response, NoAnswer, "detail", "message")
        answer = response.json()
        rates = [_offer(rate) for rate in answer["rates"].list()]
        said = complaints(
            each(answer, "messages"), lambda node: text(node, "code"), "text", by=("source",)
        )
        if not rates and any("too many requests" in problem.text.lower() for problem in said):
            raise RateLimited("; ".join(problem.text for problem in said))
        if not rates and text(answer, "status") in ("QUEUED", "WAITING"):
            raise BadAnswer("answered before its carriers did", retryable=True)
        if gap:
            said.append(Problem("no_customs", f"asked without customs items for want of {gap}"))
        return collected("Shippo", rates, said)


def _shipment(ask: ShippingAsk, size_mm: tuple[int, int, int]) -> dict[str, Any]:
    length, width, height = map(str, size_mm)
    return {
        "address_from": address(ask.sender, STREET_NAMES),
        "address_to": address(ask.buyer, STREET_NAMES),
        "parcels": [
            {
                "weight": str(ask.total_g),
                "mass_unit": "g",
                "length": length,
                "width": width,
                "height": height,
                "distance_unit": "mm",
            }
        ],
        "async": False,
    }


def _declaration(ask: ShippingAsk, signer: str) -> dict[str, Any]:
    items = []
    for goods, grams in zip(ask.goods, line_grams(ask) or (), strict=True):
        item = {
            "description": goods.title,
            "quantity": goods.quantity,
            "net_weight": str(grams),
            "mass_unit": "g",
            "value_amount": str(major(goods.total)),
            "value_currency": goods.total.currency,
            "origin_country": goods.origin,
        }
        items.append(item | ({"hs_code": goods.hs_code} if goods.hs_code else {}))
    return {
        "contents_type": "MERCHANDISE",
        "non_delivery_option": "RETURN",
        "certify": True,
        "certify_signer": signer,
        "incoterm": ask.terms,
        "items": items,
    }


def _offer(rate: Node) -> Offer | Problem:
    code = rate["currency"].currency()
    carrier, level = rate["provider"].text(), rate["servicelevel"]
    service = text(level, "token", "name")
    label = price(rate, "amount", code)
    if label is None:
        return unpriced(f"{carrier} {service}".strip())
    insured = price(rate, "included_insurance_price", code) is not None
    delivery = days(rate, "estimated_days")
    return Offer(
        carrier=carrier,
        service=service,
        price=label,
        covers=frozenset({"transport", "insurance"} if insured else {"transport"}),
        least_days=delivery,
        most_days=delivery,
        reference=text(rate, "object_id"),
    )


SPEC = ProviderSpec(
    name="shippo",
    kind="carrier",
    settings=ShippoSettings,
    factory=Shippo,
    capabilities=frozenset({"days", "several_offers"}),
    without={"ddp": "prices are those of the label; duty and tax are in none of them"},
    limit=(500, 60_000),
    case="landedcost.testing.cases.shippo:CASE",
    summary="prices of the carriers of a Shippo account, with its key",
    docs="reference/sources/shippo.md",
)
