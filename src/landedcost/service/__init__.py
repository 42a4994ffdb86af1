"""The service: prices, held quotes and the live feed over HTTP, for shops in any language.

``landedcost service serve`` runs it; :func:`create_service` makes the ASGI application to mount
in another.
"""

from ..errors import PluginError

try:
    from .access import ApiKeys
    from .app import Parts, create_service
    from .desk import Limits
    from .hooks import HookSettings, SaleorHook, ShopifyHook
    from .session import Session
    from .store import Holds
    from .till import Terms, Till
except ModuleNotFoundError as error:
    raise PluginError(
        f"the service needs {error.name}, which is not installed",
        code="missing_extra",
        hint='install "landedcost[live]"',
    ) from None

__all__ = [
    "ApiKeys",
    "Holds",
    "HookSettings",
    "Limits",
    "Parts",
    "SaleorHook",
    "Session",
    "ShopifyHook",
    "Terms",
    "Till",
    "create_service",
]
