"""A bundle of the catalogue: its parts, its price, and what can be asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import reduce
from math import gcd
from typing import TYPE_CHECKING, Any

from ..bundles.cliffs import Cliff, cliffs
from ..bundles.deals import percent_off
from ..bundles.sets import NEEDS_RULING, SET_ID, BothWays, SetAssessment, both_ways, classified
from ..dates import day
from ..errors import LandedCostError, MoneyError
from ..lines import Amount
from ..pricing.offer import Offer
from ..pricing.policy import Policy
from ..pricing.sticky import Shown
from ..quote import Quote
from ..request import Bundle, Buyer
from . import fields
from .items import Item
from .parts import Off, Part
from .paths import path

if TYPE_CHECKING:
    from ..client import LandedCost
    from .catalog import Catalog

_LINE = re.compile(r"lines\[(\d{1,4})\]")


@dataclass(frozen=True)
class CatalogBundle:
    """What a catalogue sells as one thing.

    ``prices`` are fixed prices of the goods by currency, hand-set; without any the parts cost
    what they cost alone, less the ``discount``. ``shipping`` is an amount for the parcel, the
    shop's own where it is None. ``policy`` is the shop's, with what the bundle declares of its
    own. ``assessment`` is what is said of its being one set to customs.
    """

    catalog: Catalog = field(repr=False, compare=False)
    name: str
    title: str
    parts: tuple[Part, ...]
    policy: Policy = field(repr=False)
    prices: Mapping[str, Amount] = field(default_factory=dict)
    discount: Off | None = None
    shipping: Amount | None = None
    image: str = ""
    assessment: SetAssessment = field(default_factory=SetAssessment)

    @property
    def bundle(self) -> Bundle:
        """The bundle to price, at its first fixed price if it has several.

        Where all that makes a set is said, it is one line, as customs sees it.
        """
        return self.bundle_in(None)

    def bundle_in(self, shown: str | None) -> Bundle:
        """The bundle with the fixed price of the currency ``shown``, if there is one."""
        key = shown if shown in self.prices else None
        made = self._made.get(key)
        if made is None:
            with fields.under(path("bundles", self.name), essential_item="set.essential_item"):
                made = self._made[key] = classified(self.listed_in(key), self.assessment)
        return made

    def bundle_for(self, buyer: Buyer | str, as_of: date | str | None = None) -> Bundle:
        """The bundle with the fixed price of a buyer's currency, if there is one."""
        if len(self.prices) < 2:
            return self.bundle
        market = self.catalog.shop().market_for(buyer, as_of=as_of)
        return self.bundle_in(market.terms.shown)

    @property
    def _made(self) -> dict[str | None, Bundle]:
        made: dict[str | None, Bundle] = self.__dict__.setdefault("_bundles", {})
        return made

    def listed_in(self, shown: str | None) -> Bundle:
        """The bundle line by line, whatever customs says. Raises RequestError and MoneyError."""
        shop = self.catalog.settings
        price = None
        if self.prices:
            price = self.prices.get(shown or "", next(iter(self.prices.values())))
        made = Bundle(
            [part.line() for part in self.parts],
            shipping=self.shipping if self.shipping is not None else shop.shipping,
            insurance=shop.insurance,
            price=price,
            discount=self.discount if isinstance(self.discount, Amount) else None,
        )
        return percent_off(made, self.discount) if isinstance(self.discount, str) else made

    @property
    def costs(self) -> dict[str, Amount] | None:
        """What one unit of each line costs the seller, by the line's id; None if not all known."""
        known = {part.item.sku: part.item.cost for part in self.parts}
        found = {sku: cost for sku, cost in known.items() if cost is not None}
        if len(found) < len(known):
            return None
        if not self.assessment.is_set:
            return found
        sets = reduce(gcd, (part.quantity for part in self.parts))
        units = {cost.currency for cost in found.values()}
        if len(units) > 1:
            return None
        whole = sum(found[part.item.sku].minor * part.quantity for part in self.parts)
        return {SET_ID: Amount(whole // sets, units.pop())}

    @property
    def stock(self) -> int | None:
        """How many bundles the stock makes; None without a limit."""
        limits = [p.item.stock // p.quantity for p in self.parts if p.item.stock is not None]
        return min(limits, default=None)

    def quote(self, buyer: Buyer | str, *, as_of: date | str | None = None) -> Quote:
        """What it costs a buyer at list price, all in. Raises as ``LandedCost.price_for`` does.

        For a set it says that a ruling is needed (note ``set_needs_ruling``).
        """
        return self._listed(self.catalog.shop(), buyer, as_of)

    def _listed(self, shop: LandedCost, buyer: Buyer | str, as_of: date | str | None) -> Quote:
        with self.named_items():
            found = shop.price_for(self.bundle_for(buyer, as_of), buyer, as_of=as_of)
        if not self.assessment.is_set:
            return found
        said = (*found.priced.remarks, NEEDS_RULING)
        return Quote(found.priced._replace(remarks=said), found.figures)

    def offer(
        self,
        buyer: Buyer | str,
        *,
        at: datetime | date | str | None = None,
        shown: Shown | None = None,
    ) -> Offer:
        """The price to show a buyer by the shop's policy, and how it came about.

        ``at`` is an instant with a zone, or a day for its first instant in UTC; today by default.
        Raises as :meth:`landedcost.pricing.offer.Pricing.offer` does.
        """
        now = instant(self.catalog.shop().clock() if at is None else at)
        pricing, buyer = self.catalog.pricing(self.policy), Buyer.of(buyer)
        listed = self._listed(pricing.shop_for(buyer.place), buyer, now.date())
        with self.named_items():
            return pricing.decide(listed, at=now, shown=shown, cost=self.costs)

    def cliffs(
        self,
        buyer: Buyer | str,
        *,
        as_of: date | str | None = None,
        start: Any = None,
        end: Any = None,
    ) -> tuple[Cliff, ...]:
        """Where another regime takes over as its goods get dearer, and what that costs the buyer.

        Raises as :func:`landedcost.bundles.cliffs.cliffs` does.
        """
        with self.named_items():
            market = self.catalog.shop().market_for(buyer, as_of=as_of)
            return cliffs(market, self.bundle_in(market.terms.shown), start=start, end=end)

    def both_ways(self, buyer: Buyer | str, *, as_of: date | str | None = None) -> BothWays[Quote]:
        """Its price line by line and as one set to customs, with the duty each way."""
        with self.named_items():
            market = self.catalog.shop().market_for(buyer, as_of=as_of)
            return both_ways(market, self.listed_in(market.terms.shown), self.assessment)

    def with_item(self, sku: str, quantity: int = 1) -> CatalogBundle:
        """The same and some more units of an article, at its own price beside a fixed one.

        Raises RequestError (``unknown_item``), MoneyError for a fixed price in another currency
        than the article's.
        """
        items = self.catalog.items
        item = items[fields.known(sku, tuple(items), "item", "sku")]
        more = tuple(
            replace(part, quantity=part.quantity + quantity) if part.item.sku == sku else part
            for part in self.parts
        )
        if all(part.item.sku != sku for part in self.parts):
            more = (*more, Part(item, quantity))
        return replace(self, parts=more, prices=_raised(self.prices, item, quantity))

    def of(self, catalog: Catalog) -> CatalogBundle:
        """The same bundle, priced by another catalogue's shop."""
        return replace(self, catalog=catalog)

    @contextmanager
    def named_items(self) -> Iterator[None]:
        """Let errors about a line name the article it was made from."""
        try:
            yield
        except LandedCostError as error:
            found = _LINE.match(error.where)
            if found is not None and not self.assessment.is_set:
                item = path("items", self.parts[int(found[1])].item.sku)
                error.where = item + error.where[found.end() :]
            raise

    def as_dict(self) -> dict[str, Any]:
        """Its name, title and items, for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "items": {part.item.sku: part.quantity for part in self.parts},
        }


def instant(at: datetime | date | str) -> datetime:
    """An instant as it is, or the first one of a day in UTC. Raises RequestError."""
    if isinstance(at, datetime):
        return at
    return datetime.combine(day(at, "at"), time(), UTC)


def _raised(prices: Mapping[str, Amount], item: Item, quantity: int) -> dict[str, Amount]:
    unit = item.price.currency
    if prices and unit not in prices:
        raise MoneyError(
            f"the bundle's price is in {', '.join(prices)}, that of {item.sku!r} in {unit}",
            code="mixed_currencies",
            where="sku",
            hint="give the bundle a price in that currency too",
        )
    own = {code: price for code, price in prices.items() if code == unit}
    return {c: Amount(p.minor + item.price.minor * quantity, c) for c, p in own.items()}
