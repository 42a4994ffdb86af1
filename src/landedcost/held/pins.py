"""What rates and tariff answered, written down while a price is made, and answered again later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from ..cache.codec import of_data, to_data
from ..errors import LandedCostError, RequestError
from ..fx.rates import CustomsRate, Rate
from ..tariffs.rows import Claim, Found, Row
from .canonical import digest
from .tables import bad_record

if TYPE_CHECKING:
    from ..fx.book import Rates
    from ..tariffs.lookup import Tariff

T = TypeVar("T")


class Pins:
    """Questions and their answers, errors among them, as data.

    While it is ``open`` a question is passed on and its answer kept; afterwards only what was
    kept is answered, and anything else is an error (``not_pinned``).
    """

    def __init__(self, kept: dict[str, Any] | None = None) -> None:
        self.open = kept is None
        self.kept: dict[str, Any] = {} if kept is None else kept

    def ask(
        self, key: str, ask: Callable[[], T], write: Callable[[T], Any], read: Callable[[Any], T]
    ) -> T:
        """The answer to ``key``: by ``ask`` and kept as ``write`` has it, or as it was kept.

        Raises what the answer was, if that was an error.
        """
        if self.open and key not in self.kept:
            try:
                self.kept[key] = {"answer": write(ask())}
            except LandedCostError as error:
                self.kept[key] = {"error": error.as_dict()}
        found = self.kept.get(key)
        if found is None:
            raise RequestError(
                f"the record has no answer to {key!r}",
                code="not_pinned",
                where="record",
                hint="this version of landedcost asks for more than the one that made the record",
            )
        try:
            if "error" not in found:
                return read(found["answer"])
            told = RequestError(**found["error"])
        except (KeyError, TypeError, ValueError):
            raise bad_record(f"its answer to {key!r} cannot be read") from None
        raise told


class PinnedRates:
    """Rates through pins; ``table`` is what is asked while they are open."""

    def __init__(self, pins: Pins, table: Rates | None = None) -> None:
        self._pins = pins
        self._table = table

    def rate(self, base: str, quote: str, on: date) -> Rate:
        """The commercial rate that was answered. Raises RequestError."""
        return self._pins.ask(
            f"commercial {base}/{quote}",
            lambda: self._asked().rate(base, quote, on),
            to_data,
            lambda data: of_data(Rate, data),
        )

    def customs(self, territory: str, base: str, quote: str, on: date) -> CustomsRate:
        """The customs rate that was answered. Raises RequestError."""
        return self._pins.ask(
            f"customs {base}/{quote}",
            lambda: self._asked().customs(territory, base, quote, on),
            to_data,
            lambda data: of_data(CustomsRate, data),
        )

    def _asked(self) -> Rates:
        assert self._table is not None
        return self._table


class PinnedTariff:
    """A tariff through pins; ``table`` is what is asked while they are open."""

    def __init__(self, name: str, pins: Pins, table: Tariff | None = None) -> None:
        self.name = name
        self._pins = pins
        self._table = table

    def lookup(self, code: str, day: date, *, where: str = "", origin: str = "") -> Found:
        """The rows that were answered. Raises RequestError."""
        return self._pins.ask(
            f"lookup {code} {origin}".rstrip(),
            lambda: self._asked().lookup(code, day, where=where, origin=origin),
            to_data,
            lambda data: of_data(Found, data),
        )

    def claims(self, row: Row, day: date) -> Sequence[Claim] | None:
        """What could be claimed instead of a row. Raises RequestError."""
        return self._pins.ask(
            f"claims {row.code} {digest(to_data(row))[:12]}",
            lambda: self._asked().claims(row, day),
            lambda found: None if found is None else [to_data(claim) for claim in found],
            lambda data: None if data is None else [of_data(Claim, one) for one in data],
        )

    def _asked(self) -> Tariff:
        assert self._table is not None
        return self._table
