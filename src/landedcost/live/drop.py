"""A drop: bundles on markets whose prices are kept, under a policy, while facts move.

A fact that changes re-prices what rests on it and nothing else; stickiness and guard rails
decide whether the shown price follows; what differs is published. Every instant is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..errors import LandedCostError, ProviderError, RequestError
from ..pricing.offer import Offer, Pricing
from ..pricing.sticky import Shown, moment
from ..request import Buyer
from .cards import Cards
from .feed import Event, Feed
from .filed import arguments
from .goods import Goods
from .grid import Asked, Cell, Grid
from .sales import Plan, Sales
from .shelf import Earlier, Offered, Shelf
from .stocked import Stocked

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..client import LandedCost
    from ..lines import Amount
    from ..ports.inventory import InventorySource, StockLevel
    from ..pricing.policy import Policy
    from ..territories import Place

HOLD = timedelta(minutes=15)
"""How long a shown price is honoured."""
RETRY = timedelta(seconds=15)
"""How long after a source failed it is asked again."""


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
    texts such as ``"de-DE"``, in the order in which a page shows them; :meth:`of` takes them from
    a shop's file. ``hold`` is how long a shown price is honoured. ``inventory`` tells what is
    left; ``plans`` when what is on sale, ``zones`` the time zones of countries with several.
    ``state`` is that of the drop before a restart (:meth:`state`): what it shows is shown on. Of
    ``pinned`` bundles the cards tell the price of each component too. ``day`` pins the day of
    rules and rates, which is otherwise that of the instant in UTC. ``earlier`` are the prices
    that another drop showed: what is the same goes on by its id.

    All calls are made in one thread, the one that serves the feed, but for :meth:`ask`. Raises
    RequestError for a market, a rate or a state that cannot be read, and what the inventory does.
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
        plans: Sequence[Plan] = (),
        zones: Mapping[str, str] | None = None,
        rates: Mapping[str, str] | None = None,
        state: Mapping[str, Any] | None = None,
        pinned: Iterable[str] = (),
        day: date | None = None,
        earlier: Mapping[Cell, Earlier] | None = None,
    ) -> None:
        now = moment(at)
        self.goods = dict(goods)
        self.buyers = {label_of(market): Buyer.of(market) for market in markets}
        self.sales = Sales(plans, self.goods, self.buyers, now, zones)
        self.shown = _restored(state or {}, now)
        self.errors: dict[Cell, LandedCostError] = {}
        self._pinned_day = day
        self._at = self._advanced = now
        self._put_pricing(pricing)
        skus = {sku for one in self.goods.values() for sku in one.units}
        self._stock = Stocked(inventory, skus, now)
        self.feed = Feed(epoch, now)
        self.shelf = Shelf(epoch, hold, by_day=day is None, earlier=earlier)
        every = [Cell(name, label) for name in self.goods for label in self.buyers]
        cells = [cell for cell in every if self.sales.sold(cell)]
        self.grid = Grid(self._shop, self.goods, self.buyers, cells, self._day(now), rates)
        self.cards = Cards(self.grid, self.shelf, self.sales, self._stock, frozenset(pinned))
        self._update(self.grid.cells, self.grid.cells, now)

    @classmethod
    def of(
        cls,
        catalog: Catalog,
        markets: Sequence[Buyer | str] | None = None,
        policy: Policy | None = None,
        *,
        at: datetime,
        epoch: str,
        bundles: Iterable[str] | None = None,
        inventory: InventorySource | None = None,
        pinned: Iterable[str] | None = None,
        **more: Any,
    ) -> Drop:
        """The bundles of a shop's file on its markets, under its policy, in its drops.

        ``markets``, ``policy`` and ``bundles`` are others than those of the file; a bundle's own
        policy goes before both. ``inventory`` is asked about the items that have a ``stock``.
        Without ``pinned`` every card tells its components while there are at most 1,000 of them.
        The rest is as for :class:`Drop`. Raises RequestError for a bundle the file does not have.
        """
        told = arguments(catalog, markets, policy, bundles, inventory, pinned)
        return cls(at=at, epoch=epoch, inventory=inventory, **told, **more)

    @property
    def inventory(self) -> InventorySource | None:
        """What tells how many are left."""
        return self._stock.inventory

    @property
    def skus(self) -> frozenset[str]:
        """The articles that the inventory is asked about."""
        return self._stock.skus

    @property
    def at(self) -> datetime:
        """When the last fact came; no later one may be of an earlier instant."""
        return self._at

    @property
    def asks_outside(self) -> bool:
        """Whether its shop has live sources."""
        return self.pricing.shop.providers is not None

    def rates_moved(self, rates: Mapping[str, str], at: datetime) -> Update:
        """Commercial rates are these now: ``{"USD/EUR": "0.87"}``.

        Raises RequestError, MoneyError for rates that cannot be, and RequestError for an instant
        before an earlier one; nothing has then changed.
        """
        now = self._moment(at)
        if self._day(now) > self.grid.day:
            self.advance(now)
        return self._update(self.grid.rates_moved(rates), (), now)

    def use(
        self, pricing: Pricing, at: datetime, goods: Mapping[str, Goods] | None = None
    ) -> Update:
        """Another policy, or a shop with other rules, tariffs or freight; or other goods.

        ``goods`` take the place of those of the same names. Raises RequestError
        (``unknown_bundle``) for others.
        """
        now = self._moment(at)
        for name in goods or {}:
            if name not in self.goods:
                raise RequestError(
                    f"the drop does not sell {name[:60]!r}",
                    code="unknown_bundle",
                    where="goods",
                    hint="make another drop, and give it the state of this one",
                )
        self.goods = self.goods | dict(goods or {})
        self._put_pricing(pricing)
        touched = self.grid.use(self._shop, self.goods, self._day(now))
        return self._update(touched, touched, now)

    def count(self, skus: Iterable[str], at: datetime) -> list[StockLevel]:
        """Ask the inventory about some articles, for :meth:`stock_moved`, in any thread.

        Raises what the inventory does.
        """
        return self._stock.count(skus, moment(at))

    def stock_moved(
        self, skus: Iterable[str], at: datetime, counted: Iterable[StockLevel] | None = None
    ) -> Update:
        """The stock of some articles may be another: it is read again. Nothing is priced.

        ``counted`` is what :meth:`count` told a moment ago. Raises ProviderError where the
        inventory fails; the cards then keep their old readings, which pages stop showing by
        themselves.
        """
        now = self._moment(at)
        moved = self._stock.take(self.count(skus, now) if counted is None else counted)
        names = {name for name, goods in self.goods.items() if not moved.isdisjoint(goods.units)}
        cells = [cell for cell in self.grid.cells if cell.bundle in names]
        return Update((), (), len(self.grid.cells), self._send(cells, now))

    def ask(self, at: datetime, *, everything: bool = False) -> Asked:
        """Ask the shop for what :meth:`advance` needs at an instant, or for ``everything``.

        Nothing changes until ``advance`` takes it, so where live sources are asked this may run
        in another thread.
        """
        now = moment(at)
        day = self._day(now)
        if everything or day > self.grid.day:
            return self.grid.ask(day, self.grid.cells)
        due = self.shelf.due(now)
        return self.grid.ask(self.grid.day, [cell for cell in due if self._asks(cell)])

    def advance(self, at: datetime, asked: Asked | None = None) -> Update:
        """Time has passed: a new day is priced anew, prices about to end are made again.

        ``asked`` is what :meth:`ask` was told a moment ago; it is asked here if left out. Raises
        RequestError for an instant before an earlier one; nothing has then changed.
        """
        now = self._moment(at)
        since, self._advanced = self._advanced, now
        self.shelf.forget(now)
        due = self.shelf.due(now)
        if asked is None or asked.day < self._day(now):
            asked = self.ask(now)
        before = self.grid.day
        touched = self.grid.take(asked)
        fresh = touched if self.grid.day > before else due
        turned = self.sales.turned(since, now)
        return self._update(dict.fromkeys((*touched, *due)), fresh, now, turned)

    def next_at(self, at: datetime) -> datetime:
        """When :meth:`advance` has something to do next: at the latest when the day ends."""
        now = moment(at)
        midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
        times = (midnight, self.shelf.next_at(), self.sales.changes_after(self._advanced))
        return max(min(one for one in times if one is not None), now)

    def offered(self, id: str, at: datetime) -> Offered:
        """The price that a page shows, or showed not long ago, under an id: to be held.

        Raises RequestError: ``no_such_quote`` for an id that is none of this drop, ``expired``.
        """
        return self.shelf.find(id, moment(at))

    def state(self) -> dict[str, dict[str, Any]]:
        """What is shown by bundle and market, as JSON, for the next drop after a restart."""
        found: dict[str, dict[str, Any]] = {}
        for cell, shown in sorted(self.shown.items()):
            found.setdefault(cell.bundle, {})[cell.market] = shown.as_dict()
        return found

    def _moment(self, at: datetime) -> datetime:
        now = moment(at)
        if now < self._at:
            raise RequestError(
                f"{now.isoformat()} is before {self._at.isoformat()}, when the last fact came",
                code="bad_date",
                where="at",
                hint="is the clock right?",
            )
        self._at = now
        return now

    def _day(self, now: datetime) -> date:
        return self._pinned_day or now.date()

    def _put_pricing(self, pricing: Pricing) -> None:
        self.pricing = pricing
        own = {id(goods.policy): goods.policy for goods in self.goods.values() if goods.policy}
        self._own = {key: Pricing(pricing.shop, policy) for key, policy in own.items()}

    def _pricing(self, goods: Goods) -> Pricing:
        return self.pricing if goods.policy is None else self._own[id(goods.policy)]

    def _shop(self, goods: Goods, place: Place) -> LandedCost:
        return self._pricing(goods).shop_for(place)

    def _asks(self, cell: Cell) -> bool:
        """Whether making a price again means asking a live source."""
        place = self.buyers[cell.market].place
        return self._shop(self.goods[cell.bundle], place).providers is not None

    def _update(
        self,
        touched: Iterable[Cell],
        fresh: Iterable[Cell],
        now: datetime,
        turned: Iterable[Cell] = (),
    ) -> Update:
        cells, anew = tuple(touched), frozenset(fresh)
        before = {cell: self.shelf.get(cell) for cell in cells}
        for cell in sorted(cells, key=_by_market):
            self._decide(cell, now, cell in anew)
        # The card of a price that stays is the one that is shown; at first there is none.
        moved = [c for c in cells if not self.feed.number or self.shelf.get(c) is not before[c]]
        event = self._send((*moved, *turned), now)
        changed = tuple(c for c in cells if _figures(before[c]) != _figures(self.shelf.get(c)))
        return Update(cells, changed, len(self.grid.cells) - len(cells), event)

    def _decide(self, cell: Cell, now: datetime, anew: bool) -> None:
        """Make the offer of a cell, unless the price that is shown still holds and stays."""
        listed = self.grid.failed.get(cell) or self.grid.quote(cell)
        held, goods = self.shelf.get(cell), self.goods[cell.bundle]
        if isinstance(listed, LandedCostError):
            self._lost(cell, listed, held, now)
            return
        self.errors.pop(cell, None)
        pricing, shown = self._pricing(goods), self.shown.get(cell)
        if shown is not None and shown.price.currency != listed.currency:
            shown = None
        try:
            offer: Offer | Shown
            if held is not None and shown is not None and not anew and now < held.valid_until:
                offer = pricing.follow(listed, at=now, shown=shown, cost=goods.cost)
                if isinstance(offer, Shown):
                    self.shown[cell] = offer
                    return
            else:
                offer = pricing.decide(listed, at=now, shown=shown, cost=goods.cost)
        except LandedCostError as error:
            self._lost(cell, error, held, now)
            return
        self.shown[cell] = offer.shown_after
        self.grid.rests[cell] = offer.conversions
        self.shelf.put(cell, offer, now)

    def _lost(
        self, cell: Cell, error: LandedCostError, held: Offered | None, now: datetime
    ) -> None:
        """No price can be made. Where a source failed, the one shown stays while it holds."""
        self.errors[cell] = error
        self.grid.rests.pop(cell, None)
        outage = isinstance(error, ProviderError)
        if outage and held is not None and now < held.valid_until:
            self.shelf.plan(cell, min(now + RETRY, held.valid_until))
            return
        self.shelf.remove(cell)
        if outage:
            self.shelf.plan(cell, now + RETRY)

    def _send(self, cells: Iterable[Cell], now: datetime) -> Event | None:
        made = [
            self.cards.card(cell, self.goods[cell.bundle], now) for cell in dict.fromkeys(cells)
        ]
        return self.feed.publish(made, now)


def _restored(state: Mapping[str, Any], now: datetime) -> dict[Cell, Shown]:
    """The state of a drop. Raises RequestError for what is none, or is of a later time."""
    found = {}
    for bundle, markets in state.items():
        for market, value in markets.items():
            shown = Shown.of(value, f"state.{bundle}.{market}")
            if shown.since > now:
                raise RequestError(
                    f"shown since {shown.since.isoformat()}, and now it is {now.isoformat()}",
                    code="bad_date",
                    where=f"state.{bundle}.{market}.since",
                    hint="is the clock right?",
                )
            found[Cell(bundle, market)] = shown
    return found


def _by_market(cell: Cell) -> str:
    """Market after market: what one reads is then still at hand for the next price."""
    return cell.market


def _figures(one: Offered | None) -> tuple[Amount, Amount] | None:
    return None if one is None else (one.offer.price, one.offer.shown)


def label_of(market: Buyer | str) -> str:
    """What a market is called in a drop."""
    return market.label if isinstance(market, Buyer) else market
