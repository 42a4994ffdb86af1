"""What is paid back when part of a bundle comes back: goods, duty, tax and all else alike.

Whatever the order in which things come back, and however often: nothing paid back is below zero,
and once all is back, exactly what was paid has been paid back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol

from ..errors import RequestError
from ..facts import GOODS, OFF
from ..lines import Amount, one_of
from ..request import Bundle
from ..rounding import allocate

POLICIES = ("keep_discount", "forfeit_discount", "pro_rata")
_GOODS = frozenset({"goods", "discount", "rounding"})
_LOWERED = ("tax", "duty", "fee", "shipping", "insurance", "goods")


class Charged(Protocol):
    """What is read of a charge."""

    kind: Any
    line: Any
    amount_minor: int
    local: Any
    collected: str


class Quoted(Protocol):
    """What is read of a quote."""

    @property
    def currency(self) -> str:
        """The currency of all amounts."""
        ...

    @property
    def charges(self) -> Sequence[Any]:
        """Every charge, as :class:`Charged`."""
        ...

    @property
    def listed(self) -> Mapping[str, Amount]:
        """What each line costs by itself."""
        ...

    @property
    def priced(self) -> Any:
        """What was priced; its ``bundle`` is read."""
        ...


@dataclass(frozen=True, slots=True)
class PaidLine:
    """What was paid for a line, in minor units: of its goods, and of each other kind of charge.

    ``listed`` is what it costs by itself before any discount.
    """

    id: str
    quantity: int
    listed: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Paid:
    """What the buyer paid the seller, line by line, all of it."""

    currency: str
    lines: tuple[PaidLine, ...]

    @property
    def total(self) -> Amount:
        """All that was paid."""
        return Amount(sum(sum(line.parts.values()) for line in self.lines), self.currency)

    @classmethod
    def of(cls, quote: Quoted) -> Paid:
        """What is due at checkout under a quote; what carriers collect is not the seller's.

        Goods are shared out over the lines as the quote shared them, a bundle's discount taken
        off. Charges of a line are the line's, those of the whole bundle are shared out by what is
        paid for the goods. Raises RequestError where a line's list price has no exchange rate.
        """
        bundle: Bundle = quote.priced.bundle
        order = bundle.sorted
        charges: list[Charged] = [c for c in quote.charges if c.collected == "checkout"]
        weights = _goods_paid(bundle, charges)
        goods = sum(c.amount_minor for c in charges if c.kind in _GOODS)
        table = {"goods": allocate(goods, weights)}
        place = {line.id: k for k, line in enumerate(order)}
        for kind in dict.fromkeys(c.kind for c in charges if c.kind not in _GOODS):
            column = [0] * len(order)
            for charge in charges:
                if charge.kind == kind and charge.line is not None:
                    column[place[charge.line]] += charge.amount_minor
            whole = sum(c.amount_minor for c in charges if c.kind == kind and c.line is None)
            shared = allocate(whole, weights)
            table[kind] = [own + more for own, more in zip(column, shared, strict=True)]
        _take_below_zero(table)
        lines = (
            PaidLine(
                line.id,
                line.quantity,
                quote.listed[line.id].minor,
                MappingProxyType({kind: column[k] for kind, column in table.items()}),
            )
            for k, line in enumerate(order)
        )
        return cls(quote.currency, tuple(lines))


@dataclass(frozen=True, slots=True)
class Refund:
    """What is paid back at once, by kind of charge, in minor units of ``currency``."""

    currency: str
    parts: Mapping[str, int]

    @property
    def total(self) -> Amount:
        """All of it."""
        return Amount(sum(self.parts.values()), self.currency)


@dataclass(frozen=True, slots=True)
class Returns:
    """What came back of an order so far, and what was paid back for it.

    ``policy`` is one of:

    - ``keep_discount``: what was paid for the returned units; the kept ones stay as cheap.
    - ``forfeit_discount``: what was paid less what the kept units cost by themselves, never below
      zero: who keeps less than the bundle pays the list price for it.
    - ``pro_rata``: the returned units' part of all that was paid for goods, by their list price,
      whichever line a discount was given on.

    Duty, tax and the rest follow the units they were charged on, and under ``forfeit_discount``
    are lowered in the measure in which the goods are. ``returning`` does not change an object but
    makes the next one.
    """

    paid: Paid
    policy: str = "keep_discount"
    back: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    refunded: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        one_of(self.policy, POLICIES, "policy", "unknown_policy")

    def returning(self, units: Mapping[str, int]) -> tuple[Refund, Returns]:
        """What to pay back for so many units of these lines, and the state after.

        Raises RequestError for a line that was not sold, and for more units than are left.
        """
        back = dict(self.back)
        left = {line.id: line.quantity - back.get(line.id, 0) for line in self.paid.lines}
        for name, count in units.items():
            if name not in left:
                raise RequestError(
                    f"no line {name!r} was sold",
                    code="unknown_line",
                    where=name,
                    hint=f"sold were {', '.join(sorted(left))}",
                )
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise RequestError(
                    f"not a number of units: {count!r}",
                    code="bad_quantity",
                    where=name,
                    hint="write an int, such as 1",
                )
            if count > left[name]:
                raise RequestError(
                    f"{count} units of {name!r} come back, and {left[name]} are left",
                    code="too_many_returned",
                    where=name,
                    hint="count each unit once",
                )
            back[name] = back.get(name, 0) + count
        due = _due(self.paid.lines, back, self.policy)
        parts = {kind: max(0, all_ - self.refunded.get(kind, 0)) for kind, all_ in due.items()}
        after = {kind: self.refunded.get(kind, 0) + part for kind, part in parts.items()}
        state = replace(self, back=MappingProxyType(back), refunded=MappingProxyType(after))
        return Refund(self.paid.currency, MappingProxyType(parts)), state


def _due(lines: Sequence[PaidLine], back: Mapping[str, int], policy: str) -> dict[str, int]:
    """What is to have been paid back by kind, once ``back`` is back."""
    counts = [back.get(line.id, 0) for line in lines]
    kinds = dict.fromkeys(kind for line in lines for kind in line.parts)
    columns = {kind: [line.parts.get(kind, 0) for line in lines] for kind in kinds}
    if policy == "pro_rata":
        listed = [line.listed for line in lines]
        columns["goods"] = allocate(sum(columns["goods"]), listed)
    due = {
        kind: sum(_part(n, line, c) for n, line, c in zip(column, lines, counts, strict=True))
        for kind, column in columns.items()
    }
    kept = due["goods"]
    if policy != "forfeit_discount" or not kept:
        return due
    less = max(0, sum(columns["goods"]) - sum(map(_kept, lines, counts)))
    return {kind: all_ * less // kept for kind, all_ in due.items()}


def _part(amount: int, line: PaidLine, count: int) -> int:
    """The part of a line's amount that ``count`` of its units are."""
    return amount * count // line.quantity


