"""What happened, kept for good: the prices a shop displayed, and when (extra ``ledger``)."""

from .reduction import Displayed, Reduction, Reference
from .shown import PriceLedger

__all__ = ["Displayed", "PriceLedger", "Reduction", "Reference"]
