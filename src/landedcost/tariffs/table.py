"""The bundled tariff tables: rows by code prefix, dated, each with its source."""

from __future__ import annotations

import csv
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from ..codes import hs_dotted
from ..errors import LandedCostError, NotInForce, RequestError, RuleFileError
from ..facts import Provenance, Remark
from ..regimes.schema import Source
from .grammar import Duty, Free, Percent, Specific, Sum, parse_duty

_REMEMBERED = 10_000
_COLUMNS = ["code", "rate", "from", "until", "source", "verified", "note"]


@dataclass(frozen=True, slots=True)
class Row:
    """One rate: a code or its first digits, the duty, and the days it holds (until exclusive)."""

    code: str
    text: str
    start: date
    until: date | None
    source: Source
    verified: bool
    note: str

    @property
    def duty(self) -> Duty:
        """The text as a formula."""
        return _parsed(self.text)

    def on(self, day: date) -> bool:
        """Whether the rate holds on ``day``."""
        return self.start <= day and (self.until is None or day < self.until)


@cache
def _parsed(text: str) -> Duty:
    return parse_duty(text)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that answer a code: one, or the national lines it may be.

    ``by`` is the live source that told them; ``remarks`` are what a quote must say of them.
    """

    code: str
    rows: tuple[Row, ...]
    by: Provenance | None = None
    remarks: tuple[Remark, ...] = ()


class TariffTable:
    """One territory's bundled rates."""

    def __init__(self, name: str, rows: Iterable[Row]) -> None:
        self.name = name
        self._rows: dict[str, list[Row]] = {}
        for row in rows:
            self._rows.setdefault(row.code, []).append(row)
        self._codes = sorted(self._rows)
        self._near: dict[tuple[str, int], list[str]] = {}

    @classmethod
    @cache
    def load(cls, name: str) -> TariffTable:
        """Read a bundled table, once. Raises RuleFileError for one that is missing or broken."""
        if name not in cls.names():
            raise RuleFileError(f"no tariff table {name!r}", file=f"{name}.csv")
        text = _folder().joinpath(f"{name}.csv").read_text(encoding="utf-8")
        return cls(name, read_rows(text, f"{name}.csv"))

    @staticmethod
    @cache
    def names() -> tuple[str, ...]:
        """The names of the bundled tables, sorted."""
        files = (f.name for f in _folder().iterdir())
        return tuple(sorted(n[:-4] for n in files if n.endswith(".csv")))

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row, by code."""
        return tuple(row for code in self._codes for row in self._rows[code])

    def lookup(self, code: str, day: date, *, origin: str = "", where: str = "") -> Found:
        """The rows for a code of digits: the longest that it starts with, or all below it.

        The bundled duties are the same for every origin.

        A code shorter than the table's rows may be any of those; a longer one is answered by
        the row it begins with. Raises RequestError (``unknown_duty``) naming the nearest codes,
        NotInForce when the code is known on other days only.
        """
        below = self._below(code)
        if below:
            rows = tuple(row for row in below if row.on(day))
            if rows:
                return Found(code, rows)
        for length in range(len(code), 1, -1):
            rows = tuple(row for row in self._rows.get(code[:length], ()) if row.on(day))
            if rows:
                return Found(code, rows)
        known = below or [r for n in range(len(code), 1, -1) for r in self._rows.get(code[:n], ())]
        if known:
            spans = ", ".join(sorted({_span(row) for row in known}))
            raise NotInForce(
                f"the duty of {hs_dotted(code)} in {self.name} is not known on {day.isoformat()}",
                where=where,
                hint=f"known {spans}; or pin `duty` on the line",
            )
        raise RequestError(
            f"the duty of {hs_dotted(code)} in {self.name} is not in the bundled table",
            code="unknown_duty",
            where=where,
            hint=f"nearest known: {', '.join(map(hs_dotted, self.nearest(code)))}; "
            "or pin `duty` on the line",
        )

    def _below(self, code: str) -> list[Row]:
        at = bisect_left(self._codes, code)
        out: list[Row] = []
        while at < len(self._codes) and self._codes[at].startswith(code):
            if len(self._codes[at]) > len(code):
                out += self._rows[self._codes[at]]
            at += 1
        return out

    def nearest(self, code: str, count: int = 3) -> list[str]:
        """The known codes that share most leading digits, then the numerically nearest."""

        def distance(other: str) -> tuple[int, int]:
            same = 0
            for a, b in zip(code, other, strict=False):
                if a != b:
                    break
                same += 1
            pad = max(len(code), len(other))
            return -same, abs(int(code.ljust(pad, "0")) - int(other.ljust(pad, "0")))

        if (code, count) not in self._near:
            if len(self._near) >= _REMEMBERED:
                self._near.clear()
            self._near[code, count] = sorted(self._codes, key=distance)[:count]
        return self._near[code, count]


def choose(found: Found, strategy: str, *, where: str = "") -> tuple[Row, tuple[Row, ...]]:
    """One row of ``found`` by a strategy, and all candidates.

    ``refuse`` answers only where every candidate charges the same, and otherwise raises
    RequestError (``ambiguous_tariff``). ``lowest``, ``median`` (the lower of two) and
    ``highest`` order by the share of the value first and amounts per unit second: which of a
    percentage and an amount weighs more depends on the goods, so the order is by the text.
    """
    rows = found.rows
    if len({row.text for row in rows}) == 1:
        return min(rows, key=lambda r: (not r.verified, r.code)), rows
    if strategy == "refuse":
        listed = "; ".join(f"{hs_dotted(r.code)} {r.text}" for r in rows)
        raise RequestError(
            f"{hs_dotted(found.code)} is one of several tariff lines with different duties",
            code="ambiguous_tariff",
            where=where,
            hint=f"give a longer code: {listed}; or choose lowest, median or highest",
        )
    ordered = sorted(rows, key=lambda r: (*_weight(r.duty), r.code))
    at = {"lowest": 0, "median": (len(ordered) - 1) // 2, "highest": len(ordered) - 1}[strategy]
    return ordered[at], rows


def _weight(duty: Duty) -> tuple[Fraction, Fraction]:
    match duty:
        case Free():
            return Fraction(0), Fraction(0)
        case Percent(num, den):
            return Fraction(num, den), Fraction(0)
        case Specific(num, den):
            return Fraction(0), Fraction(num, den)
        case Sum(terms):
            parts = [_weight(term) for term in terms]
            return sum((p[0] for p in parts), Fraction(0)), sum((p[1] for p in parts), Fraction(0))
        case _:
            left = getattr(duty, "left", None)
            return _weight(left) if left is not None else (Fraction(0), Fraction(0))


def _span(row: Row) -> str:
    return f"from {row.start}" + (f" until {row.until}" if row.until else "")


def _folder() -> Traversable:
    return resources.files("landedcost.tariffs").joinpath("data")


@cache
def sources() -> dict[str, Source]:
    """The sources the bundled tables name. Raises RuleFileError for one without a title."""
    text = _folder().joinpath("sources.toml").read_text(encoding="utf-8")
    return {key: Source(key, **table) for key, table in tomllib.loads(text)["source"].items()}


def read_rows(text: str, file: str) -> Sequence[Row]:
    """Read a table's text. Raises RuleFileError with file and line."""
    reader = csv.reader(text.splitlines())
    if next(reader, None) != _COLUMNS:
        raise RuleFileError(f"the columns must be {','.join(_COLUMNS)}", file=file, line=1)
    out = []
    for number, cells in enumerate(reader, 2):
        try:
            out.append(_row(cells))
        except (ValueError, KeyError, LandedCostError) as error:
            raise RuleFileError(
                f"not a tariff row: {error}", file=file, line=number, code="bad_table"
            ) from None
    return out


def _row(cells: Sequence[str]) -> Row:
    code, rate, start, until, source, verified, note = cells
    if not (code.isdigit() and 2 <= len(code) <= 12):
        raise ValueError(f"the code {code!r} is not 2 to 12 digits")
    if verified not in ("true", "false"):
        raise ValueError(f"verified must be true or false: {verified!r}")
    return Row(
        code,
        rate,
        date.fromisoformat(start),
        date.fromisoformat(until) if until else None,
        sources()[source],
        verified == "true",
        note,
    )
