"""Looking through an answer for what must not be in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..errors import LandedCostError
from ..lines import Amount

PLAIN = (
    *(str, int, bool, bytes, date, Decimal, Fraction, type(None)),
    *(Mapping, tuple, frozenset),
)


def parts(value: Any, path: str = "answer") -> Iterator[tuple[str, Any]]:
    """Every value inside another, with its path."""
    yield path, value
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from parts(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from parts(key, f"{path} key {key!r}")
            yield from parts(inner, f"{path}[{key!r}]")
    elif isinstance(value, tuple | frozenset | list | set):
        for at, inner in enumerate(value):
            yield from parts(inner, f"{path}[{at}]")


def faults(answer: Any) -> Iterator[str]:
    """What is wrong with an answer wherever it lies: floats, naive times, what can be changed."""
    for path, value in parts(answer):
        if isinstance(value, float):
            yield f"{path} is a float: {value!r}"
        elif isinstance(value, datetime):
            if value.utcoffset() is None:
                yield f"{path} does not say its time zone: {value!r}"
        elif isinstance(value, list | set):
            yield f"{path} is a {type(value).__name__}, which can be changed; give a tuple"
        elif isinstance(value, Amount):
            if value.minor < 0:
                yield f"{path} is below zero: {value!r}"
        elif isinstance(value, LandedCostError):
            yield f"{path} is an error; raise it, or make it a Problem"
        elif not isinstance(value, PLAIN) and not is_dataclass(value):
            yield f"{path} is a {type(value).__name__}, which other processes cannot be sent"
