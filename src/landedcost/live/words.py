"""The few words a card says in its market's language: ``page/words.json``, as the page has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def page_text(name: str) -> str:
    """A file of the page, as it is."""
    return files(__package__).joinpath("page", name).read_text(encoding="utf-8")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Every language's words, by the language's tag."""
    found: dict[str, dict[str, str]] = json.loads(page_text("words.json"))
    return found


def word(key: str, language: str) -> str:
    """A word in the closest language to a tag such as ``zh-Hant-TW``, else in English."""
    parts = language.split("-")
    known = words()
    for length in range(len(parts), 0, -1):
        found = known.get("-".join(parts[:length]))
        if found is not None:
            return found[key]
    return known["en"][key]
