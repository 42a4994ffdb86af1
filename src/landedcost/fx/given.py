"""Rates given with a request: pairs and decimal texts, used as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ..currencies import currency
from ..errors import RequestError
from ..money import ratio
from .rates import Rate

PROVIDER = "request"
SOURCE = "given with the request"
_PAIR = re.compile(r"([A-Z]{3})/([A-Z]{3})", re.ASCII)


class GivenRates:
    """The rates of one request: each pair as given, its inverse, or a cross of two of them."""

    def __init__(self, rates: Mapping[tuple[str, str], Rate]) -> None:
        self._rates = dict(rates)
        codes = {code for pair in self._rates for code in pair}
        # The same middle currency on every run, the most usual first.
        self._middles = sorted(codes, key=lambda c: (c != "EUR", c != "USD", c))

    @classmethod
    def of(
        cls, rates: Mapping[str, object], where: str = "rates", on: date = date.min
    ) -> GivenRates:
        """From pairs such as ``{"USD/EUR": "0.86"}``: 0.86 EUR for one USD.

        ``on`` is the day the rates are said to be of. Raises RequestError (``bad_pair``) for a
        pair that is not two currencies, MoneyError for an unknown currency and for a rate that
        is zero, negative, not finite, or a float; with the field's path, ``rates.USD/EUR``.
        """
        if not isinstance(rates, Mapping):
            raise RequestError(
                f"not a mapping of pairs to rates: {str(rates)[:40]!r}",
                code="bad_rates",
                where=where,
                hint='write {"USD/EUR": "0.86"}',
            )
        found: dict[tuple[str, str], Rate] = {}
        for pair, value in rates.items():
            at = f"{where}.{str(pair)[:40]}"
            base, quote = read_pair(pair, at)
            num, den = ratio(value, at)
            found[base, quote] = Rate(base, quote, num, den, SOURCE, PROVIDER, on, False)
        return cls(found)

    @property
    def pairs(self) -> Mapping[tuple[str, str], Rate]:
        """The pairs as they were given, with their rates."""
        return self._rates

    def find(self, base: str, quote: str, on: date | None = None) -> Rate | None:
        """The rate from ``base`` to ``quote``, or None when none was given.

        As given if it was; else the exact inverse of the opposite pair; else through the one
        currency both were given against. ``on`` is the day the answer is marked with.
        """
        rate = self._direct(base, quote) or self._crossed(base, quote)
        return rate if rate is None or on is None else replace(rate, on=on)

    def _direct(self, base: str, quote: str) -> Rate | None:
        rate = self._rates.get((base, quote))
        if rate is not None:
            return rate
        rate = self._rates.get((quote, base))
        if rate is None:
            return None
        return replace(rate.inverse(), source=f"{SOURCE} as {quote}/{base}")

    def _crossed(self, base: str, quote: str) -> Rate | None:
        for middle in self._middles:
            one, two = self._direct(base, middle), self._direct(middle, quote)
            if one is not None and two is not None:
                return replace(one.times(two), source=f"{SOURCE}, through {middle}")
        return None


def read_pair(pair: object, where: str) -> tuple[str, str]:
    """The two currencies of ``"USD/EUR"``. Raises RequestError (``bad_pair``), MoneyError."""
    found = _PAIR.fullmatch(pair) if isinstance(pair, str) else None
    if found is None or found[1] == found[2]:
        raise RequestError(
            f"not a pair of two currencies: {str(pair)[:40]!r}",
            code="bad_pair",
            where=where,
            hint='write "USD/EUR" for euros per US dollar',
        )
    return currency(found[1], where).code, currency(found[2], where).code
