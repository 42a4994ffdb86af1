"""An imported tariff as a table to price from: the same questions as of the bundled ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

from ..errors import LandedCostError, RequestError
from ..regimes.schema import Source
from .answered import answered_claims, answered_line, answered_rows
from .editions import Described
from .grammar import read_special
from .programmes import column_2, programme
from .rows import Claim, Found, Row
from .store import KeptEdition, KeptRate, Store
from .table import TariffTable, digest, nearest_codes


class LocalTable(TariffTable):
    """One imported tariff; each question is asked of the file.

    Where nothing was imported for a heading on a day, the bundled table answers.
    """

    provider = "imported"

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(name, ())
        self.store = Store(path)

    @cached_property
    def version(self) -> str:
        """A fingerprint of the editions that were imported, and of what answers beyond them."""
        bundled = TariffTable.load(self.name).version if self.name in TariffTable.names() else ""
        return digest(repr((self.editions, bundled)))

    @property
    def editions(self) -> tuple[KeptEdition, ...]:
        """The editions that were imported, by the day from which they apply."""
        return self.store.editions(self.name)

    def lookup(self, code: str, day: date, *, where: str = "", origin: str = "") -> Found:
        """As :meth:`TariffTable.lookup`; goods of some countries have rates of their own."""
        answered = tuple(self._answered(code, day, origin))
        rows = (*self._kept(code, day), *answered)
        spoken = answered or edition_on(self.editions, code, day)
        if not spoken and self.name in TariffTable.names():
            try:
                return TariffTable.load(self.name).lookup(code, day, where=where, origin=origin)
            except LandedCostError:
                if not rows:
                    raise
        return _Fetched(self, rows).lookup(code, day, where=where, origin=origin)

    def claims(self, row: Row, day: date) -> tuple[Claim, ...] | None:
        """What may be claimed instead of a row, where the import says so."""
        if row.dialect == "us":
            return tuple(self._programmes(row, day))
        answers = self.store.answers(self.name, row.code)
        return tuple(answered_claims(answers, row, day)) if answers else None

    def described(self, row: Row, day: date) -> Described:
        """What a row's line covers, in the tariff's words, and the units it is counted in."""
        answers = self.store.answers(self.name, row.code)
        if answers:
            return answered_line(answers, day)
        return self.store.described(self.name, row.code, day).get(row.code) or Described("")

    def nearest(self, code: str, count: int = 3) -> list[str]:
        """The known codes that share most leading digits, then the numerically nearest."""
        return nearest_codes(code, self.store.codes_near(self.name, code, count), count)

    def _kept(self, code: str, day: date) -> Iterable[Row]:
        prefixes = [code[:length] for length in range(2, len(code) + 1)]
        columns = ("general", "other")
        found = self.store.rates(self.name, prefixes, columns)
        found += self.store.rates_below(self.name, code, columns)
        if found:
            editions = self.editions
            for rate in found:
                yield _row(rate, edition_on(editions, rate.code, day))

    def _answered(self, code: str, day: date, origin: str) -> Iterable[Row]:
        found = self.store.answers(self.name, code)
        if len(code) < 10:
            found += self.store.answers(self.name, code, below=True)
        for one in dict.fromkeys(answer.code for answer in found):
            about = tuple(answer for answer in found if answer.code == one)
            yield from answered_rows(about, day, origin)

    def _programmes(self, row: Row, day: date) -> Iterable[Claim]:
        for rate in self.store.rates(self.name, [row.code], ["special"]):
            if not (rate.start <= day and (rate.until is None or day < rate.until)):
                continue
            try:
                special = read_special(rate.cell.text)
            except RequestError:
                yield _unread(rate, row)
                continue
            for one in special:
                for symbol in one.symbols:
                    found = programme(symbol)
                    better = Row(
                        row.code,
                        one.text,
                        rate.start,
                        rate.until,
                        row.source,
                        rate.cell.verified,
                        f"special column, programme {symbol}",
                        rate.dialect,
                        only=found.origins,
                        provider=row.provider,
                    )
                    yield Claim(
                        "preference",
                        found.names,
                        found.label,
                        better,
                        found.condition,
                        found.doubt_on(day),
                    )


def _unread(rate: KeptRate, row: Row) -> Claim:
    """A special column that was not understood: whatever is claimed refuses with its text."""
    better = Row(
        row.code,
        rate.cell.text,
        rate.start,
        rate.until,
        row.source,
        False,
        "",
        rate.dialect,
        provider=row.provider,
    )
    return Claim("unread", (), "special column", better)


class _Fetched(TariffTable):
    """The rows one question is about."""

    def __init__(self, table: LocalTable, rows: Iterable[Row]) -> None:
        super().__init__(table.name, rows)
        self.provider = table.provider
        self._table = table

    def nearest(self, code: str, count: int = 3) -> list[str]:
        """As the whole table has them."""
        return self._table.nearest(code, count)


def edition_on(editions: Iterable[KeptEdition], code: str, day: date) -> KeptEdition | None:
    """The edition that speaks of a code on a day: the last one before it."""
    found = None
    for edition in editions:
        if edition.start <= day and (edition.headings is None or code[:4] in edition.headings):
            found = edition
    return found


def _row(rate: KeptRate, edition: KeptEdition | None) -> Row:
    only: Mapping[str, frozenset[str]] = {}
    if rate.dialect == "us":
        only = {"other": column_2()}
    return Row(
        rate.code,
        rate.cell.text,
        rate.start,
        rate.until,
        _source(edition),
        rate.cell.verified,
        rate.cell.note,
        rate.dialect,
        only=only.get(rate.column, frozenset()),
        but=column_2() if only and rate.column == "general" else frozenset(),
        provider=LocalTable.provider,
    )


def _source(edition: KeptEdition | None) -> Source:
    if edition is None:
        return Source("", "an edition of another day")
    return Source(
        edition.name, edition.title, edition.url, read=edition.read, official=edition.official
    )
