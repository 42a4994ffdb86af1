"""Where something is in a shop's file: the path of a key, and the line it is written on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([^.\[\]"]+)|\[(\d+)\]')
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+|[ \t.])+?)\s*=""", re.ASCII)


def path(*parts: str) -> str:
    """The parts as TOML writes a dotted key: ``items.tee`` or ``items."tee 2".price``."""
    return ".".join(p if _BARE.fullmatch(p) else '"' + p.replace('"', "'") + '"' for p in parts)


def _parts(where: str) -> tuple[str, ...]:
    return tuple(quoted or bare for quoted, bare, _ in _PART.findall(where) if quoted or bare)


class Lines:
    """The lines on which the keys of a TOML text are written, as far as they can be told."""

    def __init__(self, text: str) -> None:
        self._found: dict[tuple[str, ...], int] = {}
        for key, number in _written(text):
            for length in range(1, len(key) + 1):
                self._found.setdefault(key[:length], number)

    def line(self, where: str) -> int | None:
        """The line of a path, or of the nearest part of it that has one."""
        parts = _parts(where)
        while parts:
            if parts in self._found:
                return self._found[parts]
            parts = parts[:-1]
        return None


def _written(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    header: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            found = _keys(line)
            if found:
                header = found
                yield header, number
        elif (key := _KEY.match(line)) is not None:
            found = _keys(f"{key[1]} = 0")
            if found:
                yield (*header, *found), number


def _keys(line: str) -> tuple[str, ...]:
    """The key that a header or an assignment names, outermost first; empty if it is none."""
    try:
        inside: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    found: list[str] = []
    while inside:
        inside = inside[0] if isinstance(inside, list) else inside
        if not isinstance(inside, Mapping) or not inside:
            break
        name = next(iter(inside))
        found.append(name)
        inside = inside[name]
    return tuple(found)
