"""All that the author of a provider needs: asks, answers, effects, settings, the spec."""

from ..errors import (
    BadAnswer,
    Denied,
    NoAnswer,
    PluginError,
    ProviderDown,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    Unreachable,
)
from ..lines import Amount
from .answer import Address, Goods, Problem
from .carrier import CarrierSource, Offer, ShippingAnswer, ShippingAsk
from .flow import (
    Effect,
    Flow,
    Hidden,
    Request,
    Response,
    Secret,
    attempt,
    basic,
    bearer,
    blocking,
    fetch,
    gather,
    keep,
)
from .landed import LandedAnswer, LandedAsk, LandedLine, LandedSource
from .policy import Policy
from .rates import COMMERCIAL, CUSTOMS, RatesAnswer, RatesAsk, RatesSource
from .read import Node, positive
from .settings import ProviderSettings
from .spec import API_VERSION, CAPABILITIES, FRESHNESS, Freshness, ProviderSpec
from .tariff import Measure, TariffAnswer, TariffAsk, TariffSource
from .urls import path_part
from .xml import Element

__all__ = [
    "API_VERSION",
    "CAPABILITIES",
    "COMMERCIAL",
    "CUSTOMS",
    "FRESHNESS",
    "Address",
    "Amount",
    "BadAnswer",
    "CarrierSource",
    "Denied",
    "Effect",
    "Element",
    "Flow",
    "Freshness",
    "Goods",
    "Hidden",
    "LandedAnswer",
    "LandedAsk",
    "LandedLine",
    "LandedSource",
    "Measure",
    "NoAnswer",
    "Node",
    "Offer",
    "PluginError",
    "Policy",
    "Problem",
    "ProviderDown",
    "ProviderError",
    "ProviderSettings",
    "ProviderSpec",
    "ProviderTimeout",
    "RateLimited",
    "RatesAnswer",
    "RatesAsk",
    "RatesSource",
    "Request",
    "Response",
    "Secret",
    "ShippingAnswer",
    "ShippingAsk",
    "TariffAnswer",
    "TariffAsk",
    "TariffSource",
    "Unreachable",
    "attempt",
    "basic",
    "bearer",
    "blocking",
    "fetch",
    "gather",
    "keep",
    "path_part",
    "positive",
]
