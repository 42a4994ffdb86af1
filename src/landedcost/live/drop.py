"""A drop: bundles on markets whose prices are kept, under a policy, while facts move.

A fact that changes re-prices what rests on it and nothing else; stickiness and guard rails
decide whether the shown price follows; what differs is published. Pure but for the inventory:
every instant is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..errors import LandedCostError, RequestError
from ..pricing.sticky import moment
from .card import Change, Sale, Stock
from .feed import Event, Feed
from .grid import Cell, Grid
from .quoted import bare_card, card_of

if TYPE_CHECKING:
    from ..ports.inventory import InventorySource
    from ..pricing.offer import Offer, Pricing
    from ..pricing.sticky import Shown
    from ..quote import Quote
    from ..request import Bundle, Buyer
    from .sales import Sales

HOLD = timedelta(minutes=15)
"""How long a shown price is honoured."""


@dataclass(frozen=True)
class Goods:
    """What a drop sells as one thing.

    ``prices`` are bundles with a price of their own by currency, beside the usual ``bundle``.
    ``units`` is how many of each article it takes from the stock; ``cost`` what a unit of each
    line costs the shop, by line id.
    """

    title: str
    bundle: Bundle
    prices: Mapping[str, Bundle] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    cost: Mapping[str, Any] | None = None

    def bundle_in(self, shown: str) -> Bundle:
        """The bundle for buyers who are shown prices in a currency."""
        return self.prices.get(shown, self.bundle)


@dataclass(frozen=True)
class Offered:
    """A price that is shown: the offer, the id it goes by on a page, and until when it holds."""

    id: str
    cell: Cell
    offer: Offer
    shown_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Update:
    """What a fact did: the cells priced anew, those whose shown price changed, what was published.

    ``spared`` is how many cells were left as they were. ``event`` is None where no page changes.
    """

    touched: tuple[Cell, ...]
    changed: tuple[Cell, ...]
    spared: int
    event: Event | None


class Drop:
    """Bundles on sale on some markets, their prices kept up to date and published in ``feed``.

    ``pricing`` is the shop with its policy, ``goods`` what is sold by name, ``markets`` buyers or
    texts such as ``"de-DE"``, in the order in which a page shows them. ``hold`` is how long a
    shown price is honoured. ``inventory`` tells what is left; ``sales`` when what is on sale.
    ``shown`` is what was shown before a restart (:meth:`state`). Of ``pinned`` bundles the cards
    tell the price of each component too.

    Raises RequestError for a market that cannot be read, and for a state of another drop.
    """

    def __init__(
        self,
        pricing: Pricing,
        goods: Mapping[str, Goods],
        markets: Sequence[Buyer | str],
        *,
        at: datetime,
        epoch: str,
        hold: timedelta = HOLD,
        inventory: InventorySource | None = None,
        sales: Sales | None = None,
        rates: Mapping[str, str] | None = None,
        shown: Mapping[Cell, Shown] | None = None,
        pinned: Iterable[str] = (),
    ) -> None:
        now = moment(at)
        self.pricing = pricing
        self.goods = dict(goods)
        self.hold = hold
        self.pinned = frozenset(pinned)
        self.inventory = inventory
        self.sales = sales
        self.feed = Feed(epoch, now)
        self.grid = Grid(pricing.shop_for, self.goods, markets, now.date(), rates)
        self.shown: dict[Cell, Shown] = dict(shown or {})
        self.errors: dict[Cell, LandedCostError] = {}
        self._offers: dict[Cell, Offered] = {}
        self._kept: dict[str, Offered] = {}
        self._stock: dict[str, Stock] = {}
        self._number = 0
        self._at = now
        self._read_stock(self._skus(), now)
        self._update(self.grid.quotes, now, 0, anew=True)

    def rates_moved(self, rates: Mapping[str, str], at: datetime) -> Update:
        """Commercial rates are these now: ``{"USD/EUR": "0.87"}``. Raises RequestError."""
        now, spared = moment(at), self.grid.spared
        touched = self.grid.rates_moved(rates)
        return self._update(touched, now, self.grid.spared - spared)

    def use(self, pricing: Pricing, at: datetime) -> Update:
        """Another policy, or a shop with other rules, tariffs or freight."""
        now = moment(at)
        self.pricing = pricing
        return self._update(self.grid.use(pricing.shop_for, now.date()), now, 0, anew=True)

    def stock_moved(self, skus: Iterable[str], at: datetime) -> Update:
        """The stock of some articles may be another: it is read again. Nothing is priced.

        Raises ProviderError where the inventory fails; the cards then keep their old readings,
        which pages stop showing by themselves.
        """
        now, moved = moment(at), set(skus)
        self._read_stock(moved, now)
        names = [name for name, goods in self.goods.items() if moved & set(goods.units)]
        cells = [cell for cell in self.grid.quotes if cell.bundle in names]
        event = self._send(cells, now)
        return Update((), (), len(self.grid.quotes), event)

    def advance(self, at: datetime) -> Update:
        """Time has passed: a new day is priced anew, prices about to end are made again.

        Raises RequestError where the clock goes back behind the day that was priced.
        """
        now = moment(at)
        day = now.date()
        if day < self.grid.day:
            raise RequestError(
                f"{now.isoformat()} is before the day that was priced, {self.grid.day}",
                code="bad_date",
                where="at",
                hint="is the clock right?",
            )
        since, self._at = self._at, now
        for name in [n for n, one in self._kept.items() if one.valid_until <= now]:
            del self._kept[name]
        if day > self.grid.day:
            return self._update(self.grid.use(self.pricing.shop_for, day), now, 0, anew=True)
        turned = self.sales.turned(since, now) if self.sales is not None else []
        ending = [c for c, one in self._offers.items() if now >= self._renew_at(one)]
        spared = len(self.grid.quotes) - len(ending)
        return self._update(self.grid.anew(ending), now, spared, anew=True, turned=turned)

    def next_at(self, at: datetime) -> datetime:
        """When :meth:`advance` has something to do next: at the latest when the day ends."""
        now = moment(at)
        midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
        times = [midnight, *(self._renew_at(one) for one in self._offers.values())]
        if self.sales is not None:
            turn = self.sales.changes_after(now)
            times += [turn] if turn is not None else []
        return max(min(times), now)

    def offered(self, id: str, at: datetime) -> Offered:
        """The price that a page shows, or showed not long ago, under an id.

        Raises RequestError: ``no_such_quote`` for an id that is none of this drop, ``expired``.
        """
        found = self._kept.get(id)
        if found is None:
            raise RequestError(
                f"no price is shown under {id[:60]!r}",
                code="no_such_quote",
                where="id",
                hint="take the id from the card; prices that ended are forgotten",
            )
        if moment(at) >= found.valid_until:
            raise RequestError(
                f"the price {id!r} held until {found.valid_until.isoformat()}",
                code="expired",
                where="id",
                hint="take the card as it is now",
            )
        return found

    def state(self) -> dict[str, dict[str, Any]]:
        """What is shown, to be given to the next :class:`Drop` after a restart, as JSON."""
        return {f"{c.bundle}\n{c.market}": s.as_dict() for c, s in sorted(self.shown.items())}

    def _renew_at(self, one: Offered) -> datetime:
        """A price is made again when a fifth of its time is left, so that none runs out."""
        return one.valid_until - (one.valid_until - one.shown_at) // 5

    def _update(
        self,
        touched: Iterable[Cell],
        now: datetime,
        spared: int,
        *,
        anew: bool = False,
        turned: Iterable[Cell] = (),
    ) -> Update:
        cells = tuple(touched)
        before = {cell: self._offers.get(cell) for cell in cells}
        for cell in cells:
            self._decide(cell, now, anew)
        event = self._send((*cells, *turned), now)
        changed = tuple(c for c in cells if _minor(before[c]) != _minor(self._offers.get(c)))
        return Update(cells, changed, spared, event)

    def _decide(self, cell: Cell, now: datetime, anew: bool) -> None:
        """Make the offer of a cell, unless the price that is shown still holds and stays."""
        listed = self.grid.quotes[cell]
        self.errors.pop(cell, None)
        if isinstance(listed, LandedCostError):
            self.errors[cell] = listed
            self._offers.pop(cell, None)
            return
        cost, shown = self.goods[cell.bundle].cost, self.shown.get(cell)
        held = self._offers.get(cell)
        try:
            if held is not None and shown is not None and not anew and now < held.valid_until:
                after = self.pricing.stays(listed, at=now, shown=shown, cost=cost)
                if after is not None:
                    self.shown[cell] = after
                    return
            offer = self.pricing.decide(listed, at=now, shown=shown, cost=cost)
        except LandedCostError as error:
            self.errors[cell] = error
            self._offers.pop(cell, None)
            return
        self.shown[cell] = offer.shown_after
        self._offer(cell, offer, now)

    def _offer(self, cell: Cell, offer: Offer, now: datetime) -> None:
        self._number += 1
        end = min(now + self.hold, _last_instant(offer.quote))
        made = Offered(f"{self.feed.epoch}.{self._number}", cell, offer, now, end)
        self._offers[cell] = self._kept[made.id] = made

    def _send(self, cells: Iterable[Cell], now: datetime) -> Event | None:
        return self.feed.publish([self._card(cell, now) for cell in cells], now)

    def _card(self, cell: Cell, now: datetime) -> Change:
        goods, buyer = self.goods[cell.bundle], self.grid.buyers[cell.market]
        sale = self.sales.sale(cell, now) if self.sales is not None else None
        stock = self._left(goods)
        if stock is not None and not stock.left and (sale is None or sale.state == "live"):
            sale = Sale("sold_out")
        offered = self._offers.get(cell)
        if offered is None or (sale is not None and sale.state != "live"):
            tag = buyer.locale or f"und-{buyer.country}"
            return bare_card(
                cell.bundle,
                goods.title,
                cell.market,
                tag,
                buyer.country,
                buyer.region,
                stock=stock,
                sale=sale,
            )
        end = offered.valid_until
        closing = sale is not None and sale.ends_at is not None and sale.ends_at <= end
        if closing and sale is not None and sale.ends_at is not None:
            end = sale.ends_at
        return card_of(
            cell.bundle,
            goods.title,
            cell.market,
            offered.offer.quote,
            valid_until=end,
            id=offered.id,
            changes_after=closing,
            parts=cell.bundle in self.pinned,
            stock=stock,
            sale=sale,
        )

    def _skus(self) -> set[str]:
        return {sku for goods in self.goods.values() for sku in goods.units}

    def _read_stock(self, skus: Iterable[str], now: datetime) -> None:
        if self.inventory is None:
            return
        for sku in sorted(set(skus) & self._skus()):
            level = self.inventory.left(sku, now)
            self._stock[sku] = Stock(level.left, level.at)

    def _left(self, goods: Goods) -> Stock | None:
        """How many bundles the stock makes; None where it is not kept of every article."""
        found = [(self._stock.get(sku), n) for sku, n in goods.units.items()]
        if not found or any(stock is None for stock, _ in found):
            return None
        each = [(s.left // n, s.read_at) for s, n in found if s is not None]
        return Stock(max(0, min(n for n, _ in each)), min(at for _, at in each))


def _minor(one: Offered | None) -> int | None:
    return None if one is None else one.offer.price.minor


def _last_instant(quote: Quote) -> datetime:
    """The end of the last day on which a quote holds."""
    day = quote.valid_until
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
