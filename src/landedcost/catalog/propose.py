"""Bundles that a shop could offer on a market: each keeps its margin and saves the buyer money.

What is compared is one parcel with all of it against the same articles bought one by one. A
bundle that would cost the buyer more than that is not proposed.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

from ..errors import LandedCostError, RequestError
from ..lines import Amount
from ..money import percent
from ..quote import Quote, money_dict
from ..request import Buyer
from . import fields
from .bundle import CatalogBundle
from .catalog import Catalog
from .items import Item
from .margin import Margin

LARGEST = 5
_KINDS = ("goods", "discount", "shipping", "insurance", "duty", "tax", "fee", "rounding")
_NAMES = {"rounding": "rounding", "fee": "fees"}
Told = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A bundle that keeps the margin, and what it is worth.

    ``apart`` is what the buyer pays for its articles bought one by one, in minor units of the
    quote's currency; ``changes`` says by kind of charge what one parcel adds to that or saves,
    and comes to ``-saving``. ``stock`` is how many there are to sell, None without a limit.
    """

    bundle: CatalogBundle
    quote: Quote
    margin: Margin
    apart: int
    changes: Mapping[str, int]
    stock: int | None

    @property
    def saving(self) -> Amount:
        """What the buyer saves."""
        return Amount(self.apart - self.quote.total_minor, self.quote.currency)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is proposed, in words."""
        names = {kind: _NAMES.get(kind, kind) for kind in self.changes}
        moved = [
            f"{names[kind]} {self.quote.format(abs(by))} {'more' if by > 0 else 'less'}"
            for kind, by in self.changes.items()
        ]
        told = [f"keeps {self.margin.percent}: {_text(self.margin.amount)} a bundle"]
        if moved:
            told.append(f"one parcel for all of it: {', '.join(moved)}")
        return tuple(told)

    def as_dict(self) -> dict[str, Any]:
        """The proposal for JSON; the quote is its whole answer document."""
        unit = self.quote.currency
        return {
            "items": [part.item.sku for part in self.bundle.parts],
            "title": self.bundle.title,
            "price": money_dict(Amount(self.quote.total_minor, unit)),
            "text": self.quote.text,
            "apart": money_dict(Amount(self.apart, unit)),
            "saving": money_dict(self.saving),
            "changes": {k: money_dict(Amount(v, unit)) for k, v in self.changes.items()},
            "margin": self.margin.as_dict(),
            "stock": self.stock,
            "reasons": list(self.reasons),
            "quote": self.quote.as_dict(),
        }

    def __repr__(self) -> str:
        skus = ", ".join(part.item.sku for part in self.bundle.parts)
        return f"Proposal({skus}: {_text(Amount(self.quote.total_minor, self.quote.currency))})"


@dataclass(frozen=True, slots=True)
class Proposals:
    """What :func:`propose_bundles` found, best first; counted and indexed like a list.

    ``left_out`` says why an article takes no part. ``sets`` is how many bundles there were to
    choose from, ``dearer`` how many of those looked at would have cost the buyer more, and
    ``unpriced`` why some of them have no price though each of their articles has one.
    """

    market: str
    margin: str
    found: tuple[Proposal, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    sets: int = 0
    dearer: int = 0
    unpriced: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Proposal]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, index: int) -> Proposal:
        return self.found[index]

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON."""
        return {
            "market": self.market,
            "margin": self.margin,
            "proposals": [one.as_dict() for one in self.found],
            "left_out": dict(self.left_out),
            "sets": self.sets,
            "dearer": self.dearer,
            "unpriced": dict(self.unpriced),
        }


