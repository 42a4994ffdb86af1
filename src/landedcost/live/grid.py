"""What every bundle of a drop costs on every market, and which facts each price rests on.

A fact that changes prices only the cells it touches anew; ``priced`` and ``spared`` count both.
Cells are priced one by one, on programs that are kept: a drop has so few bundles of one form
that columns cost more than they save (decisions, "A drop is priced cell by cell").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ..errors import LandedCostError, ProviderError
from ..fx.given import GivenRates

if TYPE_CHECKING:
    from ..client import LandedCost
    from ..fx.book import RateBook
    from ..market import Market
    from ..quote import Quote
    from ..request import Bundle, Buyer, Request
    from ..shipping.zones import ShippingOffer
    from ..territories import Place
    from .goods import Goods

Conversion = tuple[str, str, str]
"""What a rate is used for (``shown`` or ``customs``), from which currency, to which."""
Shops = Callable[["Goods", "Place"], "LandedCost"]
"""The shop as it sells some goods to a place."""
_LACKS_A_RATE = ("no_rate", "no_rates_that_day")


class Cell(NamedTuple):
    """One price of a drop: a bundle's name and a market's label."""

    bundle: str
    market: str


@dataclass(frozen=True)
class Asked:
    """What a shop answered for some cells on a day, while the facts had the number ``facts``.

    ``markets`` are those of the shop's own tables, by what ``keys`` has for each cell.
    """

    facts: int
    day: date
    quotes: Mapping[Cell, Quote | LandedCostError]
    keys: Mapping[Cell, object]
    markets: Mapping[object, Market | LandedCostError]


class Grid:
    """The landed costs of a drop's bundles on its markets on one day.

    ``shops`` gives the shop for goods and a place; ``goods`` go by name, ``buyers`` by label. A
    cell that cannot be priced has its error. ``failed`` are the cells of which a source told
    nothing when it was last asked: what it told before stays. ``rests`` are the conversions that
    the price made of a cell rests on, as who makes it writes them here; a cell that is not there
    may rest on any. Raises RequestError for rates that cannot be.
    """

    def __init__(
        self,
        shops: Shops,
        goods: Mapping[str, Goods],
        buyers: Mapping[str, Buyer],
        cells: Iterable[Cell],
        day: date,
        rates: Mapping[str, str] | None = None,
    ) -> None:
        self.shops = shops
        self.goods = goods
        self.buyers = buyers
        self.cells = tuple(cells)
        self.day = day
        self.rates = dict(rates or {})
        GivenRates.of(self.rates, "rates", day)
        self.quotes: dict[Cell, Quote | LandedCostError] = {}
        self.failed: dict[Cell, ProviderError] = {}
        self.rests: dict[Cell, Set[Conversion]] = {}
        self.priced = self.spared = 0
        self._facts = 0
        self._keys: dict[Cell, object] = {}
        self._markets: dict[object, Market] = {}
        self._carried: dict[Cell, ShippingOffer | None] = {}
        self.take(self.ask(day, self.cells))

    def use(self, shops: Shops, goods: Mapping[str, Goods], day: date) -> list[Cell]:
        """Price everything anew with other goods, or a shop's other rules, tariffs or freight.

        Returns the cells, all of them.
        """
        self.shops, self.goods, self.day = shops, goods, day
        self._facts += 1
        for kept in (self.failed, self.quotes, self.rests, self._keys, self._carried):
            kept.clear()
        self._markets.clear()
        return self.take(self.ask(day, self.cells))

    def ask(self, day: date, cells: Iterable[Cell]) -> Asked:
        """Ask the shop what some cells cost on a day.

        Nothing changes until it is taken, so this may run in another thread.
        """
        markets: dict[object, Market | LandedCostError] = {}
        quotes: dict[Cell, Quote | LandedCostError] = {}
        keys: dict[Cell, object] = {}
        facts, pinned = self._facts, dict(self.rates)
        for cell in cells:
            goods, buyer = self.goods[cell.bundle], self.buyers[cell.market]
            shop = self.shops(goods, buyer.place)
            request = request_of(goods, buyer, day, pinned)
            key: object = cell
            if shop.providers is None:
                key = (id(shop), cell.market, None if request is None else cell.bundle)
                if key not in markets:
                    markets[key] = market_of(shop, buyer, request, day, pinned)
            keys[cell] = key
            try:
                quotes[cell] = quote_of(shop, goods, buyer, request, day, pinned, markets.get(key))
            except LandedCostError as error:
                quotes[cell] = error
        return Asked(facts, day, quotes, keys, markets)

    def take(self, asked: Asked) -> list[Cell]:
        """Take what was asked for as the facts of now; returns the cells that it touches.

        What was asked before other rates came, or before another day began, is asked again.
        """
        if asked.facts != self._facts or asked.day < self.day:
            asked = self.ask(max(asked.day, self.day), asked.quotes)
        anew = asked.day != self.day
        self.day = asked.day
        touched = []
        for cell, found in asked.quotes.items():
            before = self.quotes.get(cell)
            if isinstance(found, ProviderError) and before is not None:
                self.failed[cell] = found
                touched.append(cell)
                continue
            again = self.failed.pop(cell, None) is not None or anew
            if not again and self._same(cell, before, found):
                self.spared += 1
            else:
                self.priced += 1
                self.quotes[cell] = found
                touched.append(cell)
            self._keep(cell, asked.keys[cell], found, asked.markets)
        return touched

    def _keep(
        self,
        cell: Cell,
        key: object,
        found: Quote | LandedCostError,
        markets: Mapping[object, Market | LandedCostError],
    ) -> None:
        """Remember the market of a cell, also where the cell itself could not be priced."""
        market = markets.get(key)
        if not isinstance(found, LandedCostError):
            market, self._carried[cell] = found.priced.market, found.priced.carried
        if market is None or isinstance(market, LandedCostError):
            self._keys.pop(cell, None)
        else:
            self._keys[cell], self._markets[key] = key, market

    def _same(
        self, cell: Cell, before: Quote | LandedCostError | None, now: Quote | LandedCostError
    ) -> bool:
        """Whether an answer is what was known: the same figures, and rates the price rests on."""
        rests = self.rests.get(cell)
        if rests is None or before is None:
            return False
        if isinstance(before, LandedCostError) or isinstance(now, LandedCostError):
            return False
        one, two = before.priced, now.priced
        same = one.program is two.program or one.program.ops == two.program.ops
        same = same and one.inputs == two.inputs and one.beside == two.beside
        return same and not _moved(one.market.rates, two.market.rates, rests)

    def quote(self, cell: Cell) -> Quote | LandedCostError:
        """What a cell costs at list prices, at the rates of now.

        A cell that no rate of it moved for was not priced with the others: it is now, if need be.
        """
        found = self.quotes[cell]
        if not isinstance(found, LandedCostError) and cell in self._keys:
            market = self._markets[self._keys[cell]]
            if found.priced.market is not market:
                found = self.quotes[cell] = self._priced(cell, market)
        return found

    def whole(self, cell: Cell) -> Quote | None:
        """The same without what it saves as a bundle; None where that is not known."""
        whole = self.goods[cell.bundle].whole
        if whole is None or cell not in self._keys:
            return None
        try:
            return self._markets[self._keys[cell]].price(whole, self._carried.get(cell))
        except LandedCostError:
            return None

    def rates_moved(self, rates: Mapping[str, str]) -> list[Cell]:
        """Take commercial rates such as ``{"USD/EUR": "0.87"}``; returns the cells they touch.

        Rates given before stay unless they are among these. Raises RequestError for a pair or a
        rate that cannot be; everything is then as it was.
        """
        wanted = {**self.rates, **rates}
        given = GivenRates.of(wanted, "rates", self.day)
        self.rates = wanted
        self._facts += 1
        moves: dict[object, Set[Conversion]] = {}
        touched, closed = [], []
        for cell in self.cells:
            key = self._keys.get(cell)
            if key is None:
                closed.append(cell)
                continue
            moved = moves.get(key)
            if moved is None:
                moved = moves[key] = self._move(key, cell, given)
            rests = self.rests.get(cell)
            if rests is None:
                hit = bool(moved) or _lacks_a_rate(self.quotes[cell])
            else:
                hit = bool(moved) and not rests.isdisjoint(moved)
            if hit:
                self.quotes[cell] = self._priced(cell, self._markets[key])
                touched.append(cell)
            else:
                self.spared += 1
        return touched + self._opened(closed)

    def _opened(self, cells: Iterable[Cell]) -> list[Cell]:
        """Try cells again whose market could not be opened; live sources are asked later."""
        own = [
            cell
            for cell in cells
            if self.shops(self.goods[cell.bundle], self.buyers[cell.market].place).providers is None
        ]
        return self.take(self.ask(self.day, own))

    def _move(self, key: object, cell: Cell, given: GivenRates) -> Set[Conversion]:
        """Put a market on other rates; returns the conversions of it that are others now."""
        market = self._markets[key]
        request = self.goods[cell.bundle].request
        if request is not None and request.rates:
            given = GivenRates.of({**request.rates, **self.rates}, "rates", self.day)
        before, book = market.rates, market.rates.given_now(given)
        self._markets[key] = market.at(book)
        return _moved(before, book, before.used)

    def _priced(self, cell: Cell, market: Market) -> Quote | LandedCostError:
        """A cell on its market, with the carrier's offer it had."""
        self.priced += 1
        try:
            bundle = self.goods[cell.bundle].bundle_in(market.terms.shown)
            return market.price(bundle, self._carried.get(cell))
        except LandedCostError as error:
            return error


