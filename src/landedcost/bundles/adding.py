"""What one more item costs the buyer, and the cliffs it takes the parcel over."""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import RequestError
from ..facts import DECLARED_UNIT, OFF, QUANTITY, UNIT
from ..lines import MAX_QUANTITY, Amount, Line
from .cliffs import Cliff, cliffs, goods_minor

if TYPE_CHECKING:
    from ..market import Market
    from ..quote import Quote
    from ..request import Bundle

_OF_ONE = (UNIT, DECLARED_UNIT, OFF)
"""Figures of a line that do not grow with its quantity."""


@dataclass(frozen=True, slots=True)
class Added:
    """A bundle before and after an item is added, as two quotes.

    ``goods_minor`` is what the goods then cost more, in minor units of the quotes' currency.
    ``crossed`` are the cliffs below the larger bundle's price at whose rules the two differ: what
    the parcel owed before is decided by another rule.
    """

    before: Quote
    after: Quote
    goods_minor: int
    crossed: tuple[Cliff, ...]

    @property
    def cost_minor(self) -> int:
        """What the item adds to all the buyer pays."""
        return self.after.total_minor - self.before.total_minor

    @property
    def beside_minor(self) -> int:
        """What of it is not the goods: duty, tax, fees, shipping."""
        return self.cost_minor - self.goods_minor


def adding(market: Market, bundle: Bundle, item: Line | str, *, price: Any = None) -> Added:
    """What it costs a buyer of ``market`` to have ``item`` in the bundle too.

    ``item`` is a line, or the id of one of the bundle's lines for one more of that. A bundle with
    a fixed price needs the ``price`` of the larger one. Everything goes as one parcel. Raises
    RequestError for an id that no line has, and what
    :meth:`~landedcost.market.Market.price` raises.
    """
    larger = _larger(bundle, item, price)
    before, after = market.price(bundle), market.price(larger)
    top, rules = goods_minor(after), _turned(before, after)
    crossed: dict[str, Cliff] = {}
    if rules and top:
        for cliff in cliffs(market, larger, end=Amount(top, after.currency)):
            crossed |= dict.fromkeys(rules.intersection(cliff.rules), cliff)
    last = sorted(set(crossed.values()), key=lambda cliff: cliff.above)
    return Added(before, after, top - goods_minor(before), tuple(last))


def _turned(before: Quote, after: Quote) -> set[str]:
    """The rules behind the charges of the smaller bundle that have another reason now."""
    now = _reasons(after)
    found = ((rule, now.get(key, rule)) for key, rule in _reasons(before).items())
    return {address for pair in found if pair[0] != pair[1] for address in pair}


def _reasons(quote: Quote) -> dict[tuple[str, str | None, int], str]:
    """The rule behind each charge of duty, tax and fees, by its kind, line and place."""
    seen: Counter[tuple[str, str | None]] = Counter()
    found = {}
    for charge in quote.charges:
        if charge.kind in ("duty", "tax", "fee"):
            key = charge.kind, charge.line
            found[(*key, seen[key])] = charge.why.rule.partition(",")[0]
            seen[key] += 1
    return found


def _larger(bundle: Bundle, item: Line | str, price: Any) -> Bundle:
    if bundle.price is not None and price is None:
        raise RequestError(
            "the bundle has a fixed price, and what the larger one is to cost was not said",
            code="missing_price",
            where="price",
            hint="give `price`, what the goods of the larger bundle cost",
        )
    lines = list(bundle.lines)
    if isinstance(item, Line):
        lines.append(item)
    else:
        found = [k for k, line in enumerate(lines) if line.id == item]
        if not found:
            raise RequestError(
                f"the bundle has no line {item!r}",
                code="unknown_line",
                where="item",
                hint=f"one of {', '.join(line.id for line in lines)}, or give a Line",
            )
        lines[found[0]] = _one_more(lines[found[0]])
    return type(bundle)(
        lines,
        discount=bundle.discount if price is None else None,
        shipping=bundle.shipping,
        insurance=bundle.insurance,
        price=price,
    )


def _one_more(line: Line) -> Line:
    count = line.quantity
    if count >= MAX_QUANTITY:
        raise RequestError(
            f"line {line.id!r} has as many units as a line can have",
            code="bad_quantity",
            where="item",
            hint="add a line of its own",
        )
    made = copy(line)
    made.quantity = count + 1
    made.ints = tuple(
        value if at in _OF_ONE else count + 1 if at == QUANTITY else value // count * (count + 1)
        for at, value in enumerate(line.ints)
    )
    return made
