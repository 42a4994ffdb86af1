"""A shop's own file: items, bundles, policy and drops, and what can be asked of it."""

from .bundle import CatalogBundle
from .catalog import Catalog
from .items import Item
from .parts import Part
from .proposal import Proposal, Proposals
from .propose import propose_bundles
from .read import CatalogDrop
from .shop import ShopSettings

__all__ = [
    "Catalog",
    "CatalogBundle",
    "CatalogDrop",
    "Item",
    "Part",
    "Proposal",
    "Proposals",
    "ShopSettings",
    "propose_bundles",
]
