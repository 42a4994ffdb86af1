"""Duty, tax and fees of a basket by Zonos Landed Cost, its GraphQL API.

``POST {base_url}/graphql`` with one mutation that chains the steps of a quote: parties, items,
the shipping as given, the landed cost. The answer is read in :mod:`.zonos_quote`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    Flow,
    LandedAnswer,
    LandedAsk,
    NoAnswer,
    ProviderSettings,
    ProviderSpec,
    Request,
    fetch,
)
from .basket import freight, number, unit_prices
from .zonos_quote import read_quote

QUERY = """
mutation($parties: [PartyCreateWorkflowInput!]!, $items: [ItemCreateWorkflowInput!]!,
         $shipping: ShipmentRatingCreateWorkflowInput!, $quote: LandedCostWorkFlowInput!) {
  partyCreateWorkflow(input: $parties) { id }
  itemCreateWorkflow(input: $items) { id productId }
  cartonizeWorkflow { id }
  shipmentRatingCreateWorkflow(input: $shipping) { id }
  landedCostCalculateWorkflow(input: $quote) {
    id currencyCode method landedCostGuaranteeCode
    amountSubtotals { duties taxes fees landedCostTotal }
    duties { amount currencyCode formula description item { id } exchangeRate { expiresAt } }
    taxes { amount currencyCode formula description item { id } exchangeRate { expiresAt } }
    fees { amount currencyCode formula description item { id } exchangeRate { expiresAt } }
  }
}
"""


class ZonosSettings(ProviderSettings):
    """The credential token of the organisation at Zonos, and where the service is."""

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_ZONOS_")

    credential_token: SecretStr
    base_url: str = "https://api.zonos.com"
    service_level: str = ""
    tariff_rate: str = "ZONOS_PREFERRED"


@dataclass(frozen=True, slots=True)
class Zonos:
    """The source."""

    settings: ZonosSettings

    def landed(self, ask: LandedAsk) -> Flow[LandedAnswer]:
        """Zonos's duty, tax and fees of the basket, in the currency asked for.

        Raises NoAnswer if the shipping is not known or amounts are in several currencies.
        """
        response = yield from fetch(
            Request(
                "POST",
                f"{self.settings.base_url}/graphql",
                headers={"credentialToken": self.settings.credential_token},
                json={"query": QUERY, "variables": variables(ask, self.settings)},
            )
        )
        return read_quote(ask, response.json())


def variables(ask: LandedAsk, settings: ZonosSettings) -> dict[str, Any]:
    """What the mutation is given; items are named by their place in the basket."""
    bringing = freight(ask)
    if bringing is None:
        raise NoAnswer("needs the price of the shipping", hint="ask a carrier first")
    parties = [
        {
            "type": role,
            "location": {
                "administrativeAreaCode": place.region,
                "countryCode": place.country,
                "line1": place.street,
                "locality": place.city,
                "postalCode": place.postcode,
            },
        }
        for role, place in (("ORIGIN", ask.sender), ("DESTINATION", ask.buyer))
    ]
    items = []
    for at, (goods, price) in enumerate(zip(ask.goods, unit_prices(ask), strict=True)):
        item: dict[str, Any] = {
            "productId": str(at),
            "amount": price,
            "currencyCode": goods.unit_price.currency,
            "quantity": goods.quantity,
        }
        told = {
            "description": goods.title,
            "hsCode": goods.hs_code,
            "countryOfOrigin": goods.origin,
        }
        item |= {name: text for name, text in told.items() if text}
        if goods.weight_g:
            weight = {"type": "WEIGHT", "unitOfMeasure": "GRAM", "value": goods.weight_g}
            item["measurements"] = [weight]
        items.append(item)
    shipping = {"amount": number(bringing), "currencyCode": bringing.currency}
    if settings.service_level:
        shipping["serviceLevelCode"] = settings.service_level
    return {
        "parties": parties,
        "items": items,
        "shipping": shipping,
        "quote": {
            "calculationMethod": ask.terms,
            "currencyCode": ask.currency,
            "endUse": "NOT_FOR_RESALE",
            "tariffRate": settings.tariff_rate,
        },
    }


SPEC = ProviderSpec(
    name="zonos",
    kind="landed",
    settings=ZonosSettings,
    factory=Zonos,
    capabilities=frozenset({"lines", "formulas", "guarantee"}),
    without={"rates": "rates stand within the words of the formulas"},
    summary="duty, tax and fees of an import by Zonos, often guaranteed; a credential token",
    docs="reference/sources/zonos.md",
    case="landedcost.testing.cases.zonos:CASE",
)
