"""Cards made from quotes: the shop's prices as a page shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..lines import Amount
from ..present.names import code_beside, direction, language_of, market_name
from ..present.text import money_text
from .card import Card, Part, Price
from .words import word

if TYPE_CHECKING:
    from ..quote import Quote


def label_of(quote: Quote, language: str) -> str:
    """What the amount includes, in words; it claims no more than the quote does."""
    if quote.delivery_minor:
        return word("on_delivery", language)
    if quote.certainty == "partial":
        return word("before_tax", language)
    shipped = any(charge.kind == "shipping" for charge in quote.charges)
    return word("all_in" if shipped else "no_shipping", language)


def price_of(
    quote: Quote,
    tag: str,
    *,
    valid_until: datetime,
    listed: Quote | None = None,
    changes_after: bool = False,
) -> Price:
    """The price of a quote, held until ``valid_until``.

    ``listed`` is the same bundle without its discount: its parts are shown, and what the bundle
    saves against it. Parts are all-in, duty and tax of a component with it.
    """
    language = language_of(tag)
    total = Amount(quote.total_minor, quote.currency)
    text = money_text(total, tag)
    saved = listed.total_minor - quote.total_minor if listed is not None else 0
    saving = None
    if saved > 0:
        amount = Amount(saved, quote.currency)
        shown = money_text(amount, tag)
        saving = Part(
            word("saves", language).replace("{amount}", f"\u2068{shown}\u2069"), amount, shown
        )
    return Price(
        quote=quote.id,
        amount=total,
        text=text,
        label=label_of(quote, language),
        valid_until=valid_until,
        code=code_beside(text, quote.currency),
        changes_after=changes_after,
        parts=_parts(listed if saving and listed is not None else quote, tag),
        saving=saving,
    )


def _parts(quote: Quote, tag: str) -> tuple[Part, ...]:
    """What each line costs all in, and what belongs to no line as one part more."""
    lines = {line.id: 0 for line in quote.priced.bundle.lines}
    rest, apart = 0, False
    for charge in quote.charges:
        if charge.line in lines:
            lines[charge.line] += charge.amount_minor
        else:
            rest += charge.amount_minor
            apart = apart or (charge.kind in ("shipping", "insurance", "fee") and rest > 0)
    if not apart:
        lines[max(lines, key=lines.__getitem__)] += rest
    made = []
    for line in quote.priced.bundle.lines:
        amount = Amount(lines[line.id], quote.currency)
        made.append(Part(line.title or line.id, amount, money_text(amount, tag), line.quantity))
    if apart:
        amount = Amount(rest, quote.currency)
        title = word("shipping", language_of(tag))
        made.append(Part(title, amount, money_text(amount, tag)))
    return tuple(made)


def card_of(
    bundle: str,
    title: str,
    market: str,
    quote: Quote,
    *,
    valid_until: datetime,
    listed: Quote | None = None,
    changes_after: bool = False,
) -> Card:
    """The card of a quote. Raises RequestError for a ``valid_until`` without a zone."""
    terms, region = quote.priced.market.terms, quote.lane.region
    price = price_of(
        quote, terms.locale, valid_until=valid_until, listed=listed, changes_after=changes_after
    )
    bare = bare_card(bundle, title, market, terms.locale, terms.country, region)
    return replace(bare, price=price)


def bare_card(
    bundle: str, title: str, market: str, tag: str, country: str, region: str = ""
) -> Card:
    """A card without a price, for a market in the locale ``tag``."""
    name = market_name(country, tag)
    return Card(
        bundle=bundle,
        market=market,
        title=title,
        name=f"{name} ({region})" if region else name,
        language=language_of(tag),
        direction=direction(tag),
    )
