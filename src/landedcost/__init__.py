"""What a bundle really costs a buyer abroad, all in, and why.

``LandedCost().price_for(bundle, "de-DE")`` answers offline from bundled rules, tariffs and
rates, exact to the minor unit, every charge with its rule and its source. Everything a program
may rely on is named in ``__all__``; the rest may change.
"""

from typing import TYPE_CHECKING, Any

from .client import LandedCost
from .errors import (
    HeldError,
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
from .facts import Provenance
from .lines import Amount, Line
from .quote import Charge, Note, Quote, Reason
from .regimes.load import RuleBook
from .request import Bundle, Buyer, Request, Seller
from .requirements import Requirement
from .shipping.zones import ZoneTable
from .tariffs.local import LocalTariffs
from .territories import Place, place

if TYPE_CHECKING:
    from .async_client import AsyncLandedCost
    from .catalog import Catalog, propose_bundles
    from .live.drop import Drop
    from .outside.beside import Comparison
    from .pricing.offer import Offer, Pricing
    from .pricing.policy import Policy
    from .pricing.schedule import Schedule
    from .pricing.sticky import Shown
    from .providers.config import Providers
    from .regimes.reform import Reform

__version__ = "0.1.0"

__all__ = [
    "Amount",
    "AsyncLandedCost",
    "Bundle",
    "Buyer",
    "Catalog",
    "Charge",
    "Comparison",
    "Drop",
    "HeldError",
    "LandedCost",
    "LandedCostError",
    "Line",
    "LocalTariffs",
    "MoneyError",
    "NotInForce",
    "Note",
    "Offer",
    "Place",
    "PluginError",
    "Policy",
    "Pricing",
    "Provenance",
    "ProviderError",
    "Providers",
    "Quote",
    "Reason",
    "Reform",
    "RefusedError",
    "Request",
    "RequestError",
    "Requirement",
    "RuleBook",
    "RuleError",
    "RuleFileError",
    "Schedule",
    "Seller",
    "Shown",
    "ZoneTable",
    "place",
    "propose_bundles",
]

_LATER = {
    "AsyncLandedCost": "async_client",
    "Catalog": "catalog",
    "Comparison": "outside.beside",
    "Drop": "live.drop",
    "Offer": "pricing.offer",
    "Policy": "pricing.policy",
    "Pricing": "pricing.offer",
    "Providers": "providers.config",
    "Reform": "regimes.reform",
    "Schedule": "pricing.schedule",
    "Shown": "pricing.sticky",
    "propose_bundles": "catalog",
}
"""What needs more than a price does, loaded when it is asked for, and its module."""


def __getattr__(name: str) -> Any:
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{module}"), name)
