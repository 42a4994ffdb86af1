"""From what was priced back to a request document: the same question, in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..facts import CUBIC_METRES, DECLARED_UNIT, LITRES, METRES, MICRO, PAIRS, RETAIL, SQUARE_METRES
from ..lines import Amount, Line
from ..quote import money_dict
from ..tariffs.rates import decimal_text

if TYPE_CHECKING:
    from ..fx.given import GivenRates
    from ..quote import Quote
    from ..request import Bundle
    from ..territories import Place

_EXTRAS = ("discount", "price", "shipping", "insurance")
_MEASURES = (
    ("litres", LITRES),
    ("square_metres", SQUARE_METRES),
    ("metres", METRES),
    ("cubic_metres", CUBIC_METRES),
)


def request_document(quote: Quote) -> dict[str, Any]:
    """The request that a quote answers, with nothing left to a default.

    What does not change the price is not known any more: the seller's country is that of the
    parcel's sender, and the buyer's town is left out.
    """
    market = quote.priced.market
    key, rates = quote.lane, market.rates
    locale = market.terms.locale
    sender = _place(key.sender)
    buyer = {**_place(key.buyer), "kind": key.buyer_kind}
    if not locale.startswith("und-"):
        buyer["locale"] = locale
    return {
        "as_of": key.day.isoformat(),
        "terms": key.terms,
        "channel": key.channel,
        "seller": {
            "country": sender["country"],
            "registrations": sorted(key.registrations),
        },
        "ship_from": sender,
        "buyer": buyer,
        "currency": market.terms.shown,
        **bundle_document(quote.priced.bundle),
        **_rates("rates", rates.given),
        **_rates("customs_rates", rates.given_customs),
    }


def bundle_document(bundle: Bundle) -> dict[str, Any]:
    """The part of a request that is about the goods; what was not given is left out."""
    extras = {name: getattr(bundle, name) for name in _EXTRAS}
    return {
        "lines": [line_document(line) for line in bundle.lines],
        **{name: money_dict(amount) for name, amount in extras.items() if amount is not None},
    }


def line_document(line: Line) -> dict[str, Any]:
    """A line of a request; what was not given is left out."""
    found: dict[str, Any] = {
        "id": line.id,
        "quantity": line.quantity,
        "unit_price": money_dict(line.unit_price),
        "goods_class": line.goods_class,
    }
    for name in ("hs_code", "origin", "duty", "tax_rate", "preference", "evidence", "title"):
        if getattr(line, name):
            found[name] = getattr(line, name)
    if line.weight_g is not None:
        found["weight_g"] = line.weight_g
    if line.claims:
        found["claims"] = sorted(
            f"{of}:{code}" for of, codes in line.claims.items() for code in codes
        )
    if line.content:
        shares = line.content.items()
        found["content"] = {name: f"{decimal_text(num * 100, den)}%" for name, (num, den) in shares}
    if line.discount is not None:
        found["discount"] = money_dict(line.discount)
    if line.ints[DECLARED_UNIT]:
        found["customs_value"] = money_dict(Amount(line.ints[DECLARED_UNIT], line.currency))
    if line.ints[RETAIL]:
        found["retail_price"] = money_dict(
            Amount(line.ints[RETAIL] // line.quantity, line.currency)
        )
    if line.ints[PAIRS]:
        found["pairs"] = line.ints[PAIRS] // line.quantity
    for name, position in _MEASURES:
        if line.ints[position]:
            found[name] = decimal_text(line.ints[position] // line.quantity, MICRO)
    return found


def _place(place: Place) -> dict[str, Any]:
    found = {"country": place.country}
    if place.region:
        found["region"] = place.region
    return found


def _rates(name: str, given: GivenRates | None) -> Mapping[str, Any]:
    if given is None:
        return {}
    return {name: {f"{a}/{b}": decimal_text(r.num, r.den) for (a, b), r in given.pairs.items()}}
