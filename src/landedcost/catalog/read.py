"""``[bundles.NAME]`` and ``[drops.NAME]`` of a shop's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..bundles.sets import SetAssessment
from ..errors import MoneyError, RequestError
from ..lines import Amount
from ..pricing.policy import Policy
from ..pricing.schedule import Schedule, Scheduled
from . import fields, parts
from .bundle import CatalogBundle
from .paths import path
from .shop import markets

if TYPE_CHECKING:
    from .catalog import Catalog

BUNDLE = ("title", "items", "price", "discount", "shipping", "image", "set", "policy")
DROP = ("bundles", "markets", "starts", "ends", "zone")
_SET = ("different_headings", "common_need", "retail_packed", "essential_item")


@dataclass(frozen=True, slots=True)
class CatalogDrop:
    """A drop: which bundles are on sale where, and ``when``."""

    bundles: tuple[str, ...]
    markets: tuple[str, ...]
    when: Scheduled

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.when.name


def bundle(catalog: Catalog, name: str, value: Any) -> CatalogBundle:
    """A bundle from its table. Raises RequestError and MoneyError with the path of the field."""
    where = path("bundles", name)
    given = fields.table(value, where, BUNDLE)
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
    at = {key: f"{where}.{key}" for key in BUNDLE}
    policy = catalog.policy
    if "policy" in given:
        policy = Policy.of(fields.table(given["policy"], at["policy"]), at["policy"], policy)
    found = parts.parts(given["items"], catalog.items, at["items"])
    made = CatalogBundle(
        catalog,
        name,
        fields.title(given.get("title", name), at["title"]),
        found,
        policy,
        _prices(given["price"], at["price"]) if "price" in given else {},
        parts.discount(given["discount"], at["discount"]) if "discount" in given else None,
        fields.amount(given["shipping"], at["shipping"]) if "shipping" in given else None,
        fields.image(given["image"], at["image"]) if "image" in given else "",
        _assessment(given.get("set", {}), [part.item.sku for part in found], at["set"]),
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


def _assessment(value: Any, skus: Sequence[str], where: str) -> SetAssessment:
    given = fields.table(value, where, _SET)
    for name in _SET[:-1]:
        if not isinstance(given.get(name, False), bool):
            raise fields.wrong_type("true or false", given[name], f"{where}.{name}")
    if "essential_item" in given:
        fields.known(given["essential_item"], skus, "item", f"{where}.essential_item")
    return SetAssessment(**given)


def drops(catalog: Catalog, value: Mapping[str, Any]) -> dict[str, CatalogDrop]:
    """The drops of a shop, none of which overlaps another. Raises RequestError."""
    times: dict[str, Any] = {}
    for name, table in value.items():
        given = fields.table(table, path("drops", name), DROP)
        times[name] = {key: given[key] for key in ("starts", "ends", "zone") if key in given}
    schedule = Schedule.of(times, shop_zone=catalog.settings.zone)
    found = {}
    for when in schedule.drops:
        where, given = path("drops", when.name), value[when.name]
        named = fields.texts(given.get("bundles", tuple(catalog.bundles)), f"{where}.bundles")
        for index, one in enumerate(named):
            fields.known(one, tuple(catalog.bundles), "bundle", f"{where}.bundles[{index}]")
        sold = given.get("markets", catalog.settings.markets)
        found[when.name] = CatalogDrop(named, markets(sold, f"{where}.markets"), when)
    return found
