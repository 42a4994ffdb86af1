"""What an importer hands over: one edition of a tariff, and how well its texts were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from ..errors import RequestError
from .grammar import read_special
from .rows import read

COMPUTED, NEEDS, UNREAD = "computed", "needs a fact", "not understood"
WHOLE_CHAPTERS = 90
"""An edition with at least this many of the 96 chapters is the whole tariff."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a rate, what to say with it, and whether it is as the publisher has it."""

    text: str
    note: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Described:
    """What a line of the tariff covers, in its own words and those above it, and its units."""

    text: str
    units: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """Who published an edition, where, and the day the file was fetched."""

    title: str
    url: str
    read: date
    official: bool = True


@dataclass(frozen=True, slots=True)
class Edition:
    """All rates of a tariff from a day on, until the day of the next edition.

    ``cells`` are by code and column; ``order`` tells two editions of one day apart. An edition
    that is only a part of the tariff changes the headings it has and no others.
    """

    tariff: str
    name: str
    start: date
    order: int
    dialect: str
    published: Publication
    cells: Mapping[tuple[str, str], Cell]
    lines: Mapping[str, Described]
    file: str = ""
    digest: str = ""

    @property
    def headings(self) -> frozenset[str] | None:
        """The four-digit headings it speaks of; None when it is the whole tariff."""
        codes = {code[:4] for code, _ in self.cells} | {code[:4] for code in self.lines}
        chapters = {code[:2] for code in codes if code[:2] < "98"}
        return None if len(chapters) >= WHOLE_CHAPTERS else frozenset(codes)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the UK tariff service said of one commodity on a day, for keeping."""

    tariff: str
    code: str
    day: date
    description: str
    document: str
    published: Publication
    texts: tuple[tuple[str, str], ...] = ()
    file: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is sound and has no rates: a list of chapters, say."""

    file: str
    why: str


@lru_cache(maxsize=20_000)
def status(text: str, column: str, dialect: str) -> tuple[str, str]:
    """How far a text was understood, and what is missing: the facts, or what was not read."""
    try:
        if column == "special":
            duties = [rate.duty for rate in read_special(text)]
        else:
            duties = [read(text, dialect)]
    except RequestError as error:
        return UNREAD, error.message
    facts = tuple(dict.fromkeys(fact for duty in duties for fact in duty.beyond()))
    return (NEEDS, ", ".join(facts)) if facts else (COMPUTED, "")


@dataclass(slots=True)
class Count:
    """Rate texts of one column: all, those that can be computed, those only understood."""

    all: int = 0
    computed: int = 0
    needs: int = 0

    @property
    def understood(self) -> int:
        """Those that were read, computed or not."""
        return self.computed + self.needs

    @property
    def share(self) -> str:
        """The share understood, in percent with three decimals, rounded down."""
        return percent_text(self.understood, self.all)


def percent_text(part: int, whole: int) -> str:
    """A share as ``99.971 %``, rounded down, so that only all of them are 100 %."""
    thousandths = part * 100_000 // whole if whole else 100_000
    return f"{thousandths // 1000}.{thousandths % 1000:03d} %"


@dataclass(slots=True)
class Unread:
    """A text that was not understood: where it stands first, and how often."""

    text: str
    column: str
    why: str
    code: str
    count: int = 0


@dataclass(slots=True)
class Tally:
    """How well the texts of one file's edition or answer were read."""

    tariff: str
    name: str
    start: date
    file: str
    whole: bool
    lines: int
    answer: bool = False
    columns: dict[str, Count] = field(default_factory=dict)
    unread: dict[tuple[str, str], Unread] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Edition | Answer) -> Tally:
        """Read every text of an edition or of an answer."""
        if isinstance(found, Answer):
            tally = cls(found.tariff, found.code, found.day, found.file, False, 1, answer=True)
            for kind, text in found.texts:
                tally.add(found.code, f"measure {kind}", text, "taric")
            return tally
        whole = found.headings is None
        tally = cls(found.tariff, found.name, found.start, found.file, whole, len(found.lines))
        for (code, column), cell in found.cells.items():
            tally.add(code, column, cell.text, found.dialect)
        return tally

    def add(self, code: str, column: str, text: str, dialect: str) -> None:
        """Count one text."""
        count = self.columns.setdefault(column, Count())
        count.all += 1
        how, why = status(text, column, dialect)
        if how == COMPUTED:
            count.computed += 1
        elif how == NEEDS:
            count.needs += 1
        else:
            found = self.unread.setdefault((column, text), Unread(text, column, why, code))
            found.count += 1

    @property
    def total(self) -> Count:
        """All columns together."""
        every = self.columns.values()
        return Count(
            sum(c.all for c in every), sum(c.computed for c in every), sum(c.needs for c in every)
        )

    def as_dict(self) -> dict[str, Any]:
        """The report of one edition as a document."""
        return {
            "tariff": self.tariff,
            "edition": self.name,
            "from": self.start.isoformat(),
            "file": self.file,
            "whole": self.whole,
            "lines": self.lines,
            "columns": {
                name: {
                    "texts": count.all,
                    "understood": count.understood,
                    "computed": count.computed,
                    "needs_a_fact": count.needs,
                    "share_understood": count.share,
                }
                for name, count in self.columns.items()
            },
            "not_understood": [
                {
                    "text": one.text,
                    "column": one.column,
                    "first": one.code,
                    "count": one.count,
                    "why": one.why,
                }
                for one in sorted(self.unread.values(), key=lambda u: (u.column, -u.count, u.text))
            ],
        }


def digits(code: str) -> str:
    """The digits of a published code, dots and blanks left out."""
    return code.replace(".", "").replace(" ", "").strip()


def joined(parts: Iterable[str], limit: int = 500) -> str:
    """The descriptions above a line and its own, as one text of at most ``limit`` characters."""
    text = ": ".join(part.strip().rstrip(":") for part in parts if part.strip())
    return text if len(text) <= limit else text[: limit - 1] + "…"
