"""What a bundle is made of: some units of an article, and what is taken off them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..bundles.deals import percent_off
from ..errors import RequestError
from ..lines import Amount, Line
from ..money import percent
from . import fields
from .items import Item
from .paths import path

KEYS = ("quantity", "discount", "free", "gift")
Off = Amount | str
"""What is taken off: an amount, or a share of the price such as ``"10%"``."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some units of an article in a bundle.

    ``free`` of them are not charged (buy one, get one: quantity 2, free 1), ``discount`` is taken
    off the others. A ``gift`` is not charged at all; customs values it at what it sells for.
    """

    item: Item
    quantity: int = 1
    discount: Off | None = None
    free: int = 0
    gift: bool = False

    def line(self) -> Line:
        """The part as a line. Raises RequestError and MoneyError."""
        item = self.item
        if self.gift:
            nothing = Amount(0, item.price.currency)
            return item.line(self.quantity, unit_price=nothing, customs_value=self.declared)
        line = item.line(self.quantity)
        with fields.under(path("items", item.sku)):
            if self.free:
                line = line.less(Amount(self.free * item.price.minor, item.price.currency))
            if isinstance(self.discount, str):
                return percent_off(line, self.discount)
            return line if self.discount is None else line.less(self.discount)

    @property
    def declared(self) -> Amount | None:
        """What customs is told a unit is worth where that is not its price: a gift's, above all."""
        told = self.item.facts.get("customs_value")
        if told is not None:
            return Amount.of(told, "customs_value")
        return self.item.price if self.gift else None

    @property
    def more(self) -> Part:
        """The same with one unit more."""
        return Part(self.item, self.quantity + 1, self.discount, self.free, self.gift)


def discount(value: Any, where: str) -> Off:
    """A share or an amount. Raises RequestError for a share above the whole, MoneyError."""
    if isinstance(value, str) and value.strip().endswith("%"):
        num, den = percent(value, where)
        if not 0 < num <= den:
            raise RequestError(
                f"not a share of the price: {value[:40]!r}",
                code="bad_rate",
                where=where,
                hint='from above "0%" to "100%"',
            )
        return value
    return fields.amount(value, where)


def parts(value: Any, items: Mapping[str, Item], where: str) -> tuple[Part, ...]:
    """The parts of a bundle: ``{tee = 2, mug = 1}`` or ``["tee", "tee", "mug"]``.

    In a table a number may be a table too: ``{quantity = 2, free = 1}``. Raises RequestError.
    """
    known = tuple(items)
    found: dict[str, Part] = {}
    if isinstance(value, list | tuple):
        for index, name in enumerate(value):
            sku = fields.known(name, known, "item", f"{where}[{index}]")
            found[sku] = found[sku].more if sku in found else Part(items[sku])
    else:
        for name, given in fields.table(value, where).items():
            at = fields.within(where, name)
            found[name] = _part(items[fields.known(name, known, "item", at)], given, at)
    if not found:
        raise RequestError(
            "a bundle has at least one item",
            code="no_lines",
            where=where,
            hint="write items = { tee = 1, mug = 1 }",
        )
    return tuple(found.values())


def _part(item: Item, value: Any, where: str) -> Part:
    if not isinstance(value, Mapping):
        return Part(item, fields.count(value, where, 1))
    given = fields.table(value, where, KEYS)
    quantity = fields.count(given.get("quantity", 1), f"{where}.quantity", 1)
    free = fields.count(given.get("free", 0), f"{where}.free")
    gift = given.get("gift", False)
    if not isinstance(gift, bool):
        raise fields.wrong_type("true or false", gift, f"{where}.gift")
    if free >= quantity and free:
        raise RequestError(
            f"{free} of {quantity} units free",
            code="bad_quantity",
            where=f"{where}.free",
            hint="write gift = true where nothing is charged",
        )
    off = discount(given["discount"], f"{where}.discount") if "discount" in given else None
    if gift and (free or off is not None):
        raise RequestError(
            "a gift has nothing to take off",
            code="bad_request",
            where=f"{where}.gift",
            hint="leave `free` and `discount` out",
        )
    return Part(item, quantity, off, free, gift)
