"""Price points: the endings a shop gives its prices, and what can be paid in cash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import lcm

from ..currencies import currency
from ..errors import RequestError
from ..money import minor_units

MODES = ("nearest", "up", "down")
USUAL = {
    "AUD": ".95",
    "BRL": ".90",
    "CAD": ".99",
    "CHF": "*.90",
    "CNY": "1",
    "CZK": "*9",
    "DKK": "*9",
    "EUR": ".99",
    "GBP": ".99",
    "HKD": "1",
    "HUF": "*90",
    "INR": "*9",
    "ISK": "*90",
    "JPY": "10",
    "KRW": "100",
    "MXN": "*9",
    "NOK": "*9",
    "NZD": ".95",
    "PLN": ".99",
    "SEK": "*9",
    "SGD": ".90",
    "TWD": "10",
    "USD": ".99",
}
"""Endings for ``charm = "usual"``: habits of shops, no rules; a currency not here has none."""
_ENDING = re.compile(r"\*?(\d{0,9})(?:\.(\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Charm:
    """The price points of one currency: every ``step`` minor units, at each of ``endings``.

    ``Charm(100, (99,))`` is 0.99, 1.99, 2.99…; ``Charm(100, (0,))`` in yen is every hundred.
    ``mode`` is where a price between two points goes: ``nearest`` (the upper one from the very
    middle), ``up`` or ``down``. What is below the lowest point goes up to it, and a price of
    zero or less stays as it is.
    """

    step: int
    endings: tuple[int, ...]
    mode: str = "nearest"

    @classmethod
    def of(cls, text: object, code: str, mode: str = "nearest", where: str = "charm") -> Charm:
        """From text, or a list of such texts.

        ``".99"`` ends in .99, ``"*9.90"`` in 9.90 (so 19.90, 29.90…), ``"*80"`` in 80, and
        ``"100"`` or ``"0.05"`` without a star means multiples of it. Raises RequestError or
        MoneyError for what is none of these or is finer than the currency.
        """
        texts = text if isinstance(text, list | tuple) and text else [text]
        read = [_ending(one, code, where) for one in texts]
        step = lcm(*(each for each, _ in read))
        points = {n for each, ending in read for n in range(ending % each, step, each)}
        if len(points) > 1_000:
            raise _bad(text, where)
        return cls(step, tuple(sorted(points)), mode)

    def apply(self, minor: int) -> int:
        """The price point for a price. Applied twice it is the same, and it keeps the order."""
        if minor <= 0:
            return minor
        above = self.above(minor)
        below = self.below(minor)
        if below <= 0 or self.mode == "up":
            return above
        if self.mode == "down":
            return below
        return above if above - minor <= minor - below else below

    def above(self, minor: int) -> int:
        """The lowest point at or above a price, and above zero."""
        whole, rest = divmod(max(minor, 1), self.step)
        found = next((e for e in self.endings if e >= rest), self.step + self.endings[0])
        return whole * self.step + found

    def below(self, minor: int) -> int:
        """The highest point at or below a price; zero or less where none is above zero."""
        whole, rest = divmod(minor, self.step)
        found = next((e for e in reversed(self.endings) if e <= rest), None)
        if found is None:
            return (whole - 1) * self.step + self.endings[-1]
        return whole * self.step + found

    def is_point(self, minor: int) -> bool:
        """Whether a price is a point."""
        return minor % self.step in self.endings


ANY = Charm(1, (0,))
"""Every amount is a point: no charm."""


def _ending(text: object, code: str, where: str) -> tuple[int, int]:
    """The step and the ending of one text, in minor units."""
    found = _ENDING.fullmatch(text) if isinstance(text, str) else None
    if found is None or not (found[1] or found[2]):
        raise _bad(text, where)
    whole, rest = found[1], found[2]
    value = minor_units(f"{whole or 0}.{rest}" if rest else whole, code, where)
    if text[0] in ".*":  # type: ignore[index]  # only a text matches
        return 10 ** (len(whole) + currency(code).digits), value
    if not value:
        raise _bad(text, where)
    return value, 0


def _bad(text: object, where: str) -> RequestError:
    return RequestError(
        f"no ending of a price: {str(text)[:40]!r}",
        code="bad_ending",
        where=where,
        hint='write ".99", "*9.90" or "*80" for an ending, "100" or "0.05" for multiples of it',
    )
