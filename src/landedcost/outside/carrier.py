"""Which of the carriers' offers is taken, and what the price says about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

from ..errors import NoAnswer, RequestError
from ..facts import Remark
from ..ports.carrier import Offer, ShippingAnswer
from ..providers.chain import Answered
from ..shipping.zones import ShippingOffer
from ..transport.clock import Clock
from .remarks import problem_remarks, provenance, source_remarks

Convert = Callable[[int, str], Fraction]
"""Minor units of a currency, in minor units of the shown one."""
IMPORT = frozenset({"import_duty", "import_tax"})
CHOICES = ("cheapest", "fastest")


def pick(
    answered: Answered[ShippingAnswer],
    choice: str,
    channel: str,
    day: date,
    convert: Convert,
    clock: Clock,
) -> ShippingOffer:
    """The offer by a shop's choice: ``cheapest``, ``fastest``, or the name of a service.

    What an offer includes of the import's duty and tax is taken out of its price, since the
    price has them itself; an offer that does not tell how much that is, is left out. Raises
    NoAnswer if none is left, RequestError for a service that is not offered.
    """
    answer = answered.answer
    usable = [(offer, price) for offer in answer.offers if (price := _own(offer)) is not None]
    if not usable:
        said = "; ".join(p.text for p in answer.problems)
        raise NoAnswer(
            f"no offer that can be used: {said or 'import charges are in the price, untold'}",
            provider=answered.provider,
            hint="give `shipping`, or add another carrier",
        )
    offer, minor = _chosen(usable, choice, convert)
    remarks = source_remarks(answered, "shipping", clock)
    remarks += problem_remarks(answer.problems, answered.provider, "shipping")
    if IMPORT & offer.covers:
        remarks += (
            Remark(
                "import_charges_taken_out",
                f"{offer.carrier} {offer.service} includes charges of the import, which were "
                "taken out of the price of shipping",
            ),
        )
    return ShippingOffer(
        minor,
        offer.price.currency,
        channel,
        f"{offer.carrier} {offer.service}".strip(),
        "",
        "",
        answer.source,
        provenance(answered, day),
        remarks,
    )


def _own(offer: Offer) -> int | None:
    """The price without duty and tax of the import; None if it cannot be told apart."""
    minor = offer.price.minor
    for part, amount in (("import_duty", offer.import_duty), ("import_tax", offer.import_tax)):
        if part in offer.covers:
            if amount is None or amount.currency != offer.price.currency:
                return None
            minor -= amount.minor
    return minor if minor >= 0 else None


def _chosen(
    usable: Sequence[tuple[Offer, int]], choice: str, convert: Convert
) -> tuple[Offer, int]:
    def cost(one: tuple[Offer, int]) -> tuple[Fraction, str]:
        return convert(one[1], one[0].price.currency), one[0].service

    if choice == "cheapest":
        return min(usable, key=cost)
    if choice == "fastest":
        timed = [one for one in usable if one[0].most_days is not None] or list(usable)
        return min(timed, key=lambda one: (one[0].most_days or 0, *cost(one)))
    named = [one for one in usable if choice in (one[0].service, one[0].carrier)]
    if not named:
        offered = ", ".join(sorted({one[0].service for one in usable}))
        raise RequestError(
            f"no carrier offers the service {choice!r}",
            code="no_service",
            where="shipping",
            hint=f"offered: {offered}",
        )
    return min(named, key=cost)


class LiveCarrier:
    """Stands where a zone table would: a live carrier is asked basket by basket only."""

    def __init__(self, channel: str) -> None:
        self.name = "live carriers"
        self.channel = channel

    def quote(
        self,
        to_country: str,
        weight_g: int | None,
        *,
        where: str = "",
        ship_from: str | None = None,
        on: date | None = None,
    ) -> ShippingOffer:
        """Raise RequestError (``missing_shipping``)."""
        raise RequestError(
            "a catalogue has no shipping, and live carriers are not asked for catalogues",
            code="missing_shipping",
            where="shipping",
            hint="give `shipping` for each basket, or use a zone table as `carrier`",
        )
