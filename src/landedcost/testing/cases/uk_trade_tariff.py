"""The UK Trade Tariff: a few commodities of its services, with measures of our own."""

from __future__ import annotations

from typing import Any

from ...ports import TariffAsk
from ..case import Case, Reply, Seen
from .baskets import DAY
from .uk_documents import condition, document, heading, measure

_VAT = measure("305", "20.00 %", "1400")
_COMMODITIES: dict[str, list[Any]] = {
    "uk/api/commodities/6109100010": [
        measure("103", "12.00 %"),
        measure("142", "0.00 %", "2020", conditions=[condition("U110"), condition("U111")]),
        _VAT,
    ],
    "uk/api/commodities/0201100021": [
        measure("103", "12.00 % + 147.00 GBP / 100 kg"),
        measure("143", "0.00 %", "2020", order="051234", end="2026-12-31T00:00:00.000Z"),
        measure("552", "36.10 %", "CN", additional_code="C490"),
        measure("305", "0.00 %", "1400"),
    ],
    "xi/api/commodities/6109100010": [
        measure("103", "12.00 % + 1.00 EUR / kg", excluded=("UA",)),
    ],
}
_HEADING = heading(
    "6109000000",
    ("6109100000", False, [_VAT]),
    ("6109100010", True, [measure("103", "12.00 %"), _VAT]),
    ("6109100090", True, [measure("103", "12.00 %"), _VAT]),
)


def upstream(seen: Seen) -> Reply:
    """The services: a commodity, a heading with its lines, or 404."""
    place = seen.url.partition(".uk/")[2]
    if place == "uk/api/headings/6109":
        return Reply(json=_HEADING)
    measures = _COMMODITIES.get(place)
    if measures is None:
        return Reply(404, json={"errors": [{"detail": "not found"}]})
    return Reply(json=document(*measures, code=place[-10:], service=place[:2]))


CASE = Case(
    settings={},
    asks=[
        TariffAsk("GB", "6109100010", "VN", DAY),
        TariffAsk("GB", "0201100021", "CN", DAY, (("additional_code", "C490"),)),
        TariffAsk("GB", "610910", "VN", DAY),
        TariffAsk("XI", "6109100010", "VN", DAY),
        TariffAsk("EU", "6109100010", "", DAY),
    ],
    upstream=upstream,
    unknown=TariffAsk("GB", "6109990000", "VN", DAY),
)
