"""Baskets read and asked one by one, and errors that many of them share."""

from __future__ import annotations

from ..errors import LandedCostError, MoneyError
from ..market import Market
from ..pipeline import KINDS
from ..program.primitives import LARGEST
from ..quote import Quote
from .baskets import Baskets
from .kinds import Kinds
from .priced import Priced
from .wide import SUMS


class Alone:
    """Prices single baskets of a batch into ``out``, its error where there is no price.

    Where a kind of line has no price on the market, or its duty is not known, the error says so
    of the kind and is the same for every basket of such lines: it is asked once, and kept.
    """

    def __init__(self, market: Market, baskets: Baskets, kinds: Kinds, out: Priced) -> None:
        self.market = market
        self.baskets = baskets
        self.kinds = kinds
        self.out = out

    def price(self, basket: int) -> None:
        """Price one basket."""
        key = self._key(basket)
        if key in self.kinds.errors:
            self.out.errors[basket] = self.kinds.errors[key]
            return
        self.out.alone += 1
        try:
            self._ask(basket)
        except LandedCostError as error:
            self.out.errors[basket] = error
            if key and not self._names(basket, error):
                self.kinds.errors[key] = error.with_traceback(None)

    def _ask(self, basket: int) -> None:
        quote = self.market.price(self.baskets.bundle(basket))
        found = dict.fromkeys(SUMS, 0) | sums_of(quote)
        if max(map(abs, found.values())) > LARGEST:
            raise _too_large(quote)
        self.out.rank(basket, quote.certainty)
        for name, value in found.items():
            self.out.put(name, basket, value)

    def _key(self, basket: int) -> tuple[object, ...]:
        """What the basket's error rests on if that is no figure of its own, else nothing.

        It is the kind of one line and its place, or else those of all lines and their order.
        """
        baskets = self.baskets
        if baskets.bad[basket] or baskets.large[basket]:
            return ()
        start, stop = baskets.offsets[basket : basket + 2].tolist()
        kinds = baskets.kind[start:stop].tolist()
        known = [self.kinds.known[kind] for kind in kinds]
        self.out.guarded += any(one.huge for one in known)
        unread = [k for k, kind in enumerate(kinds) if baskets.book.lines[kind] is None]
        if unread:
            return ("read", unread[0], kinds[unread[0]])
        ids = self._ids(basket) if len(kinds) > 1 else [""]
        order = sorted(range(len(ids)), key=ids.__getitem__)
        for k in order:
            if known[k].fact is None:
                return ("learn", k, kinds[k])
        column = self.out.sum("lacking")
        lacking = 0 if column is None else int(column[basket])
        if 0 < lacking <= len(order):
            k = order[lacking - 1]
            return ("duty", k, kinds[k])
        return (lacking, *kinds, *order) if lacking else ()

    def _ids(self, basket: int) -> list[str]:
        start, stop = self.baskets.offsets[basket : basket + 2].tolist()
        found: list[str] = self.baskets.lines.columns["id"][start:stop].to_pylist()
        return found

    def _names(self, basket: int, error: LandedCostError) -> bool:
        """Whether the error may name a line of the basket."""
        text = f"{error.message} {error.hint}"
        return any(name in text or repr(name)[1:-1] in text for name in self._ids(basket))


def _too_large(quote: Quote) -> MoneyError:
    return MoneyError(
        f"the price is more than a table of prices can hold: {quote.total_minor} minor units of "
        f"{quote.currency}",
        code="absurd_amount",
        where="unit_price",
        hint="ask for it alone, with price_for",
    )


def sums_of(quote: Quote) -> dict[str, int]:
    """A quote's figures as a row of prices has them."""
    found = {
        "total": quote.total_minor,
        "delivery": quote.delivery_minor,
    } | dict.fromkeys(("rounding", *KINDS), 0)
    for charge in quote.charges:
        sign = -1 if charge.kind == "discount" else 1
        found[charge.kind] += sign * charge.amount_minor
    return found
