"""The rates of one market on one day: the customs rate and the commercial rate, kept apart."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ..currencies import currency
from ..errors import NotInForce, ProviderError, RequestError
from ..money import amount_text
from ..rounding import half_up
from .given import GivenRates
from .margin import NONE, FxMargin, Margin
from .rates import CustomsRate, Rate, reduced

_DIGITS, _PLACES = 12, 40


class Rates(Protocol):
    """What the rates of a market are taken from: a table, or what live sources said."""

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """The commercial rate on a day. Raises RequestError, NotInForce or ProviderError."""
        ...

    def customs(self, territory: str, base: str, quote: str, on: date) -> CustomsRate:
        """The rate for customs values. Raises as ``rate`` does."""
        ...


@dataclass(frozen=True, slots=True)
class Used:
    """A rate as the arithmetic takes it: minor units of one currency to minor units of another.

    ``rate`` is the market's or the authority's; ``minor_num / minor_den`` has the margin on it.
    """

    rate: Rate
    minor_num: int
    minor_den: int
    note: str = ""
    margin: Margin = NONE

    @property
    def net(self) -> tuple[int, int]:
        """The rate with the margin, in major units, reduced."""
        return reduced(*self.margin.on(self.rate.num, self.rate.den))


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange rate of a quote: what the market gave, the seller's margin, what was used.

    ``use`` is ``commercial`` or ``customs``; ``market`` and ``net`` are exact ratios, in units
    of the second currency of ``pair`` for one of the first; ``margin`` is as it was set, ``0%``
    for none. ``source`` is for people, ``as_of`` the day the rate is of.
    """

    pair: str
    use: str
    market: tuple[int, int]
    margin: str
    net: tuple[int, int]
    source: str
    as_of: date

    def as_dict(self) -> dict[str, str]:
        """The object of the JSON contract: decimals, and the market's rate as an exact ratio."""
        return {
            "pair": self.pair,
            "use": self.use,
            "market": rate_text(*self.market),
            "margin": self.margin,
            "net": rate_text(*self.net),
            "ratio": "{}/{}".format(*self.market),
            "source": self.source,
            "as_of": self.as_of.isoformat(),
        }


def rate_text(num: int, den: int) -> str:
    """A rate as a decimal of at most twelve significant digits, half up; never an exponent."""
    places = 0
    while num * 10**places < 10 ** (_DIGITS - 1) * den and places < _PLACES:
        places += 1
    text = amount_text(half_up(num * 10**places, den), places)
    return text.rstrip("0").rstrip(".") if places else text


class RateBook:
    """Answers every conversion a market needs, and remembers which rates it gave.

    ``get("customs", …)`` prefers rates given for customs, then the authority's published rate as
    far as it is bundled; ``get("shown", …)`` prefers rates given, then the reference rates.
    A commercial rate into ``shown``, the currency the buyer pays in, has the seller's ``margin``
    on it; one into another currency has not, nor has any customs rate.
    """

    def __init__(
        self,
        table: Rates,
        day: date,
        territory: str,
        given: GivenRates | None = None,
        given_customs: GivenRates | None = None,
        *,
        shown: str = "",
        margin: FxMargin | None = None,
    ) -> None:
        self.table = table
        self.day = day
        self.territory = territory
        self.given = given
        self.given_customs = given_customs
        self.shown = shown
        self.margin = margin or FxMargin({})
        self._known: dict[tuple[str, str, str], Used] = {}

    def given_now(self, given: GivenRates | None) -> RateBook:
        """The same book with other commercial rates given; what it answers is worked out anew."""
        made = copy(self)
        made.given, made._known = given, {}
        return made

    @property
    def used(self) -> frozenset[tuple[str, str, str]]:
        """The conversions asked for so far: use, source and target."""
        return frozenset(self._known)

    def get(self, use: str, source: str, target: str) -> Used:
        """The rate from ``source`` to ``target``.

        Raises RequestError where there is none, NotInForce for a day before the table.
        """
        key = (use, source, target)
        if key not in self._known:
            rate, note = self._find(use, source, target)
            margin = NONE
            if use != "customs" and target == self.shown:
                margin = self.margin.find(source, target)
            num, den = margin.on(rate.num, rate.den) if margin.num else (rate.num, rate.den)
            num *= 10 ** currency(target).digits
            den *= 10 ** currency(source).digits
            self._known[key] = Used(rate, num, den, note, margin)
        return self._known[key]

    def exchange(self, use: str, source: str, target: str) -> Exchange:
        """The same rate for people, its parts named. Raises as :meth:`get` does."""
        used = self.get(use, source, target)
        rate = used.rate
        name = "customs" if use == "customs" else "commercial"
        pair = f"{source}/{target}"
        market = reduced(rate.num, rate.den)
        return Exchange(pair, name, market, used.margin.text, used.net, rate.source, rate.on)

    def _find(self, use: str, source: str, target: str) -> tuple[Rate, str]:
        if source == target:
            return self.table.rate(source, target, self.day), ""
        book = self.given_customs if use == "customs" else self.given
        if book is not None:
            rate = book.find(source, target, self.day)
            if rate is not None:
                return rate, ""
        if use != "customs":
            return self.table.rate(source, target, self.day), ""
        try:
            found = self.table.customs(self.territory, source, target, self.day)
        except (RequestError, NotInForce, ProviderError):
            rate = self.given.find(source, target, self.day) if self.given is not None else None
            if rate is None:
                raise
            return rate, "the commercial rate given was used for customs too"
        return found.rate, found.rule if found.approximate else ""
