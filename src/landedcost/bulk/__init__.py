"""Whole catalogues: baskets in Arrow columns, priced by the same programs as single quotes."""

from ..errors import PluginError

try:
    from .answer import SCHEMA
    from .pricer import Pricer
except ModuleNotFoundError as error:
    raise PluginError(
        f"pricing in columns needs {error.name}, which is not installed",
        code="missing_extra",
        hint='install "landedcost[bulk]"',
    ) from None

__all__ = ["SCHEMA", "Pricer"]
