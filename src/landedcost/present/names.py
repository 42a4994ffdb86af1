"""What a market calls itself, how it writes, and whether a currency symbol tells enough."""

from __future__ import annotations

import re

from .text import locale_of

_SHARED = frozenset({"$", "\u00a3", "\u00a5", "\uffe5", "kr", "kr.", "Kr", "Rs", "Fr."})
"""Symbols that several currencies use."""
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_NO_SYMBOL = re.compile(r"[\d\s.,'’\u00a0\u202f\u200e\u200f\u061c\u066b\u066c\u0660-\u0669-]+")


def market_name(country: str, tag: str) -> str:
    """A country in the language of ``tag``, which may be ``und-DE``; its code if unknown."""
    return str(locale_of(tag).territories.get(country, country))


def language_of(tag: str) -> str:
    """A tag with language and country for HTML: ``de-DE`` for ``und-DE``."""
    locale, country = locale_of(tag), tag.replace("_", "-").split("-")[-1]
    name = str(locale).replace("_", "-")
    return name if locale.territory or not _COUNTRY.fullmatch(country) else f"{name}-{country}"


def direction(tag: str) -> str:
    """``rtl`` or ``ltr``."""
    return str(locale_of(tag).text_direction)


def code_beside(text: str, currency: str) -> str | None:
    """The ISO code to show beside a formatted amount whose symbol others use too, else None."""
    return currency if _NO_SYMBOL.sub("", text) in _SHARED else None
