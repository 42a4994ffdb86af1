"""A basket as the services of others want it: one currency, prices after the discount."""

from __future__ import annotations

from decimal import Decimal

from ..currencies import currency
from ..money import amount_text
from ..ports import Amount, LandedAsk, NoAnswer, ShippingAsk
from ..rounding import allocate, half_up

_FINER = 4


def number(amount: Amount) -> Decimal:
    """An amount in major units, as a number for JSON."""
    return Decimal(amount_text(amount.minor, currency(amount.currency).digits))


def kilograms(grams: int) -> Decimal:
    """A weight in kilograms, as a number for JSON."""
    return Decimal(grams).scaleb(-3)


def one_currency(ask: LandedAsk) -> str:
    """The currency of every amount of the basket.

    Raises NoAnswer if there are several: the service takes one, and converting is not its
    business.
    """
    amounts = [goods.unit_price for goods in ask.goods]
    amounts += [one for one in (ask.shipping, ask.insurance, ask.discount) if one is not None]
    codes = sorted({one.currency for one in amounts})
    if len(codes) != 1:
        raise NoAnswer(
            f"takes one currency for the whole basket, not {', '.join(codes) or 'none'}",
            hint="convert the amounts first, or ask another source",
        )
    return codes[0]


def unit_prices(ask: LandedAsk) -> tuple[Decimal, ...]:
    """The price of one unit of each line in major units, the discount taken off.

    The discount is shared out by what the lines cost, none of it lost. A unit price that then
    does not end within four decimals more than the currency has is rounded there, half up, which
    moves a line of 10,000 units by half a minor unit at most. Raises NoAnswer for several
    currencies.
    """
    digits = currency(one_currency(ask)).digits
    lines = [goods.total.minor for goods in ask.goods]
    off = allocate(ask.discount.minor, lines) if ask.discount else [0] * len(lines)
    return tuple(
        Decimal(half_up((line - less) * 10**_FINER, goods.quantity))
        .scaleb(-digits - _FINER)
        .normalize()
        for line, less, goods in zip(lines, off, ask.goods, strict=True)
    )


def freight(ask: LandedAsk) -> Amount | None:
    """Shipping and insurance together, None if the shipping is not known.

    For services that take one amount for what it costs to bring the goods.
    """
    if ask.shipping is None:
        return None
    insured = ask.insurance.minor if ask.insurance is not None else 0
    return Amount(ask.shipping.minor + insured, one_currency(ask))


def known_weight(ask: LandedAsk) -> int:
    """What the goods weigh together, in grams. Raises NoAnswer naming a line without weight."""
    total = 0
    for goods in ask.goods:
        if goods.weight_g is None:
            raise NoAnswer(
                f"needs the weight of every line, and {goods.id!r} has none",
                hint="give `weight_g` on the line",
            )
        total += goods.weight_g * goods.quantity
    return total


def crossing(ask: LandedAsk | ShippingAsk) -> tuple[str, str]:
    """The countries of sender and buyer. Raises NoAnswer if no border lies between them."""
    sender, buyer = ask.sender.country, ask.buyer.country
    if sender == buyer:
        raise NoAnswer(f"answers for imports only, not within {sender}")
    return sender, buyer
