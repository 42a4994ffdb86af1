"""Answers as bytes for other processes, and back, checked as when they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ..errors import LandedCostError

VERSION = 1
T = TypeVar("T")


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def dump(value: object, at_ms: int) -> bytes:
    """An answer and when it came."""
    return b"%d\n%s" % (at_ms, _adapter(type(value)).dump_json(value))


def to_data(value: object) -> Any:
    """A value of a dataclass as texts, ints, lists and dicts; sets are sorted."""
    return _plain(_adapter(type(value)).dump_python(value))


def of_data(kind: type[T], data: Any) -> T:
    """A value of :func:`to_data`. Raises ValueError for what is none."""
    found: T = _adapter(kind).validate_json(json.dumps(data))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Fraction | Decimal) else value


def load(kind: type, data: bytes) -> tuple[Any, int] | None:
    """The answer and when it came; None for what is not one, such as another version's."""
    head, _, body = data.partition(b"\n")
    if not head.isdigit():
        return None
    try:
        return _adapter(kind).validate_json(body), int(head)
    except (ValidationError, LandedCostError):
        return None
