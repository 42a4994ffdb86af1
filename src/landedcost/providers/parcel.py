"""What carriers are told about a parcel, in their units.

Grams and millimetres are exact; a unit that cannot hold them exactly is rounded so that the
parcel is never told smaller or lighter than it is, and its contents never heavier than the
parcel: weights and sizes of the parcel up, weights of the goods in it down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from ..currencies import currency
from ..money import amount_text
from ..ports import Address, Amount, NoAnswer, ShippingAsk
from ..rounding import down, up

OUNCE = (28_349_523_125, 10**9)
"""Grams in an avoirdupois ounce, exactly: 28.349523125 (a pound is 453.59237 g)."""
INCH = (254, 10)
"""Millimetres in an inch, exactly: 25.4."""
STREET_NAMES = {
    "country": "country",
    "region": "state",
    "postcode": "zip",
    "city": "city",
    "street": "street1",
    "name": "name",
}
"""Our fields of an address, and what several services call them."""


def kilograms(grams: int) -> Decimal:
    """Grams in kilograms, exact."""
    return Decimal(amount_text(grams, 3))


def centimetres(mm: int) -> Decimal:
    """Millimetres in centimetres, exact."""
    return Decimal(amount_text(mm, 1))


def ounces(grams: int, digits: int = 1, rounding: Callable[[int, int], int] = up) -> Decimal:
    """Grams in ounces with some decimals, rounded up unless said otherwise."""
    return Decimal(amount_text(rounding(grams * OUNCE[1] * 10**digits, OUNCE[0]), digits))


def ounces_within(grams: int) -> Decimal:
    """Grams of goods in ounces, thousandths rounded down."""
    return ounces(grams, 3, down)


def inches(mm: int) -> Decimal:
    """Millimetres in inches, tenths rounded up."""
    return Decimal(amount_text(up(mm * INCH[1] * 10, INCH[0]), 1))


def major(amount: Amount) -> Decimal:
    """An amount in whole units of its currency, exact: 25.00 for 2500 cents."""
    return Decimal(amount_text(amount.minor, currency(amount.currency).digits))


def quotable(ask: ShippingAsk) -> None:
    """Raise NoAnswer for a parcel that services of posts and couriers cannot be asked about."""
    if ask.channel == "sea":
        raise NoAnswer("has posts and couriers, and no freight by sea")
    if ask.total_g <= 0:
        raise NoAnswer("cannot price a parcel whose weight is not known", hint="give weight_g")


def size(ask: ShippingAsk, fallback: tuple[int, int, int] | None) -> tuple[int, int, int]:
    """Length, width and height in mm, or the size set for parcels without one.

    Raises NoAnswer if neither is there: a size is never guessed.
    """
    found = ask.size_mm or fallback
    if found is None:
        raise NoAnswer(
            "needs the size of the parcel", hint="give size_mm, or set it for all parcels"
        )
    return found


def line_grams(ask: ShippingAsk) -> tuple[int, ...] | None:
    """The weight of each line, or None if more than one of them is not known.

    A single line without a weight weighs what the goods together weigh more than the others.
    """
    known = [None if g.weight_g is None else g.weight_g * g.quantity for g in ask.goods]
    rest = ask.weight_g - sum(weight or 0 for weight in known)
    if known.count(None) > 1 or (None in known and rest <= 0):
        return None
    return tuple(rest if weight is None else weight for weight in known)


def customs_gap(ask: ShippingAsk) -> str:
    """What is missing for a customs declaration, in words; empty if nothing is."""
    if not ask.goods:
        return "the goods"
    if line_grams(ask) is None:
        return "the weight of each line"
    for goods in ask.goods:
        if not goods.origin:
            return f"the origin of {goods.id}"
        if goods.unit_price.minor <= 0:
            return f"the value of {goods.id}"
    return ""


def crosses_border(ask: ShippingAsk) -> bool:
    """Whether the parcel goes to another country."""
    return ask.sender.country != ask.buyer.country


def address(where: Address, names: Mapping[str, str]) -> dict[str, str]:
    """What is known of an address, under the names a source uses for our fields."""
    found = {name: getattr(where, field) for field, name in names.items()}
    return {name: text for name, text in found.items() if text}
