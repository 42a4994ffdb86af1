"""Reading the small files of rules that are not a territory's: closed keys, dates and sources."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

from .errors import RuleFileError
from .regimes.schema import Source

SOURCE_KEYS = {"title": str, "url": str, "citation": str, "read": date, "official": bool}


def table(package: str, name: str) -> dict[str, Any]:
    """A TOML file beside the modules of a package, numbers with decimals kept as text."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=str)


def closed(
    found: object, keys: Mapping[str, Any], file: str, where: str, *, needed: Sequence[str] = ()
) -> dict[str, Any]:
    """``found``, when it is a table with no other keys than these, each of its type.

    A type may be a tuple of the texts that are allowed. Raises RuleFileError.
    """
    if not isinstance(found, dict):
        raise RuleFileError(f"{where} is no table", file=file)
    for key, value in found.items():
        if key not in keys:
            known = ", ".join(keys)
            raise RuleFileError(
                f"{where}: unknown key {key!r}",
                file=file,
                code="unknown_key",
                hint=f"keys: {known}",
            )
        kind = keys[key]
        allowed = value in kind if isinstance(kind, tuple) else type(value) is kind
        if not allowed:
            told = " or ".join(kind) if isinstance(kind, tuple) else kind.__name__
            raise RuleFileError(f"{where}.{key}: not {told}: {value!r}", file=file, code="bad_type")
    missing = [key for key in needed if key not in found]
    if missing:
        raise RuleFileError(f"{where}: no {', '.join(missing)}", file=file, code="missing_key")
    return found


def sources(found: Mapping[str, Any], file: str) -> dict[str, Source]:
    """The sources of a file, by key. Raises RuleFileError."""
    made = {}
    for key, entry in found.items():
        fields = closed(entry, SOURCE_KEYS, file, f"source.{key}", needed=("title",))
        made[key] = Source(key=key, **fields)
    return made


def verified(entry: Mapping[str, Any], known: Mapping[str, Source], file: str, where: str) -> bool:
    """Whether the source of an entry was read. Raises RuleFileError for an unknown source.

    What has no source cannot be verified: such an entry must say ``verified = false``.
    """
    name = entry.get("source")
    if name is not None and name not in known:
        raise RuleFileError(f"{where}: no source {name!r}", file=file, code="unknown_source")
    told = bool(entry.get("verified", True))
    if told and name is None:
        raise RuleFileError(
            f"{where}: verified without a source",
            file=file,
            code="no_source",
            hint="name the source, or write verified = false",
        )
    return told
