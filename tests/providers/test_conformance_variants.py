"""The ways of a source that its own case does not take, through the laws and the faults too."""

from __future__ import annotations

from dataclasses import replace

from landedcost.providers import easypost, ecb, open_exchange_rates
from landedcost.testing import CarrierConformance, RatesConformance
from landedcost.testing.cases import easypost as easypost_cases
from landedcost.testing.cases import ecb as ecb_cases
from landedcost.testing.cases import open_exchange_rates as oxr_cases


class TestEasyPostWithoutStoring(CarrierConformance):
    spec = easypost.SPEC
    case = easypost_cases.STATELESS


class TestEcbThroughAllItsFiles(RatesConformance):
    spec = ecb.SPEC
    case = replace(
        ecb_cases.CASE, asks=sorted(ecb_cases.CASE.asks, key=lambda ask: (ask.day, ask.use))
    )


class TestOpenExchangeRatesOfADayJustBegun(RatesConformance):
    spec = open_exchange_rates.SPEC
    case = replace(oxr_cases.CASE, asks=oxr_cases.CASE.asks[::-1])
