"""What of a question picks a market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .request import Buyer, Request, Seller
from .territories import Place


@dataclass(frozen=True, slots=True)
class Ask:
    """Who buys from whom and on which terms; ``currency`` is None for the buyer's own."""

    buyer: Buyer
    seller: Seller
    ship_from: Place
    day: date
    terms: str
    channel: str
    currency: str | None

    @classmethod
    def of(cls, request: Request) -> Ask:
        """The ask of a full request."""
        return cls(
            request.buyer,
            request.seller,
            request.ship_from,
            request.as_of,
            request.terms,
            request.channel,
            request.currency,
        )
