"""What is asked, resolved as far as it can be from what comes with the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .fx.book import RateBook
from .fx.given import GivenRates
from .fx.margin import FxMargin
from .market import Market, Terms

if TYPE_CHECKING:
    from .fx.book import Rates
    from .regimes.select import Lane
    from .request import Buyer
    from .shipping.zones import ZoneTable
    from .tariffs.lookup import Tariff


@dataclass(frozen=True, slots=True)
class Question:
    """A lane, a buyer and the terms; the rates pinned; the tables and the margin of the shop."""

    lane: Lane
    buyer: Buyer
    terms: Terms
    given: Mapping[str, str] | None
    given_customs: Mapping[str, str] | None
    table: Tariff | None
    rates: Rates
    carrier: ZoneTable | None
    margin: FxMargin

    def market(self) -> Market:
        """The market as the shop's own tables have it. Raises RequestError for a bad rate."""
        return Market(self.lane, self.book(self.rates), self.table, self.terms, self.carrier)

    def book(self, rates: Rates) -> RateBook:
        """Some rates, with those that are pinned before them. Raises RequestError."""
        day, given, customs = self.lane.key.day, self.given, self.given_customs
        return RateBook(
            rates,
            day,
            self.lane.regime.customs_territory,
            GivenRates.of(given, "rates", day) if given else None,
            GivenRates.of(customs, "customs_rates", day) if customs else None,
            shown=self.terms.shown,
            margin=self.margin,
        )
