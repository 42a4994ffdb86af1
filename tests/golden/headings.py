"""What a heading of chapter 99 says in words: its rate and its days.

The rules read no sentences. These readers are for comparing the rules with the printed schedule.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = rf"((?:{_MONTHS}) \d{{1,2}}, \d{{4}})"
_START = re.compile(rf"on or after {_DAY}")
_BEFORE = re.compile(rf"(?:, and|and) before {_DAY}")
_LAST = re.compile(rf"(?:on or before|through) {_DAY}")
_ADDED = re.compile(r"(?:\+|plus) ?(?:a duty of )?(\d+(?:\.\d+)?) ?%")


def _day(text: str) -> date:
    return datetime.strptime(text, "%B %d, %Y").date()  # noqa: DTZ007


def starts(text: str) -> date | None:
    """The first day of a heading: the earliest "on or after" of its sentence."""
    return min(map(_day, _START.findall(text)), default=None)


def ends(text: str) -> date | None:
    """The last day, or None where the sentence names none."""
    if found := _BEFORE.search(text):
        return _day(found[1]) - timedelta(days=1)
    found = _LAST.search(text)
    return _day(found[1]) if found else None


def added(text: str) -> str | None:
    """What is added to the duty of the applicable subheading; nothing if only that is due."""
    if found := _ADDED.search(text):
        return f"{found[1]}%"
    return "0%" if text.startswith("The duty provided in the applicable subheading") else None
