"""Choosing a language that a buyer reads among those there are, and saying what was settled for.

Tags are those of BCP 47 (``fr-CA``, ``zh-Hant-TW``), completed with the likely subtags of CLDR:
``pt`` is ``pt-Latn-BR`` and ``zh-TW`` is ``zh-Hant-TW``. What is asked for may be hostile; it is
never an error, and never in silence the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

HOW = ("exact", "same", "region", "relative", "script", "default")
"""From best to worst, how an answer fits what was asked for."""
_TAG = re.compile(
    r"(?P<language>[A-Za-z]{2,3}|[A-Za-z]{5,8})"
    r"(?:[-_](?P<script>[A-Za-z]{4}))?"
    r"(?:[-_](?P<region>[A-Za-z]{2}|\d{3}))?"
    r"(?P<rest>(?:[-_][A-Za-z0-9]{1,8})*)",
    re.ASCII,
)
_QUALITY = re.compile(r"(0(\.\d{0,3})?|1(\.0{0,3})?)", re.ASCII)
_LONGEST = 100
_MOST = 50
_KEPT = 1_024
_RELATIVES = {"nb": ("no", "nn"), "nn": ("no", "nb"), "no": ("nb", "nn")}
"""Languages whose readers read the other."""

Subtags = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What was chosen: ``tag``, for which of the ``wanted``, and ``how`` it fits.

    ``how`` is one of :data:`HOW`; ``reason`` says in words what was settled for and why, and is
    empty when the answer is what was asked for.
    """

    tag: str
    wanted: str
    how: str
    reason: str = ""

    @property
    def fell_back(self) -> bool:
        """Whether something else than asked for was chosen."""
        return self.how not in ("exact", "same")


def negotiate(
    wanted: str | Sequence[str], available: Iterable[str], default: str | None = None
) -> Negotiated:
    """The best of ``available`` for what is ``wanted``.

    ``wanted`` is a tag, a list of tags in order of preference, or the text of an
    ``Accept-Language`` header with its q-values (``"fr-CA, en;q=0.8, *;q=0"``). ``default`` is
    what is taken when nothing fits, the first of ``available`` if left out. A tag that is none
    is skipped, and the reason says so. Raises ValueError when nothing is available.
    """
    if isinstance(wanted, str):
        asked: tuple[str, ...] = tuple(wanted[: _MOST * _LONGEST].split(",")[:_MOST])
    else:
        asked = tuple(str(tag)[: _LONGEST + 1] for tag in wanted[:_MOST])
    return _negotiated(asked, tuple(available), default)


@lru_cache(maxsize=_KEPT)
def _negotiated(
    wanted: tuple[str, ...], available: tuple[str, ...], default: str | None
) -> Negotiated:
    if not available:
        raise ValueError("no language is available to choose from")
    tags, refused, faults = _asked(wanted)
    index = _index(tuple(tag for tag in available if not _is_in(tag, refused)))
    best: tuple[int, int, Negotiated] | None = None
    for order, tag in enumerate(tags):
        found = index.find(tag)
        if found is None:
            continue
        # A language that fits at all goes before a later one that fits better, but for another
        # script, which a reader may not know.
        late = int(found.how == "script")
        if best is None or (late, order) < best[:2]:
            best = (late, order, found)
    if best is not None:
        return best[2]
    chosen = default if default is not None else (index.tags or available)[0]
    told = f"none of {', '.join(tags)} is there" if tags else "no language was asked for"
    reason = f"{told}: the default, {chosen}, is taken"
    if faults:
        reason += f" ({len(faults)} not understood, such as {faults[0]!r})"
    return Negotiated(chosen, "", "default", reason)


def _is_in(tag: str, refused: Iterable[str]) -> bool:
    parts = canonical(tag).split("-")
    return any(parts[: len(one.split("-"))] == one.split("-") for one in refused)


def _asked(wanted: tuple[str, ...]) -> tuple[list[str], list[str], list[str]]:
    """The tags asked for in order, those refused by ``q=0``, and what is no tag."""
    ranked: list[tuple[int, int, str]] = []
    refused, faults = [], []
    for order, piece in enumerate(wanted):
        name, *options = (part.strip() for part in piece.split(";"))
        quality = _quality(options)
        tag = canonical(name)
        if not tag or quality is None:
            if name not in ("", "*"):
                faults.append(name[:20])
            continue
        if quality:
            ranked.append((-quality, order, tag))
        else:
            refused.append(tag)
    return [tag for _, _, tag in sorted(ranked)], refused, faults


def _quality(options: Sequence[str]) -> int | None:
    """A q-value in thousandths: 1000 where there is none, None where it is no such value."""
    for option in options:
        name, _, value = option.partition("=")
        if name.strip().lower() == "q":
            if not _QUALITY.fullmatch(value.strip()):
                return None
            units, _, decimals = value.strip().partition(".")
            return int(units) * 1000 + int(decimals.ljust(3, "0"))
    return 1000


