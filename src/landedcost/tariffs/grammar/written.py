"""What the readers of official texts share: cleaning, numbers, and saying what was not read."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from ...errors import RequestError
from ..rates import Duty, Free, Percent, Sum, reduced

MAX_TEXT = 1_000
NUMBER = r"\d[\d,]*(?:\.\d+)?"
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_BROKEN_WORD = re.compile(r"(?<=[a-z])- (?=[a-z])")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it was read, and what had to be put right to read it."""

    duty: Duty
    repairs: tuple[str, ...] = ()


def clean(text: str) -> str:
    """The words of a cell: no markup, no line breaks, words that were broken over lines joined.

    Raises RequestError (``bad_duty_text``) for a text longer than any tariff writes.
    """
    if len(text) > MAX_TEXT:
        raise not_read(text, "it is too long")
    plain = html.unescape(_TAG.sub("", text))
    return _BROKEN_WORD.sub("", " ".join(plain.split()))


def not_read(text: str, what: str) -> RequestError:
    """The error for a text that is not understood."""
    return RequestError(
        f"not understood: {text[:120]!r}: {what}",
        code="bad_duty_text",
        hint="pin `duty` on the line",
    )


def ratio_of(text: str) -> tuple[int, int]:
    """``"1,035.5"`` as an exact ratio."""
    whole, _, rest = text.replace(",", "").partition(".")
    return reduced(int(whole + rest), 10 ** len(rest))


def percent_of(number: str, fraction: str | None = None) -> Duty:
    """``33 1/3`` or ``12.5`` percent of the value; 0 percent is free."""
    num, den = ratio_of(number)
    if fraction:
        top, bottom = (int(part) for part in fraction.split("/"))
        num, den = num * bottom + top * den, den * bottom
    return Percent(*reduced(num, den * 100)) if num else Free()


def added(terms: list[Duty]) -> Duty:
    """The terms together."""
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))
