"""The steps from a landed cost to a shown price, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..currencies import currency
from ..errors import RequestError
from ..lines import Amount
from ..money import amount_text
from ..quote import money_dict
from ..rounding import down, half_up, up
from .costs import Amounts, Exchange, charged, cost_of_goods, kept
from .guards import Rails
from .living import Settled, remember, settle
from .making import Maker
from .read import percent_text
from .sticky import Shown
from .target import LEAST

if TYPE_CHECKING:
    from ..quote import Quote
    from .policy import MarketPolicy

_BORNE = {
    "duty": ("duty",),
    "tax": ("tax",),
    "freight": ("shipping", "insurance"),
    "fees": ("fee",),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step to the price: what it is called, the price before and after, and why."""

    code: str
    before: Amount
    after: Amount
    why: str

    def as_dict(self) -> dict[str, Any]:
        """The step as a JSON object."""
        before, after = money_dict(self.before), money_dict(self.after)
        return {"code": self.code, "before": before, "after": after, "why": self.why}


class Decision:
    """One price being decided on; amounts are minor units of the quote's currency.

    After :meth:`take`, ``quote``, ``steps``, ``margin`` and ``after`` are what came of it.
    """

    def __init__(
        self,
        listed: Quote,
        policy: MarketPolicy,
        at: datetime,
        shown: Shown | None,
        cost: Mapping[str, Any] | None,
    ) -> None:
        self.listed = listed
        self.policy = policy
        self.at = at
        self.shown = shown
        self.unit = listed.currency
        self.exchange = Exchange(listed)
        self.goods = cost_of_goods(listed.priced.bundle, cost, self.exchange)
        self.steps: list[Step] = []
        self.quote = listed
        self._found: tuple[Settled, Rails, bool] | None = None
        if shown is not None:
            _check(shown, self.unit, at)

    def take(self) -> None:
        """Take every step. Raises what :meth:`landedcost.pricing.offer.Pricing.offer` does."""
        found, rails, declared = self._found or self._settled()
        self._make(found.minor, rails, declared=declared)
        self._remember(found.minor, found.anchor, rails)

    def stays(self) -> Shown | None:
        """The state to keep where the price shown goes on being shown, None where it changes.

        No quote is made; :meth:`take` can make it after this. Raises as that does.
        """
        self._found = found, rails, _ = self._settled()
        if self.shown is None or found.minor != self.shown.price.minor:
            return None
        return remember(self.shown, self.shown.price, found.anchor, self.at, rails)

    def _settled(self) -> tuple[Settled, Rails, bool]:
        """The price that is to be shown, its rails, and whether the shop named it itself."""
        by_hand = self._own(self.policy.hand_set)
        target = self._own(self.policy.all_in)
        declared = by_hand is not None or target is not None
        headline = self.policy.shown == "headline" and not declared
        self.maker = Maker(self.listed, headline)
        what = "headline of the landed cost" if headline else "landed cost"
        price = self._step("list", 0, self.maker.shown(self.listed), f"{what} at list prices")
        if by_hand is not None:
            self._step("hand_set", price, by_hand.minor, "a price set by hand wins")
            self._check_floor(by_hand)
            rails = Rails(floor=self._floor(), sticky=self.policy.sticky)
            return Settled(by_hand.minor, by_hand.minor, ()), rails, True
        if target is not None:
            raw = self._step("all_in", price, target.minor, "the target, all in")
        else:
            raw = self._returns(self._borne(price))
        rails = self._rails()
        found = settle(raw, rails, self.shown, self.at, declared=declared)
        for bound in found.trail:
            self._step(bound.code, bound.before, bound.after, bound.why)
        return found, rails, declared

    @property
    def conversions(self) -> frozenset[tuple[str, str, str]]:
        """The exchange rates that the price rests on: use, source and target."""
        return frozenset(self.maker.used | self.exchange.used)

    @cached_property
    def margin(self) -> Amount | None:
        """What remains to the shop; None where costs are not known. Rounded down."""
        if self.goods is None:
            return None
        left = kept(self.quote, self.listed) - self.goods - self._expected
        return Amount(left.numerator // left.denominator, self.unit)

    @cached_property
    def _expected(self) -> Fraction:
        """The expected cost of returns, exact."""
        if self.policy.returns is None:
            return Fraction(0)
        return self.policy.returns.cost(
            self.exchange.many,
            freight=charged(self.listed, "shipping", "insurance"),
            duty=charged(self.listed, "duty"),
            tax=charged(self.listed, "tax"),
            goods=self.goods,
        )

    def _step(self, code: str, before: int, after: int, why: str) -> int:
        first = after if code == "list" else before
        self.steps.append(Step(code, Amount(first, self.unit), Amount(after, self.unit), why))
        return after

    def _own(self, amounts: tuple[Amount, ...]) -> Amount | None:
        """The amount set in the quote's currency; none is converted."""
        return next((one for one in amounts if one.currency == self.unit), None)

    def _borne(self, price: int) -> int:
        for name, kinds in _BORNE.items():
            part: Fraction = getattr(self.policy.bears, name)
            given = charged(self.listed, *kinds) if part else 0
            if given:
                less = part * given
                what = "all" if part == 1 else percent_text(part)
                price = self._step(
                    f"bears_{name}",
                    price,
                    price - half_up(less.numerator, less.denominator),
                    f"the merchant bears {what} of the {name}",
                )
        return price

    def _returns(self, price: int) -> int:
        if self.policy.returns is None:
            return price
        cost = self._expected
        after = price + up(cost.numerator, cost.denominator)
        return self._step("returns", price, after, "the expected cost of returns")

    def _rails(self) -> Rails:
        guards = self.policy.guards
        return Rails(
            min_margin=self._least(),
            ceiling=self._bound(guards.ceiling, down),
            max_change=guards.max_change,
            max_change_per_day=guards.max_change_per_day,
            floor=self._floor(),
            charm=self.policy.charm(self.unit),
            sticky=self.policy.sticky,
        )

    def _floor(self) -> int | None:
        return self._bound(self.policy.guards.floor, up)

    def _bound(self, amounts: Amounts, rounded: Callable[[int, int], int]) -> int | None:
        if not amounts:
            return None
        bound = self.exchange.many(amounts)
        return rounded(bound.numerator, bound.denominator)

    def _least(self) -> int | None:
        """The price at which the least margin just remains."""
        least = self.policy.guards.min_margin
        if least is None:
            return None
        if self.goods is None:
            raise RequestError(
                "a least margin needs the cost of the goods",
                code="missing_cost",
                where="cost",
                hint="give the cost of one unit for each line",
            )
        spent = self.goods + self._expected
        spent += sum(one.amount_minor for one in self.listed.seller_costs)
        if isinstance(least, Fraction):
            needed = Fraction(spent, 1 - least)
        else:
            needed = spent + self.exchange.many(least)
        priced = self.listed.priced
        price = Amount(max(up(needed.numerator, needed.denominator), 1), self.unit)
        made = priced.market.price(priced.bundle.at(price), priced.carried)
        self.maker.used |= made.priced.program.conversions
        return self.maker.shown(made)

    def _check_floor(self, by_hand: Amount) -> None:
        floor = self._floor()
        if floor is not None and by_hand.minor < floor:
            raise RequestError(
                f"the price set by hand, {self._text(by_hand.minor)}, is below the floor, "
                f"{self._text(floor)}",
                code="below_floor",
                where=f"{self.policy.where}.hand_set",
                hint="raise the price, or lower the floor",
            )

    def _make(self, price: int, rails: Rails, *, declared: bool = False) -> None:
        """Set ``quote`` to the one that shows the price, or as near as there is."""
        made = self.maker.make(price, rails, self.shown, self.at, declared=declared)
        goods = made.quote.priced.bundle.price
        if goods is not None and goods.minor <= LEAST and made.shown > price:
            raise RequestError(
                f"the price is to be {self._text(price)}, and what is beside the goods alone comes "
                f"to {self._text(made.shown - goods.minor)}",
                code="unreachable_price",
                where=self.policy.where,
                hint="raise the price or the ceiling, or have freight and duty borne",
            )
        self.quote = made.quote
        if made.less:
            why = f"{self._text(made.less)} less of freight is charged, so that the price comes out"
            self._step("freight", price, price, why)
        if made.shown != price:
            why = "no goods price makes the price before exactly"
            self._step("reachable", price, made.shown, why)

    def _remember(self, price: int, anchor: int, rails: Rails) -> None:
        """The state to keep. A held price that cannot be made now is still the one held."""
        shown = self.maker.shown(self.quote)
        held = self.shown is not None and price == self.shown.price.minor
        minor = price if held else shown
        self.after = remember(
            self.shown,
            Amount(minor, self.unit),
            anchor if minor == price else minor,
            self.at,
            rails,
        )

    def _text(self, minor: int) -> str:
        return f"{amount_text(minor, currency(self.unit).digits)} {self.unit}"


def _check(shown: Shown, unit: str, at: datetime) -> None:
    """Raises RequestError for a state of another currency, or of a later time."""
    if shown.price.currency != unit:
        raise RequestError(
            f"a price in {shown.price.currency} was shown, this one is in {unit}",
            code="wrong_currency",
            where="shown",
            hint="keep one state for each market and currency",
        )
    if at < shown.since:
        raise RequestError(
            f"{at} is before the shown price was set, {shown.since}",
            code="bad_date",
            where="at",
            hint="ask in the order of time",
        )
