"""A bundle of the catalogue: its parts, its price, and what can be asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ..errors import LandedCostError, MoneyError, RequestError
from ..lines import Amount
from ..request import Bundle, Buyer
from . import fields
from .items import Item
from .parts import Off, Part, discount, parts, taken_off
from .paths import path

if TYPE_CHECKING:
    from ..quote import Quote
    from .catalog import Catalog

_LINE = re.compile(r"lines\[(\d{1,4})\]")
KEYS = ("title", "items", "price", "discount", "shipping", "image")


@dataclass(frozen=True)
class CatalogBundle:
    """What a catalogue sells as one thing.

    ``prices`` are fixed prices of the goods by currency, hand-set; without any the parts cost
    what they cost alone, less the ``discount``. ``shipping`` is an amount for the parcel, the
    shop's own where it is None.
    """

    catalog: Catalog = field(repr=False, compare=False)
    name: str
    title: str
    parts: tuple[Part, ...]
    prices: Mapping[str, Amount] = field(default_factory=dict)
    discount: Off | None = None
    shipping: Amount | None = None
    image: str = ""

    @property
    def bundle(self) -> Bundle:
        """The bundle to price, at its first fixed price if it has several."""
        return self.bundle_in(None)

    def bundle_in(self, shown: str | None) -> Bundle:
        """The bundle with the fixed price of the currency ``shown``, if there is one.

        Raises RequestError and MoneyError.
        """
        key = shown if shown in self.prices else None
        made = self._made.get(key)
        if made is None:
            with fields.under(fields.within("bundles", self.name)):
                made = self._made[key] = self._make(key)
        return made

    def of(self, catalog: Catalog) -> CatalogBundle:
        """The same bundle, priced by another catalogue's shop."""
        return replace(self, catalog=catalog)

    def named(self, name: str, title: str) -> CatalogBundle:
        """The same bundle under another name."""
        return replace(self, name=name, title=title)

    @property
    def _made(self) -> dict[str | None, Bundle]:
        made: dict[str | None, Bundle] = self.__dict__.setdefault("_bundles", {})
        return made

    def _make(self, shown: str | None) -> Bundle:
        lines = [part.line() for part in self.parts]
        shop = self.catalog.settings
        more: dict[str, Any] = {
            "shipping": self.shipping if self.shipping is not None else shop.shipping,
            "insurance": shop.insurance,
        }
        if self.prices:
            more["price"] = self.prices[shown] if shown else next(iter(self.prices.values()))
        elif isinstance(self.discount, Amount):
            more["discount"] = self.discount
        elif self.discount is not None:
            more["discount"] = taken_off(self.discount, self.list_price)
        return Bundle(lines, **more)

    @property
    def list_price(self) -> Amount:
        """What its parts cost alone. Raises MoneyError where they are in several currencies."""
        alone = [part.line() for part in self.parts]
        units = sorted({line.currency for line in alone})
        if len(units) > 1:
            raise MoneyError(
                f"items in {' and '.join(units)} have no price together",
                code="mixed_currencies",
                where="discount",
                hint="give `price`, or an amount as the discount",
            )
        off = sum(line.discount.minor for line in alone if line.discount is not None)
        return Amount(sum(line.ints[0] for line in alone) - off, units[0])

    @property
    def cost(self) -> Amount | None:
        """What its parts cost the seller; None where the catalogue does not tell it of each."""
        costs = [part.item.cost for part in self.parts]
        known = [cost for cost in costs if cost is not None]
        if len(known) < len(costs) or len({cost.currency for cost in known}) > 1:
            return None
        whole = sum(c.minor * part.quantity for c, part in zip(known, self.parts, strict=True))
        return Amount(whole, known[0].currency)

    @property
    def stock(self) -> int | None:
        """How many bundles the stock makes; None without a limit."""
        limits = [p.item.stock // p.quantity for p in self.parts if p.item.stock is not None]
        return min(limits, default=None)

    def quote(self, buyer: Buyer | str, *, as_of: date | str | None = None) -> Quote:
        """What it costs a buyer at list price, all in. Raises as ``LandedCost.price_for`` does."""
        shop = self.catalog.shop()
        with self.named_items():
            return shop.price_for(self.bundle_for(buyer, as_of), buyer, as_of=as_of)

    def bundle_for(self, buyer: Buyer | str, as_of: date | str | None = None) -> Bundle:
        """The bundle with the fixed price of a buyer's currency, if there is one."""
        if len(self.prices) < 2:
            return self.bundle
        market = self.catalog.shop().market_for(buyer, as_of=as_of)
        return self.bundle_in(market.terms.shown)

    @contextmanager
    def named_items(self) -> Iterator[None]:
        """Let errors about a line name the article it was made from."""
        try:
            yield
        except LandedCostError as error:
            found = _LINE.match(error.where)
            if found is not None:
                item = path("items", self.parts[int(found[1])].item.sku)
                error.where = item + error.where[found.end() :]
            raise

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

    def as_dict(self) -> dict[str, Any]:
        """Its name, title and items, for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "items": {part.item.sku: part.quantity for part in self.parts},
        }


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


def read(catalog: Catalog, name: str, value: Any, where: str) -> CatalogBundle:
    """A bundle from its table. Raises RequestError and MoneyError with the path of the field."""
    given = fields.table(value, where, KEYS)
    if "items" not in given:
        raise RequestError(
            "no items",
            code="missing_field",
            where=f"{where}.items",
            hint="write items = { tee = 1, mug = 1 }",
        )
    if "price" in given and "discount" in given:
        raise RequestError(
            "a fixed price and a discount say two things",
            code="bad_request",
            where=f"{where}.discount",
            hint="leave one of them out",
        )
    made = CatalogBundle(
        catalog,
        name,
        fields.title(given.get("title", name), f"{where}.title"),
        parts(given["items"], catalog.items, f"{where}.items"),
        _prices(given["price"], f"{where}.price") if "price" in given else {},
        discount(given["discount"], f"{where}.discount") if "discount" in given else None,
        fields.amount(given["shipping"], f"{where}.shipping") if "shipping" in given else None,
        fields.image(given["image"], f"{where}.image") if "image" in given else "",
    )
    made.bundle_in(None)
    return made


def _prices(value: Any, where: str) -> dict[str, Amount]:
    """Fixed prices by currency: ``"59.00 USD"``, or a list with one for each of several."""
    several = isinstance(value, list | tuple)
    found: dict[str, Amount] = {}
    for index, one in enumerate(value if several else [value]):
        at = f"{where}[{index}]" if several else where
        price = fields.amount(one, at)
        if price.currency in found:
            raise MoneyError(
                f"a second price in {price.currency}",
                code="repeated_currency",
                where=at,
                hint="give one price for a currency",
            )
        found[price.currency] = price
    if not found:
        raise fields.wrong_type("an amount", value, where, 'such as "59.00 USD"')
    return found