def _kept(line: PaidLine, count: int) -> int:
    """What the kept units of a line cost by themselves, or what was paid where that is more."""
    left = line.quantity - count
    paid = line.parts["goods"] - _part(line.parts["goods"], line, count)
    return max(line.listed * left // line.quantity, paid)


def _goods_paid(bundle: Bundle, charges: Sequence[Charged]) -> list[int]:
    """What was paid for the goods of each line, as the quote shared it out.

    In the currency it is paid in where that is one, so that it is the very sharing-out that duty
    and tax rest on; else in the currency shown.
    """
    order = bundle.sorted
    units = {line.currency for line in order}
    less = bundle.discount
    if bundle.price is None and len(units) == 1 and (less is None or less.currency in units):
        alone = [line.ints[GOODS] - line.ints[OFF] for line in order]
        off = allocate(less.minor if less else 0, alone)
        return [whole - part for whole, part in zip(alone, off, strict=True)]
    found = dict.fromkeys((line.id for line in order), 0)
    for charge in charges:
        if charge.kind in ("goods", "discount") and charge.line is not None:
            found[charge.line] += charge.local.minor if bundle.price else charge.amount_minor
    return list(found.values())


def _take_below_zero(table: dict[str, list[int]]) -> None:
    """Have a kind that is below zero in all taken off the others, so that none is refunded.

    Such is the difference to a landed cost source whose figures are lower than the rules'.
    """
    count = len(table["goods"])
    for kind in [k for k, column in table.items() if sum(column) < 0]:
        owed = -sum(table.pop(kind))
        for other in [k for k in _LOWERED if k in table]:
            whole = sum(table[other])
            taken = min(max(owed, 0), whole)
            table[other] = allocate(whole - taken, table[other])
            owed -= taken
    table.setdefault("goods", [0] * count)