def _moved(before: RateBook, now: RateBook, conversions: Iterable[Conversion]) -> Set[Conversion]:
    """The conversions that are others now."""
    found = set()
    for conversion in conversions:
        one, two = before.get(*conversion), now.get(*conversion)
        if (one.minor_num, one.minor_den) != (two.minor_num, two.minor_den):
            found.add(conversion)
    return found


def request_of(goods: Goods, buyer: Buyer, day: date, rates: Mapping[str, str]) -> Request | None:
    """What goods of a request ask for a buyer on a day; None for those of a shop."""
    if goods.request is None:
        return None
    given = {**(goods.request.rates or {}), **rates}
    return goods.request.but(buyer=buyer, currency=None, as_of=day, rates=given or None)


def market_of(
    shop: LandedCost, buyer: Buyer, request: Request | None, day: date, rates: Mapping[str, str]
) -> Market | LandedCostError:
    """The market of a buyer by the shop's own tables."""
    try:
        if request is not None:
            return shop.market(request)
        return shop.market_for(buyer, as_of=day, rates=rates or None)
    except LandedCostError as error:
        return error


def quote_of(
    shop: LandedCost,
    goods: Goods,
    buyer: Buyer,
    request: Request | None,
    day: date,
    rates: Mapping[str, str],
    market: Market | LandedCostError | None,
) -> Quote:
    """What goods cost a buyer: on a market of the shop's tables, or by its live sources."""
    if isinstance(market, LandedCostError):
        raise market
    if market is not None:
        return market.price(goods.bundle_in(market.terms.shown))
    if request is not None:
        return shop.price(request)
    bundle: Bundle = goods.bundle
    if goods.prices:
        bundle = goods.bundle_in(shop.market_for(buyer, as_of=day).terms.shown)
    return shop.price_for(bundle, buyer, as_of=day, rates=rates or None)


def _lacks_a_rate(found: Quote | LandedCostError) -> bool:
    return isinstance(found, LandedCostError) and found.code in _LACKS_A_RATE
