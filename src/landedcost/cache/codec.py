"""Answers as bytes for other processes, and back, checked as when they were made."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..errors import LandedCostError

VERSION = 1


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def dump(value: object, at_ms: int) -> bytes:
    """An answer and when it came."""
    return b"%d\n%s" % (at_ms, _adapter(type(value)).dump_json(value))


def load(kind: type, data: bytes) -> tuple[Any, int] | None:
    """The answer and when it came; None for what is not one, such as another version's."""
    head, _, body = data.partition(b"\n")
    if not head.isdigit():
        return None
    try:
        return _adapter(kind).validate_json(body), int(head)
    except (ValidationError, LandedCostError):
        return None
