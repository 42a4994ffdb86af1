"""The bundled tariff tables: rows by code prefix, dated, each with its source."""

from __future__ import annotations

import csv
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

from ..codes import hs_dotted
from ..errors import LandedCostError, NotInForce, RequestError, RuleFileError
from ..regimes.schema import Source
from .rows import Claim, Found, Row, choose

__all__ = ["Claim", "Found", "Row", "TariffTable", "choose", "read_rows", "sources"]
_REMEMBERED = 10_000
WORLD_WIDE = 6
"""The digits of a code that mean the same in every tariff."""
_COLUMNS = ["code", "rate", "from", "until", "source", "verified", "note"]


class TariffTable:
    """One territory's rates; those that come with the package unless a subclass says otherwise.

    ``provider`` names where the rates are kept.
    """

    provider = "bundled"

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

    @cached_property
    def version(self) -> str:
        """A fingerprint of its rates, to tell whether two machines have the same."""
        return digest(repr(self.rows))

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row, by code."""
        return tuple(row for code in self._codes for row in self._rows[code])

    def lookup(self, code: str, day: date, *, where: str = "", origin: str = "") -> Found:
        """The rows for a code of digits: the longest that it starts with, or all below it.

        A code shorter than the table's rows may be any of those; a longer one is answered by
        the row it begins with. The digits after the sixth are each tariff's own: a code with
        those of another tariff may be any line of its first six digits. ``origin`` is the
        country the goods were made in, where that decides. Raises RequestError
        (``unknown_duty``) naming the nearest codes, NotInForce when the code is known on other
        days only.
        """

        def holding(known: Iterable[Row]) -> tuple[Row, ...]:
            return tuple(row for row in known if row.on(day) and row.for_origin(origin))

        below = self._below(code)
        if below:
            rows = holding([*self._at(code), *below])
            if rows:
                return Found(code, rows, day)
        seen = list(below)
        for length in range(len(code), 1, -1):
            known = self._at(code[:length])
            rows = holding(known)
            if not rows and length == WORLD_WIDE and len(code) > WORLD_WIDE:
                known = self._below(code[:length])
                rows = holding(known)
            if rows:
                return Found(code, rows, day)
            seen += known
        if seen:
            spans = ", ".join(sorted({row.span for row in seen}))
            raise NotInForce(
                f"the duty of {hs_dotted(code)} in {self.name} is not known on {day.isoformat()}",
                where=where,
                hint=f"known {spans}; or pin `duty` on the line",
            )
        raise RequestError(
            f"the duty of {hs_dotted(code)} in {self.name} is not in the {self.provider} table",
            code="unknown_duty",
            where=where,
            hint=f"nearest known: {', '.join(map(hs_dotted, self.nearest(code)))}; "
            "or pin `duty` on the line",
        )

    def claims(self, row: Row, day: date) -> tuple[Claim, ...] | None:
        """What may be claimed instead of ``row``; None where the table does not know that."""
        return None

    def _at(self, code: str) -> Sequence[Row]:
        """The rows of exactly this code."""
        return self._rows.get(code, ())

    def _below(self, code: str) -> Sequence[Row]:
        """The rows of every longer code that starts with this one."""
        at = bisect_left(self._codes, code)
        out: list[Row] = []
        while at < len(self._codes) and self._codes[at].startswith(code):
            if len(self._codes[at]) > len(code):
                out += self._rows[self._codes[at]]
            at += 1
        return out

    def nearest(self, code: str, count: int = 3) -> list[str]:
        """The known codes that share most leading digits, then the numerically nearest."""
        if (code, count) not in self._near:
            if len(self._near) >= _REMEMBERED:
                self._near.clear()
            self._near[code, count] = nearest_codes(code, self._codes, count)
        return self._near[code, count]


def digest(text: str) -> str:
    """Twelve hex digits that stand for a text."""
    return sha256(text.encode()).hexdigest()[:12]


def nearest_codes(code: str, known: Iterable[str], count: int) -> list[str]:
    """The codes that share most leading digits with ``code``, then the numerically nearest."""

    def distance(other: str) -> tuple[int, int]:
        same = 0
        for a, b in zip(code, other, strict=False):
            if a != b:
                break
            same += 1
        pad = max(len(code), len(other))
        return -same, abs(int(code.ljust(pad, "0")) - int(other.ljust(pad, "0")))

    return sorted(known, key=distance)[:count]


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
