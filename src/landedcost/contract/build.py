"""From a request document to a Request, through the classes whose checks apply everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from ..client import today
from ..currencies import currency
from ..dates import day
from ..errors import RequestError
from ..lines import Amount, Line, one_of
from ..locales import buyer_locale
from ..money import minor_units
from ..request import CHANNELS, TERMS, Bundle, Buyer, Request, Seller
from ..territories import place
from .faults import fault
from .request import AmountDocument, BuyerDocument, LineDocument, RequestDocument
from .text import read_json

_T = TypeVar("_T")


def parse_request(
    text: str | bytes,
    *,
    as_of: date | str | None = None,
    clock: Callable[[], date] = today,
) -> Request:
    """Read a request document.

    ``as_of`` goes before the document's own day; without both the ``clock`` is asked, by
    default today in UTC. Raises RequestError or MoneyError with the path of the field.
    """
    return build_request(read_json(text), as_of=as_of, clock=clock)


def build_request(
    data: Any,
    *,
    as_of: date | str | None = None,
    clock: Callable[[], date] = today,
) -> Request:
    """The same from data already read: dicts, lists, texts and ints as in the document."""
    if not isinstance(data, dict):
        raise RequestError(
            "a request is a JSON object", code="bad_type", hint="see `landedcost schema`"
        )
    try:
        document = RequestDocument.model_validate(data)
    except ValidationError as error:
        raise fault(error, RequestDocument) from None
    wanted = as_of if as_of is not None else document.as_of
    seller = Seller.of(document.seller.country, document.seller.registrations or [])
    start = document.ship_from
    sender = start.country if start else document.seller.country
    return Request(
        bundle=_bundle(document),
        buyer=_buyer(document.buyer),
        seller=seller,
        ship_from=place(sender, start.region if start else None, "ship_from.country"),
        as_of=day(wanted, "as_of") if wanted is not None else clock(),
        terms=one_of(_or(document.terms, "DDP"), TERMS, "terms", "unknown_terms"),
        channel=one_of(_or(document.channel, "post"), CHANNELS, "channel", "unknown_channel"),
        currency=_currency(document.currency),
        rates=document.rates,
        customs_rates=document.customs_rates,
    )


def _or(value: _T | None, default: _T) -> _T:
    return default if value is None else value


def _currency(code: str | None) -> str | None:
    return None if code is None else currency(code, "currency").code


def _bundle(document: RequestDocument) -> Bundle:
    return Bundle(
        [_line(line, f"lines[{index}]") for index, line in enumerate(document.lines)],
        discount=_amount(document.discount, "discount"),
        shipping=_amount(document.shipping, "shipping"),
        insurance=_amount(document.insurance, "insurance"),
        price=_amount(document.price, "price"),
    )


def _buyer(buyer: BuyerDocument) -> Buyer:
    tag = buyer_locale(buyer.locale).tag if buyer.locale is not None else None
    return Buyer(
        buyer.country,
        region=buyer.region,
        postal_code=buyer.postal_code,
        city=buyer.city,
        locale=tag,
        kind=_or(buyer.kind, "consumer"),
    )


def _line(line: LineDocument, where: str) -> Line:
    return Line(
        line.id,
        _amount(line.unit_price, f"{where}.unit_price"),
        quantity=_or(line.quantity, 1),
        hs_code=line.hs_code,
        origin=line.origin,
        weight_g=line.weight_g,
        goods_class=_or(line.goods_class, "standard"),
        duty=line.duty,
        tax_rate=line.tax_rate,
        preference=line.preference,
        evidence=line.evidence,
        claims=line.claims,
        content=line.content,
        discount=_amount(line.discount, f"{where}.discount"),
        customs_value=_amount(line.customs_value, f"{where}.customs_value"),
        retail_price=_amount(line.retail_price, f"{where}.retail_price"),
        pairs=line.pairs,
        litres=line.litres,
        square_metres=line.square_metres,
        metres=line.metres,
        cubic_metres=line.cubic_metres,
        title=line.title or "",
        where=where,
    )


def _amount(value: AmountDocument | None, where: str) -> Amount | None:
    if value is None:
        return None
    code = currency(value.currency, f"{where}.currency").code
    return Amount(minor_units(value.amount, code, f"{where}.amount"), code)
