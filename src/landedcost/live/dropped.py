"""A drop as the source of a shared feed: what it keeps, another worker can go on from."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from anyio import to_thread

from ..errors import LandedCostError, RequestError
from ..pricing.offer import Pricing
from ..pricing.sticky import moment
from ..request import Buyer
from .card import Change
from .drop import Drop, label_of
from .filed import arguments
from .grid import Cell, market_of, quote_of, request_of
from .keep import Keeper
from .recipe import Recipe
from .shelf import Earlier, Offered, expired, no_such_quote
from .source import Kept, Made
from .wire import encode

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..market import Market
    from ..ports.inventory import InventorySource
    from ..pricing.policy import Policy
    from ..quote import Quote

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_AHEAD = timedelta(seconds=5)
"""How far the clocks of two workers may be apart."""
_TROUBLED = timedelta(seconds=1)
"""How long until prices that could not be made are tried again."""
_RATES, _GIVEN, _SHOWN, _OFFER = "rates", "rates:", "shown:", "offer:"


@dataclass(frozen=True, slots=True)
class Honoured:
    """A price that a page shows, or showed not long ago, made again by another worker."""

    id: str
    cell: Cell
    quote: Quote
    shown_at: datetime
    valid_until: datetime


class DropSource:
    """A drop that any of several workers can keep; see :class:`landedcost.live.source.Source`.

    ``sold`` are the arguments of :class:`~landedcost.live.drop.Drop`, but for ``at``, ``epoch``,
    ``rates`` and ``earlier``; its ``state`` is for a start from nothing. ``keeping`` are those of
    :class:`~landedcost.live.keep.Keeper`.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        sold: Mapping[str, Any],
        keeping: Mapping[str, Any] | None = None,
    ) -> None:
        self.clock = clock
        self.sold = dict(sold)
        self._state = self.sold.pop("state", None) or {}
        self.keeping = dict(keeping or {})
        self.keeper: Keeper | None = None
        self._pricing: Pricing = self.sold["pricing"]
        self._goods = self.sold["goods"]
        self._buyers = {label_of(one): Buyer.of(one) for one in self.sold["markets"]}

    @classmethod
    def of(
        cls,
        clock: Callable[[], datetime],
        catalog: Catalog,
        *,
        markets: Iterable[Buyer | str] | None = None,
        policy: Policy | None = None,
        bundles: Iterable[str] | None = None,
        inventory: InventorySource | None = None,
        pinned: Iterable[str] | None = None,
        keeping: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> DropSource:
        """The bundles of a shop's file, as :meth:`~landedcost.live.drop.Drop.of` takes them."""
        listed = None if markets is None else list(markets)
        sold = arguments(catalog, listed, policy, bundles, inventory, pinned)
        return cls(clock, {**sold, "inventory": inventory, **more}, keeping)

    @property
    def name(self) -> str:
        """The same for all workers that sell the same things on the same markets."""
        goods = sorted([name, one.title] for name, one in self._goods.items())
        parts = [goods, sorted(self._buyers), str(self.sold.get("hold"))]
        return sha256(encode(parts).encode()).hexdigest()[:12]

    @property
    def drop(self) -> Drop | None:
        """The drop, where this worker keeps it."""
        return None if self.keeper is None else self.keeper.drop

    def health(self) -> dict[str, Any]:
        """How the drop is, where this worker keeps it: codes of what fails, for anybody to see."""
        if self.keeper is None:
            return {}
        troubles = {
            name: error.code if isinstance(error, LandedCostError) else "internal"
            for name, error in self.keeper.troubles.items()
        }
        return {**self.keeper.health(), "troubles": troubles}

    def start(self, kept: Kept, at: datetime) -> Made:
        """Go on with the prices, ids and rates that were kept."""
        cells = {Cell(name, label) for name in self._goods for label in self._buyers}
        state: dict[str, dict[str, Any]] = {} if kept else dict(self._state)
        earlier: dict[Cell, Earlier] = {}
        self._given: dict[str, Any] = dict(kept.get(_RATES, {}))
        self._offers: deque[tuple[datetime, str, str]] = deque()
        self._last: dict[str, datetime] = {}
        recipes = []
        for name, told in kept.items():
            if name.startswith(_SHOWN):
                bundle, _, market = name.removeprefix(_SHOWN).partition("\n")
                if Cell(bundle, market) in cells:
                    state.setdefault(bundle, {})[market] = told
            elif name.startswith(_OFFER):
                recipes.append((name.removeprefix(_OFFER), Recipe.of(told)))
        for id, recipe in sorted(recipes, key=lambda one: one[1].start):
            earlier[recipe.cell] = Earlier(id, recipe.quote, recipe.start, recipe.end)
        for id, recipe in sorted(recipes, key=lambda one: one[1].end):
            self._note(id, recipe)
        self.keeper = None
        drop = Drop(
            **self.sold,
            at=_not_before(at, state),
            epoch=uuid4().hex[:12],
            rates=self._rates() or None,
            state=state,
            earlier=earlier,
        )
        self._heard = drop.feed.subscribe(None, _nothing, most=10**6)
        self.keeper = Keeper(drop, self.clock, **self.keeping)
        return self.whole(at)

    def whole(self, at: datetime) -> Made:
        """All cards and all that is kept."""
        drop = self._kept_drop
        self._sent: dict[Cell, tuple[Any, Any]] = {}
        self._version = ""
        made = self._made(drop, {})
        return replace(made, changes=drop.feed.cards)

    async def do(self, what: str, told: Any, at: datetime) -> Made:
        """``rates``: see :func:`rates_told`; ``stock``: ``{"skus": [...]}`` may have changed."""
        keeper, drop = self._keeper, self._kept_drop
        if what == "stock":
            keeper.touch(told["skus"])
            await keeper.turn()
            return self._made(drop, {})
        if what != "rates":
            raise RequestError(f"no such fact: {what[:60]!r}", code="unknown_fact", where="what")
        at_us, rates = told["at"], told["rates"]
        later = {p: r for p, r in rates.items() if at_us >= self._given.get(p, ("", 0))[1]}
        if not later:
            return self._made(drop, {"touched": 0, "changed": 0, "spared": len(drop.grid.cells)})
        update = await to_thread.run_sync(partial(drop.rates_moved, later, keeper.present()))
        self._given |= {pair: [rate, at_us] for pair, rate in later.items()}
        counted = {"touched": len(update.touched), "changed": len(update.changed)}
        return self._made(drop, {**counted, "spared": update.spared})

    async def advance(self, at: datetime) -> Made:
        """Prices about to end, stock, live sources: what the keeper of a drop does."""
        await self._keeper.turn()
        return self._made(self._kept_drop, {})

    def stop(self) -> None:
        """Another worker keeps it."""
        self.keeper = None

    def end(self) -> None:
        """The worker ends: what is stored in a file is stored."""
        if self.keeper is not None:
            self.keeper.end()

    def units(self, bundle: str) -> Mapping[str, int]:
        """What one of a bundle takes from the stock."""
        found: Mapping[str, int] = self._goods[bundle].units
        return found

    def offered(self, id: str, kept: Kept, at: datetime) -> Offered | Honoured:
        """The price under an id, whichever worker showed it: to be held.

        Raises RequestError: ``no_such_quote``, also for a price that comes out otherwise here,
        ``expired``; and as the shop does.
        """
        told, drop = kept.get(_OFFER + id), self.drop
        if drop is not None and (told is None or drop.shelf.knows(id)):
            return drop.offered(id, at)
        recipe = None if told is None else Recipe.of(told)
        if recipe is None or recipe.cell.bundle not in self._goods:
            raise no_such_quote(id)
        if moment(at) >= recipe.end:
            raise expired(id, recipe.end)
        quote = self._again(recipe, kept.get(_GIVEN + recipe.rates) or {})
        if quote.id != recipe.quote:
            raise no_such_quote(id)
        return Honoured(id, recipe.cell, quote, recipe.start, recipe.end)

    def _again(self, recipe: Recipe, rates: Mapping[str, str]) -> Quote:
        goods, buyer = self._goods[recipe.cell.bundle], self._buyers[recipe.cell.market]
        pricing = self._pricing
        if goods.policy is not None:
            pricing = Pricing(pricing.shop, goods.policy)
        shop = pricing.shop_for(buyer.place)
        if recipe.goods is not None:
            bundle = recipe.sold(goods.bundle)
            request = goods.request and goods.request.but(bundle=bundle)
            goods = replace(goods, bundle=bundle, prices={}, request=request)
        day = recipe.day
        asked = request_of(goods, buyer, day, rates)
        market: Market | LandedCostError | None = None
        if shop.providers is None:
            market = market_of(shop, buyer, asked, day, rates)
        return quote_of(shop, goods, buyer, asked, day, rates, market)

    @property
    def _keeper(self) -> Keeper:
        assert self.keeper is not None, "the source is not at work"
        return self.keeper

    @property
    def _kept_drop(self) -> Drop:
        return self._keeper.drop

    def _rates(self) -> dict[str, str]:
        return {pair: told[0] for pair, told in self._given.items()}

    def _made(self, drop: Drop, answer: Mapping[str, Any]) -> Made:
        """What changed since the last time."""
        changes: list[Change] = []
        for event in self._heard.take():
            changes += [*event.cards, *event.gone]
        kept = self._rates_kept(drop)
        for cell in drop.grid.cells:
            shown, offer = drop.shown.get(cell), drop.shelf.get(cell)
            before, shown_before = self._sent.get(cell, (None, None))
            if shown is not shown_before and shown is not None:
                kept[f"{_SHOWN}{cell.bundle}\n{cell.market}"] = shown.as_dict()
            if offer is not before and offer is not None:
                recipe = Recipe.made(offer, self._version)
                kept[_OFFER + offer.id] = recipe.told()
                self._note(offer.id, recipe)
            self._sent[cell] = (offer, shown)
        kept |= self._over(drop.at)
        next_at = self._keeper.next_at(drop.at)
        if "prices" in self._keeper.troubles:
            next_at = max(next_at, self.clock() + _TROUBLED)
        return Made(next_at, changes, kept, answer)

    def _note(self, id: str, recipe: Recipe) -> None:
        self._offers.append((recipe.end, id, recipe.rates))
        last = self._last.get(recipe.rates, recipe.end)
        self._last[recipe.rates] = max(last, recipe.end)

    def _over(self, now: datetime) -> dict[str, None]:
        """The names of prices that ended, and of rates that none rests on any more."""
        over = []
        while self._offers and self._offers[0][0] <= now:
            over.append(_OFFER + self._offers.popleft()[1])
        for version in [v for v, end in self._last.items() if end <= now and v != self._version]:
            del self._last[version]
            over.append(_GIVEN + version)
        return dict.fromkeys(over)

    def _rates_kept(self, drop: Drop) -> dict[str, Any]:
        """The rates of now under a name of their own, as long as prices rest on them."""
        rates = drop.grid.rates
        version = sha256(encode(sorted(rates.items())).encode()).hexdigest()[:12]
        if version == self._version:
            return {}
        self._version = version
        self._last.setdefault(version, drop.at)
        return {_RATES: dict(self._given), _GIVEN + version: dict(rates)}


def rates_told(rates: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """The fact that commercial rates are these since an instant; an earlier one comes too late."""
    return {"rates": dict(rates), "at": (moment(at) - _START) // _MICROSECOND}


def _not_before(at: datetime, state: Mapping[str, Mapping[str, Any]]) -> datetime:
    """The instant, or a little later where the clock of another worker is ahead."""
    since = [
        datetime.fromisoformat(shown["since"])
        for markets in state.values()
        for shown in markets.values()
    ]
    return max([at, *(one for one in since if one - at < _AHEAD)])


def _nothing() -> None:
    """Nobody has to be woken: who changes the drop looks."""
