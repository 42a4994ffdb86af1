"""The words beside a price: ``labels.toml``, read once and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from ..errors import RuleFileError
from ..sourced import closed, table
from .bidi import isolate
from .locale import Negotiated, negotiate

FILE = "labels.toml"
KEYS: Mapping[str, tuple[str, ...]] = {
    "duties_and_taxes_included": (),
    "duties_included": (),
    "tax_included": (),
    "plus_tax": (),
    "plus_duties_and_taxes": (),
    "plus_fees": (),
    "plus_shipping": (),
    "including_delivery": (),
    "on_delivery": ("amount",),
    "valid_until": ("time",),
    "was": ("amount",),
    "joiner": (),
}
"""Every label with what is put into it."""
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels in one language; ``chosen`` says which it is, and what was settled for."""

    chosen: Negotiated
    words: Mapping[str, str]

    def text(self, key: str, **values: str) -> str:
        """A label with amounts and times put in between isolates. Raises KeyError."""
        return self.words[key].format(**{name: isolate(text) for name, text in values.items()})

    def joined(self, parts: Iterable[str]) -> str:
        """Several labels in one line, as the language joins them."""
        return self.words["joiner"].join(parts)


def labels_for(locale: str, market: Iterable[str] = ()) -> Labels:
    """The labels for a buyer's locale, in the words of a market.

    ``market`` are its names, the most general first, such as ``("ES", "ES-CN")``. A language
    there are no labels in is answered in English, and ``chosen.reason`` says so.
    """
    known = languages()
    chosen = negotiate([locale], known, FALLBACK)
    words = dict(known[chosen.tag][0])
    for name in market:
        words.update(known[chosen.tag][1].get(name, {}))
    return Labels(chosen, words)


Language = tuple[Mapping[str, str], Mapping[str, Mapping[str, str]]]


@cache
def languages() -> Mapping[str, Language]:
    """For each language its words, and what it says otherwise by market. Raises RuleFileError."""
    return read(table("landedcost.present", FILE))


def read(found: Mapping[str, Any], file: str = FILE) -> Mapping[str, Language]:
    """The languages of a parsed file, checked: every key, and its placeholders.

    Raises RuleFileError.
    """
    keys = dict.fromkeys(KEYS, str)
    made: dict[str, Language] = {}
    for tag, entry in found.items():
        words = closed(entry, {**keys, "market": dict}, file, tag, needed=tuple(KEYS))
        markets = words.pop("market", {})
        for name, other in markets.items():
            closed(other, keys, file, f"{tag}.market.{name}")
            _check(other, file, f"{tag}.market.{name}")
        _check(words, file, tag)
        made[tag] = (words, markets)
    return made


def _check(words: Mapping[str, str], file: str, where: str) -> None:
    for key, text in words.items():
        placeholders = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        if tuple(placeholders) != KEYS[key]:
            told = ", ".join(f"{{{name}}}" for name in KEYS[key]) or "no placeholder"
            raise RuleFileError(
                f"{where}.{key}: should have {told}: {text!r}", file=file, code="bad_placeholder"
            )
