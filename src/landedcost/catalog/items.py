"""One article of a shop: what it is, what it sells for, what it costs, how many are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import RequestError
from ..lines import Amount, Line, line_id
from . import fields

OWN = ("title", "price", "cost", "stock", "image")
FACTS = (
    "hs_code", "origin", "weight_g", "goods_class", "duty", "tax_rate", "preference", "evidence",
    "claims", "content", "customs_value", "retail_price", "pairs", "litres", "square_metres",
    "metres", "cubic_metres",
)  # fmt: skip
"""What of an article is handed to its line as it is: the arguments of :class:`Line`."""


@dataclass(frozen=True, slots=True)
class Item:
    """An article. ``price`` and ``cost`` are per unit, without any tax of the buyer's country.

    ``cost`` is what one unit costs the seller, None where it was not told. ``stock`` is how many
    there are when the drop begins, None for no limit. ``facts`` are the arguments of
    :class:`~landedcost.Line` that it fills.
    """

    sku: str
    title: str
    price: Amount
    cost: Amount | None = None
    stock: int | None = None
    image: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""

    @classmethod
    def of(cls, sku: str, value: Any, where: str) -> Item:
        """From its table. Raises RequestError and MoneyError with the path of the field."""
        line_id(sku, where)
        given = fields.table(value, where, (*OWN, *FACTS))
        at = {name: fields.within(where, name) for name in given}
        if "price" not in given:
            raise RequestError(
                "no price",
                code="missing_field",
                where=fields.within(where, "price"),
                hint='write price = "25.00 USD"',
            )
        price = fields.amount(given["price"], at["price"])
        cost = fields.amount(given["cost"], at["cost"]) if "cost" in given else None
        if cost is not None and cost.currency != price.currency:
            raise RequestError(
                f"in {cost.currency}, but the price is in {price.currency}",
                code="mixed_currencies",
                where=at["cost"],
                hint="give both in one currency",
            )
        made = cls(
            sku,
            fields.title(given.get("title", sku), at.get("title", where)),
            price,
            cost,
            fields.count(given["stock"], at["stock"]) if "stock" in given else None,
            fields.image(given["image"], at["image"]) if "image" in given else "",
            {name: given[name] for name in FACTS if name in given},
            where,
        )
        made.line()
        return made

    def line(self, quantity: int = 1, **more: Any) -> Line:
        """Some units of it as a line, with ``more`` arguments of :class:`~landedcost.Line`.

        Raises RequestError and MoneyError.
        """
        given: dict[str, Any] = {"title": self.title, "quantity": quantity}
        given |= {**self.facts, **more}
        price = given.pop("unit_price", self.price)
        with fields.under(self.where, unit_price="price"):
            return Line(self.sku, price, **given)
