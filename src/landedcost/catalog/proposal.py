"""What is proposed to a shop, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..bundles.cliffs import Cliff, cliffs, goods_minor
from ..lines import Amount
from ..money import amount_text
from ..pricing.costs import kept
from ..pricing.offer import Offer
from ..quote import Quote, money_dict
from .bundle import CatalogBundle


@dataclass(frozen=True, slots=True)
class Proposal:
    """A bundle that keeps the margin, and what it is worth.

    ``offer`` is its price by the shop's policy. ``apart`` is what the buyer pays for its articles
    bought one by one, in minor units of the quote's currency; ``changes`` says by kind of charge
    what one parcel adds to that or saves, and comes to what is saved. ``stock`` is how many there
    are to sell, None without a limit. ``dearest`` is the goods price of its dearest article alone.
    """

    bundle: CatalogBundle
    offer: Offer
    apart: int
    changes: Mapping[str, int]
    stock: int | None
    dearest: int

    @property
    def quote(self) -> Quote:
        """The quote it rests on."""
        return self.offer.quote

    @property
    def margin(self) -> Amount:
        """What is left to the shop, in the buyer's currency: see :class:`Offer`."""
        assert self.offer.margin is not None
        return self.offer.margin

    @property
    def goods(self) -> int:
        """What the goods bring, in minor units: the price without freight, duty, tax and fees."""
        return kept(self.quote, self.offer.listed)

    @property
    def percent(self) -> str:
        """The margin as a share of what the goods bring, cut to a tenth: ``41.3%``."""
        return f"{amount_text(self.margin.minor * 1_000 // max(self.goods, 1), 1)}%"

    @property
    def saving(self) -> Amount:
        """What the buyer saves."""
        return Amount(self.apart - self.quote.total_minor, self.quote.currency)

    @property
    def passed(self) -> tuple[Cliff, ...]:
        """The cliffs that its goods are above and those of each article alone are not."""
        return self._cliffs(self.dearest, goods_minor(self.quote))

    @property
    def ahead(self) -> Cliff | None:
        """The next cliff, if its goods would pass it at less than twice their price."""
        goods = goods_minor(self.quote)
        return next(iter(self._cliffs(goods, 2 * goods)), None)

    def _cliffs(self, low: int, high: int) -> tuple[Cliff, ...]:
        priced, unit = self.quote.priced, self.quote.currency
        if not 0 < low < high:
            return ()
        start, end = Amount(low, unit), Amount(high, unit)
        return cliffs(priced.market, priced.bundle, start=start, end=end)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is proposed, in words."""
        quote = self.quote
        moved = [
            f"{kind} {quote.format(abs(by))} {'more' if by > 0 else 'less'}"
            for kind, by in self.changes.items()
        ]
        told = [f"keeps {self.percent}, {quote.format(self.margin.minor)} a bundle"]
        if moved:
            told.append(f"one parcel for all of it: {', '.join(moved)}")
        told += [f"goods above {quote.format(c.below.minor)}: {_turned(c)}" for c in self.passed]
        if (ahead := self.ahead) is not None:
            told.append(f"from {quote.format(ahead.above.minor)} of goods: {_turned(ahead)}")
        return tuple(told)

    def as_dict(self) -> dict[str, Any]:
        """The proposal for JSON, with its offer and the whole answer document in it."""
        unit = self.quote.currency
        return {
            "items": [part.item.sku for part in self.bundle.parts],
            "title": self.bundle.title,
            "text": self.quote.text,
            "apart": money_dict(Amount(self.apart, unit)),
            "saving": money_dict(self.saving),
            "changes": {k: money_dict(Amount(v, unit)) for k, v in self.changes.items()},
            "percent": self.percent,
            "stock": self.stock,
            "reasons": list(self.reasons),
            **self.offer.as_dict(),
        }

    def __repr__(self) -> str:
        skus = ", ".join(part.item.sku for part in self.bundle.parts)
        price = money_dict(self.offer.price)
        return f"Proposal({skus}: {price['amount']} {price['currency']}, {self.percent})"


@dataclass(frozen=True, slots=True)
class Proposals:
    """What :func:`~landedcost.propose_bundles` found, best first; counted and indexed like a list.

    ``left_out`` says why an article takes no part. Of all ``sets`` of articles ``looked_at`` were
    priced; ``dearer`` of those would have cost the buyer more, and ``unpriced`` says why some have
    no price though each of their articles has one.
    """

    market: str
    margin: str
    found: tuple[Proposal, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    sets: int = 0
    looked_at: int = 0
    dearer: int = 0
    unpriced: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Proposal]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, index: int) -> Proposal:
        return self.found[index]

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON."""
        return {
            "market": self.market,
            "margin": self.margin,
            "proposals": [one.as_dict() for one in self.found],
            "left_out": dict(self.left_out),
            "sets": self.sets,
            "looked_at": self.looked_at,
            "dearer": self.dearer,
            "unpriced": dict(self.unpriced),
        }


def _turned(cliff: Cliff) -> str:
    """What another rule decides above a cliff, in words, each once."""
    if cliff.barred is not None:
        return cliff.barred.message
    return ", ".join(dict.fromkeys(turn.above for turn in cliff.turns))
