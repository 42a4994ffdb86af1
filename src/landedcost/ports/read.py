"""Reading what a source sent: exact numbers, checked types, and the path in every complaint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from ..codes import country, hs_code
from ..currencies import currency
from ..errors import BadAnswer, LandedCostError
from ..lines import Amount
from ..money import ratio
from ..rounding import half_up
from .flow import Response

_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)
_LEADING_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
V = TypeVar("V")


def read_json(response: Response) -> Node:
    """The body of a response as JSON. Raises BadAnswer for anything else than JSON."""
    kind = response.headers.get("content-type", "")
    try:
        value = json.loads(response.text, parse_float=_decimal, parse_constant=_not_finite)
    except (ValueError, RecursionError) as error:
        what = f"an answer of type {kind.split(';')[0]!r}" if kind else "an answer"
        problem = "cut off or not JSON" if isinstance(error, ValueError) else "nested too deep"
        raise BadAnswer(
            f"{what} that is {problem}",
            request_id=response.request_id,
            hint="the source may be down, or the address in the settings may be another service's",
        ) from error
    return Node(value)


def _decimal(text: str) -> Decimal:
    if len(text) > 80:
        raise ValueError("a number far too long")
    return Decimal(text)


def _not_finite(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


class Node:
    """A value in a JSON answer that knows its path.

    ``node["rates"]["USD"].ratio()`` raises BadAnswer naming ``rates.USD`` if that is not there,
    is no number, or is not above zero. ``node.get("duty")`` is None where nothing was told.
    """

    __slots__ = ("path", "value")

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def bad(self, what: str) -> BadAnswer:
        """A BadAnswer that names the path; raise it."""
        shown = repr(self.value)
        shown = shown if len(shown) <= 40 else f"{shown[:37]}..."
        return BadAnswer(f"{self.path or 'the answer'} {what}: {shown}")

    def _child(self, key: str | int) -> str:
        if isinstance(key, int):
            return f"{self.path}[{key}]"
        return f"{self.path}.{key}" if self.path else key

    def __getitem__(self, key: str | int) -> Node:
        found = self.get(key)
        if found is None:
            raise BadAnswer(f"{self._child(key)} is not in the answer")
        return found

    def get(self, key: str | int) -> Node | None:
        """The part named ``key``, or None if it is not there or null. Raises BadAnswer."""
        if isinstance(key, int):
            items = self.list()
            return items[key] if -len(items) <= key < len(items) else None
        found = self._object().get(key)
        return None if found is None else Node(found, self._child(key))

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.bad("is no object")
        return self.value

    def items(self) -> Iterator[tuple[str, Node]]:
        """The names and parts of an object. Raises BadAnswer."""
        for key, value in self._object().items():
            yield key, Node(value, self._child(key))

    def list(self) -> list[Node]:
        """The parts of a list. Raises BadAnswer."""
        if not isinstance(self.value, list):
            raise self.bad("is no list")
        return [Node(value, self._child(at)) for at, value in enumerate(self.value)]

    def text(self) -> str:
        """A text. Raises BadAnswer."""
        if not isinstance(self.value, str):
            raise self.bad("is no text")
        return self.value

    def flag(self) -> bool:
        """True or false. Raises BadAnswer."""
        if not isinstance(self.value, bool):
            raise self.bad("is neither true nor false")
        return self.value

    def integer(self) -> int:
        """A whole number, also as text. Raises BadAnswer."""
        found = self.exact()
        if found.denominator != 1:
            raise self.bad("is no whole number")
        return found.numerator

    def exact(self) -> Fraction:
        """A number of any sign, as it was written, also as text. Raises BadAnswer."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise self.bad("is no number")
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        if not _NUMBER.fullmatch(text):
            raise self.bad("is no number")
        return Fraction(text)

    def ratio(self) -> Fraction:
        """A number above zero, such as an exchange rate. Raises BadAnswer."""
        found = self.exact()
        if found <= 0:
            raise self.bad("is not above zero")
        return found

    def amount(self, code: str) -> Amount:
        """An amount of ``code``, not below zero, rounded half up to the minor unit.

        Sources write more decimals than can be paid; what the rounding moves is below one minor
        unit. Raises BadAnswer.
        """
        found = self.exact()
        if found < 0:
            raise self.bad("is below zero")
        scaled = found * 10 ** currency(code).digits
        if scaled > 10**18:
            raise self.bad("is beyond anything sold")
        return Amount(half_up(scaled.numerator, scaled.denominator), code)

    def currency(self) -> str:
        """The code of a currency, in capitals. Raises BadAnswer."""
        return self._checked(lambda text: currency(text.upper()).code, "is no currency")

    def country(self) -> str:
        """The ISO code of a country. Raises BadAnswer."""
        return self._checked(country, "is no country")

    def hs_code(self) -> str:
        """The digits of an HS code. Raises BadAnswer."""
        return self._checked(hs_code, "is no HS code")

    def date(self) -> date:
        """A day, also as the start of a moment: ``2026-10-01T…``. Raises BadAnswer."""
        found = _LEADING_DAY.match(self.text())
        if found is None:
            raise self.bad("is no date")
        return self._checked(lambda _: date.fromisoformat(found[0]), "is no date")

    def moment(self) -> datetime:
        """A moment with its zone. Raises BadAnswer for one without."""
        text = self.text()
        found = self._checked(lambda _: datetime.fromisoformat(text), "is no moment")
        if found.tzinfo is None:
            raise self.bad("does not say its time zone")
        return found.astimezone(UTC)

    def _checked(self, read: Callable[[str], V], what: str) -> V:
        try:
            return read(self.text())
        except (LandedCostError, ValueError) as error:
            if isinstance(error, BadAnswer):
                raise
            raise self.bad(what) from error

    def __repr__(self) -> str:
        return f"Node({self.path!r})"


def positive(value: Fraction | Decimal | str | int, where: str = "") -> Fraction:
    """A number above zero that is exact: no float. Raises BadAnswer."""
    if isinstance(value, Fraction):
        if value <= 0:
            raise BadAnswer(f"{where or 'a rate'} is not above zero: {value}")
        return value
    try:
        return Fraction(*ratio(value, where))
    except LandedCostError as error:
        raise BadAnswer(f"{where or 'a rate'}: {error.message}") from error
