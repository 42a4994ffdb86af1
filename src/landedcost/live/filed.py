"""What a drop takes from a shop's file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .goods import Goods
from .sales import plans_of

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..ports.inventory import InventorySource
    from ..pricing.policy import Policy
    from ..request import Buyer

PARTS_UP_TO = 1_000
"""The most cards of a shop's file of which each tells the price of each component."""


def arguments(
    catalog: Catalog,
    markets: Sequence[Buyer | str] | None = None,
    policy: Policy | None = None,
    bundles: Iterable[str] | None = None,
    inventory: InventorySource | None = None,
    pinned: Iterable[str] | None = None,
) -> dict[str, Any]:
    """What a drop takes from a shop's file; the arguments are those of ``Drop.of``."""
    sold = list(catalog.settings.markets if markets is None else markets)
    names = list(catalog.bundles if bundles is None else bundles)
    stocked = inventory is not None
    goods = {name: Goods.of(catalog.bundle(name), stocked=stocked) for name in names}
    if pinned is None:
        pinned = goods if len(goods) * len(sold) <= PARTS_UP_TO else ()
    return {
        "pricing": catalog.pricing(policy),
        "goods": goods,
        "markets": sold,
        "plans": plans_of(catalog),
        "pinned": frozenset(pinned),
    }
