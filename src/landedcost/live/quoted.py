"""Cards made from quotes: the shop's prices as a page shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..lines import Amount
from ..present.bidi import isolate
from ..present.headline import charges_inside, headline, headline_minor
from ..present.names import code_beside, direction, language_of, market_name
from ..present.text import money_text
from .card import Card, Part, Price
from .words import word

if TYPE_CHECKING:
    from ..quote import Quote


def price_of(
    quote: Quote,
    *,
    valid_until: datetime,
    listed: Quote | None = None,
    changes_after: bool = False,
) -> Price:
    """The headline of a quote by the law of its market, held until ``valid_until``.

    ``listed`` is the same bundle without its discount: its parts are shown, and what the bundle
    saves against it. A part is what a component adds to the headline, duty and tax with it.
    """
    tag = quote.locale
    shown = headline(quote)
    saved = headline_minor(listed) - shown.amount.minor if listed is not None else 0
    saving = None
    if saved > 0:
        amount = Amount(saved, quote.currency)
        text = money_text(amount, tag)
        words = word("saves", language_of(tag)).replace("{amount}", isolate(text))
        saving = Part(words, amount, text)
    return Price(
        quote=quote.id,
        amount=shown.amount,
        text=shown.text,
        label=shown.label,
        valid_until=valid_until,
        code=code_beside(shown.text, quote.currency),
        changes_after=changes_after,
        parts=_parts(listed if saving and listed is not None else quote),
        saving=saving,
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
    listed: Quote | None = None,
    changes_after: bool = False,
) -> Card:
    """The card of a quote. Raises RequestError for a ``valid_until`` without a zone."""
    terms, region = quote.priced.market.terms, quote.lane.region
    price = price_of(quote, valid_until=valid_until, listed=listed, changes_after=changes_after)
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
