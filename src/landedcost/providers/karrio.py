"""Shipping prices of many carriers by a karrio server of one's own.

``POST {base_url}/v1/proxy/rates`` with ``shipper``, ``recipient`` and ``parcels`` answers
``{"rates": [{"id", "carrier_name", "service", "currency", "total_charge", "transit_days",
"extra_charges": [{"name", "amount", "currency"}], …}], "messages": [{"code", "message",
"carrier_name", …}]}``. ``total_charge`` is all of it; ``extra_charges`` says what it is made of
and is never added to it. Rates and messages come together, and 424 has messages alone.

Confirmed from karrio 2026.1.32. Not confirmed: that an item's ``value_amount`` and ``weight``
are for one piece, as sent here; that a server hands ``options.incoterm`` to every carrier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    Amount,
    Flow,
    Goods,
    Node,
    Offer,
    Problem,
    ProviderSettings,
    ProviderSpec,
    Request,
    Secret,
    ShippingAnswer,
    ShippingAsk,
    fetch,
)
from .offers import collected, complaints, days, each, price, text, unpriced
from .parcel import address, centimetres, kilograms, major, quotable

NAMES = {
    "country": "country_code",
    "region": "state_code",
    "postcode": "postal_code",
    "city": "city",
    "street": "address_line1",
    "name": "person_name",
}
CHARGES = {
    "fuel surcharge": "fuel",
    "import duty charge": "import_duty",
    "import tax charge": "import_tax",
    "insurance": "insurance",
    "remote area surcharge": "surcharges",
}
"""Names of charges that say plainly what they are. They are each carrier's own words, so that a
name like "Duty Tax Paid", a fee for paying duty, must not be taken for the duty."""


class KarrioSettings(ProviderSettings):
    """Where the server is, its key, and the carriers to ask (all of the account's if empty)."""

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_KARRIO_")

    base_url: str
    api_key: SecretStr
    carrier_ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Karrio:
    """The source."""

    settings: KarrioSettings

    def shipping(self, ask: ShippingAsk) -> Flow[ShippingAnswer]:
        """What the carriers of the account charge for the parcel."""
        quotable(ask)
        settings = self.settings
        response = yield from fetch(
            Request(
                "POST",
                f"{settings.base_url}/v1/proxy/rates",
                headers={"authorization": Secret(f"Token {settings.api_key.get_secret_value()}")},
                json={
                    "shipper": address(ask.sender, NAMES),
                    "recipient": address(ask.buyer, NAMES),
                    "parcels": [_parcel(ask)],
                    "services": list(settings.services),
                    "options": {"incoterm": ask.terms},
                    "carrier_ids": list(settings.carrier_ids),
                },
                expect=frozenset({424}),
            )
        )
        answer = response.json()
        said = complaints(
            [*each(answer, "messages"), *each(answer, "errors")],
            lambda node: text(node, "code"),
            "message",
            by=("carrier_name", "carrier_id"),
        )
        rates = answer["rates"].list() if response.status != 424 else []
        return collected("karrio", map(_offer, rates), said)


def _parcel(ask: ShippingAsk) -> dict[str, Any]:
    found: dict[str, Any] = {"weight": kilograms(ask.total_g), "weight_unit": "KG"}
    if ask.size_mm is not None:
        length, width, height = map(centimetres, ask.size_mm)
        found |= {"length": length, "width": width, "height": height, "dimension_unit": "CM"}
    return found | {"items": [_item(goods) for goods in ask.goods]}


def _item(goods: Goods) -> dict[str, Any]:
    found = {
        "title": goods.title,
        "quantity": goods.quantity,
        "value_amount": major(goods.unit_price),
        "value_currency": goods.unit_price.currency,
        "origin_country": goods.origin,
        "hs_code": goods.hs_code,
    }
    if goods.weight_g is not None:
        found |= {"weight": kilograms(goods.weight_g), "weight_unit": "KG"}
    return {name: value for name, value in found.items() if value != ""}


def _offer(rate: Node) -> Offer | Problem:
    code = rate["currency"].currency()
    carrier, service = rate["carrier_name"].text(), text(rate, "service")
    total = price(rate, "total_charge", code)
    if total is None:
        return unpriced(f"{carrier} {service}".strip())
    covers, parts = {"transport"}, dict[str, Amount]()
    for charge in each(rate, "extra_charges"):
        part = CHARGES.get(text(charge, "name").lower())
        if part is None:
            continue
        inside = price(charge, "amount", (charge.get("currency") or rate["currency"]).currency())
        if inside is not None:
            covers.add(part)
            parts[part] = inside
    transit = days(rate, "transit_days")
    return Offer(
        carrier=carrier,
        service=service,
        price=total,
        covers=frozenset(covers),
        import_duty=parts.get("import_duty"),
        import_tax=parts.get("import_tax"),
        least_days=transit,
        most_days=transit,
        reference=text(rate, "id"),
    )


SPEC = ProviderSpec(
    name="karrio",
    kind="carrier",
    settings=KarrioSettings,
    factory=Karrio,
    capabilities=frozenset({"days", "several_offers"}),
    without={"ddp": "duty is part of a price only where a carrier behind the server says so"},
    case="landedcost.testing.cases.karrio:CASE",
    summary="prices of the carriers of a karrio server, with its key",
    docs="reference/sources/karrio.md",
)
