"""The seller's margin on commercial exchange rates, kept apart from the rate of the market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..currencies import currency
from ..errors import RequestError
from ..money import percent
from .given import read_pair

REST = "*"
"""The key for every pair that no other key names."""
LIMIT_PERCENT = 50
"""Percent above which a margin is taken for a mistake."""


@dataclass(frozen=True, slots=True)
class Margin:
    """A margin as it was written (``"1.5%"``), and as an exact ratio ``num / den``."""

    text: str
    num: int
    den: int

    @classmethod
    def of(cls, value: object, where: str = "fx_margin") -> Margin:
        """A margin from ``"1.5%"``. Raises RequestError (``bad_margin``)."""
        if not isinstance(value, str):
            raise _bad(value, where)
        try:
            num, den = percent(value.strip(), where)
        except RequestError:
            raise _bad(value, where) from None
        if num * 100 > LIMIT_PERCENT * den:
            raise RequestError(
                f"a margin of {value.strip()} on an exchange rate is taken for a mistake",
                code="bad_margin",
                where=where,
                hint=f"write at most {LIMIT_PERCENT}%, such as 1.5%",
            )
        return cls(value.strip(), num, den)

    def on(self, num: int, den: int) -> tuple[int, int]:
        """A rate with the margin on it: ``num / den × (1 + margin)``, exactly, not reduced."""
        return num * (self.den + self.num), den * self.den


NONE = Margin("0%", 0, 1)


class FxMargin:
    """What a shop adds to the market's rate where a price goes into the buyer's currency.

    ``FxMargin.of("1.5%")`` is one for all. A mapping tells pairs apart: ``"USD/EUR"`` is that
    pair, ``"EUR"`` everything shown in euros, ``"*"`` the rest; the narrowest key holds.
    """

    __slots__ = ("_by_key",)

    def __init__(self, by_key: Mapping[str, Margin]) -> None:
        self._by_key = dict(by_key)

    @classmethod
    def of(cls, value: object, where: str = "fx_margin") -> FxMargin:
        """From a text such as ``"1.5%"``, a mapping, another FxMargin, or None for none.

        Raises RequestError (``bad_margin``, ``bad_pair``), MoneyError for an unknown currency.
        """
        if value is None:
            return cls({})
        if isinstance(value, FxMargin):
            return value
        if not isinstance(value, Mapping):
            return cls({REST: Margin.of(value, where)})
        found: dict[str, Margin] = {}
        for key, text in value.items():
            at = f"{where}.{str(key)[:40]}"
            if isinstance(key, str) and "/" in key:
                name = "{}/{}".format(*read_pair(key, at))
            else:
                name = key if key == REST else currency(str(key), at).code
            found[name] = Margin.of(text, at)
        return cls(found)

    def find(self, base: str, quote: str) -> Margin:
        """The margin of one pair, zero for none; a currency to itself has none."""
        if base == quote:
            return NONE
        for key in (f"{base}/{quote}", quote, REST):
            if key in self._by_key:
                return self._by_key[key]
        return NONE

    def as_dict(self) -> dict[str, str]:
        """The mapping that :meth:`of` reads."""
        return {key: margin.text for key, margin in self._by_key.items()}

    def __bool__(self) -> bool:
        return any(margin.num for margin in self._by_key.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FxMargin) and self._by_key == other._by_key

    def __hash__(self) -> int:
        return hash(frozenset(self._by_key.items()))

    def __repr__(self) -> str:
        return f"FxMargin({self.as_dict()})"


def _bad(value: object, where: str) -> RequestError:
    return RequestError(
        f"not a margin: {str(value)[:40]!r}",
        code="bad_margin",
        where=where,
        hint='write a percentage as text, such as "1.5%"',
    )
