"""Bundles that a shop could offer on a market: each keeps its margin and saves the buyer money.

What is compared is one parcel with all of it against the same articles bought one by one, each at
the price that the shop's policy makes. A bundle that would cost the buyer more is not proposed.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import combinations
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
    priced that keep the margin at list price and leave the shop most. Raises RequestError for a
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
        order = self._ordered(size)
        self.sets = len(order)
        looked = order[:LOOK]
        for done, skus in enumerate(looked, 1):
            found = self._proposed(skus)
            if found is not None:
                rank = (-found.margin.minor, -found.saving.minor, len(skus), skus)
                insort(self.kept, (rank, found), key=lambda entry: entry[0])
                del self.kept[limit:]
            if told is not None:
                told(done, len(looked))

    def _ordered(self, size: int) -> list[tuple[str, ...]]:
        """Every set; first those that keep the margin at list price, those that leave most ahead.

        The policy may make another price, so the others are only later.
        """
        num, den = self.share
        figures = []
        for sku in self.alone:
            item = self.catalog.items[sku]
            assert item.cost is not None
            figures.append((item.price.minor, item.price.minor - item.cost.minor, sku))
        found = []
        for count in range(2, size + 1):
            for members in combinations(figures, count):
                price, left = sum(m[0] for m in members), sum(m[1] for m in members)
                short = left * den < num * price
                found.append((short, -left, tuple(m[2] for m in members)))
        return [skus for _, _, skus in sorted(found)]

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


def kinds(quote: Quote) -> dict[str, int]:
    """What a quote's charges come to by kind, in minor units of its currency."""
    found: dict[str, int] = {}
    for charge in quote.charges:
        name = "fees" if charge.kind == "fee" else charge.kind
        found[name] = found.get(name, 0) + charge.amount_minor
    return found
