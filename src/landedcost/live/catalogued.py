"""The bundles of a shop's file as a stream shows them: under the shop's policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ..catalog import CatalogBundle
from ..quote import Quote
from ..request import Bundle, Buyer


@dataclass(frozen=True, slots=True)
class Catalogued:
    """A bundle of a shop's file; see :class:`landedcost.live.repricing.Sold`."""

    bundle: CatalogBundle

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.bundle.name

    @property
    def title(self) -> str:
        """Its title in the file."""
        return self.bundle.title

    def priced(self, buyer: Buyer, at: datetime) -> tuple[Quote, Quote | None]:
        """The quote of its offer, and what its articles cost at their own prices.

        The second is None where nothing is taken off, and where customs sees one set. A gift is
        no saving.
        """
        bundle = self.bundle
        offer = bundle.offer(buyer, at=at)
        taken_off = bundle.prices or bundle.discount is not None
        taken_off = taken_off or any(p.discount is not None or p.free for p in bundle.parts)
        if not taken_off or bundle.assessment.is_set:
            return offer.quote, None
        usual = bundle.bundle
        whole = Bundle(
            [p.line() if p.gift else p.item.line(p.quantity) for p in bundle.parts],
            shipping=usual.shipping,
            insurance=usual.insurance,
        )
        day = at.astimezone(UTC).date()
        return offer.quote, bundle.catalog.shop().price_for(whole, buyer, as_of=day)
