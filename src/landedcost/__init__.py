"""What a bundle really costs a buyer abroad, all in, and why.

``LandedCost().price_for(bundle, "de-DE")`` answers offline from bundled rules, tariffs and
rates, exact to the minor unit, every charge with its rule and its source. Everything a program
may rely on is named in ``__all__``; the rest may change.
"""

from .client import LandedCost
from .errors import (
    LandedCostError,
    MoneyError,
    NotInForce,
    PluginError,
    ProviderError,
    RefusedError,
    RequestError,
    RuleError,
    RuleFileError,
)
from .lines import Amount, Line
from .quote import Charge, Note, Provenance, Quote, Reason
from .regimes.load import RuleBook
from .request import Bundle, Buyer, Request, Seller
from .requirements import Requirement
from .shipping.zones import ZoneTable
from .tariffs.local import LocalTariffs
from .territories import Place, place

__version__ = "0.1.0"

__all__ = [
    "Amount",
    "Bundle",
    "Buyer",
    "Charge",
    "LandedCost",
    "LandedCostError",
    "Line",
    "LocalTariffs",
    "MoneyError",
    "NotInForce",
    "Note",
    "Place",
    "PluginError",
    "Provenance",
    "ProviderError",
    "Quote",
    "Reason",
    "RefusedError",
    "Request",
    "RequestError",
    "Requirement",
    "RuleBook",
    "RuleError",
    "RuleFileError",
    "Seller",
    "ZoneTable",
    "place",
]
