"""What of a question picks a market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from .currencies import currency
from .request import Buyer, Request, Seller
from .territories import Place

if TYPE_CHECKING:
    from .market import Terms
    from .regimes.select import LaneKey


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

    @property
    def lane(self) -> LaneKey:
        """What of it decides which rules apply."""
        from .regimes.select import LaneKey

        return LaneKey(
            buyer=self.buyer.place,
            sender=self.ship_from,
            day=self.day,
            channel=self.channel,
            buyer_kind=self.buyer.kind,
            registrations=self.seller.registrations,
            terms=self.terms,
        )

    def shown(self, strategy: str) -> Terms:
        """How the price is shown, with the shop's policy for short codes. Raises MoneyError."""
        from .market import Terms

        code = self.currency or self.buyer.currency
        if code is None:
            from .locales import currency_of

            code = currency_of(self.buyer.country, self.day)
        locale = self.buyer.locale or f"und-{self.buyer.country}"
        return Terms(currency(code, "currency").code, locale, strategy, self.buyer.country)
