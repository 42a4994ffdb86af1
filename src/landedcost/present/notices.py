"""Sentences beside a price: until when it holds, and what it was before a reduction."""

from __future__ import annotations

from datetime import datetime, tzinfo

from ..lines import Amount
from .labels import labels_for
from .text import money_text, time_text


def valid_until_text(moment: datetime, locale: str, zone: tzinfo | None = None) -> str:
    """Until when a price holds, in the buyer's language and ``zone``.

    ``price valid until 10/1/26, 8:00 PM``, the time between isolates. Raises RequestError for a
    moment without a time zone.
    """
    return labels_for(locale).text("valid_until", time=time_text(moment, locale, zone))


def was_text(reference: Amount, locale: str) -> str:
    """The reference price of an announced reduction, in the buyer's language.

    ``was €49.00 (lowest price of the last 30 days)``, the amount between isolates. Give it the
    price of :meth:`~landedcost.ledger.shown.PriceLedger.reference_price`.
    """
    return labels_for(locale).text("was", amount=money_text(reference, locale))
