"""What a line declares beside its code: the importer's claims, and what the goods are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import lcm
from types import MappingProxyType
from typing import Any

from .errors import RequestError
from .money import percent

_CLAIM = re.compile(r"([A-Z]{2}(?:-[A-Z0-9]{1,3})?):([A-Za-z0-9._-]{1,40})", re.ASCII)
_MATERIAL = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)
_PART = re.compile(r"([a-z][a-z_]*)\s+(\d[\d.]*%)", re.ASCII)
Ratio = tuple[int, int]
NO_CLAIMS: Mapping[str, frozenset[str]] = MappingProxyType({})
NO_CONTENT: Mapping[str, Ratio] = MappingProxyType({})


def claims_of(value: object, where: str) -> Mapping[str, frozenset[str]]:
    """Claims such as ``"US:9903.82.03"`` by territory: a list of them, or one text with blanks.

    Raises RequestError (``bad_claim``).
    """
    if value is None:
        return NO_CLAIMS
    texts = value.split() if isinstance(value, str) else value
    if not isinstance(texts, Sequence):
        raise _bad_claim(value, where)
    found: dict[str, set[str]] = {}
    for index, text in enumerate(texts):
        read = _CLAIM.fullmatch(text) if isinstance(text, str) else None
        if read is None:
            raise _bad_claim(text, where if isinstance(value, str) else f"{where}[{index}]")
        found.setdefault(read[1], set()).add(read[2])
    return {territory: frozenset(codes) for territory, codes in found.items()}


def _bad_claim(value: object, where: str) -> RequestError:
    return RequestError(
        f"not a claim: {str(value)[:60]!r}",
        code="bad_claim",
        where=where,
        hint="TERRITORY:CODE, such as US:9903.82.03",
    )


def content_of(value: object, where: str) -> Mapping[str, Ratio]:
    """Shares of the value by material: ``{"steel": "60%"}``, or ``"steel 60%, copper 5%"``.

    Raises RequestError (``bad_content``) for what is no share, or shares above the whole.
    """
    if value is None:
        return NO_CONTENT
    parts = shares_in(value, where) if isinstance(value, str) else value
    if not isinstance(parts, Mapping) or not parts:
        raise _bad_content(value, where)
    found: dict[str, Ratio] = {}
    for name, share in parts.items():
        if not isinstance(name, str) or not _MATERIAL.fullmatch(name):
            raise _bad_content(name, where)
        found[name] = _share(share, f"{where}.{name}")
    whole = lcm(*(den for _, den in found.values()))
    if sum(num * (whole // den) for num, den in found.values()) > whole:
        raise RequestError(
            "the materials are more than the whole value",
            code="bad_content",
            where=where,
            hint="give each material's share of the value; the rest may be left out",
        )
    return dict(sorted(found.items()))


def shares_in(text: str, where: str) -> dict[str, str]:
    """The shares that ``"steel 60%, copper 5%"`` names. Raises RequestError (``bad_content``)."""
    found = {}
    for part in text.split(","):
        read = _PART.fullmatch(part.strip())
        if read is None or read[1] in found:
            raise _bad_content(text, where)
        found[read[1]] = read[2]
    return found


def _share(value: Any, where: str) -> Ratio:
    if not isinstance(value, str):
        raise _bad_content(value, where)
    return percent(value, where)


def _bad_content(value: object, where: str) -> RequestError:
    return RequestError(
        f"not a share of the value by material: {str(value)[:60]!r}",
        code="bad_content",
        where=where,
        hint='write {"steel": "60%"}, the material in small letters',
    )
