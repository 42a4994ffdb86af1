"""The tables that come with the package."""

from __future__ import annotations

from datetime import date

from ...ports import CUSTOMS, RatesAsk, TariffAsk
from ..case import Case

_LOCAL = "the tables come with the package"
DAY = date(2026, 10, 1)

RATES = Case(
    settings={},
    asks=[RatesAsk(DAY), RatesAsk(date(2024, 1, 15)), RatesAsk(DAY, CUSTOMS, "EU")],
    local=_LOCAL,
    unknown=RatesAsk(date(1990, 1, 1)),
)
TARIFF = Case(
    settings={},
    asks=[
        TariffAsk("GB", "6109100010", "VN", DAY),
        TariffAsk("EU", "610910", "VN", DAY),
        TariffAsk("XI", "650500", "CN", DAY),
    ],
    local=_LOCAL,
    unknown=TariffAsk("JP", "691110", "CN", DAY),
)
