"""Where two sources say different things, and by how much, as a share of the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..ports.carrier import ShippingAnswer
from ..ports.landed import LandedAnswer
from ..ports.rates import RatesAnswer
from ..ports.tariff import TariffAnswer
from ..tariffs.grammar import Percent, parse_duty

Difference = tuple[str, Fraction]
WHOLE = Fraction(1)
"""Said of two that cannot be compared by their size, such as 12 % and 3 USD a kilogram."""


def rates(one: RatesAnswer, two: RatesAnswer) -> Sequence[Difference]:
    """Every currency that both have, the widest difference first."""
    mine = {one.base: Fraction(1), **one.rates}
    theirs = {two.base: Fraction(1), **two.rates}
    if one.base not in theirs:
        return []
    unit = theirs[one.base]
    both = mine.keys() & theirs.keys()
    shares = [(code, _share(mine[code], Fraction(theirs[code], unit))) for code in both]
    return sorted(shares, key=lambda d: (-d[1], d[0]))


def tariff(one: TariffAnswer, two: TariffAnswer) -> Sequence[Difference]:
    """The duties for everybody, line by line."""
    mine = {m.code: m.rate for m in one.of("third_country")}
    theirs = {m.code: m.rate for m in two.of("third_country")}
    found = []
    for code in sorted(mine.keys() & theirs.keys()):
        left, right = mine[code], theirs[code]
        if left is not None and right is not None and left != right:
            found.append((f"{code} ({left}, {right})", _duties(left, right)))
    return found


def carrier(one: ShippingAnswer, two: ShippingAnswer) -> Sequence[Difference]:
    """The lowest offers, where they are in one currency."""
    if not one.offers or not two.offers:
        return []
    left = min(one.offers, key=lambda o: o.price.minor).price
    right = min(two.offers, key=lambda o: o.price.minor).price
    if left.currency != right.currency or not left.minor:
        return []
    return [("the lowest offer", _share(Fraction(left.minor), Fraction(right.minor)))]


def landed(one: LandedAnswer, two: LandedAnswer) -> Sequence[Difference]:
    """Duty, tax and fees, where both tell them in one currency."""
    found = []
    for name in ("duty", "tax", "fees"):
        left, right = getattr(one, name), getattr(two, name)
        if left is None or right is None or left.currency != right.currency:
            continue
        if left.minor != right.minor:
            share = _share(Fraction(left.minor), Fraction(right.minor)) if left.minor else WHOLE
            found.append((name, share))
    return found


def _share(one: Fraction, two: Fraction) -> Fraction:
    return Fraction(abs(one - two), one)


def _duties(left: str, right: str) -> Fraction:
    one, two = parse_duty(left, currency="EUR"), parse_duty(right, currency="EUR")
    if one == two:
        return Fraction(0)
    if isinstance(one, Percent) and isinstance(two, Percent) and one.num:
        return _share(Fraction(one.num, one.den), Fraction(two.num, two.den))
    return WHOLE


COMPARE: Mapping[str, Callable[[Any, Any], Sequence[Difference]]] = {
    "rates": rates,
    "tariff": tariff,
    "carrier": carrier,
    "landed": landed,
}
"""By kind of source."""
