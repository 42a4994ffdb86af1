"""Which tariff applies on a route of the United Kingdom, and where no duty is due.

Goods for Northern Ireland bear the duty of the Union when they are at risk of moving on to it.
For goods from the rest of the world that are not, the United Kingdom's duty applies unless the
Union's differs by more than 3 % of the customs value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...codes import EU
from ...errors import RequestError
from ...rounding import half_up
from .kinds import PREFERENCE, QUOTA, SUSPENSION, THIRD_COUNTRY
from .measures import Commodity
from .options import Option, options, waiver
from .shipment import COMMERCIAL_PURPOSES, NorthernIreland, Shipment

NO_DUTY, UK_TARIFF, EU_TARIFF, COMPARED = "no_duty", "uk", "eu", "compared"
_THREE_PERCENT = Fraction(3, 100)
_CATEGORIES = (PREFERENCE, SUSPENSION, QUOTA)


@dataclass(frozen=True, slots=True)
class Route:
    """What a route leads to, and why.

    ``no_duty``, ``uk`` (the United Kingdom's options), ``eu`` (the Union's) or ``compared`` (of
    the two, as :func:`compared` picks them).
    """

    leads_to: str
    why: str


def route(shipment: Shipment, *, trade_defence: bool = False, zero_mfn: bool = False) -> Route:
    """Where a shipment leads; the two flags are those of the commodity for its origin.

    Every answer that was not given counts as the one that does not relieve.
    """
    origin, destination = shipment.origin, shipment.destination
    if destination == "GB" and origin == "XI":
        return Route(NO_DUTY, "goods of Northern Ireland move freely to Great Britain")
    if destination == "XI" and origin in EU:
        return Route(NO_DUTY, "goods of the Union move freely to Northern Ireland")
    if destination == "XI" and origin == "GB":
        return _from_great_britain(shipment.northern_ireland, trade_defence, zero_mfn)
    if destination == "XI":
        return _from_the_world(shipment.northern_ireland, trade_defence, zero_mfn)
    if zero_mfn and not trade_defence:
        return Route(NO_DUTY, "the third country duty is zero")
    return Route(UK_TARIFF, "goods of the rest of the world for Great Britain")


def _from_great_britain(answers: NorthernIreland, trade_defence: bool, zero_mfn: bool) -> Route:
    if trade_defence:
        return Route(EU_TARIFF, "a trade remedy applies: the goods are at risk")
    if zero_mfn:
        return Route(NO_DUTY, "the third country duty is zero")
    if answers.small_turnover:
        return Route(NO_DUTY, "not at risk: the trader's turnover is below the limit")
    if answers.processing is not None and answers.processing != COMMERCIAL_PURPOSES:
        return Route(NO_DUTY, "not at risk: the goods are not processed commercially")
    if answers.certificate_of_origin:
        return Route(NO_DUTY, "origin in the United Kingdom is proven")
    return Route(EU_TARIFF, "the goods are at risk of moving on to the Union")


def _from_the_world(answers: NorthernIreland, trade_defence: bool, zero_mfn: bool) -> Route:
    if trade_defence:
        return Route(EU_TARIFF, "a trade remedy applies: the goods are at risk")
    if zero_mfn:
        return Route(UK_TARIFF, "the Union's third country duty is zero")
    if not answers.authorised:
        return Route(EU_TARIFF, "at risk: the trader is not in the scheme")
    if not answers.final_use:
        return Route(EU_TARIFF, "at risk: the goods are not for final use in Northern Ireland")
    processed = answers.processing is None or answers.processing == COMMERCIAL_PURPOSES
    if processed and not answers.small_turnover:
        return Route(EU_TARIFF, "at risk: the goods are processed commercially")
    return Route(COMPARED, "not at risk, unless the Union's duty differs by more than 3 %")


def route_of(shipment: Shipment, commodity: Commodity, *, filtered: bool = False) -> Route:
    """Where a shipment of a commodity leads, by the measures for its origin and day."""
    found = commodity.on(shipment.day)
    if not filtered and shipment.origin:
        found = found.for_origin(shipment.origin)
    return route(shipment, trade_defence=found.trade_defence, zero_mfn=found.zero_mfn)


def within_limit(uk: Fraction, eu: Fraction, customs_value: Fraction) -> bool:
    """Whether the two duties differ by at most 3 % of the customs value, to the penny."""
    limit = customs_value * _THREE_PERCENT
    pence = half_up(limit.numerator * 100, limit.denominator)
    return abs(eu - uk) * 100 <= pence


def compared(uk: Sequence[Option], eu: Sequence[Option], value: Fraction) -> tuple[Option, ...]:
    """The options for goods that are not at risk: the United Kingdom's or the Union's.

    Of each kind, an option of the United Kingdom is set against the Union's cheapest of that
    kind, or its third country duty. What only the Union has is kept, of every kind. Where a duty
    is not known yet nothing can be compared, and all are kept.
    """
    basic = [o for o in eu if o.kind == THIRD_COUNTRY]
    picked = [
        choice
        for option in uk
        if option.kind == THIRD_COUNTRY
        for choice in _better(option, basic, value)
    ]
    others: list[Option] = []
    for kind in _CATEGORIES:
        ours = [o for o in uk if o.kind == kind]
        theirs = [o for o in eu if o.kind == kind]
        if not ours:
            others += theirs
        for option in ours:
            others += _better(option, theirs or basic, value)
    if picked:  # the Union's third country duty is listed once, where its own kind chose it
        others = [o for o in others if o.kind != THIRD_COUNTRY]
    out: list[Option] = []
    for option in (*picked, *others):
        if option not in out:
            out.append(option)
    return tuple(sorted(out, key=lambda option: option.priority))


def _better(ours: Option, rivals: Sequence[Option], value: Fraction) -> list[Option]:
    known = [o.duty.amount if o.duty else None for o in (ours, *rivals)]
    amounts = [amount for amount in known if amount is not None]
    if len(amounts) < len(known):
        return [ours, *rivals]
    if not rivals:
        return [ours]
    cheapest = min(range(len(rivals)), key=lambda k: amounts[k + 1])
    return [ours if within_limit(amounts[0], amounts[cheapest + 1], value) else rivals[cheapest]]


def options_on(
    shipment: Shipment, uk: Commodity, xi: Commodity | None = None, *, filtered: bool = False
) -> tuple[Route, tuple[Option, ...]]:
    """Where a shipment leads, and its options there.

    ``uk`` and ``xi`` are the commodity of the tariffs of Great Britain and of Northern Ireland.
    Where the third country duty is zero the options are listed all the same: excise and VAT
    remain. Without a customs value the two tariffs cannot be compared, and both are listed.
    Raises RequestError (``missing_tariff``) for Northern Ireland without ``xi``.
    """
    if shipment.destination != "XI":
        way = route_of(shipment, uk, filtered=filtered)
        free = shipment.origin == "XI"
        return way, () if free else options(uk, shipment, filtered=filtered)
    if shipment.origin in EU:
        return route(shipment), ()
    if xi is None:
        raise RequestError(
            "Northern Ireland needs the answer of its own tariff too",
            code="missing_tariff",
            hint="ask the service for the commodity under /xi as well",
        )
    way = route_of(shipment, xi, filtered=filtered)
    ours = options(uk, shipment, filtered=filtered)
    theirs = options(xi, shipment, filtered=filtered, vat_of=uk)
    if way.leads_to == COMPARED:
        if shipment.value is None:
            return way, tuple(sorted((*ours, *theirs), key=lambda option: option.priority))
        return way, compared(ours, theirs, shipment.value.total)
    if shipment.origin == "GB":
        return way, (*theirs, waiver()) if way.leads_to == EU_TARIFF else ()
    return way, ours if way.leads_to == UK_TARIFF else theirs
