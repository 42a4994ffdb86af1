"""What DHL Express answers to a question for a landed cost.

Charges come line by line as ``DUTY``, ``TAX`` and ``FEE``, with a formula. The documentation does
not say what the price of the whole is made of, so a total is told only where it is the sum of
parts that are told as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..ports import Amount, LandedAnswer, LandedAsk, NoAnswer, Node, Problem
from .charges import Charges
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
    told = set(charges.told())
    problems += [
        Problem("not_answered", "no charge on the line is in the answer", goods.id)
        for goods in ask.goods
        if goods.id not in told
    ]
    problems += charges.problems()
    rows = _rows(product)
    parts = {
        kind: _whole(ask, kind, rows.get(name), charges, problems) for name, kind in _KINDS.items()
    }
    total, covers = _total(product, rows, parts, problems)
    return LandedAnswer(
        "DHL Express Landed Cost",
        covers,
        total,
        duty=parts["duty"],
        tax=parts["tax"],
        fees=parts["fees"],
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
            amount = row["price"].amount(row["priceCurrency"].currency())
            formula = row.get("tariffRateFormula")
            words = formula.text() if formula is not None else ""
            charges.add(ask.goods[at - 1].id, kind, amount, words)
    return charges


def _rows(product: Node) -> Mapping[str, Amount]:
    """What the breakdown of the whole tells, in the billed currency, by the code of each row."""
    told = product.get("detailedPriceBreakdown")
    prices = billed(told) if told is not None else None
    rows: dict[str, Amount] = {}
    if prices is None:
        return rows
    code = prices["priceCurrency"].currency()
    for row in prices["breakdown"].list():
        for key in ("name", "typeCode"):
            name = row.get(key)
            if name is not None and name.text() in (*_KINDS, *_SHIPPING, _GOODS):
                amount = row["price"].amount(code)
                before = rows.get(name.text(), Amount(0, code))
                rows[name.text()] = Amount(before.minor + amount.minor, code)
                break
    return rows


def _whole(
    ask: LandedAsk, kind: str, row: Amount | None, charges: Charges, problems: list[Problem]
) -> Amount | None:
    """One kind of charge on the whole basket: as told, or the sum if every line tells it."""
    sums = [charges.sum(goods.id, kind) for goods in ask.goods]
    told = [one for one in sums if one is not None]
    if len(told) < len(sums) or len({one.currency for one in told}) != 1:
        return row
    summed = Amount(sum(one.minor for one in told), told[0].currency)
    if row is not None and row != summed:
        text = f"{kind} is {row.minor} {row.currency} for the whole, {summed.minor} by lines"
        problems.append(Problem("does_not_add_up", text))
        return None
    return summed


def _total(
    product: Node,
    rows: Mapping[str, Amount],
    parts: Mapping[str, Amount | None],
    problems: list[Problem],
) -> tuple[Amount | None, frozenset[str]]:
    """The total and what it is made of, if sums show that; otherwise None and a problem."""
    price = billed(product["totalPrice"])
    if price is None or not price["price"].exact():
        problems.append(Problem("not_priced", "the whole has no price"))
        return None, frozenset()
    total = price["price"].amount(price["priceCurrency"].currency())
    shipping = _sum([rows[name] for name in _SHIPPING if name in rows])
    known = {kind: part for kind, part in parts.items() if part is not None}
    if shipping is not None:
        known["shipping"] = shipping
    if _GOODS in rows:
        known["goods"] = rows[_GOODS]
    imports = [kind for kind in _KINDS.values() if kind in known]
    for more in ((), ("shipping",), ("shipping", "goods")):
        names = [*imports, *(name for name in more if name in known)]
        if imports and total == _sum([known[name] for name in names]):
            return total, frozenset(names)
    text = f"what makes the total of {total.minor} {total.currency}, in minor units, is not told"
    problems.append(Problem("total_unexplained", text))
    return None, frozenset()


def _sum(amounts: list[Amount]) -> Amount | None:
    codes = {amount.currency for amount in amounts}
    return Amount(sum(a.minor for a in amounts), codes.pop()) if len(codes) == 1 else None
