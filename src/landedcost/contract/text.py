"""JSON text to plain data, refusing what would lose something on the way.

A number with a point, NaN, a key given twice: each of them Python's reader would accept and
change. Here it is an error with the path of the field.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

from ..errors import MoneyError, RequestError

MAX_BYTES = 10_000_000
"""How large a document may be."""
MAX_DEPTH = 32
"""How deep objects and lists may be nested; a request needs four."""
_MAX_DIGITS = 60
AMOUNTS = frozenset(
    {"unit_price", "customs_value", "retail_price", "discount", "shipping", "insurance", "price"}
)
RATES = ("rates.", "customs_rates.")
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class _Number:
    """A number that is not taken: its text, and whether it has a point or is not finite."""

    def __init__(self, text: str) -> None:
        self.text = text


class _Twice(dict[str, Any]):
    """An object in which ``key`` was given twice."""

    def __init__(self, data: dict[str, Any], key: str) -> None:
        super().__init__(data)
        self.key = key


def read_json(text: str | bytes) -> Any:
    """The data of a JSON document: dicts, lists, text, whole numbers, true, false, null.

    Raises RequestError (``bad_json``, ``too_large``, ``repeated_key``, ``bad_number``) and, for
    a number where an amount is meant, MoneyError (``float_amount``, ``not_finite``,
    ``bad_rate``), with the path of the field.
    """
    text = _decoded(text)
    _check_depth(text)
    try:
        data = json.loads(
            text,
            parse_float=_Number,
            parse_int=_whole,
            parse_constant=_Number,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise RequestError(
            f"not valid JSON: {error.msg}, line {error.lineno}, column {error.colno}",
            code="bad_json",
            hint="JSON has double quotes, and no comma after the last item",
        ) from None
    _walk(data, "")
    return data


def _decoded(text: str | bytes) -> str:
    if len(text) > MAX_BYTES:
        raise RequestError(
            f"the document is larger than {MAX_BYTES // 1_000_000} MB",
            code="too_large",
            hint="split the basket into parcels",
        )
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise RequestError(
                f"not UTF-8: byte {error.start} cannot be read",
                code="bad_json",
                hint="save the file as UTF-8",
            ) from None
    if not text.strip():
        raise RequestError("the document is empty", code="bad_json", hint="see `landedcost schema`")
    return text


def _check_depth(text: str) -> None:
    depth = 0
    for found in _BRACKET.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise RequestError(
                    f"nested deeper than {MAX_DEPTH} levels, at character {found.start():,}",
                    code="bad_json",
                    hint="a request has no more than four levels",
                )
        elif mark in "]}":
            depth -= 1


def _whole(text: str) -> int | _Number:
    return int(text) if len(text) <= _MAX_DIGITS else _Number(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) == len(pairs):
        return data
    keys = Counter(key for key, _ in pairs)
    return _Twice(data, next(key for key, count in keys.items() if count > 1))


def path_of(path: str, key: str | int) -> str:
    """``path`` with one more step: ``lines`` and 0 make ``lines[0]``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key[:80]}" if path else key[:80]


def _walk(value: Any, path: str) -> None:
    if isinstance(value, _Number):
        _refuse(value.text, path)
    elif isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _walk(item, path_of(path, index))
    elif isinstance(value, dict):
        if isinstance(value, _Twice):
            raise RequestError(
                f"{value.key[:80]!r} is given twice",
                code="repeated_key",
                where=path_of(path, value.key),
                hint="keep one of them",
            )
        for key, item in value.items():
            _check_text(key, path)
            _walk(item, path_of(path, key))


def _check_text(value: str, path: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RequestError(
            "a text with half a character (a lone surrogate)",
            code="bad_json",
            where=path,
            hint="write the whole character",
        ) from None


def _refuse(text: str, path: str) -> NoReturn:
    last = path.rsplit(".", 1)[-1]
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    if path.startswith(RATES):
        raise MoneyError(
            f"a JSON number is not an exact rate: {shown}",
            code="bad_rate",
            where=path,
            hint='write the rate as text, such as "0.86"',
        )
    amount = last == "amount" or last in AMOUNTS
    if text.lstrip("-") in ("NaN", "Infinity"):
        raise MoneyError(
            f"not a finite number: {shown}",
            code="not_finite",
            where=path,
            hint='write the amount as text, such as "25.00"',
        )
    if amount:
        raise MoneyError(
            f"a JSON number is not an exact amount: {shown}",
            code="float_amount",
            where=path,
            hint='write the amount as text, such as "25.00"',
        )
    raise RequestError(
        f"not a whole number of at most {_MAX_DIGITS} digits: {shown}",
        code="bad_number",
        where=path,
        hint="counts and grams are whole; write anything else as text",
    )
