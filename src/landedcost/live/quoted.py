"""Cards made from quotes: the shop's prices as a page shows them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from ..lines import Amount
from ..present.bidi import isolate
from ..present.headline import charges_inside, front, headline_minor
from ..present.names import code_beside, direction, language_of, market_name
from ..present.text import money_text
from .card import Card, Part, Price, Sale, Stock
from .words import word

if TYPE_CHECKING:
    from ..quote import Quote


def price_of(
    quote: Quote,
    *,
    valid_until: datetime,
    id: str | None = None,
    listed: Quote | None = None,
    changes_after: bool = False,
    parts: bool = True,
) -> Price:
    """The headline of a quote by the law of its market, held until ``valid_until``.

    ``id`` is what the price goes by, the quote's own id if left out. ``listed`` is the same
    bundle without its discount: its parts are shown, and what the bundle saves against it. A
    part is what a component adds to the headline, duty and tax with it; ``parts=False`` leaves
    them out.
    """
    shown, unit, tag = front(quote), quote.currency, quote.locale
    saved = headline_minor(listed) - shown.minor if listed is not None else 0
    saving = None
    if saved > 0:
        amount = Amount(saved, unit)
        text = money_text(amount, tag)
        words = word("saves", language_of(tag)).replace("{amount}", isolate(text))
        saving = Part(words, amount, text)
    of_parts = listed if saving and listed is not None else quote
    return Price(
        quote=id or quote.id,
        amount=Amount(shown.minor, unit),
        text=shown.text,
        label=shown.label,
        valid_until=valid_until,
        code=_code(tag, unit),
        changes_after=changes_after,
        parts=_parts(of_parts) if parts else (),
        saving=saving if parts else None,
    )


def _parts(quote: Quote) -> tuple[Part, ...]:
    """What each line adds to the headline, and what belongs to no line as one part more."""
    bundle, unit, tag = quote.priced.bundle, quote.currency, quote.locale
    lines = {line.id: 0 for line in bundle.lines}
    rest, apart = 0, False
    for charge in charges_inside(quote):
        if charge.line in lines:
            lines[charge.line] += charge.amount_minor
        else:
            rest += charge.amount_minor
            apart = apart or charge.kind in ("shipping", "insurance", "fee")
    if not apart:
        lines[max(lines, key=lines.__getitem__)] += rest
    made = []
    for line in bundle.lines:
        amount = Amount(lines[line.id], unit)
        made.append(Part(line.title or line.id, amount, money_text(amount, tag), line.quantity))
    if apart:
        title = word("shipping", language_of(tag))
        made.append(Part(title, Amount(rest, unit), money_text(Amount(rest, unit), tag)))
    return tuple(made)


def card_of(
    bundle: str,
    title: str,
    market: str,
    quote: Quote,
    *,
    valid_until: datetime,
    id: str | None = None,
    listed: Quote | None = None,
    changes_after: bool = False,
    parts: bool = True,
    stock: Stock | None = None,
    sale: Sale | None = None,
) -> Card:
    """The card of a quote, as :func:`price_of` makes its price.

    Raises RequestError for a ``valid_until`` without a zone.
    """
    price = price_of(
        quote,
        valid_until=valid_until,
        id=id,
        listed=listed,
        changes_after=changes_after,
        parts=parts,
    )
    return card_with(bundle, title, market, quote, price, stock=stock, sale=sale)


def card_with(
    bundle: str,
    title: str,
    market: str,
    quote: Quote,
    price: Price,
    *,
    stock: Stock | None = None,
    sale: Sale | None = None,
) -> Card:
    """The card of a quote with the price that :func:`price_of` made of it."""
    place = quote.lane.buyer
    name, language, written = face(quote.locale, quote.priced.market.terms.country, place.region)
    return Card(
        bundle=bundle,
        market=market,
        title=title,
        name=name,
        language=language,
        direction=written,
        price=price,
        stock=stock,
        sale=sale,
    )


def bare_card(
    bundle: str,
    title: str,
    market: str,
    tag: str,
    country: str,
    region: str | None = None,
    *,
    stock: Stock | None = None,
    sale: Sale | None = None,
) -> Card:
    """A card without a price, for a market in the locale ``tag``."""
    name, language, written = face(tag, country, region)
    return Card(
        bundle=bundle,
        market=market,
        title=title,
        name=name,
        language=language,
        direction=written,
        stock=stock,
        sale=sale,
    )


@lru_cache(maxsize=4_096)
def _code(tag: str, unit: str) -> str | None:
    """The code to show beside any amount of a currency in a locale, None for none."""
    return code_beside(money_text(Amount(0, unit), tag), unit)


@lru_cache(maxsize=4_096)
def face(tag: str, country: str, region: str | None) -> tuple[str, str, str]:
    """What a market calls itself, its language, and the direction it is written in."""
    name = market_name(country, tag)
    return f"{name} ({region})" if region else name, language_of(tag), direction(tag)