def canonical(tag: str) -> str:
    """A tag in its usual spelling, old codes replaced; empty for what is no tag.

    Extensions and variants are left out: ``de_ch-u-co-phonebk`` is ``de-CH``.
    """
    return _canonical(tag) if len(tag) <= _LONGEST else ""


@lru_cache(maxsize=_KEPT)
def _canonical(tag: str) -> str:
    found = _TAG.fullmatch(tag)
    if found is None:
        return ""
    language = found["language"].lower()
    script, region = found["script"] or "", found["region"] or ""
    alias = str(_global("language_aliases").get(language, language)).split("_")
    if len(alias) > 1 and not script and len(alias[1]) == 4:
        script = alias[1]
    return "-".join(filter(None, (alias[0], script.title(), region.upper())))


def _global(name: str) -> Any:
    from babel.core import get_global

    return get_global(name)  # type: ignore[arg-type]


@lru_cache(maxsize=4 * _KEPT)
def likely(tag: str) -> Subtags:
    """Language, script and region of a canonical tag, completed with CLDR's likely subtags."""
    language, script, region = _parts(tag)
    known = _global("likely_subtags")
    tries = [(language, script, region), (language, "", region), (language, script, "")]
    tries += (
        [(language, "", ""), ("und", "", region)] if language == "und" else [(language, "", "")]
    )
    for one in tries:
        name = "_".join(filter(None, one))
        if name in known:
            found = _parts(known[name].replace("_", "-"))
            return (
                found[0] if language == "und" else language,
                script or found[1],
                region or found[2],
            )
    return language, script, region


def _parts(tag: str) -> Subtags:
    language, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == 4), "")
    region = next((part for part in rest if len(part) in (2, 3)), "")
    return language, script, region


class _Index:
    """What is available, by its completed subtags."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        self.tags = tags
        self.exact: dict[str, str] = {}
        self.full: dict[Subtags, str] = {}
        self.languages: dict[str, list[tuple[str, str]]] = {}
        for tag in tags:
            plain = canonical(tag)
            if not plain:
                continue
            self.exact.setdefault(plain, tag)
        for plain, tag in self.exact.items():
            self.languages.setdefault(likely(plain)[0], []).append((plain, tag))
            self.full.setdefault(likely(plain), tag)

    def find(self, wanted: str) -> Negotiated | None:
        """The best for one tag, or None for another language altogether."""
        if wanted in self.exact:
            return Negotiated(self.exact[wanted], wanted, "exact")
        full = likely(wanted)
        if full in self.full:
            return Negotiated(self.full[full], wanted, "same")
        language, script, _ = full
        near = self._near(wanted, language, script)
        if near is not None:
            return Negotiated(near, wanted, "region", f"no {wanted}: {near} is the same language")
        for relative in _RELATIVES.get(language, ()):
            near = self._near(relative, relative, script)
            if near is not None:
                why = f"no {wanted}: {near} is a language close to it"
                return Negotiated(near, wanted, "relative", why)
        if language in self.languages:
            near = min(self.languages[language])[1]
            why = f"no {wanted}: {near} is the same language in another script"
            return Negotiated(near, wanted, "script", why)
        return None

    def _near(self, wanted: str, language: str, script: str) -> str | None:
        """The same language and script in another region, the nearest by CLDR's parents."""
        same = {p: t for p, t in self.languages.get(language, ()) if likely(p)[1] == script}
        if not same:
            return None
        for parent in _parents(wanted):
            if parent in same:
                return same[parent]
            siblings = sorted(plain for plain in same if parent in _parents(plain))
            if siblings:
                return same[siblings[0]]
        return same[min(same, key=lambda plain: (len(plain), plain))]


@lru_cache(maxsize=_KEPT)
def _index(available: tuple[str, ...]) -> _Index:
    return _Index(available)


def _parents(tag: str) -> Iterable[str]:
    """What CLDR lets a locale inherit from, nearest first: ``es-MX`` from ``es-419``."""
    exceptions = _global("parent_exceptions")
    while True:
        parent = exceptions.get(tag.replace("-", "_"))
        tag = parent.replace("_", "-") if parent else tag.rpartition("-")[0]
        if not tag or tag == "root":
            return
        yield tag


def known_locale(tag: str) -> str:
    """Babel's name of the locale that writes numbers for ``tag``.

    ``und-DE`` is written as Germany's likeliest language is, and so is a language that CLDR
    does not know; what is no tag at all is written in English.
    """
    return _known(tag) if len(tag) <= _LONGEST else "en"


@lru_cache(maxsize=_KEPT)
def _known(tag: str) -> str:
    plain = canonical(tag)
    if tag.replace("-", "_") in _locales():
        return tag.replace("-", "_")
    found = _index(_locales()).find("-".join(filter(None, likely(plain)))) if plain else None
    if found is None and plain:
        region = likely(plain)[2] if plain.startswith("und") else _parts(plain)[2]
        if region:
            found = _index(_locales()).find("-".join(filter(None, likely(f"und-{region}"))))
    return found.tag if found is not None else "en"


@lru_cache(maxsize=1)
def _locales() -> tuple[str, ...]:
    from babel.localedata import locale_identifiers

    return tuple(sorted(locale_identifiers()))
