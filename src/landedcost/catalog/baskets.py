"""The bundles of a catalogue as rows, for pricing in columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import RequestError
from ..lines import Amount, Line
from ..quote import money_dict
from .bundle import CatalogBundle
from .parts import Part
from .paths import path

_TOLD = ("title", "unit_price", "customs_value", "retail_price", "claims", "content")


def rows_of(bundles: Iterable[CatalogBundle], shown: str | None = None) -> list[dict[str, Any]]:
    """One row for each line, as ``LandedCost.price_many`` takes them; a bundle is a ``basket``.

    ``shown`` picks the fixed prices of that currency, as a quote in it does. Raises RequestError
    and MoneyError; a bundle that is one set to customs has no such rows (``no_rows``).
    """
    return [row for bundle in bundles for row in _rows(bundle, shown)]


def _rows(bundle: CatalogBundle, shown: str | None) -> list[dict[str, Any]]:
    if bundle.assessment.is_set:
        raise RequestError(
            "a bundle that is one set to customs cannot be priced in columns",
            code="no_rows",
            where=path("bundles", bundle.name, "set"),
            hint="price it with bundle.quote(), or leave `set` out",
        )
    asked = bundle.listed_in(shown)
    extras = {
        name: _text(value)
        for name in ("price", "discount", "shipping", "insurance")
        if (value := getattr(asked, name)) is not None
    }
    found = [_row(part, line) for part, line in zip(bundle.parts, asked.lines, strict=True)]
    found[0] |= extras
    return [{"basket": bundle.name, **row} for row in found]


def _row(part: Part, line: Line) -> dict[str, Any]:
    facts = part.item.facts
    row = {name: value for name, value in facts.items() if name not in _TOLD}
    row |= {"id": line.id, "title": line.title, "quantity": line.quantity}
    row["unit_price"] = _text(line.unit_price)
    declared = part.declared
    if declared is not None:
        row["customs_value"] = _text(declared)
    if "retail_price" in facts:
        row["retail_price"] = _text(Amount.of(facts["retail_price"]))
    if line.discount is not None:
        row["line_discount"] = _text(line.discount)
    if "claims" in facts:
        claims = facts["claims"]
        row["claims"] = claims if isinstance(claims, str) else " ".join(claims)
    if "content" in facts:
        content = facts["content"]
        shares = isinstance(content, Mapping)
        row["content"] = ", ".join(f"{k} {v}" for k, v in content.items()) if shares else content
    return row


def _text(amount: Amount) -> str:
    told = money_dict(amount)
    return f"{told['amount']} {told['currency']}"
