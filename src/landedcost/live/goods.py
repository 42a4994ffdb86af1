"""What a drop sells as one thing: a bundle of a shop's file, or one that a request asks about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..request import Bundle

if TYPE_CHECKING:
    from ..catalog import CatalogBundle
    from ..pricing.policy import Policy
    from ..request import Request


@dataclass(frozen=True)
class Goods:
    """What a drop sells as one thing.

    ``prices`` are bundles with a price of their own by currency, beside the usual ``bundle``.
    ``units`` is how many of each article it takes from the stock; ``cost`` what a unit of each
    line costs the shop, by line id. ``policy`` is its own where that is not the drop's. ``whole``
    is the same without what it saves as a bundle, to say what it saves. ``request`` says who
    sells it, from where and how it goes, where that is not the shop's usual way.
    """

    title: str
    bundle: Bundle
    prices: Mapping[str, Bundle] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    cost: Mapping[str, Any] | None = None
    policy: Policy | None = None
    whole: Bundle | None = None
    request: Request | None = None

    @classmethod
    def of(cls, bundle: CatalogBundle, *, stocked: bool = False) -> Goods:
        """A bundle of a shop's file. ``stocked`` if an inventory keeps its articles.

        What customs sees as one set is not said to save anything. A gift is no saving.
        """
        usual, parts = bundle.bundle, bundle.parts
        taken_off = bundle.prices or bundle.discount is not None
        taken_off = taken_off or any(p.discount is not None or p.free for p in parts)
        whole = None
        if taken_off and not bundle.assessment.is_set:
            whole = Bundle(
                [part.line() if part.gift else part.item.line(part.quantity) for part in parts],
                shipping=usual.shipping,
                insurance=usual.insurance,
            )
        kept = [part for part in parts if stocked and part.item.stock is not None]
        return cls(
            bundle.title,
            usual,
            {code: bundle.bundle_in(code) for code in bundle.prices},
            {part.item.sku: part.quantity for part in kept},
            bundle.costs,
            None if bundle.policy is bundle.catalog.policy else bundle.policy,
            whole,
        )

    @classmethod
    def asked(cls, request: Request) -> Goods:
        """The bundle of a request, for any buyer; its title is those of its lines, joined."""
        bundle, whole = request.bundle, None
        if bundle.discount is not None or bundle.price is not None:
            whole = Bundle(bundle.lines, shipping=bundle.shipping, insurance=bundle.insurance)
        title = " + ".join(line.title or line.id for line in bundle.lines)
        return cls(title, bundle, whole=whole, request=request)

    def bundle_in(self, shown: str) -> Bundle:
        """The bundle for buyers who are shown prices in a currency."""
        return self.prices.get(shown, self.bundle)
