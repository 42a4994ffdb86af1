"""What of a quote is due at checkout, sorted for receipts; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import RequestError
from ..lines import Line
from ..quote import Quote
from ..rounding import allocate


@dataclass(slots=True)
class LineDue:
    """A line's share: minor units of the quote's currency; ``goods`` after the discount."""

    line: Line
    goods: int = 0
    duty: int = 0
    tax: int = 0
    fees: int = 0
    rate: str = ""


@dataclass(slots=True)
class Due:
    """Minor units of ``currency`` due at checkout; all of them add up to ``total``.

    ``duty``, ``tax`` and ``fees`` are those of the whole parcel, with what an adjustment adds;
    ``rest`` is what rounding left or an adjustment takes off, which may be negative.
    """

    currency: str
    total: int
    lines: list[LineDue]
    shipping: int = 0
    insurance: int = 0
    duty: int = 0
    tax: int = 0
    fees: int = 0
    rest: int = 0


def due(quote: Quote) -> Due:
    """What is due at checkout. Raises RequestError (``nothing_due``)."""
    if quote.checkout_minor <= 0:
        raise RequestError(
            "nothing is due at checkout",
            code="nothing_due",
            where="quote",
            hint="send it without a payment",
        )
    by_id = {line.id: LineDue(line) for line in quote.priced.bundle.lines}
    found = Due(quote.currency, quote.checkout_minor, list(by_id.values()))
    off = 0
    for charge in quote.charges:
        if charge.collected != "checkout" or not charge.amount_minor:
            continue
        kind, amount = charge.kind, charge.amount_minor
        own = by_id.get(charge.line) if charge.line is not None else None
        if kind == "discount" and own is None:
            off -= amount
        elif kind in ("goods", "discount") and own is not None:
            own.goods += amount
        elif kind in ("duty", "tax", "fee"):
            name = "fees" if kind == "fee" else kind
            target = found if own is None else own
            setattr(target, name, getattr(target, name) + amount)
            if kind == "tax" and own is not None:
                own.rate = charge.why.rate
        elif kind in ("shipping", "insurance"):
            setattr(found, kind, getattr(found, kind) + amount)
        elif kind == "adjustment" and amount > 0:
            found.fees += amount
        else:
            found.rest += amount
    _discounted(found, off)
    return found


def parts(found: Due) -> dict[str, int]:
    """All beside the goods, those of lines and of the parcel together.

    In the order in which they bear what rounding left.
    """
    return {
        "fees": found.fees + sum(one.fees for one in found.lines),
        "insurance": found.insurance,
        "shipping": found.shipping,
        "duty": found.duty + sum(one.duty for one in found.lines),
        "tax": found.tax + sum(one.tax for one in found.lines),
    }


def _discounted(found: Due, off: int) -> None:
    """Share the discount out over the goods by price; no line falls below zero."""
    goods = [max(one.goods, 0) for one in found.lines]
    taken = min(off, sum(goods))
    for one, less in zip(found.lines, allocate(taken, goods) if sum(goods) else goods, strict=True):
        one.goods -= less
    found.rest -= off - taken


def fold(amounts: Sequence[int], rest: int) -> list[int]:
    """``amounts`` with ``rest`` added to the first that can bear it, and none below zero.

    What is nothing is left so, unless all are.
    """
    out = list(amounts)
    for index, amount in enumerate(out):
        if amount > 0 and amount + rest >= 0:
            out[index] += rest
            return out
    if rest > 0:
        out[0] += rest
        return out
    for index, amount in enumerate(out):
        less = min(amount, -rest)
        out[index] -= less
        rest += less
    return out


def in_steps(amounts: Sequence[int], step: int, hint: str) -> list[int]:
    """``amounts`` as whole multiples of ``step``, with the same sum.

    Each is rounded down, and the steps that are left go to the largest remainders. Raises
    RequestError (``needs_rounding``) if the sum itself is no multiple.
    """
    if step == 1:
        return list(amounts)
    total = sum(amounts)
    if total % step:
        raise RequestError(
            f"{total} minor units cannot be charged: only multiples of {step}",
            code="needs_rounding",
            where="quote",
            hint=hint,
        )
    steps = [amount // step for amount in amounts]
    left = total // step - sum(steps)
    order = sorted(range(len(steps)), key=lambda k: -(amounts[k] % step))
    for k in order[:left]:
        steps[k] += 1
    return [number * step for number in steps]
