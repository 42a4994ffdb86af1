"""What DHL Express answers to a question for a landed cost.

Charges come line by line as ``DUTY``, ``TAX`` and ``FEE``, with a formula. The documentation does
not say what the price of the whole is made of, so a total is told only where it is the sum of
parts that are told as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..ports import Amount, LandedAnswer, LandedAsk, NoAnswer, Node, Problem
from .charges import Charges, Exact, rounded, total
from .dhl_express import billed, warnings

_KINDS = {"DUTY": "duty", "TAX": "tax", "FEE": "fees"}
_SHIPPING = ("SPRQN", "STSCH", "MFCHG", "MACHG")
_GOODS = "SCUSV"


def read_landed(ask: LandedAsk, answer: Node, reference: str) -> LandedAnswer:
    """The first product's landed cost. Raises NoAnswer if there is none."""
    problems = warnings(answer)
    products = answer["products"].list()
    if not products:
        said = "; ".join(problem.text for problem in problems)
        raise NoAnswer(f"has no product for this basket{': ' if said else ''}{said}")
    product = products[0]
    if len(products) > 1:
        name = product["productName"].text()
        problems.append(Problem("several_products", f"answered for {name}, others are offered"))
    charges = _charges(ask, product)
    told = charges.told()
    problems += [
        Problem("not_answered", "no charge on the line is in the answer", goods.id)
        for goods in ask.goods
        if goods.id not in told
    ]
    problems += charges.problems()
    rows = _rows(product)
    parts = {
        kind: _whole(kind, rows.get(name), charges.whole(kind), problems)
        for name, kind in _KINDS.items()
    }
    total, covers = _total(product, rows, parts, problems)
    return LandedAnswer(
        "DHL Express Landed Cost",
        covers,
        total,
        duty=rounded(parts["duty"]),
        tax=rounded(parts["tax"]),
        fees=rounded(parts["fees"]),
        lines=charges.lines(),
        reference=reference,
        problems=tuple(problems),
    )


def _charges(ask: LandedAsk, product: Node) -> Charges:
    charges = Charges([goods.id for goods in ask.goods])
    items = product.get("items")
    for item in items.list() if items is not None else []:
        at = item["number"].integer()
        if not 1 <= at <= len(ask.goods):
            raise item["number"].bad("is no line that was asked for")
        for row in item["breakdown"].list():
            kind = _KINDS.get(row["typeCode"].text())
            if kind is None:
                continue
            amount = Exact.of(row["price"], row["priceCurrency"].currency())
            formula = row.get("tariffRateFormula")
            words = formula.text() if formula is not None else ""
            charges.add(ask.goods[at - 1].id, kind, amount, words)
    return charges


def _rows(product: Node) -> Mapping[str, Exact]:
    """What the breakdown of the whole tells, in the billed currency, by the code of each row."""
    told = product.get("detailedPriceBreakdown")
    prices = billed(told) if told is not None else None
    rows: dict[str, Exact] = {}
    if prices is None:
        return rows
    code = prices["priceCurrency"].currency()
    for row in prices["breakdown"].list():
        for key in ("name", "typeCode"):
            name = row.get(key)
            if name is not None and name.text() in (*_KINDS, *_SHIPPING, _GOODS):
                found = Exact.of(row["price"], code)
                before = rows.get(name.text())
                rows[name.text()] = found if before is None else _plus(before, found)
                break
    return rows


def _plus(one: Exact, other: Exact) -> Exact:
    return Exact(one.value + other.value, one.currency)


def _whole(
    kind: str, row: Exact | None, summed: Exact | None, problems: list[Problem]
) -> Exact | None:
    """One kind of charge on the whole basket: as told, or the sum if every line tells it."""
    if row is None or summed is None:
        return row or summed
    if row.rounded == summed.rounded:
        return row
    text = f"{kind} is {row.rounded.minor} for the whole and {summed.rounded.minor} by lines"
    problems.append(Problem("does_not_add_up", f"{text}, in minor units of {row.currency}"))
    return None


def _total(
    product: Node,
    rows: Mapping[str, Exact],
    parts: Mapping[str, Exact | None],
    problems: list[Problem],
) -> tuple[Amount | None, frozenset[str]]:
    """The total and what it is made of, if sums show that; otherwise None and a problem."""
    price = billed(product["totalPrice"])
    if price is None or not price["price"].exact():
        problems.append(Problem("not_priced", "the whole has no price"))
        return None, frozenset()
    found = price["price"].amount(price["priceCurrency"].currency())
    known = {kind: part for kind, part in parts.items() if part is not None}
    imports = tuple(known)
    shipping = total(rows[name] for name in _SHIPPING if name in rows)
    if shipping is not None:
        known["shipping"] = shipping
    if _GOODS in rows:
        known["goods"] = rows[_GOODS]
    for more in ((), ("shipping",), ("shipping", "goods")):
        names = [*imports, *(name for name in more if name in known)]
        if imports and rounded(total(known[name] for name in names)) == found:
            return found, frozenset(names)
    text = f"what makes the total of {found.minor} {found.currency}, in minor units, is not told"
    problems.append(Problem("total_unexplained", text))
    return None, frozenset()
