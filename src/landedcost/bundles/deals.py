"""Offers as shops announce them, turned into discounts of lines and bundles.

``percent_off`` and ``amount_off`` reduce a line or a bundle. ``buy_get`` is "buy two, get one free"
of one article, ``spread`` an offer over several ("buy the tee, get the mug"). A free unit of such
an offer is no gift: it is one sale at one price, so what is taken off is spread over all units of
it, and each keeps a customs value above zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from ..errors import MoneyError, RequestError
from ..facts import GOODS, OFF, QUANTITY, UNIT
from ..lines import Amount, Line
from ..money import percent
from ..request import Bundle, discount_too_large
from ..rounding import allocate, half_up


@overload
def percent_off(what: Line, share: str) -> Line: ...
@overload
def percent_off(what: Bundle, share: str) -> Bundle: ...
def percent_off(what: Line | Bundle, share: str) -> Line | Bundle:
    """A line or a bundle with a share such as ``"20%"`` off what it costs now.

    What is taken off is rounded half up to the minor unit, once: of a bundle in one currency off
    the whole, of one in several off each line. Raises MoneyError for a text that is no percentage
    up to 100 %, RequestError for all off where a line has no customs value of its own.
    """
    num, den = percent(share, "share")
    if num > den:
        raise MoneyError(
            f"more than all: {share}", code="bad_rate", where="share", hint='write "20%"'
        )
    if isinstance(what, Line):
        return what.less(Amount(half_up(_costs(what) * num, den), what.currency))
    now = _now(what)
    if now is not None:
        return amount_off(what, Amount(half_up(now.minor * num, den), now.currency))
    made = Bundle(
        [line.less(Amount(half_up(_costs(line) * num, den), line.currency)) for line in what.lines],
        shipping=what.shipping,
        insurance=what.insurance,
    )
    if what.discount is None:
        return made
    kept = Amount(half_up(what.discount.minor * (den - num), den), what.discount.currency)
    return _discounted(made, kept)


@overload
def amount_off(what: Line, amount: Any) -> Line: ...
@overload
def amount_off(what: Bundle, amount: Any) -> Bundle: ...
def amount_off(what: Line | Bundle, amount: Any) -> Line | Bundle:
    """A line, or a whole bundle, with an amount such as ``"5.00 USD"`` off what it costs now.

    A fixed price of a bundle is lowered by it. Raises MoneyError for an amount above the price or
    in another currency than an earlier discount or price.
    """
    if isinstance(what, Line):
        return what.less(amount)
    off = Amount.of(amount, "discount")
    before = what.price or what.discount
    if before is not None and before.currency != off.currency:
        raise _mixed(off.currency, before.currency, "discount")
    if what.price is not None:
        return what.at(Amount(what.price.minor - off.minor, off.currency))
    return _discounted(what, Amount(off.minor + (before.minor if before else 0), off.currency))


def buy_get(line: Line, buy: int, free: int = 1) -> Line:
    """``buy_get(line, 2)``: of every three units one is free, as far as the quantity goes.

    Raises RequestError where ``buy`` or ``free`` is not above zero.
    """
    for name, count in (("buy", buy), ("free", free)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise RequestError(
                f"must be a whole number above zero: {count!r}",
                code="bad_quantity",
                where=name,
                hint="buy 2, get 1 is buy_get(line, 2, 1); a gift is a line with the price 0",
            )
    units = line.quantity // (buy + free) * free
    return line.less(Amount(units * line.ints[UNIT], line.currency))


def cheapest_free(lines: Sequence[Line], buy: int, free: int = 1) -> list[Line]:
    """Of every ``buy + free`` units of all the lines together the cheapest ``free`` are free.

    The groups are formed from the dearest unit down, ties by the lines' ids. Raises RequestError
    as :func:`buy_get` does, MoneyError for lines in several currencies.
    """
    together = buy + free
    for line in lines:
        buy_get(line, buy, free)
    order = sorted(lines, key=lambda line: (-line.ints[UNIT], line.id))
    before = off = 0
    for line in order:
        after = before + line.ints[QUANTITY]
        whole = sum(n.ints[QUANTITY] for n in lines) // together * together
        units = _free_up_to(min(after, whole), buy, together)
        units -= _free_up_to(min(before, whole), buy, together)
        off += units * line.ints[UNIT]
        before = after
    return spread(lines, Amount(off, lines[0].currency)) if lines else []


def spread(lines: Sequence[Line], off: Any) -> list[Line]:
    """The lines with one amount off all of them together, shared out by what they cost.

    "Buy the tee, get the mug" is ``spread([tee, mug], mug.unit_price)``. None of it is lost; what
    is left of the division goes to the largest remainders, the ids in order among equals. Raises
    MoneyError for several currencies or more than all cost.
    """
    amount = Amount.of(off, "discount")
    for line in lines:
        if line.currency != amount.currency:
            raise _mixed(amount.currency, line.currency, "discount")
    order = sorted(lines, key=lambda line: line.id)
    weights = [_costs(line) for line in order]
    if amount.minor > sum(weights):
        raise discount_too_large()
    parts = allocate(amount.minor, weights)
    shared = {line.id: part for line, part in zip(order, parts, strict=True)}
    return [line.less(Amount(shared[line.id], amount.currency)) for line in lines]


def _free_up_to(units: int, buy: int, together: int) -> int:
    """How many of the first ``units``, from the dearest, are free."""
    groups, rest = divmod(units, together)
    return groups * (together - buy) + max(0, rest - buy)


def _costs(line: Line) -> int:
    return line.ints[GOODS] - line.ints[OFF]


def _now(bundle: Bundle) -> Amount | None:
    """What the goods of a bundle cost now, None in several currencies."""
    if bundle.price is not None:
        return bundle.price
    listed, less = bundle.listed, bundle.discount
    if listed is None or (less is not None and less.currency != listed.currency):
        return None
    off = sum(line.ints[OFF] for line in bundle.lines) + (less.minor if less else 0)
    return Amount(listed.minor - off, listed.currency)


def _discounted(bundle: Bundle, discount: Amount) -> Bundle:
    return Bundle(
        bundle.lines,
        discount=discount if discount.minor else None,
        shipping=bundle.shipping,
        insurance=bundle.insurance,
    )


def _mixed(one: str, other: str, where: str) -> MoneyError:
    return MoneyError(
        f"in {one}, but what it is taken off is in {other}",
        code="mixed_currencies",
        where=where,
        hint=f"give it in {other}",
    )
