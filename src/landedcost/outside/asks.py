"""From a request to what each kind of source is asked about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import RequestError
from ..gather import duty_asked
from ..lines import Amount, Line
from ..ports import Address, Goods, LandedAsk, ShippingAsk, TariffAsk
from ..regimes.select import Lane
from ..request import Bundle, Buyer
from ..rounding import half_up


def tariff_ask(lane: Lane, hs_code: str, origin: str) -> TariffAsk:
    """What a tariff source is asked about goods on a lane."""
    return TariffAsk(lane.regime.customs_territory, hs_code, origin, lane.key.day)


def codes_needed(lane: Lane, lines: Iterable[Line]) -> tuple[tuple[str, str], ...]:
    """Code and origin of each line whose duty must be looked up, once each."""
    if not duty_asked(lane):
        return ()
    found = {(n.hs_code, n.origin): None for n in lines if n.hs_code and n.duty is None}
    return tuple(found)


def goods(bundle: Bundle, parts: Mapping[str, Amount]) -> tuple[Goods, ...]:
    """The lines as carriers and landed cost sources see them.

    ``parts`` has what lines cost that do not cost their list price, by their ids.
    """

    def seen(line: Line) -> Goods:
        paid, price = parts.get(line.id), line.unit_price
        if paid is not None:
            price = Amount(half_up(paid.minor, line.quantity), paid.currency)
        return Goods(
            line.id,
            line.title or line.id,
            line.quantity,
            price,
            line.hs_code,
            line.origin,
            line.weight_g,
            line.goods_class,
            paid,
        )

    return tuple(seen(line) for line in bundle.lines)


def sender_of(lane: Lane, sender: Address | None) -> Address:
    """Where the parcel leaves from: the shop's address if it lies there, else the country."""
    start = lane.key.sender
    if sender is not None and sender.country == start.country:
        return sender
    return Address(start.country, start.region or "")


def buyer_of(buyer: Buyer) -> Address:
    """Where the parcel goes."""
    return Address(buyer.country, buyer.region or "", buyer.postal_code or "", buyer.city or "")


def shipping_ask(
    lane: Lane,
    bundle: Bundle,
    buyer: Buyer,
    sender: Address | None,
    currency: str,
    packaging_g: int,
) -> ShippingAsk:
    """What carriers are asked. Raises RequestError (``missing_weight``)."""
    if bundle.weight_g is None:
        index = next(i for i, line in enumerate(bundle.lines) if line.weight_g is None)
        raise RequestError(
            "no shipping was given, and carriers need the weight of every line",
            code="missing_weight",
            where=f"lines[{index}].weight_g",
            hint="give `shipping`, or `weight_g` on each line",
        )
    return ShippingAsk(
        sender_of(lane, sender),
        buyer_of(buyer),
        goods(bundle, bundle.parts),
        bundle.weight_g,
        lane.key.day,
        lane.key.channel,
        lane.key.terms,
        currency,
        packaging_g,
    )


def landed_ask(
    lane: Lane,
    bundle: Bundle,
    buyer: Buyer,
    sender: Address | None,
    currency: str,
    shipping: Amount | None,
    parts: Mapping[str, Amount],
) -> LandedAsk:
    """What landed cost sources are asked; ``parts`` as in :func:`goods`."""
    return LandedAsk(
        sender_of(lane, sender),
        buyer_of(buyer),
        goods(bundle, parts),
        lane.key.day,
        lane.key.channel,
        lane.key.terms,
        currency,
        shipping,
        bundle.insurance,
        bundle.discount,
    )