def propose_bundles(
    catalog: Catalog,
    market: Buyer | str,
    *,
    margin: str = "30%",
    size: int = 3,
    limit: int = 10,
    stock: Mapping[str, int] | None = None,
    as_of: date | str | None = None,
    progress: Told | None = None,
) -> Proposals:
    """The bundles of two to ``size`` articles that keep the ``margin`` on a market.

    They are ranked by what is left to the shop, then by what the buyer saves, then by name: the
    same catalogue has the same answer. ``stock`` replaces what the catalogue says is left, by
    sku; what is sold out takes no part. Each proposal carries the quote it rests on. Raises
    RequestError for a margin, size or limit that is none, and where no article can take part.
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
    search = _Search(catalog, Buyer.of(market), share, stock or {}, as_of)
    search.best(size, limit, progress)
    return Proposals(
        search.buyer.label,
        margin,
        tuple(proposal for _, proposal in search.kept),
        search.left_out,
        search.sets,
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
        as_of: date | str | None,
    ) -> None:
        self.catalog = catalog
        self.buyer = buyer
        self.share = share
        self.as_of = as_of
        self.left_out: dict[str, str] = {}
        self.unpriced: dict[str, str] = {}
        self.stock: dict[str, int | None] = {}
        self.alone: dict[str, tuple[Quote, dict[str, int]]] = {}
        self.kept: list[tuple[tuple[Any, ...], Proposal]] = []
        self.sets = self.dearer = 0
        for sku in stock:
            fields.known(sku, tuple(catalog.items), "item", "stock")
        for sku, item in catalog.items.items():
            self.stock[sku] = left = stock.get(sku, item.stock)
            reason = self._why_not(item, left)
            if reason:
                self.left_out[sku] = reason
        if not self.alone:
            raise RequestError(
                "no article can take part: "
                + "; ".join(f"{s}: {r}" for s, r in self.left_out.items()),
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
        first = next(iter(self.alone.values()), None)
        unit = first and next(iter(first[0].priced.bundle.lines)).currency
        if unit not in (None, item.price.currency):
            return f"priced in {item.price.currency}, the others in {unit}"
        try:
            quote = self.catalog.together(item.sku).quote(self.buyer, as_of=self.as_of)
        except LandedCostError as error:
            if error.where in ("as_of", "buyer") or error.where.startswith("buyer."):
                raise
            return str(error)
        self.alone[item.sku] = quote, kinds(quote)
        return ""

    def best(self, size: int, limit: int, told: Told | None) -> None:
        """Look at sets in the order of what they could leave, until none can be better."""
        order = self._hopeful(size)
        self.sets = len(order)
        for done, (bound, skus) in enumerate(order):
            if len(self.kept) == limit and -bound < -self.kept[-1][0][0]:
                break
            found = self._proposed(skus)
            if found is not None:
                insort(self.kept, (_rank(found, skus), found), key=lambda entry: entry[0])
                del self.kept[limit:]
            if told is not None:
                told(done + 1, len(order))
        if told is not None:
            told(len(order), len(order))

    def _hopeful(self, size: int) -> list[tuple[int, tuple[str, ...]]]:
        """Sets that keep the margin before what the seller bears, those that leave most first."""
        num, den = self.share
        items = self.catalog.items
        figures = []
        for sku in self.alone:
            cost = items[sku].cost
            assert cost is not None
            figures.append((items[sku].price.minor, cost.minor, sku))
        found = []
        for count in range(2, size + 1):
            for members in combinations(figures, count):
                price = sum(m[0] for m in members)
                left = price - sum(m[1] for m in members)
                if left * den >= num * price:
                    found.append((-left, tuple(m[2] for m in members)))
        return sorted(found)

    def _proposed(self, skus: tuple[str, ...]) -> Proposal | None:
        bundle = self.catalog.together(*skus)
        try:
            quote = bundle.quote(self.buyer, as_of=self.as_of)
        except LandedCostError as error:
            self.unpriced[bundle.name] = str(error)
            return None
        cost = bundle.cost
        assert cost is not None
        margin = Margin.of(quote, cost)
        if not margin.keeps(self.share):
            return None
        apart = sum(self.alone[sku][0].total_minor for sku in skus)
        if quote.total_minor > apart:
            self.dearer += 1
            return None
        limits = [n for sku in skus if (n := self.stock[sku]) is not None]
        return Proposal(
            bundle, quote, margin, apart, self._changes(quote, skus), min(limits, default=None)
        )

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
        found[charge.kind] = found.get(charge.kind, 0) + charge.amount_minor
    return found


def _rank(found: Proposal, skus: tuple[str, ...]) -> tuple[Any, ...]:
    return -found.margin.minor, -found.saving.minor, len(skus), skus


def _text(amount: Amount) -> str:
    told = money_dict(amount)
    return f"{told['amount']} {told['currency']}"
