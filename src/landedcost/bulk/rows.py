"""One row of a catalogue as the objects a single price is asked with.

The columns have the names of the JSON contract's line: ``id``, ``unit_price``, ``currency``,
``quantity``, ``hs_code``, ``origin``, ``weight_g`` and so on. This is the one place that says
what a row means; the columns of a batch are read by asking it once for each distinct value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..errors import RequestError
from ..lines import Amount, Line
from ..request import Bundle

MEASURES = ("litres", "square_metres", "metres", "cubic_metres")
COUNTS = ("quantity", "weight_g", "pairs")
AMOUNTS = ("unit_price", "customs_value", "retail_price")
TEXTS = (
    "hs_code", "origin", "goods_class", "duty", "tax_rate", "preference", "evidence", "claims",
    "content",
)  # fmt: skip
BASKET_AMOUNTS = ("shipping", "discount", "insurance", "price")
LINE_COLUMNS = (
    "id", "title", "currency", *AMOUNTS, "line_discount", *COUNTS, *TEXTS, *MEASURES,
)  # fmt: skip
"""The columns of a line; others are left alone. Beside those of its basket, where `discount` is
the basket's, its own is `line_discount`; in a list of `lines` it is `discount`."""


def field(column: str) -> str:
    """The name of a line's field that a column has."""
    return column.removeprefix("line_")


def amount(value: Any, unit: Any, where: str) -> Amount | None:
    """An amount of a row: ``"25.00"`` in the row's ``currency``, or ``"25.00 USD"``.

    Raises MoneyError as :meth:`landedcost.Amount.of` does.
    """
    if value is None:
        return None
    if isinstance(value, str) and (unit is None or value[-3:].isalpha()):
        found = Amount.of(value, where)
        if unit is not None and found.currency != unit:
            raise RequestError(
                f"in {found.currency}, but the row's currency is {unit}",
                code="mixed_currencies",
                where=where,
                hint="leave the currency out of the amount, or give the same",
            )
        return found
    if unit is None:
        raise RequestError(
            f"an amount without a currency: {value!r}",
            code="missing_currency",
            where=where,
            hint='fill the column `currency`, or write "25.00 USD"',
        )
    return Amount.of((value, unit), where)


def whole(value: Any, where: str) -> Any:
    """A count of a row: an int, or text of digits. Raises RequestError."""
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) <= 18:
            return int(value)
        raise RequestError(
            f"not a whole number: {value[:40]!r}", code="bad_type", where=where, hint="write 2"
        )
    return value


def measure(value: Any) -> Any:
    """A measure of a row as text."""
    return format(value, "f") if isinstance(value, Decimal) else value


def line_of(row: Mapping[str, Any], where: str = "") -> Line:
    """The line of a row. Raises RequestError and MoneyError with the path of the field."""
    at = f"{where}." if where else ""
    unit = row.get("currency")
    facts: dict[str, Any] = {}
    for name in ("customs_value", "retail_price", "discount"):
        facts[name] = amount(row.get(name), unit, f"{at}{name}")
    for name in COUNTS:
        found = whole(row.get(name), f"{at}{name}")
        if found is not None:
            facts[name] = found
    for name in MEASURES:
        facts[name] = measure(row.get(name))
    for name in TEXTS:
        if row.get(name) is not None:
            facts[name] = row[name]
    price = row.get("unit_price")
    if price is None:
        raise RequestError(
            "no price",
            code="missing_field",
            where=f"{at}unit_price",
            hint="give `unit_price`, and `currency` beside it if the price has none",
        )
    return Line(
        row.get("id"),  # type: ignore[arg-type]
        amount(price, unit, f"{at}unit_price"),
        title=row.get("title") or "",
        where=where,
        **facts,
    )


def bundle_of(rows: Sequence[Mapping[str, Any]], basket: Mapping[str, Any]) -> Bundle:
    """The bundle of a basket's rows. Raises RequestError and MoneyError."""
    lines = [line_of(row, f"lines[{k}]") for k, row in enumerate(rows)]
    unit = lines[0].currency if lines else None
    extras = {}
    for name in BASKET_AMOUNTS:
        value = basket.get(name)
        named = isinstance(value, str) and value[-3:].isalpha()
        extras[name] = amount(value, None if named else unit, name)
    return Bundle(lines, **extras)
