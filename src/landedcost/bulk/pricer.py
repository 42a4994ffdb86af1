"""A shop and its markets, made ready to price batch after batch, here or on another machine."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .. import __version__
from ..client import today
from ..dates import day
from ..errors import LandedCostError, RequestError, RuleFileError
from ..request import Buyer
from ..tariffs.table import TariffTable
from .answer import SCHEMA, answer
from .basis import Basis
from .baskets import Baskets
from .catalog import BATCH, batches_of, pieces_of
from .engine import MarketColumns
from .keyed import gathered, keyed
from .kinds import MANY, KindBook
from .ordered import in_order
from .priced import Priced
from .texts import Flags

if TYPE_CHECKING:
    from ..client import LandedCost
    from ..market import Market


@dataclass(frozen=True, slots=True)
class PricedBatch:
    """One batch's rows, and how many of its prices took which way.

    ``parts`` has the rows of each market. ``guarded`` were computed on Python ints, ``alone``
    asked one by one. ``kept`` tells for each market which baskets rest on what they rested on
    before: their rows have no amounts.
    """

    parts: tuple[pa.RecordBatch, ...]
    baskets: int
    guarded: int
    alone: int
    kept: Mapping[str, Flags]

    @property
    def rows(self) -> pa.RecordBatch:
        """The rows of all markets, one market after the other, as one batch."""
        if not self.parts:
            return SCHEMA.empty_table().to_batches()[0]
        return pa.concat_batches(self.parts) if len(self.parts) > 1 else self.parts[0]


class Pricer:
    """``shop``'s prices on some markets on one day.

    ``markets`` are buyers, or texts such as ``"DE"``, ``"CA-ON"`` or ``"de-DE"``. Raises
    RequestError for a market, day or rate that cannot be read; a market without rules on the day
    has that error in each of its rows.

    It can be pickled: rules, exchange rates and shipping tables go with it, tariffs are those
    that are installed there. However often it arrives in a process, it is unpacked once. What it
    learns there of kinds of line is kept for the next batch. Raises RuleFileError
    (``rules_differ``) where rules, tariffs or the package are not those that it left, and
    RequestError for a shop with live sources, which does not travel.
    """

    def __init__(
        self,
        shop: LandedCost,
        markets: Sequence[str | Buyer],
        *,
        as_of: date | str | None = None,
        terms: str | None = None,
        channel: str | None = None,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
    ) -> None:
        self.shop = shop
        self.as_of = shop.clock() if as_of is None else day(as_of, "as_of")
        self.asked: dict[str, Any] = {
            "terms": terms,
            "channel": channel,
            "rates": dict(rates) if rates is not None else None,
            "customs_rates": dict(customs_rates) if customs_rates is not None else None,
        }
        self.markets = list(markets)
        self._open()

    def _open(self) -> None:
        self.labels = [m.label if isinstance(m, Buyer) else m for m in self.markets]
        self.book = KindBook()
        self.opened: list[MarketColumns | LandedCostError] = []
        for market in self.markets:
            buyer = Buyer.of(market)
            try:
                found = self.shop.market_for(buyer, as_of=self.as_of, **self.asked)
                self.opened.append(MarketColumns(found))
            except LandedCostError as error:
                if error.where.startswith(("rates", "customs_rates", "terms", "channel")):
                    raise
                self.opened.append(error)

    def market(self, label: str) -> Market:
        """The market of a label. Raises the market's error, or KeyError for another label."""
        found = self.opened[self.labels.index(label)]
        if isinstance(found, LandedCostError):
            raise found
        return found.market

    @property
    def versions(self) -> dict[str, str]:
        """The rule versions that answer, by territory."""
        return {
            m.market.lane.regime.code: m.market.lane.regime.version
            for m in self.opened
            if isinstance(m, MarketColumns)
        }

    @property
    def rests_on(self) -> dict[str, str]:
        """The versions of all that answers: the package, each territory's rules and tariff."""
        found = {"landedcost": __version__}
        for opened in self.opened:
            if isinstance(opened, MarketColumns):
                market = opened.market
                code = market.lane.regime.code
                found[f"rules of {code}"] = market.lane.regime.version
                if isinstance(market.table, TariffTable):
                    found[f"tariff of {code}"] = market.table.version
        return found

    @cached_property
    def packed(self) -> bytes:
        """All that goes elsewhere. Raises RequestError for a shop that asks live sources."""
        return pickle.dumps(self.__getstate__())

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpacked, (self.packed,)

    def __getstate__(self) -> dict[str, Any]:
        if self.shop.providers is not None:
            raise RequestError(
                "a shop that asks live sources cannot be sent to another process: each would ask "
                "again, and may be told something else",
                code="live_sources",
                where="providers",
                hint="send a shop without providers; give `rates`, and import the tariffs before",
            )
        state = {name: self.__dict__[name] for name in ("as_of", "asked", "markets")}
        shop = copy(self.shop)
        shop.clock = today  # the day is fixed, and a shop's own clock may not be to pickle
        return {**state, "shop": shop, "rests_on": self.rests_on}

    def __setstate__(self, state: dict[str, Any]) -> None:
        wanted = state.pop("rests_on")
        self.__dict__.update(state)
        self._open()
        here = self.rests_on
        differ = sorted(k for k in {*wanted, *here} if here.get(k) != wanted.get(k))
        if differ:
            raise RuleFileError(
                f"not the same here as where the prices were asked for: {', '.join(differ)}",
                file="rules",
                code="rules_differ",
                hint="install the same version of landedcost, and the same imported tariffs, "
                "everywhere",
            )

    def price(
        self,
        batch: pa.RecordBatch,
        first: int = 0,
        *,
        basis: bool = False,
        since: Mapping[str, Basis] | None = None,
    ) -> PricedBatch:
        """The prices of one batch of baskets: all of them on the first market, and so on.

        ``first`` is the number of its first basket. With ``basis`` the column of that name is
        filled. ``since`` maps a market to what its earlier prices rested on, basket by basket,
        0 where there was none: those that still do are kept, not computed. Raises RequestError
        for a batch without the columns needed.
        """
        baskets = Baskets(batch, first, self._kinds())
        parts, guarded, alone = [], 0, 0
        kept: dict[str, Flags] = {}
        for label, part, priced in self._markets(baskets, basis, since or {}):
            parts.append(part)
            if priced is not None:
                kept[label] = priced.kept
                guarded += priced.guarded
                alone += priced.alone
        return PricedBatch(tuple(parts), baskets.count, guarded, alone, kept)

    def _markets(
        self, baskets: Baskets, basis: bool, since: Mapping[str, Basis]
    ) -> Iterator[tuple[str, pa.RecordBatch, Priced | None]]:
        """The rows of one market after the other; the next is computed when it is asked for."""
        for label, found in zip(self.labels, self.opened, strict=True):
            if isinstance(found, LandedCostError):
                yield label, answer(baskets, label, "", found), None
                continue
            priced = found.price(baskets, basis=basis, since=since.get(label))
            yield label, answer(baskets, label, found.market.terms.shown, priced), priced

    def _kinds(self) -> KindBook:
        """The kinds of line so far, begun anew when there are very many."""
        if len(self.book.lines) > MANY:
            self.book = KindBook()
        return self.book

    def stream(
        self, items: Any, jobs: int | None = None, size: int = BATCH
    ) -> Iterator[PricedBatch]:
        """The prices of a whole catalogue, batch by batch, in order, on ``jobs`` threads.

        Threads share the facts learnt. Raises RequestError as
        :func:`landedcost.bulk.catalog.batches_of` does.
        """
        numbered = _numbered(batches_of(items, size))
        yield from in_order(lambda piece: self.price(piece[1], piece[0]), numbered, jobs)

    def batches(
        self, items: Any, size: int = BATCH, *, basis: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """The prices of part of a catalogue: batches of baskets in, batches of prices out.

        This is the function to hand to an engine that shares a catalogue out to many processes:
        it needs no other part, and no order. ``items`` is an iterator of record batches, a table
        or a frame, one basket a row; ``size`` is the number of baskets computed at once. A price
        has its basket's ``id`` and ``market``; ``row`` is the basket's own column of that name,
        and null without one, as no part knows where it lies in the whole. Raises RequestError
        for baskets without a key, and for columns that cannot be read.
        """
        for batch in gathered(pieces_of(items), size):
            whole, numbers = keyed(batch)
            baskets = Baskets(whole, 0, self._kinds())
            for _, part, _ in self._markets(baskets, basis, {}):
                yield part.set_column(0, SCHEMA.field(0), numbers)

    def table(self, items: Any) -> pa.Table:
        """The same as one table, for engines that hand over and take a whole part at once."""
        return pa.Table.from_batches(self.batches(items), schema=SCHEMA)


@lru_cache(maxsize=8)
def _unpacked(packed: bytes) -> Pricer:
    """A pricer that has arrived in this process, the same one each time."""
    made = Pricer.__new__(Pricer)
    made.__setstate__(pickle.loads(packed))
    made.__dict__["packed"] = packed
    return made


def _numbered(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    first = 0
    for batch in batches:
        yield first, batch
        first += batch.num_rows
