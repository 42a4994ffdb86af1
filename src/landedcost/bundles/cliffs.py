"""Threshold cliffs: at which goods prices another regime takes over, and what that costs.

A cliff lies between two neighbouring prices of the goods, one minor unit apart: at the lower one
rule decides a charge, at the upper another, or the parcel is refused. They are found exactly. A
range of prices in which every test of the program has one answer has no cliff inside; any other
range is halved, down to the two prices between which a test turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import LandedCostError, RequestError
from ..lines import Amount
from .turning import Turn, turned

if TYPE_CHECKING:
    from ..market import Market
    from ..quote import Quote
    from ..request import Bundle

_TIMES = 10
"""How many times the present goods price is looked through where no end is given."""


@dataclass(frozen=True, slots=True)
class Cliff:
    """Where another regime takes over.

    ``below`` is the last goods price under the one regime, ``above`` the first under the other,
    one minor unit more. ``total_below`` and ``total_above`` are what the buyer then pays in all,
    in minor units of the same currency; None where there is no price, for the reason ``barred``.
    ``turns`` are the charges that another rule decides now.
    """

    below: Amount
    above: Amount
    total_below: int | None
    total_above: int | None
    turns: tuple[Turn, ...]
    barred: LandedCostError | None = None

    @property
    def jump_minor(self) -> int | None:
        """What one minor unit more of goods adds to the total; None where a total is missing."""
        if self.total_below is None or self.total_above is None:
            return None
        return self.total_above - self.total_below

    @property
    def rules(self) -> tuple[str, ...]:
        """The addresses of the rules whose tests turn, each once."""
        return tuple(dict.fromkeys(turn.rule for turn in self.turns if turn.rule))


def cliffs(
    market: Market, bundle: Bundle, *, start: Any = None, end: Any = None
) -> tuple[Cliff, ...]:
    """Every cliff of ``bundle`` between two goods prices, from the lowest on.

    ``start`` and ``end`` are in the currency the market shows: by default one minor unit, and ten
    times what the goods cost now. At each price in between the goods are shared out over the lines
    by what they cost by themselves, and go as one parcel. Raises RequestError for an amount in
    another currency or a range that is empty, and what
    :meth:`~landedcost.market.Market.price` raises about the bundle as it is.
    """
    shown = market.terms.shown
    low = _edge(start, shown, "start") or 1
    high = _edge(end, shown, "end") or _TIMES * goods_minor(market.price(bundle))
    if high < low:
        raise RequestError(
            "the range ends below its start",
            code="empty_range",
            where="end",
            hint="give an `end` above what the goods cost now, or above `start`",
        )
    return tuple(_cliffs(market, bundle, low, high))


def goods_minor(quote: Quote) -> int:
    """What the goods of a quote cost after discounts, in minor units of its currency."""
    return sum(c.amount_minor for c in quote.charges if c.kind in ("goods", "discount"))


def _edge(value: Any, shown: str, where: str) -> int | None:
    if value is None:
        return None
    amount = Amount.of(value, where)
    if amount.currency != shown or amount.minor <= 0:
        raise RequestError(
            f"not a goods price above zero in {shown}, the currency of the market",
            code="bad_range",
            where=where,
            hint=f'write text such as "150 {shown}"',
        )
    return amount.minor


def _cliffs(market: Market, bundle: Bundle, low: int, high: int) -> Iterator[Cliff]:
    shown = market.terms.shown
    tests = market.spans(bundle.at(Amount(1, shown)), tests=True)
    todo = [(low, high)]
    while todo:
        low, high = todo.pop()
        found = tests(low, high)
        if found[::2] == found[1::2]:
            continue
        if high - low > 1:
            middle = (low + high) // 2
            todo += ((middle, high), (low, middle))
            continue
        below, above = Amount(low, shown), Amount(high, shown)
        one, other = (_priced(market, bundle.at(price)) for price in (below, above))
        sides = _quote(one), _quote(other)
        if sides == (None, None):
            continue
        turns = turned(sides, tests(low, low)[::2], tests(high, high)[::2])
        if turns:
            barred = next((q for q in (one, other) if isinstance(q, LandedCostError)), None)
            was, now = (None if side is None else side.total_minor for side in sides)
            yield Cliff(below, above, was, now, turns, barred)


def _priced(market: Market, bundle: Bundle) -> Quote | LandedCostError:
    try:
        return market.price(bundle)
    except LandedCostError as error:
        return error


def _quote(side: Quote | LandedCostError) -> Quote | None:
    return None if isinstance(side, LandedCostError) else side
