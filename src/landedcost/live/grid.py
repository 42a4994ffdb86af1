"""What every bundle of a drop costs on every market, and which facts each price rests on.

A fact that changes prices only the cells it touches anew; ``priced`` and ``spared`` count both.
Cells are priced one by one, on programs that are kept: a drop has so few bundles of one form
that columns cost more than they save (decisions, "A drop is priced cell by cell").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from ..errors import LandedCostError
from ..fx.given import GivenRates
from ..request import Buyer

if TYPE_CHECKING:
    from ..client import LandedCost
    from ..fx.book import Used
    from ..market import Market
    from ..quote import Quote
    from ..request import Bundle
    from ..territories import Place

Shops = Callable[["Place"], "LandedCost"]
"""The shop as it sells to a place."""
Conversion = tuple[str, str, str]
"""What a rate is used for (``shown`` or ``customs``), from which currency, to which."""
_LACKS_A_RATE = ("no_rate", "no_rates_that_day")


class Sold(Protocol):
    """What is sold as one thing: a bundle, which may have a price of its own in a currency."""

    def bundle_in(self, shown: str) -> Bundle:
        """The bundle for buyers who are shown prices in a currency. Raises RequestError."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One price of a drop: a bundle's name and a market's label."""

    bundle: str
    market: str


class Grid:
    """The landed costs of a drop's bundles on its markets on one day.

    ``shops`` gives the shop for a place, ``sold`` go by name; ``markets`` are buyers, or texts
    such as ``"DE"`` or ``"de-DE"``. A cell that cannot be priced has its error. Raises
    RequestError for a market that cannot be read.
    """

    def __init__(
        self,
        shops: Shops,
        sold: Mapping[str, Sold],
        markets: Sequence[Buyer | str],
        day: date,
        rates: Mapping[str, str] | None = None,
    ) -> None:
        self.shops = shops
        self.sold = dict(sold)
        self.buyers = {_label(m): Buyer.of(m) for m in markets}
        self.day = day
        self.rates = dict(rates or {})
        self.markets: dict[str, Market | LandedCostError] = {}
        self.quotes: dict[Cell, Quote | LandedCostError] = {}
        self.priced = self.spared = 0
        self._open(self.buyers)

    def use(self, shops: Shops, day: date | None = None) -> list[Cell]:
        """Price everything anew with a shop's other rules, tariffs or freight, or on another day.

        Returns the cells, all of them.
        """
        self.shops = shops
        self.day = day or self.day
        return self._open(self.buyers)

    def anew(self, cells: Iterable[Cell]) -> list[Cell]:
        """Price some cells again as things are; returns them."""
        found = list(cells)
        for cell in found:
            self._price(cell.market, [cell.bundle])
        return found

    def rates_moved(self, rates: Mapping[str, str]) -> list[Cell]:
        """Take commercial rates such as ``{"USD/EUR": "0.87"}``; returns the cells they touch.

        Rates given before stay unless they are among these. Raises RequestError for a pair or
        a rate that cannot be; everything is then as it was.
        """
        wanted = {**self.rates, **rates}
        given = GivenRates.of(wanted, "rates", self.day)
        self.rates = wanted
        cells: list[Cell] = []
        for label, market in self.markets.items():
            if isinstance(market, LandedCostError):
                cells += self._open([label])
            else:
                cells += self._rated(label, market, given)
        return cells

    def _open(self, labels: Iterable[str]) -> list[Cell]:
        """Ask the shop for some markets anew, and price their cells; returns these."""
        cells = []
        for label in labels:
            try:
                buyer = self.buyers[label]
                shop = self.shops(buyer.place)
                found = shop.market_for(buyer, as_of=self.day, rates=self.rates or None)
            except LandedCostError as error:
                self.markets[label] = error
            else:
                self.markets[label] = found
            cells += self._price(label, self.sold)
        return cells

    def _rated(self, label: str, market: Market, given: GivenRates) -> list[Cell]:
        """One market at other rates, and the cells of it whose rates are others now."""
        book = market.rates.given_now(given)
        moved = {c for c in market.rates.used if _moved(market, book.get(*c), c)}
        touched = [b for b in self.sold if self._rests(Cell(b, label), moved)]
        self.spared += len(self.sold) - len(touched)
        if moved or touched:
            self.markets[label] = market.at(book)
        return self._price(label, touched)

    def _rests(self, cell: Cell, moved: Set[Conversion]) -> bool:
        """Whether a cell is another if these conversions are.

        What is refused at its value, or lacks a duty only above a threshold, may rest on any.
        """
        quote = self.quotes[cell]
        if isinstance(quote, LandedCostError):
            return bool(moved) or quote.code in _LACKS_A_RATE
        return not moved.isdisjoint(quote.priced.program.conversions)

    def _price(self, label: str, names: Iterable[str]) -> list[Cell]:
        market = self.markets[label]
        cells = [Cell(name, label) for name in names]
        for cell in cells:
            if isinstance(market, LandedCostError):
                self.quotes[cell] = market
                continue
            self.priced += 1
            try:
                bundle = self.sold[cell.bundle].bundle_in(market.terms.shown)
                self.quotes[cell] = market.price(bundle)
            except LandedCostError as error:
                self.quotes[cell] = error
        return cells


def _moved(market: Market, now: Used, conversion: Conversion) -> bool:
    before = market.rates.get(*conversion)
    return (now.minor_num, now.minor_den) != (before.minor_num, before.minor_den)


def _label(market: Buyer | str) -> str:
    return market.label if isinstance(market, Buyer) else market
