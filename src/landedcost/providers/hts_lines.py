"""Lines of the Harmonized Tariff Schedule: rates by inheritance, and what they are as measures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import RequestError
from ..ports import Measure, Node, TariffAsk
from ..tariffs.grammar import read_special, read_us
from ..tariffs.programmes import column_2, programme
from ..tariffs.rates import Duty

_CHAPTER_99 = re.compile(r"\b99\d{2}\.\d{2}\.\d{2}\b", re.ASCII)
_OF_CHINA = ("9903.88", "9903.91")
_ADDITIONAL = ("additionalDuties", "addiitionalDuties")
_EVERY = "every programme"
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``rates`` are the texts of its columns, its own or those of a line above it.

    ``own`` says whether it states a general rate itself. ``footnotes`` are pairs of a column and
    a text, its own and those of the lines it inherits from.
    """

    code: str
    indent: int
    title: str
    own: bool
    rates: dict[str, str]
    footnotes: tuple[tuple[str, str], ...]
    additional: str


def read_lines(answer: Node) -> list[Line]:
    """The lines of an export, each with the rates that hold for it.

    A line without a general rate has those of the nearest line above it, by indent, that has one.
    """
    lines: list[Line] = []
    above: list[Line] = []
    for row in answer.list():
        line = _line(row)
        while above and above[-1].indent >= line.indent:
            above.pop()
        upper = above[-1] if above else None
        if upper is not None and not line.own and upper.rates["general"]:
            notes = tuple(dict.fromkeys((*line.footnotes, *upper.footnotes)))
            line = Line(
                line.code,
                line.indent,
                line.title or upper.title,
                False,
                upper.rates,
                notes,
                line.additional or upper.additional,
            )
        above.append(line)
        if line.code:
            lines.append(line)
    return lines


def lines_for(lines: Sequence[Line], code: str) -> list[Line]:
    """The lines that answer a code: itself, those below it, or the line that it begins with."""
    code = code[:10]
    below = [line for line in lines if line.own and line.code.startswith(code)]
    if below:
        return below
    for length in range(len(code), _SHORTEST - 1, -1):
        exact = [one for one in lines if one.code == code[:length] and one.rates["general"]]
        if exact:
            return exact[:1]
    return []


def measures(line: Line, ask: TariffAsk) -> Iterator[Measure]:
    """What is charged on goods of an origin: a duty, programmes to claim, additional duties."""
    second = ask.origin in column_2()
    column = "other" if second else "general"
    rate, note = _rate(line.rates[column])
    yield Measure(
        "third_country",
        line.code,
        rate,
        title=line.title,
        area=ask.origin if second else "",
        note=note or ("column 2" if second else ""),
    )
    if not second:
        yield from _preferences(line, ask)
    for numbered, text in _references(line, column, ask.origin):
        yield Measure(
            "additional", line.code, None, title=f"see {numbered}", verified=False, note=text
        )
    if line.additional:
        rate, note = _rate(line.additional)
        yield Measure("additional", line.code, rate, title=line.additional[:200], note=note)


def _preferences(line: Line, ask: TariffAsk) -> Iterator[Measure]:
    text = line.rates["special"]
    if not text:
        return
    try:
        special = read_special(text)
    except RequestError as error:
        said = f"{text[:200]} ({error.message[:120]})"
        yield Measure("preference", line.code, None, verified=False, note=said)
        return
    for one in special:
        for symbol in one.symbols or (_EVERY,):
            found = programme(symbol)
            if ask.origin and found.origins and ask.origin not in found.origins:
                continue
            rate, note = _written(one.duty, one.text)
            doubt = found.doubt_on(ask.day)
            yield Measure(
                "preference",
                line.code,
                rate,
                title=f"special column, {symbol}",
                area=",".join(sorted(found.origins)) or symbol,
                agreement=symbol if symbol == _EVERY else found.label,
                conditions=(found.condition,) if found.condition else (),
                verified=not doubt,
                note="; ".join(part for part in (note, doubt) if part),
            )


def _references(line: Line, column: str, origin: str) -> Iterator[tuple[str, str]]:
    """The headings of chapter 99 that footnotes of a column name; China's for China alone."""
    seen = set()
    for where, text in line.footnotes:
        for numbered in _CHAPTER_99.findall(text) if where == column else ():
            elsewhere = numbered.startswith(_OF_CHINA) and origin not in ("", "CN")
            if numbered not in seen and not elsewhere:
                seen.add(numbered)
                yield numbered, text


def _rate(text: str) -> tuple[str | None, str]:
    """A rate that can be computed, or None and the text."""
    if not text:
        return None, "the schedule names no rate"
    try:
        return _written(read_us(text).duty, text)
    except RequestError as error:
        return None, f"{text[:200]} ({error.message[:120]})"


def _written(duty: Duty, text: str) -> tuple[str | None, str]:
    return (None, text[:300]) if duty.beyond() else (str(duty), "")


def _line(row: Node) -> Line:
    rates = {name: _text(row, name) for name in ("general", "special", "other")}
    notes = row.get("footnotes")
    return Line(
        _text(row, "htsno").replace(".", ""),
        row["indent"].integer(),
        _text(row, "description")[:200],
        bool(rates["general"]),
        rates,
        tuple(
            (column.text(), " ".join(note["value"].text().split()))
            for note in (notes.list() if notes is not None else [])
            for column in note["columns"].list()
        ),
        next((text for name in _ADDITIONAL if (text := _text(row, name))), ""),
    )


def _text(row: Node, name: str) -> str:
    found = row.get(name)
    return "" if found is None else found.text().strip()
