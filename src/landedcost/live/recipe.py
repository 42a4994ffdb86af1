"""What it takes to make a shown price again, by whichever worker is asked to honour it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ..lines import Amount
from ..request import Bundle
from .grid import Cell
from .shelf import Offered


@dataclass(frozen=True, slots=True)
class Recipe:
    """What it takes to make a price again that was shown.

    ``goods`` is what the goods are sold for, None at list prices; ``shipping`` what is charged
    for it where the policy charges less than it costs. ``rates`` is the name of the rates that
    were given then; ``quote`` the id of what must come out.
    """

    cell: Cell
    start: datetime
    end: datetime
    day: date
    rates: str
    goods: Amount | None
    shipping: Amount | None
    quote: str

    @classmethod
    def made(cls, one: Offered, rates: str) -> Recipe:
        """That of an offer."""
        quote = one.quote
        bundle, listed = quote.priced.bundle, one.offer.listed.priced.bundle
        goods = None if bundle is listed else bundle.price
        shipping = None if bundle.shipping == listed.shipping else bundle.shipping
        day = quote.lane.day
        return cls(one.cell, one.shown_at, one.valid_until, day, rates, goods, shipping, quote.id)

    @classmethod
    def of(cls, told: Sequence[Any]) -> Recipe:
        """From :meth:`told`."""
        bundle, market, start, end, day, rates, goods, shipping, quote = told
        return cls(
            Cell(bundle, market),
            datetime.fromisoformat(start),
            datetime.fromisoformat(end),
            date.fromisoformat(day),
            rates,
            goods and Amount(*goods),
            shipping and Amount(*shipping),
            quote,
        )

    def sold(self, bundle: Bundle) -> Bundle:
        """A bundle as it was offered."""
        if self.goods is not None:
            bundle = bundle.at(self.goods)
        if self.shipping is not None:
            bundle = copy(bundle)
            bundle.shipping = self.shipping
        return bundle

    def told(self) -> list[Any]:
        """As a JSON array."""
        return [
            self.cell.bundle,
            self.cell.market,
            self.start.isoformat(),
            self.end.isoformat(),
            self.day.isoformat(),
            self.rates,
            self.goods and [self.goods.minor, self.goods.currency],
            self.shipping and [self.shipping.minor, self.shipping.currency],
            self.quote,
        ]
