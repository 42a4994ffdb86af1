"""Bundles that a shop could offer on a market: each keeps its margin and saves the buyer money.

What is compared is one parcel with all of it against the same articles bought one by one, each at
the price that the shop's policy makes. A bundle that would cost the buyer more is not proposed.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from heapq import heapify, heappop, heappush
from math import comb
from typing import Any

from ..bundles.cliffs import goods_minor
from ..errors import LandedCostError, RequestError
from ..money import percent
from ..pricing.costs import kept
from ..quote import Quote
from ..request import Buyer
from . import fields
from .bundle import instant
from .catalog import Catalog
from .items import Item
from .proposal import Proposal, Proposals

LARGEST = 5
"""Articles in a bundle, at most."""
LOOK = 1_000
"""How many sets are priced: of more, those that leave the shop most at list price."""
SEEN = 50_000
"""How many sets are looked through for those that keep the margin at list price."""
Told = Callable[[int, int], object]


def propose_bundles(
    catalog: Catalog,
    market: Buyer | str,
    *,
    margin: str = "30%",
    size: int = 3,
    limit: int = 10,
    stock: Mapping[str, int] | None = None,
    at: datetime | date | str | None = None,
    progress: Told | None = None,
) -> Proposals:
    """The bundles of two to ``size`` articles that keep the ``margin`` on a market.

    Each is priced as :meth:`CatalogBundle.offer` prices it at ``at``. They are ranked by what is
    left to the shop, then by what the buyer saves, then by name: the same catalogue has the same
    answer. The margin is the share of what the goods bring. ``stock`` replaces what the catalogue
    says is left, by sku; what is sold out takes no part. Of more than :data:`LOOK` sets those are
    priced that keep the margin at list price and leave the shop most, of the :data:`SEEN` that
    leave most. Raises RequestError for a
    margin, size or limit that is none, and where no article can take part.
    """
    share = _share(margin)
    size = fields.count(size, "size", 2)
    limit = fields.count(limit, "limit", 1)
    if size > LARGEST:
        raise RequestError(
            f"bundles of {size} articles",
            code="bad_quantity",
            where="size",
            hint=f"at most {LARGEST}: larger ones cannot all be looked at",
        )
    search = _Search(catalog, Buyer.of(market), share, stock or {}, at)
    search.best(size, limit, progress)
    return Proposals(
        search.buyer.label,
        margin,
        tuple(proposal for _, proposal in search.kept),
        search.left_out,
        search.sets,
        min(search.sets, LOOK),
        search.dearer,
        search.unpriced,
    )


def _share(margin: str) -> tuple[int, int]:
    num, den = percent(margin, "margin")
    if num >= den:
        raise RequestError(
            f"no price keeps {margin}",
            code="bad_rate",
            where="margin",
            hint='below "100%", such as "30%"',
        )
    return num, den


class _Search:
    """The best bundles so far, and what is known of each article by itself."""

    def __init__(
        self,
        catalog: Catalog,
        buyer: Buyer,
        share: tuple[int, int],
        stock: Mapping[str, int],
        at: datetime | date | str | None,
    ) -> None:
        self.catalog = catalog
        self.buyer = buyer
        self.share = share
        self.at = instant(catalog.shop().clock() if at is None else at)
        self.left_out: dict[str, str] = {}
        self.unpriced: dict[str, str] = {}
        self.stock: dict[str, int | None] = {}
        self.alone: dict[str, tuple[int, dict[str, int]]] = {}
        self.goods: dict[str, int] = {}
        self.kept: list[tuple[tuple[Any, ...], Proposal]] = []
        self.sets = self.dearer = 0
        catalog.shop().market_for(buyer, as_of=self.at.date())
        for sku in stock:
            fields.known(sku, tuple(catalog.items), "item", "stock")
        for sku, item in catalog.items.items():
            self.stock[sku] = left = stock.get(sku, item.stock)
            reason = self._why_not(item, left)
            if reason:
                self.left_out[sku] = reason
        if not self.alone:
            told = "; ".join(f"{sku}: {reason}" for sku, reason in self.left_out.items())
            raise RequestError(
                f"no article can take part: {told}",
                code="nothing_to_propose",
                where="items",
                hint="an article needs its `cost`, stock, and a price on this market",
            )

    def _why_not(self, item: Item, left: int | None) -> str:
        """Why an article takes no part; empty where it does, and its price alone is kept."""
        if item.cost is None:
            return "its cost is not known"
        if left is not None and left < 1:
            return "sold out"
        first = next(iter(self.alone), None)
        unit = item.price.currency if first is None else self.catalog.items[first].price.currency
        if unit != item.price.currency:
            return f"priced in {item.price.currency}, the others in {unit}"
        try:
            quote = self.catalog.together(item.sku).offer(self.buyer, at=self.at).quote
        except LandedCostError as error:
            return str(error)
        self.alone[item.sku] = quote.total_minor, kinds(quote)
        self.goods[item.sku] = goods_minor(quote)
        return ""

    def best(self, size: int, limit: int, told: Told | None) -> None:
        """Price sets in the order of what they leave at list price, and keep the best."""
        looked = self._ordered(size)
        self.sets = sum(comb(len(self.alone), count) for count in range(2, size + 1))
        for done, skus in enumerate(looked, 1):
            found = self._proposed(skus)
            if found is not None:
                rank = (-found.margin.minor, -found.saving.minor, len(skus), skus)
                insort(self.kept, (rank, found), key=lambda entry: entry[0])
                del self.kept[limit:]
            if told is not None:
                told(done, len(looked))

    def _ordered(self, size: int) -> list[tuple[str, ...]]:
        """The sets to price: first those that keep the margin at list price, the best ahead.

        The policy may make another price, so the others are only later.
        """
        num, den = self.share
        items = [self.catalog.items[sku] for sku in self.alone]
        full: list[tuple[str, ...]] = []
        short: list[tuple[str, ...]] = []
        for seen, skus in enumerate(_best_first(items, size)):
            if seen == SEEN or len(full) == LOOK:
                break
            members = [self.catalog.items[sku] for sku in skus]
            price, left = sum(m.price.minor for m in members), sum(map(_left, members))
            (short if left * den < num * price else full).append(skus)
        return [*full, *short][:LOOK]

    def _proposed(self, skus: tuple[str, ...]) -> Proposal | None:
        bundle = self.catalog.together(*skus)
        try:
            offer = bundle.offer(self.buyer, at=self.at)
        except LandedCostError as error:
            self.unpriced[bundle.name] = str(error)
            return None
        num, den = self.share
        quote = offer.quote
        assert offer.margin is not None
        goods = kept(quote, offer.listed)
        if goods <= 0 or offer.margin.minor * den < num * goods:
            return None
        apart = sum(self.alone[sku][0] for sku in skus)
        if quote.total_minor > apart:
            self.dearer += 1
            return None
        limits = [left for sku in skus if (left := self.stock[sku]) is not None]
        changes = self._changes(quote, skus)
        dearest = max(self.goods[sku] for sku in skus)
        return Proposal(bundle, offer, apart, changes, min(limits, default=None), dearest)

    def _changes(self, quote: Quote, skus: tuple[str, ...]) -> dict[str, int]:
        together = kinds(quote)
        names = dict.fromkeys((*together, *(k for sku in skus for k in self.alone[sku][1])))
        found = {
            name: together.get(name, 0) - sum(self.alone[sku][1].get(name, 0) for sku in skus)
            for name in names
        }
        return {name: by for name, by in found.items() if by}


def _left(item: Item) -> int:
    """What one unit leaves the shop at list price, in minor units."""
    return item.price.minor - (item.cost.minor if item.cost is not None else 0)


def _best_first(items: list[Item], size: int) -> Iterator[tuple[str, ...]]:
    """Every set of two to ``size`` articles, those that leave most at list price ahead.

    One by one, so that of a large catalogue only the first are ever made.
    """
    order = sorted(range(len(items)), key=lambda k: (-_left(items[k]), k))

    def entry(at: tuple[int, ...]) -> tuple[int, tuple[str, ...], tuple[int, ...]]:
        chosen = sorted(order[k] for k in at)
        return -sum(_left(items[k]) for k in chosen), tuple(items[k].sku for k in chosen), at

    heap = [entry(tuple(range(n))) for n in range(2, min(size, len(items)) + 1)]
    made = {found[-1] for found in heap}
    heapify(heap)
    while heap:
        _, skus, at = heappop(heap)
        yield skus
        for k, value in enumerate(at):
            after = at[k + 1] if k + 1 < len(at) else len(items)
            other = (*at[:k], value + 1, *at[k + 1 :])
            if value + 1 < after and other not in made:
                made.add(other)
                heappush(heap, entry(other))


def kinds(quote: Quote) -> dict[str, int]:
    """What a quote's charges come to by kind, in minor units of its currency."""
    found: dict[str, int] = {}
    for charge in quote.charges:
        name = "fees" if charge.kind == "fee" else charge.kind
        found[name] = found.get(name, 0) + charge.amount_minor
    return found
